"""JSON door of HR about absences: what was said, and what they find."""

from fastapi import APIRouter

from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.visits import absences as absent
from app.visits import api_answers, queries, reading
from app.visits.guards import ForHr
from app.visits.schemas import VisitOut
from app.visits.schemas_absences import AbsencesOut, RulingForm, absence_out, not_held_out

router = APIRouter()


@router.get("/campaigns/{campaign_id}/absences")
def absences(session: Db, campaign: HrCampaign) -> AbsencesOut:
    """Absences reported, with what those concerned answered."""
    assert campaign.id is not None
    rows = reading.reports_of_campaign(session, campaign.id)
    not_held = reading.not_held_in(session, campaign.id)
    found = queries.visits_with_ids(session, {row.visit_id for row in rows})
    visits = {one.visit.id: one.visit for one in [*not_held, *found]}
    versions = {
        key: absent.said_so_far(visit, [row for row in rows if row.visit_id == key])
        for key, visit in visits.items()
    }
    said = reading.said_not_held(session, [one.visit.id or 0 for one in not_held])
    return AbsencesOut(
        absences=[
            *(absence_out(row, visits[row.visit_id], versions[row.visit_id]) for row in rows),
            *(not_held_out(visits[one], lines, versions[one]) for one, lines in said.items()),
        ]
    )


@router.post("/visits/{visit_id}/ruling", status_code=201)
def rule(session: Db, entered: ForHr, sent: RulingForm) -> VisitOut:
    """HR say whether a day took place, and who was absent; both people are told."""
    before = entered.situation(session, clock.today())
    kind, facts = absent.ruled(before, sent.absent, not_held=sent.not_held)
    with entered.once(session, kind, **facts):
        absent.rule(
            session,
            before,
            sent.absent,
            entered.hand(sent.words),
            version=sent.version,
            not_held=sent.not_held,
        )
    return api_answers.shown(session, before.visit.id or 0)
