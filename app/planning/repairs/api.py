"""JSON door of repairs."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from app.accounts.guards import Asking
from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.people import queries as people_queries
from app.planning.repairs import closing, needs, opening, queries, reopening, ruling, service
from app.planning.repairs.schemas import (
    AcceptanceForm,
    ClosedSiteOut,
    ClosedSitesOut,
    ClosureForm,
    ClosureOut,
    DismissalForm,
    ReopeningOut,
    RepairOut,
    RepairsOut,
    RulesForm,
    RulesOut,
    reopening_out,
    repair_out,
)
from app.planning.tables import Repair, RepairStatus
from app.visits.schemas import visit_out

router = APIRouter()

REPAIRS = "/campaigns/{campaign_id}/repairs"
ONE = REPAIRS + "/{repair_id}"


def _out(session: Session, repairs: list[Repair]) -> list[RepairOut]:
    ids = [one.id or 0 for one in repairs]
    rows, visits = queries.proposals_of(session, ids), queries.visits_by_repair(session, ids)
    return [
        repair_out(one, visits.get(one.id or 0, []), [row for row in rows if row.repair_id == one.id])
        for one in needs.by_the_clock(session, repairs, clock.today())
    ]


@router.get(REPAIRS)
def list_repairs(session: Db, campaign: HrCampaign) -> RepairsOut:
    """The latest repairs of a campaign, newest first."""
    return RepairsOut(repairs=_out(session, queries.repairs_of(session, campaign.id or 0)))


@router.post(REPAIRS, status_code=202)
def repair_conflicts(session: Db, actor: Asking, campaign: HrCampaign) -> RepairOut:
    """Look for other days for what rosters contradict and no undecided repair is about."""
    return _out(session, [opening.repair_conflicts(session, campaign, actor, clock.now(), clock.today())])[0]


@router.get(REPAIRS + "/rules")
def show_rules(session: Db, campaign: HrCampaign) -> RulesOut:
    """Who accepts repairs."""
    rules = queries.rules_of(session, campaign.id or 0)
    return RulesOut(automatic=rules.automatic, version=rules.version)


@router.put(REPAIRS + "/rules")
def set_rules(session: Db, actor: Asking, campaign: HrCampaign, sent: RulesForm) -> RulesOut:
    """Say who accepts repairs."""
    ruling.set_rules(session, campaign, actor, clock.now(), automatic=sent.automatic, version=sent.version)
    return RulesOut(automatic=sent.automatic, version=sent.version + 1)


@router.get(ONE)
def show_repair(session: Db, campaign: HrCampaign, repair_id: int) -> RepairOut:
    """One repair and its proposals; poll it until it is `ready`."""
    return _out(session, [queries.find(session, campaign.id or 0, repair_id)])[0]


@router.post(ONE + "/acceptance", responses={202: {"model": RepairOut, "description": "Changed since"}})
def accept(
    session: Db,
    actor: Asking,
    campaign: HrCampaign,
    repair_id: int,
    sent: AcceptanceForm,
    response: Response,
) -> RepairOut:
    """Do what a proposal says; those concerned are asked to confirm.

    Where something changed since, nothing is done and 202 names the repair to read: poll it until `ready`.
    """
    repair = queries.find(session, campaign.id or 0, repair_id)
    now, today = clock.now(), clock.today()
    done = service.accept_or_search(
        session, campaign, repair, sent.kind, actor, now, today, computed_at=sent.computed_at
    )
    if done.status is not RepairStatus.ACCEPTED:
        response.status_code = 202
    return _out(session, [done])[0]


@router.post(ONE + "/dismissal")
def dismiss(
    session: Db, actor: Asking, campaign: HrCampaign, repair_id: int, sent: DismissalForm
) -> RepairOut:
    """Take none of the proposals."""
    repair = queries.find(session, campaign.id or 0, repair_id)
    service.dismiss(session, repair, actor, clock.now(), clock.today(), cancel_visits=sent.cancel_visits)
    return _out(session, [repair])[0]


@router.post(ONE + "/cancellation")
def stop(session: Db, actor: Asking, campaign: HrCampaign, repair_id: int) -> RepairOut:
    """Stop looking."""
    repair = queries.find(session, campaign.id or 0, repair_id)
    service.stop(session, repair, actor, clock.now())
    return _out(session, [repair])[0]


@router.post(ONE + "/repetition", status_code=202)
def search_again(session: Db, actor: Asking, campaign: HrCampaign, repair_id: int) -> RepairOut:
    """Look for new proposals for the same visits."""
    repair = queries.find(session, campaign.id or 0, repair_id)
    return _out(
        session, [opening.search_again(session, campaign, repair, actor, clock.now(), clock.today())]
    )[0]


@router.get("/campaigns/{campaign_id}/closures")
def show_closure(session: Db, campaign: HrCampaign, asked: Annotated[ClosureForm, Query()]) -> ClosureOut:
    """What closing a site for some days would do, in every campaign. Changes nothing."""
    people_queries.site(session, asked.site_id)
    today = clock.today()
    what = closing.closure_of(session, asked.site_id, asked.first, asked.last, today)
    return ClosureOut(
        repaired=[visit_out(seen, today) for seen in what.repaired],
        falling=[visit_out(seen, today) for seen in what.apart],
    )


@router.post("/campaigns/{campaign_id}/closures", status_code=202)
def close_site(session: Db, actor: Asking, campaign: HrCampaign, sent: ClosureForm) -> RepairsOut:
    """Close a site for some days: one repair for each campaign with visits there."""
    people_queries.site(session, sent.site_id)
    made = closing.close_site(session, sent.site_id, sent.first, sent.last, actor, clock.now(), clock.today())
    return RepairsOut(repairs=_out(session, made))


@router.get("/campaigns/{campaign_id}/closed-sites")
def list_closed_sites(session: Db, campaign: HrCampaign) -> ClosedSitesOut:
    """Which sites are closed on which days to come; a closure holds for every campaign."""
    return ClosedSitesOut(
        closed=[
            ClosedSiteOut(site_id=one.site.id or 0, site=one.site.name, first=one.first, last=one.last)
            for one in reopening.closed_spans(session, clock.today())
        ]
    )


@router.get("/campaigns/{campaign_id}/reopenings")
def show_reopening(session: Db, campaign: HrCampaign, asked: Annotated[ClosureForm, Query()]) -> ReopeningOut:
    """What opening a closed site again on some days would do, in every campaign. Changes nothing."""
    today = clock.today()
    return reopening_out(
        reopening.reopening_of(session, asked.site_id, asked.first, asked.last, today), today
    )


@router.post("/campaigns/{campaign_id}/reopenings")
def reopen_site(session: Db, actor: Asking, campaign: HrCampaign, sent: ClosureForm) -> ReopeningOut:
    """Open a closed site again on some days."""
    today = clock.today()
    done = reopening.reopen_site(session, sent.site_id, sent.first, sent.last, actor, clock.now(), today)
    return reopening_out(done, today)
