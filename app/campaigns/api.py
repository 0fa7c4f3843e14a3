"""JSON door of campaigns."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.accounts.guards import Hr
from app.campaigns import queries, service
from app.campaigns.errors import ImpossibleStep
from app.campaigns.guards import Asking, HrCampaign
from app.campaigns.invited import invited_counts
from app.campaigns.lifecycle import By, find_step, steps_from
from app.campaigns.schemas import (
    CampaignChange,
    CampaignDetail,
    CampaignInput,
    CampaignOut,
    CampaignPage,
    Group,
    StepInput,
)
from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.db import Db

router = APIRouter(prefix="/api/v1", tags=["campaigns"])


@router.get("/campaigns")
def list_campaigns(
    session: Db,
    actor: Hr,
    status: Annotated[list[Status] | None, Query()] = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = queries.PAGE,
) -> CampaignPage:
    """Campaigns, latest first; `status` may be repeated."""
    found, total = queries.campaigns(session, statuses=status or list(Status), page=page, size=size)
    return CampaignPage(items=[CampaignOut.model_validate(one) for one in found], total=total, page=page)


@router.post("/campaigns", status_code=201)
def create_campaign(session: Db, actor: Hr, sent: CampaignInput, response: Response) -> CampaignDetail:
    """A draft; what is not sent gets a value that works, and everybody is invited unless groups are named."""
    values = sent.model_dump(exclude={"name", "story", "groups"}, exclude_none=True)
    made = service.new_campaign(
        session,
        name=sent.name,
        story=sent.story,
        actor=actor,
        now=clock.now(),
        today=clock.today(),
        groups=sent.groups or service.EVERYBODY,
        **values,
    )
    response.headers["location"] = f"/api/v1/campaigns/{made.id}"
    return _detail(session, made)


@router.get("/campaigns/{campaign_id}")
def show_campaign(session: Db, campaign: HrCampaign) -> CampaignDetail:
    """One campaign, who is invited, and the states it may pass to."""
    return _detail(session, campaign)


@router.patch("/campaigns/{campaign_id}")
def change_campaign(session: Db, campaign: HrCampaign, actor: Asking, sent: CampaignChange) -> CampaignDetail:
    """Change the fields that are sent, on the version that was read; 409 when another one stands."""
    values: dict[str, Any] = sent.model_dump(
        exclude={"version", "groups", "ends_requests", "loses_answers"}, exclude_unset=True
    )
    optional = {
        "max_visitors_per_team",
        "max_away_per_team",
        "information_sheet_on",
        "representatives_informed_on",
    }
    service.change(
        session,
        campaign,
        {name: value for name, value in values.items() if value is not None or name in optional},
        version=sent.version,
        actor=actor,
        now=clock.now(),
        today=clock.today(),
        groups=sent.groups,
        ends_requests=sent.ends_requests,
        loses_answers=sent.loses_answers,
    )
    return _detail(session, campaign)


@router.post("/campaigns/{campaign_id}/steps")
def take_step(session: Db, campaign: HrCampaign, actor: Asking, sent: StepInput) -> CampaignDetail:
    """Pass to another state, as the table of the life cycle allows; publication belongs to the plan."""
    step = find_step(campaign.status, sent.to)
    if step is None or not step.offered:
        raise ImpossibleStep(campaign.status, sent.to)
    service.take_step(
        session,
        campaign,
        sent.to,
        version=sent.version,
        actor=actor,
        now=clock.now(),
        today=clock.today(),
        reason=sent.reason,
        enrol_until=sent.enrol_until,
        plan_by=sent.plan_by,
    )
    return _detail(session, campaign)


def _detail(session: Db, campaign: Campaign) -> CampaignDetail:
    assert campaign.id is not None
    groups = [Group(kind=row.kind, ref=row.ref) for row in queries.groups_of(session, campaign.id)]
    return CampaignDetail(
        **CampaignOut.model_validate(campaign).model_dump(),
        groups=groups,
        invited=invited_counts(session, campaign).total,
        next_states=[step.after for step in steps_from(campaign, By.HR) if step.offered],
    )
