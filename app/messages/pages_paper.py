"""Letters on paper: HR's lists, a campaign's and that of no campaign, and one's own."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.accounts.audit import audit
from app.accounts.guards import Hr
from app.campaigns.guards import Asking, HrCampaign
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted, bind
from app.core.i18n import _, ngettext
from app.core.templating import redirect, render
from app.messages import catalogue, queries, service
from app.messages.schemas import HandingForm
from app.people.guards import Employee

router = APIRouter()

Site = Annotated[int | None, Query()]


@router.get("/campaigns/{campaign_id}/paper", response_class=HTMLResponse)
def paper(request: Request, session: Db, campaign: HrCampaign, site: Site = None) -> Response:
    """Who must be told on paper, and what."""
    return _show(request, session, campaign, site)


@router.get("/campaigns/{campaign_id}/paper/letters", response_class=HTMLResponse)
def letters(request: Request, session: Db, campaign: HrCampaign, site: Site = None) -> Response:
    """The letters themselves, to print and hand out."""
    return _print(request, session, campaign, site)


@router.post("/campaigns/{campaign_id}/paper/handing")
def hand_over(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """Remember which letters were given."""
    return _hand_over(session, actor, campaign, sent)


@router.get("/paper", response_class=HTMLResponse)
def paper_of_none(request: Request, session: Db, actor: Hr, site: Site = None) -> Response:
    """The same of what belongs to no campaign: a team that is lent, taken back, left."""
    return _show(request, session, None, site)


@router.get("/paper/letters", response_class=HTMLResponse)
def letters_of_none(request: Request, session: Db, actor: Hr, site: Site = None) -> Response:
    """Those letters, to print and hand out."""
    return _print(request, session, None, site)


@router.post("/paper/handing")
def hand_over_of_none(session: Db, actor: Hr, sent: Submitted) -> Response:
    """Remember which of them were given."""
    return _hand_over(session, actor, None, sent)


@router.get("/me/messages", response_class=HTMLResponse)
def mine(request: Request, session: Db, person: Employee) -> Response:
    """What waits on paper for the reader: the same words, before anybody hands them over."""
    found = queries.letters_to(session, person.id or 0, clock.today())
    return render(request, "messages/mine.html", letters=found)


@router.post("/me/messages/reading")
def say_read(session: Db, person: Employee, sent: Submitted) -> Response:
    """The reader read them: they leave their page, and the list of those who hand letters over."""
    form = bind(HandingForm, sent)
    if form.value is not None:
        service.read_by(session, person.id or 0, form.value.mail, now=clock.now())
    return redirect("/me/messages", say=_("C’est noté : vos RH n’ont plus à vous les remettre."))


def _here(campaign: Campaign | None) -> str:
    return f"/campaigns/{campaign.id}/paper" if campaign is not None else "/paper"


def _show(request: Request, session: Session, campaign: Campaign | None, site: int | None) -> Response:
    which = campaign.id if campaign is not None else None
    return render(
        request,
        "messages/paper.html",
        campaign=campaign,
        here=_here(campaign),
        letters=queries.letters(session, which, today=clock.today(), site_id=site),
        sites=queries.sites_with_letters(session, which, today=clock.today()),
        told=queries.letters_told(session, which),
        site=site,
        catalogue=catalogue,
    )


def _print(request: Request, session: Session, campaign: Campaign | None, site: int | None) -> Response:
    which = campaign.id if campaign is not None else None
    found = queries.letters(session, which, today=clock.today(), site_id=site)
    return render(request, "messages/letters.html", here=_here(campaign), letters=found, site=site)


def _hand_over(session: Session, actor: Asking, campaign: Campaign | None, sent: Submitted) -> Response:
    form, back = bind(HandingForm, sent), _here(campaign)
    if form.value is None:
        return redirect(back, say=_("Cochez les messages que vous avez remis."), kind="warn")
    now, which = clock.now(), campaign.id if campaign is not None else None
    n = service.hand_over(session, which, form.value.mail, now=now)
    about = f"campaign:{which}" if which is not None else "letters"
    audit(session, actor.account_id, "mail.handed_over", about, now=now, letters=n)
    return redirect(back, say=ngettext("%(n)s message remis.", "%(n)s messages remis.", n) % {"n": n})
