"""Pages of messages: the administrator's outbox."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.accounts.audit import audit
from app.accounts.guards import Admin
from app.campaigns.guards import Asking
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.settings import settings
from app.core.templating import redirect, render
from app.messages import catalogue, pages_paper, queries, service
from app.messages.builder import BadAddress, build
from app.messages.catalogue import SECRET
from app.messages.guards import OutboxMail
from app.messages.tables import Mail, MailStatus

router = APIRouter(include_in_schema=False)
router.include_router(pages_paper.router)

# A mail's own sheet: its style element is allowed, everything else is shut, as inside a sandboxed frame.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; frame-ancestors 'none'"
)


@router.get("/admin/outbox", response_class=HTMLResponse)
def outbox(
    request: Request,
    session: Db,
    actor: Admin,
    status: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Every mail: where it stands, and why one did not leave."""
    chosen = next((one for one in MailStatus if one.value == status), None)
    found = queries.outbox(session, status=chosen, kind=kind, text=q.strip(), page=page)
    return render(
        request,
        "messages/outbox.html",
        found=found,
        counts=queries.counts(session),
        chosen=chosen or "",
        kind=kind,
        q=q,
        catalogue=catalogue,
        by_server=bool(settings().smtp_host),
    )


@router.get("/admin/outbox/{mail_id}", response_class=HTMLResponse)
def show(request: Request, mail: OutboxMail) -> Response:
    """One mail: its words as text, with the ways to see its layout and to send it again."""
    return render(
        request,
        "messages/mail.html",
        mail=mail,
        catalogue=catalogue,
        secret=mail.kind in SECRET,
        can_reveal=can_reveal(mail),
        can_repeat=mail.text != ""
        and (
            mail.status == MailStatus.FAILED
            or (mail.status == MailStatus.KEPT and bool(settings().smtp_host))
        ),
    )


def can_reveal(mail: Mail) -> bool:
    """Whether a personal link may be shown on demand: only where no server can carry it to its reader."""
    return mail.kind in SECRET and not settings().smtp_host and mail.text != ""


@router.get("/admin/outbox/{mail_id}/reveal", response_class=HTMLResponse)
def ask_reveal(request: Request, mail: OutboxMail) -> Response:
    """What showing a personal link means."""
    if not can_reveal(mail):
        return redirect(f"/admin/outbox/{mail.id}")
    return render(request, "messages/reveal.html", mail=mail)


@router.post("/admin/outbox/{mail_id}/reveal")
def reveal(request: Request, session: Db, actor: Asking, mail: OutboxMail) -> Response:
    """Show a personal link, on this answer and nowhere else; the trail keeps who asked."""
    if not can_reveal(mail):
        return redirect(f"/admin/outbox/{mail.id}")
    audit(session, actor.account_id, "mail.revealed", f"mail:{mail.id}", now=clock.now())
    return render(request, "messages/revealed.html", mail=mail)


@router.get("/admin/outbox/{mail_id}/layout", response_class=HTMLResponse)
def layout(mail: OutboxMail) -> Response:
    """The HTML of a mail, alone on its page and without any right."""
    if mail.kind in SECRET:
        raise NotFound
    return HTMLResponse(mail.html, headers={"content-security-policy": MAIL_POLICY})


@router.get("/admin/outbox/{mail_id}/message.eml")
def download(mail: OutboxMail) -> Response:
    """The message as a mail program opens it."""
    if mail.kind in SECRET or mail.to_address is None:
        raise NotFound
    try:
        content = build(mail).as_bytes()
    except BadAddress as bad:
        raise NotFound from bad
    headers = {"content-disposition": f'attachment; filename="mail-{mail.id}.eml"'}
    return Response(content, media_type="message/rfc822", headers=headers)


@router.post("/admin/outbox/{mail_id}/sending")
def send_again(session: Db, actor: Asking, mail: OutboxMail) -> Response:
    """Try a failed mail once more."""
    now = clock.now()
    service.send_again(session, mail, now=now)
    audit(session, actor.account_id, "mail.sent_again", f"mail:{mail.id}", now=now)
    return redirect(f"/admin/outbox/{mail.id}", say=_("Le message repart."))
