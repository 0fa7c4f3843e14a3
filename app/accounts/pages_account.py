"""My account: who I am here, where I am signed in, my PIN or password."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts import codes, queries, sessions, signing_in
from app.accounts.audit import audit
from app.accounts.browser import network_address
from app.accounts.errors import TooManyAttempts, WrongSecret
from app.accounts.guards import SignedIn
from app.accounts.pages_sign_in import refuse_weak_pin
from app.accounts.schemas import ChangePasswordForm, ChangePinForm
from app.accounts.service import keep_secret
from app.accounts.sessions import Actor
from app.accounts.tables import Account
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _, ngettext
from app.core.templating import redirect, render

router = APIRouter()


def _account(session: Session, actor: Actor) -> Account:
    return session.get_one(Account, actor.account_id)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    status: int = 200,
    pin_form: Bound[Any] | None = None,
    password_form: Bound[Any] | None = None,
) -> Response:
    return render(
        request,
        "accounts/account.html",
        status=status,
        account=_account(session, actor),
        sign_ins=queries.open_sign_ins(session, actor.account_id, now=clock.now()),
        here=actor.sign_in_id,
        pin_form=pin_form or blank(),
        password_form=password_form or blank(),
    )


@router.get("/account", response_class=HTMLResponse)
def account(request: Request, session: Db, actor: SignedIn) -> Response:
    """One's own account."""
    return _page(request, session, actor)


@router.post("/account/sessions/{sign_in_id}/ending")
def end_session(session: Db, actor: SignedIn, sign_in_id: int) -> Response:
    """Sign out somewhere else, or here."""
    if not sessions.end_own(session, actor.account_id, sign_in_id):
        raise NotFound
    if sign_in_id == actor.sign_in_id:
        return redirect("/sign-in", say=_("Vous êtes déconnecté. À bientôt !"))
    return redirect("/account", say=_("La session est fermée."))


@router.post("/account/sessions/ending")
def end_other_sessions(session: Db, actor: SignedIn) -> Response:
    """Sign out everywhere else."""
    n = sessions.end_others(session, actor.account_id, but=actor.sign_in_id)
    audit(session, actor.account_id, "account.sessions_ended", f"account:{actor.account_id}", now=clock.now())
    return redirect(
        "/account",
        say=ngettext("%(n)s autre session fermée.", "%(n)s autres sessions fermées.", n) % {"n": n},
    )


@router.post("/account/pin")
def change_pin(request: Request, session: Db, actor: SignedIn, sent: Submitted) -> Response:
    """A new PIN, for somebody with an employee number."""
    account, now = _account(session, actor), clock.now()
    if not account.employee_number:
        raise NotFound
    form = refuse_weak_pin(bind(ChangePinForm, sent), account)
    if form.value and (account.pin_hash or account.code_hash):
        _prove(request, session, account, form, form.value.current, pin=True)
    if form.value is None:
        return _page(request, session, actor, status=_status(form), pin_form=form)
    keep_secret(
        session,
        actor.account_id,
        pin_hash=codes.hash_secret(form.value.pin),
        but=actor.sign_in_id,
        now=now,
    )
    return redirect("/account", say=_("Votre nouveau PIN est en place. Les autres sessions sont fermées."))


@router.post("/account/password")
def change_password(request: Request, session: Db, actor: SignedIn, sent: Submitted) -> Response:
    """A new password, for somebody who has one."""
    account, now = _account(session, actor), clock.now()
    if not account.password_hash:
        raise NotFound
    form = bind(ChangePasswordForm, sent)
    if form.value and len(form.value.password) < codes.MIN_PASSWORD:
        form.refuse(
            "password",
            _("Ce mot de passe est trop court : %(least)s caractères au moins.")
            % {"least": codes.MIN_PASSWORD},
        )
    elif form.value and form.value.password != form.value.again:
        form.refuse("again", _("Les deux mots de passe ne sont pas les mêmes."))
    if form.value:
        _prove(request, session, account, form, form.value.current, pin=False)
    if form.value is None:
        return _page(request, session, actor, status=_status(form), password_form=form)
    keep_secret(
        session,
        actor.account_id,
        password_hash=codes.hash_secret(form.value.password),
        but=actor.sign_in_id,
        now=now,
    )
    return redirect(
        "/account", say=_("Votre nouveau mot de passe est en place. Les autres sessions sont fermées.")
    )


def _prove(
    request: Request, session: Session, account: Account, form: Bound[Any], secret: str, *, pin: bool
) -> None:
    try:
        signing_in.prove_own(
            session, account, secret=secret, address=network_address(request), now=clock.now(), pin=pin
        )
    except WrongSecret:
        form.refuse("current", _("Ce n’est pas celui que vous avez aujourd’hui."))
    except TooManyAttempts as refusal:
        form.refuse("", refusal.message())


def _status(form: Bound[Any]) -> int:
    return TooManyAttempts.status if "" in form.errors else 422
