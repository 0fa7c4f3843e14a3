"""The administrator's pages: who may do what, programs' keys. The audit trail is in `people`."""

from datetime import datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts import queries, service, words
from app.accounts.errors import EmailTaken, TokenTooLong
from app.accounts.guards import Admin, AdminAccount, Asking
from app.accounts.schemas import InvitationForm, RolesForm, TokenForm
from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.settings import settings
from app.core.templating import redirect, render

router = APIRouter(prefix="/admin")

Number = Annotated[int, Query(ge=1, le=100_000)]


@router.get("", response_class=HTMLResponse)
def overview(request: Request, session: Db, actor: Admin) -> Response:
    """Where the service stands."""
    return render(
        request,
        "accounts/admin.html",
        counts=queries.counts(session, now=clock.now()),
        latest=queries.audit_trail(session).rows[:6],
        action_label=words.action_label,
        by_server=bool(settings().smtp_host),
    )


@router.get("/accounts", response_class=HTMLResponse)
def accounts(
    request: Request,
    session: Db,
    actor: Admin,
    q: Annotated[str, Query(max_length=100)] = "",
    role: Annotated[str, Query(max_length=20)] = "",
    page: Number = 1,
) -> Response:
    """Every account, by name."""
    found = queries.accounts(session, text=q.strip(), role=role, page=page)
    return render(request, "accounts/accounts.html", found=found, q=q, role=role)


@router.get("/accounts/new", response_class=HTMLResponse)
def new_account(request: Request, actor: Admin) -> Response:
    """Invite somebody who is no employee in the files."""
    return render(request, "accounts/invitation.html", form=blank(is_hr="1"))


@router.post("/accounts")
def invite(request: Request, session: Db, actor: Admin, sent: Submitted) -> Response:
    """Open the account and mail a link."""
    form = bind(InvitationForm, sent)
    if "email" in form.errors:
        form.refuse("email", _("Écrivez une adresse e-mail, par exemple claire.morel@exemple.fr."))
    if form.value:
        try:
            account = service.invite(session, **form.value.model_dump(), by=actor.account_id, now=clock.now())
        except EmailTaken as refusal:
            form.refuse("email", refusal.message())
        else:
            return redirect(
                f"/admin/accounts/{account.id}",
                say=_("%(name)s peut entrer : un lien part vers son adresse.") % {"name": account.name},
            )
    return render(request, "accounts/invitation.html", status=422, form=form)


@router.get("/accounts/{account_id}", response_class=HTMLResponse)
def show_account(request: Request, session: Db, found: AdminAccount) -> Response:
    """One account: what it may do, and what it did."""
    assert found.id is not None
    return render(
        request,
        "accounts/show.html",
        account=found,
        sign_ins=queries.open_sign_ins(session, found.id, now=clock.now()),
        latest=queries.audit_trail(session, account_id=found.id).rows[:10],
        action_label=words.action_label,
    )


@router.post("/accounts/{account_id}/roles")
def give_roles(session: Db, actor: Asking, found: AdminAccount, sent: Submitted) -> Response:
    """Give or take the HR and administrator roles."""
    roles = bind(RolesForm, sent).required()
    service.give_roles(
        session, found, is_hr=roles.is_hr, is_admin=roles.is_admin, by=actor.account_id, now=clock.now()
    )
    if found.id == actor.account_id and not roles.is_admin:
        return redirect("/", say=_("Vous n’administrez plus le service."))
    return redirect(f"/admin/accounts/{found.id}", say=_("Les rôles sont à jour."))


@router.get("/accounts/{account_id}/closing", response_class=HTMLResponse)
def ask_closing(request: Request, found: AdminAccount) -> Response:
    """What closing an account does."""
    return render(request, "accounts/closing.html", account=found)


@router.post("/accounts/{account_id}/closing")
def close_account(session: Db, actor: Asking, found: AdminAccount) -> Response:
    """Close it: the next request is refused."""
    service.close(session, found, by=actor.account_id, now=clock.now())
    return redirect(f"/admin/accounts/{found.id}", say=_("Le compte est fermé."))


@router.post("/accounts/{account_id}/reopening")
def reopen_account(session: Db, actor: Asking, found: AdminAccount) -> Response:
    """Open it again."""
    service.reopen(session, found, by=actor.account_id, now=clock.now())
    return redirect(f"/admin/accounts/{found.id}", say=_("Le compte est de nouveau ouvert."))


@router.get("/api-tokens", response_class=HTMLResponse)
def api_tokens(request: Request, session: Db, actor: Admin) -> Response:
    """Programs' keys."""
    return _tokens(request, session, blank(role="", last_day=clock.today() + service.TOKEN_LASTS))


def _tokens(request: Request, session: Session, form: Bound[Any], status: int = 200) -> Response:
    return render(
        request,
        "accounts/api_tokens.html",
        status=status,
        tokens=queries.api_tokens(session),
        form=form,
        roles=words.token_roles(),
        now=clock.now(),
        today=clock.today(),
        latest=clock.today() + service.TOKEN_LASTS * 2,
    )


@router.post("/api-tokens")
def create_token(request: Request, session: Db, actor: Admin, sent: Submitted) -> Response:
    """Make a key. It stands on this answer and nowhere else."""
    form = bind(TokenForm, sent)
    if form.value:
        made = form.value
        over = datetime.combine(made.last_day, time.max, ZoneInfo(settings().timezone))
        try:
            token = service.create_token(
                session,
                account_id=actor.account_id,
                name=made.name,
                role=made.role,
                now=clock.now(),
                expires_at=over,
            )
        except TokenTooLong as refusal:
            form.refuse("last_day", refusal.message())
        else:
            return render(
                request,
                "accounts/api_token.html",
                token=token,
                made=made,
                role=words.token_roles()[made.role],
                base=settings().public_url,
            )
    return _tokens(request, session, form, 422)


@router.post("/api-tokens/{token_id}/revocation")
def revoke_token(session: Db, actor: Admin, token_id: int) -> Response:
    """Refuse the program from now on."""
    service.revoke_token(session, token_id, by=actor.account_id, now=clock.now())
    return redirect("/admin/api-tokens", say=_("Le jeton est révoqué : le programme n’entre plus."))
