"""Pages that let people in and out: mailed link, employee number, password, language."""

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts import attempts, codes, links, service, sessions, signing_in
from app.accounts.browser import (
    drop_pin_step,
    drop_session,
    keep_language,
    keep_pin_step,
    keep_session,
    network_address,
    read_pin_step,
)
from app.accounts.errors import PinOutdated, TooManyAttempts, WrongSecret
from app.accounts.guards import COOKIE, Someone
from app.accounts.schemas import LanguageForm, LinkForm, NewPinForm, NumberForm, PasswordForm
from app.accounts.signing_in import PinStep
from app.accounts.tables import Account
from app.core import clock
from app.core.db import Db, open_session
from app.core.errors import Refusal
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.security import everyone, local_path
from app.core.templating import redirect, render
from app.core.turns import short_turn

router = APIRouter()

Next = Annotated[str, Query(max_length=500)]

ENTERING = [Depends(everyone), Depends(short_turn, scope="function")]
"""A secret takes a while to prove: no transaction is open meanwhile."""


def _page(request: Request, template: str, form: Bound[Any], *, status: int = 200) -> Response:
    headers = {"retry-after": "900"} if status == TooManyAttempts.status else None
    back = local_path(str(form.get("next", "/")))
    return render(request, f"accounts/{template}.html", status=status, headers=headers, form=form, next=back)


def _refused(request: Request, template: str, form: Bound[Any], refusal: Refusal) -> Response:
    form.refuse("", refusal.message())
    return _page(request, template, form, status=refusal.status)


@router.get("/sign-in", response_class=HTMLResponse, dependencies=[Depends(everyone)])
def sign_in(request: Request, actor: Someone, next: Next = "/") -> Response:  # noqa: A002
    """The door: an address, and a link comes by mail."""
    if actor is not None:
        return redirect(local_path(next))
    return _page(request, "sign_in", blank(next=next))


@router.post("/sign-in/links", dependencies=ENTERING)
def ask_for_link(request: Request, sent: Submitted) -> Response:
    """Ask for a link. Known and unknown addresses get the same answer after the same work."""
    form = bind(LinkForm, sent)
    if form.value is None:
        form.refuse("email", _("Écrivez votre adresse e-mail en entier."))
        return _page(request, "sign_in", form, status=422)
    try:
        with open_session(request.app.state.engine) as session:
            attempts.take(session, attempts.LINK, form.value.email, network_address(request), now=clock.now())
            links.ask_for_link(session, form.value.email, next=form.value.next)
    except TooManyAttempts as refusal:
        return _refused(request, "sign_in", form, refusal)
    return redirect("/sign-in/sent")


@router.get("/sign-in/sent", response_class=HTMLResponse, dependencies=[Depends(everyone)])
def link_sent(request: Request) -> Response:
    """What to do now."""
    minutes = links.LIFETIME.seconds // 60
    return render(request, "accounts/sent.html", minutes=minutes)


@router.get("/sign-in/links/{token}", response_class=HTMLResponse, dependencies=[Depends(everyone)])
def show_link(request: Request, session: Db, token: str) -> Response:
    """A button that consumes the link; looking at the page, as mail scanners do, leaves it whole."""
    found = links.find_link(session, token, now=clock.now())
    if found is None:
        return render(request, "accounts/link_used.html", status=410)
    return render(request, "accounts/link.html", token=token)


@router.post("/sign-in/links/{token}", dependencies=[Depends(everyone)])
def use_link(request: Request, session: Db, token: str) -> Response:
    """Enter by a mailed link, once."""
    now = clock.now()
    found = links.consume(session, token, now=now)
    if found is None:
        return render(request, "accounts/link_used.html", status=410)
    account, back = found
    opened = signing_in.enter(session, account, way="link", now=now, former_token=request.cookies.get(COOKIE))
    return _welcome(account, opened, back)


@router.get("/sign-in/number", response_class=HTMLResponse, dependencies=[Depends(everyone)])
def number(request: Request, actor: Someone, next: Next = "/") -> Response:  # noqa: A002
    """The door of those without e-mail."""
    if actor is not None:
        return redirect(local_path(next))
    return _page(request, "number", blank(next=next))


@router.post("/sign-in/number", dependencies=ENTERING)
def enter_by_number(request: Request, sent: Submitted) -> Response:
    """Employee number and PIN open a session; a printed code first asks for an own PIN."""
    form = bind(NumberForm, sent)
    if form.value is None:
        return _page(request, "number", form, status=422)
    asked, now = form.value, clock.now()
    try:
        account = signing_in.prove_number(
            request.app.state.engine,
            number=asked.employee_number,
            secret=asked.secret,
            address=network_address(request),
            now=now,
        )
    except (WrongSecret, TooManyAttempts) as refusal:
        return _refused(request, "number", form, refusal)
    if account.pin_hash is None:
        step = PinStep.begin(account, next=asked.next, shared_screen=asked.shared_screen, now=now)
        response = redirect("/sign-in/pin")
        keep_pin_step(response, step.packed())
        return response
    return _enter(request, account, way="number", shared_screen=asked.shared_screen, back=asked.next)


