"""JSON door of HR about absences: what was said, and what they find."""

from fastapi import APIRouter

from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.visits import absences as absent
from app.visits import api_answers, queries, reading
from app.visits.guards import ForHr
from app.visits.schemas import VisitOut
from app.visits.schemas_absences import AbsencesOut, RulingForm, absence_out

router = APIRouter()


@router.get("/campaigns/{campaign_id}/absences")
def absences(session: Db, campaign: HrCampaign) -> AbsencesOut:
    """Absences reported, with what those concerned answered."""
    assert campaign.id is not None
    rows = reading.reports_of_campaign(session, campaign.id)
    found = queries.visits_with_ids(session, {row.visit_id for row in rows})
    visits = {one.visit.id: one.visit for one in found}
    versions = {
        key: absent.said_so_far(visit, [row for row in rows if row.visit_id == key])
        for key, visit in visits.items()
    }
    return AbsencesOut(
        absences=[absence_out(row, visits[row.visit_id], versions[row.visit_id]) for row in rows]
    )


@router.post("/visits/{visit_id}/ruling", status_code=201)
def rule(session: Db, entered: ForHr, sent: RulingForm) -> VisitOut:
    """HR say whether a day took place, and who was absent; both people are told."""
    before = entered.situation(session, clock.today())
    absent.rule(session, before, sent.absent, entered.hand(sent.words), version=sent.version)
    return api_answers.shown(session, before.visit.id or 0)
