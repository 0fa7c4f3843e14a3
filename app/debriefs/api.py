"""JSON door of debriefs."""

from fastapi import APIRouter

from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.debriefs import queries, service
from app.debriefs.guards import Writing
from app.debriefs.results import results
from app.debriefs.schemas import AnswersIn, DebriefOut, ResultsOut, questions_out, results_out
from app.debriefs.service import Author

router = APIRouter(prefix="/api/v1", tags=["debriefs"])


@router.get("/visits/{visit_id}/debrief")
def show(session: Db, author: Writing) -> DebriefOut:
    """One's own form of a visit: questions, who reads each answer, the draft."""
    return _out(session, author)


@router.put("/visits/{visit_id}/debrief")
def save_draft(session: Db, author: Writing, sent: AnswersIn) -> DebriefOut:
    """Keep a draft; it replaces the former one."""
    service.save_draft(session, author, _given(sent), now=clock.now())
    return _out(session, author)


@router.post("/visits/{visit_id}/debrief/sending", status_code=201)
def send(session: Db, author: Writing, sent: AnswersIn) -> DebriefOut:
    """Send the form, once."""
    service.send_debrief(session, author, _given(sent), now=clock.now())
    return _out(session, author)


@router.get("/campaigns/{campaign_id}/results")
def campaign_results(session: Db, campaign: HrCampaign) -> ResultsOut:
    """A campaign's results; they change at releases only."""
    assert campaign.id is not None
    found = results(
        queries.answered(session, campaign.id),
        queries.released(session, campaign.id),
        queries.tallies(session, campaign.id),
    )
    return results_out(campaign.id, found)


def _given(sent: AnswersIn) -> dict[str, int | str | bool]:
    return {key: value for key, value in sent.answers.items() if value is not None}


def _out(session: Db, author: Author) -> DebriefOut:
    return DebriefOut(
        visit_id=author.visit_id,
        role=author.role,
        state=service.state(session, author, now=clock.now()),
        questions=questions_out(author.role, statements=service.asks_statements(session, author)),
        draft=service.draft_of(session, author),
        thanks=service.thanks_for(session, author),
    )
