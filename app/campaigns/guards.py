"""Who enters a campaign."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from app.accounts.guards import Asking, Hr
from app.campaigns.invited import is_invited
from app.campaigns.tables import Campaign, Status
from app.core.db import Db
from app.core.errors import NotFound
from app.core.security import policy
from app.people.guards import Employee
from app.people.tables import Person

__all__ = ["Asking", "HrCampaign", "Invitation", "InvitedTo", "campaign_for_hr", "open_campaign"]


@policy("hr_campaign")
def campaign_for_hr(actor: Hr, session: Db, campaign_id: int) -> Campaign:
    """HR, on a campaign that exists."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound
    return campaign


@dataclass(frozen=True)
class Invitation:
    """An employee and the campaign they are invited to."""

    campaign: Campaign
    person: Person


@policy("invited")
def open_campaign(person: Employee, session: Db, campaign_id: int) -> Invitation:
    """Employees invited to the campaign, once it has been opened (whatever became of it since)."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.status == Status.DRAFT or not is_invited(session, campaign, person):
        raise NotFound
    return Invitation(campaign, person)


HrCampaign = Annotated[Campaign, Depends(campaign_for_hr, scope="function")]
InvitedTo = Annotated[Invitation, Depends(open_campaign, scope="function")]
