"""Pages of debriefs: one's own form, a campaign's results."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.campaigns.guards import Asking, HrCampaign
from app.core import clock
from app.core.db import Db
from app.core.errors import Refusal
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.debriefs import queries, service
from app.debriefs.errors import AnswersRefused, NothingSaid
from app.debriefs.guards import Writing
from app.debriefs.questions import GROUP, LONGEST, form_of, questions_of, reader_sentence
from app.debriefs.results import results
from app.debriefs.rules import DebriefState, ruled_until
from app.debriefs.service import Author
from app.debriefs.tables import Role
from app.debriefs.views import sections
from app.visits.rules import absence_stands, doubt_words

router = APIRouter(include_in_schema=False)


@router.get("/debriefs/{visit_id}", response_class=HTMLResponse)
def show(request: Request, session: Db, author: Writing) -> Response:
    """One's own form: to write, or what became of it."""
    if service.state(session, author, now=clock.now()) == DebriefState.OPEN:
        return _form(request, session, author, blank(**service.draft_of(session, author)))
    disputed = author.seen.visit.disputed_at
    return render(
        request,
        "debriefs/done.html",
        author=author,
        state=service.state(session, author, now=clock.now()).value,
        not_held=absence_stands(author.seen.visit, clock.today()),
        opens=disputed and ruled_until(disputed, author.seen.campaign),
        thanks=service.thanks_for(session, author),
        interest=author.role == Role.VISITOR and queries.find_interest(session, author.visit_id),
    )


@router.post("/debriefs/{visit_id}/draft")
def save_draft(request: Request, session: Db, author: Writing, sent: Submitted) -> Response:
    """Keep what was typed so far; while typing the answer is one line, without scripts the page again."""
    typing = request.headers.get("hx-request") == "true"
    form: Bound[Any] = bind(form_of(author.role), sent)
    if form.value is not None:
        try:
            service.save_draft(session, author, form.value.model_dump(), now=clock.now())
        except AnswersRefused as refused:
            _refuse(form, refused)
    if typing:
        status = 422 if form.errors else 200
        return render(request, "debriefs/_saved.html", status=status, errors=form.errors)
    if form.errors:
        return _form(request, session, author, form, status=422)
    return redirect(f"/debriefs/{author.visit_id}", say=_("Votre brouillon est enregistré."))


@router.post("/debriefs/{visit_id}/sending")
def send(request: Request, session: Db, author: Writing, sent: Submitted) -> Response:
    """Send the form, once."""
    form: Bound[Any] = bind(form_of(author.role), sent)
    if form.value is not None:
        try:
            service.send_debrief(session, author, form.value.model_dump(), now=clock.now())
        except (AnswersRefused, NothingSaid) as refused:
            _refuse(form, refused)
    if form.errors:
        return _form(request, session, author, form, status=422)
    return redirect(f"/debriefs/{author.visit_id}", say=_("Merci ! Votre bilan est parti."))


@router.post("/debriefs/{visit_id}/interest/withdrawal")
def withdraw_interest(session: Db, author: Writing) -> Response:
    """Take back the interest in the other job."""
    service.withdraw_interest(session, author)
    return redirect(
        f"/debriefs/{author.visit_id}", say=_("C’est retiré : les RH ne voient plus votre intérêt.")
    )


@router.get("/campaigns/{campaign_id}/results", response_class=HTMLResponse)
def campaign_results(request: Request, session: Db, campaign: HrCampaign, actor: Asking) -> Response:
    """What came back: how many, and the figures that point at nobody."""
    assert campaign.id is not None
    return render(
        request,
        "debriefs/results.html",
        campaign=campaign,
        found=_results(session, campaign.id),
        interested=queries.interested(session, campaign.id, reader_account_id=actor.account_id),
        can_remind=service.can_remind(campaign, clock.today()),
        least=GROUP,
    )


@router.get("/campaigns/{campaign_id}/results/summary", response_class=HTMLResponse)
def campaign_results_summary(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """The same in a few lines, for the campaign's page."""
    assert campaign.id is not None
    found = _results(session, campaign.id)
    return render(request, "debriefs/_summary.html", campaign=campaign, found=found, least=GROUP)


@router.post("/campaigns/{campaign_id}/debrief-reminders")
def remind(session: Db, campaign: HrCampaign, actor: Asking) -> Response:
    """Remind those who have not answered."""
    forms = service.remind(session, campaign, actor=actor, now=clock.now(), today=clock.today())
    say = (
        _("Un rappel part à ceux dont le bilan manque, au plus un par personne et par jour.")
        if forms
        else _("Personne à relancer : tous les bilans ouverts sont arrivés.")
    )
    return redirect(f"/campaigns/{campaign.id}/results", say=say)


def _results(session: Db, campaign_id: int) -> Any:
    return results(
        queries.answered(session, campaign_id),
        queries.released(session, campaign_id),
        queries.tallies(session, campaign_id),
    )


def _refuse(form: Bound[Any], refused: Refusal) -> None:
    faults = refused.faults if isinstance(refused, AnswersRefused) else {"": refused.message()}
    for name, sentence in faults.items():
        form.refuse(name, sentence)


def _form(request: Request, session: Db, author: Author, form: Bound[Any], status: int = 200) -> Response:
    if (now_is := service.refusal(session, author, now=clock.now())) is not None:
        raise now_is
    statements = service.asks_statements(session, author)
    asked = questions_of(author.role, statements=statements)
    return render(
        request,
        "debriefs/form.html",
        status=status,
        author=author,
        form=form,
        unsure=service.is_unsure(author, clock.today()),
        obstacle=doubt_words(author.seen.visit, crosses=author.seen.crosses),
        sections=sections(author.role, statements=statements),
        labels={one.key: one.text() for one in questions_of(author.role)},
        reader=reader_sentence,
        teams=queries.teams_by_site(session) if author.role == Role.VISITOR else [],
        longest=LONGEST,
        answered=sum(1 for one in asked if form.get(one.key, None) not in (None, "", False)),
    )
