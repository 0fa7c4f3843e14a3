"""HR's pages: who has answered, reminding those who have not, writing down an answer given on paper."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.availability import answers, queries, reminding, service, views
from app.availability.answers import PAGE, Asked
from app.availability.guards import AnswerForHr
from app.availability.queries import Enrolling, is_changeable
from app.availability.schemas import RecordedForm
from app.availability.service import When
from app.campaigns.guards import Asking, HrCampaign
from app.core import clock
from app.core.db import Db
from app.core.errors import Refusal
from app.core.forms import Submitted, bind
from app.core.i18n import _, ngettext, of
from app.core.spreadsheets import download
from app.core.templating import redirect, render, when
from app.people.tables import Side

router = APIRouter(include_in_schema=False)

Who = Literal["waiting", "short", "answered", "everybody"]
# An untouched select sends an empty text: everything.
Number = Annotated[str, Query(pattern=r"^\d{0,9}$")]
Words = Annotated[str, Query(max_length=80)]
SideWord = Annotated[str, Query(pattern="^(back|front|)$")]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


def _asked(who: Who, site: str, team: str, side: str, text: str, short: set[int]) -> Asked:
    return Asked(
        answered={"waiting": False, "short": True, "answered": True, "everybody": None}[who],
        site_id=int(site) if site else None,
        team_id=int(team) if team else None,
        side=Side(side) if side else None,
        text=text,
        only=short if who == "short" else None,
    )


@router.get("/campaigns/{campaign_id}/answers", response_class=HTMLResponse)
def show(
    request: Request,
    session: Db,
    campaign: HrCampaign,
    who: Who = "waiting",
    site: Number = "",
    team: Number = "",
    side: SideWord = "",
    text: Words = "",
    page: PageNumber = 1,
) -> Response:
    """Who has answered, by site and by team, and the names of those who have not."""
    assert campaign.id is not None
    short = answers.short_of_days(session, campaign)
    found = answers.asked_people(session, campaign, _asked(who, site, team, side, text, short))
    pages = max(1, -(-len(found) // PAGE))
    page = min(page, pages)
    return render(
        request,
        "availability/answers.html",
        campaign=campaign,
        answers=answers.answers_to(session, campaign),
        people=found[(page - 1) * PAGE : page * PAGE],
        count=len(found),
        page=page,
        pages=pages,
        asked={"who": who, "site": site, "team": team, "side": side, "text": text},
        short=short,
        last_reminder=answers.last_reminder(session, campaign.id),
        open_now=is_changeable(campaign, clock.today()),
    )


@router.get("/campaigns/{campaign_id}/answers/summary", response_class=HTMLResponse)
def summary(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """The figures alone, for the campaign's page."""
    found = answers.answers_to(session, campaign)
    return render(request, "availability/_summary.html", campaign=campaign, answers=found)


@router.get("/campaigns/{campaign_id}/answers.xlsx")
def export(
    session: Db,
    campaign: HrCampaign,
    who: Who = "waiting",
    site: Number = "",
    team: Number = "",
    side: SideWord = "",
    text: Words = "",
) -> Response:
    """The names shown, as a spreadsheet: whether they answered, not what."""
    short = answers.short_of_days(session, campaign) if who == "short" else set()
    found = answers.asked_people(session, campaign, _asked(who, site, team, side, text, short))
    columns = [
        _("Matricule"),
        _("Nom"),
        _("Équipe"),
        _("Site"),
        _("Adresse e-mail"),
        _("A répondu"),
        _("Dernière relance"),
    ]
    yes, no = _("oui"), _("non")
    rows = [
        (
            one.employee_number,
            one.name,
            one.team,
            one.site,
            yes if one.has_email else no,
            yes if one.has_answered else no,
            when(one.reminded_at) if one.reminded_at else None,
        )
        for one in found
    ]
    return download(f"reponses-{campaign.id}", "xlsx", columns, rows)


@router.post("/campaigns/{campaign_id}/answers/reminders")
def remind(session: Db, campaign: HrCampaign, asking: Asking) -> Response:
    """Remind those who have not answered or keep too few days, once a day at most each."""
    reminded = reminding.remind(session, campaign, actor=asking, when=_when())
    to = f"/campaigns/{campaign.id}/answers"
    if not reminded:
        return redirect(
            to,
            say=_(
                "Personne à relancer : chacun a répondu et gardé assez de jours, "
                "ou a déjà été relancé aujourd’hui."
            ),
        )
    n = len(reminded)
    sentence = ngettext("Une personne va être relancée.", "%(n)s personnes vont être relancées.", n) % {
        "n": n
    }
    return redirect(to, say=sentence)


@router.get("/campaigns/{campaign_id}/answers/{person_id}", response_class=HTMLResponse)
def on_behalf(request: Request, session: Db, theirs: AnswerForHr) -> Response:
    """The form on which HR writes down what somebody without e-mail said."""
    return _form(request, session, theirs)


@router.post("/campaigns/{campaign_id}/answers/{person_id}")
def record(request: Request, session: Db, theirs: AnswerForHr, asking: Asking, sent: Submitted) -> Response:
    """Write the answer down; the audit trail keeps who did."""
    form = bind(RecordedForm, sent)
    ticked = [str(day) for day in sent.getlist("visit_days")]
    if form.value is None:
        problem = next(iter(form.errors.values()))
        return _form(
            request, session, theirs, answer=form.get("answer"), ticked=ticked, status=422, problem=problem
        )
    given = form.value
    try:
        service.record_for(
            session,
            theirs,
            given.answer,
            given.visit_days,
            version=given.version,
            actor=asking,
            when=_when(),
        )
    except Refusal as refused:
        session.rollback()
        return _form(
            request,
            session,
            _again(session, theirs),
            answer=given.answer,
            ticked=ticked,
            status=refused.status,
            problem=refused.message(),
        )
    name = theirs.person.name
    return redirect(
        f"/campaigns/{theirs.campaign.id}/answers",
        say=_("La réponse %(of_name)s est enregistrée.") % {"of_name": of(name)},
    )


def _form(
    request: Request,
    session: Session,
    theirs: Enrolling,
    *,
    answer: str = "",
    ticked: list[str] | None = None,
    status: int = 200,
    problem: str = "",
) -> Response:
    saved = theirs.enrolment
    if ticked is None and saved is not None and saved.answer is not None:
        ticked = saved.visit_days
    return render(
        request,
        "availability/on_behalf.html",
        status=status,
        theirs=theirs,
        days=views.day_options(session, theirs, ticked),
        answer=answer,
        problem=problem,
        open_now=is_changeable(theirs.campaign, clock.today()),
    )


def _again(session: Session, theirs: Enrolling) -> Enrolling:
    found = queries.find(session, theirs.campaign, theirs.person)
    assert found is not None
    return found


def _when() -> When:
    return When(clock.today(), clock.now())
