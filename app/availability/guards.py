"""Who enters an enrolment."""

from typing import Annotated

from fastapi import Depends

from app.availability.queries import Enrolling, find_enrolling
from app.campaigns.guards import campaign_for_hr
from app.campaigns.tables import Campaign
from app.core.db import Db
from app.core.errors import NotFound
from app.core.security import policy
from app.people.guards import Employee


@policy("enrolling")
def own_enrolment(person: Employee, session: Db, campaign_id: int) -> Enrolling:
    """Employees invited to the campaign, or who answered it once; each sees their own answers only."""
    assert person.id is not None
    found = find_enrolling(session, campaign_id, person.id)
    if found is None:
        raise NotFound
    return found


@policy("hr_answer")
def answer_for_hr(
    campaign: Annotated[Campaign, Depends(campaign_for_hr, scope="function")],
    session: Db,
    person_id: int,
) -> Enrolling:
    """HR, on somebody invited to a campaign that exists."""
    assert campaign.id is not None
    found = find_enrolling(session, campaign.id, person_id)
    if found is None:
        raise NotFound
    return found


OwnEnrolment = Annotated[Enrolling, Depends(own_enrolment, scope="function")]
AnswerForHr = Annotated[Enrolling, Depends(answer_for_hr, scope="function")]