@router.get("/sign-in/pin", response_class=HTMLResponse, dependencies=[Depends(everyone)])
def choose_pin(request: Request, session: Db) -> Response:
    """After the printed code: an own PIN."""
    step = PinStep.unpacked(read_pin_step(request), now=clock.now())
    if step is None:
        return redirect("/sign-in/number", say=_("Tapez d’abord votre numéro et votre code."), kind="warn")
    account = signing_in.account_choosing(session, step)
    return render(request, "accounts/pin.html", form=blank(), name=account.name)


@router.post("/sign-in/pin", dependencies=ENTERING)
def keep_pin(request: Request, sent: Submitted) -> Response:
    """The PIN takes the code's place, and the session begins."""
    now, engine = clock.now(), request.app.state.engine
    step = PinStep.unpacked(read_pin_step(request), now=now)
    if step is None:
        return redirect("/sign-in/number", say=_("Tapez d’abord votre numéro et votre code."), kind="warn")
    try:
        with open_session(engine, reads_only=True) as session:
            account = signing_in.account_choosing(session, step)
        form = refuse_weak_pin(bind(NewPinForm, sent), account)
        if form.value is None:
            return render(request, "accounts/pin.html", status=422, form=form, name=account.name)
        pin_hash = codes.hash_secret(form.value.pin)
        with open_session(engine) as session:
            signing_in.replace_code(session, account, pin_hash, now=now)
    except PinOutdated as refusal:
        back = redirect("/sign-in/number", say=refusal.message(), kind="warn")
        drop_pin_step(back)
        return back
    response = _enter(request, account, way="number", shared_screen=step.shared_screen, back=step.next)
    drop_pin_step(response)
    return response


PinForm = TypeVar("PinForm", bound=NewPinForm)


def refuse_weak_pin(form: Bound[PinForm], account: Account) -> Bound[PinForm]:
    """Refuse a PIN that guesses would find, or that was not typed the same twice."""
    if "pin" in form.errors:
        form.refuse("pin", _("Six chiffres, pas un de plus ni de moins."))
    elif form.value and codes.is_weak_pin(form.value.pin, account.employee_number):
        form.refuse("pin", _("Ce PIN se devine trop vite : ni suite, ni répétition, ni votre numéro."))
    elif form.value and form.value.pin != form.value.again:
        form.refuse("again", _("Les deux PIN ne sont pas les mêmes."))
    return form


@router.get("/sign-in/password", response_class=HTMLResponse, dependencies=[Depends(everyone)])
def password(request: Request, actor: Someone, next: Next = "/") -> Response:  # noqa: A002
    """The door of administrators."""
    if actor is not None:
        return redirect(local_path(next))
    return _page(request, "password", blank(next=next))


@router.post("/sign-in/password", dependencies=ENTERING)
def enter_by_password(request: Request, sent: Submitted) -> Response:
    """Address and password open a session."""
    form = bind(PasswordForm, sent)
    if form.value is None:
        return _page(request, "password", form, status=422)
    try:
        account = signing_in.prove_password(
            request.app.state.engine,
            email=form.value.email,
            password=form.value.password,
            address=network_address(request),
            now=clock.now(),
        )
    except (WrongSecret, TooManyAttempts) as refusal:
        return _refused(request, "password", form, refusal)
    return _enter(request, account, way="password", shared_screen=False, back=form.value.next)


def _enter(request: Request, account: Account, *, way: str, shared_screen: bool, back: str) -> Response:
    with open_session(request.app.state.engine) as session:
        token = signing_in.enter(
            session,
            account,
            way=way,
            now=clock.now(),
            shared_screen=shared_screen,
            former_token=request.cookies.get(COOKIE),
        )
    return _welcome(account, token, back, shared_screen=shared_screen)


def _welcome(account: Account, token: str, back: str, *, shared_screen: bool = False) -> Response:
    response = redirect(local_path(back))
    keep_session(response, token, shared_screen=shared_screen)
    keep_language(response, account.language)
    return response


@router.post("/sign-out", dependencies=[Depends(everyone)])
def sign_out(request: Request, session: Db) -> Response:
    """End the session here; without one, simply lead to the door."""
    if token := request.cookies.get(COOKIE):
        sessions.end_by_token(session, token)
    response = redirect("/sign-in", say=_("Vous êtes déconnecté. À bientôt !"))
    drop_session(response)
    return response


@router.post("/language", dependencies=[Depends(everyone)])
def choose_language(session: Db, actor: Someone, sent: Submitted) -> Response:
    """Speak another language here, and in mails when signed in."""
    form = bind(LanguageForm, sent)
    if form.value is None:
        return redirect("/")
    if actor is not None:
        service.choose_language(session, actor.account_id, form.value.language)
    response = redirect(form.value.next)
    keep_language(response, form.value.language)
    return response
