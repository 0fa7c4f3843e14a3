"""What one person answered to the campaigns that are not over: read for their own space."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, or_, select

from app.availability.errors import PREPARED, is_left_out
from app.availability.given import DaysGiven, Given
from app.availability.leaving import has_days_back
from app.availability.queries import is_changeable
from app.availability.tables import Answer, Enrolment, Wish
from app.campaigns.invited import invitation
from app.campaigns.tables import Campaign, Status
from app.people.tables import Person, Team

ALIVE = (*PREPARED, Status.PUBLISHED, Status.RUNNING)


@dataclass(frozen=True)
class OwnAnswer:
    """One's own answer to a campaign; wished teams in the order of the wishes."""

    campaign: Campaign
    enrolment: Enrolment
    is_invited: bool
    wishes: list[Team] = field(default_factory=list)

    @property
    def takes_part(self) -> bool:
        """They said yes and did not leave since."""
        return self.enrolment.answer == Answer.YES

    @property
    def left_out(self) -> bool:
        """They are invited no more; no day is planned yet."""
        return is_left_out(self.campaign, is_invited=self.is_invited)

    def may_come_back(self, today: date) -> bool:
        """They left, and may take part again on their days."""
        return not self.takes_part and has_days_back(self.campaign, self.enrolment, today)

    @property
    def leaves(self) -> int:
        """On how many days of the campaign they can go."""
        return self._given.leaves.bit_count()

    @property
    def receives(self) -> int:
        """On how many days of the campaign they can receive."""
        return self._given.receives.bit_count()

    @cached_property
    def _given(self) -> Given:
        return DaysGiven(self.campaign)(self.enrolment.visit_days, self.enrolment.host_days)

    def is_paused(self, today: date) -> bool:
        """Whether a pause is running or to come."""
        return self.enrolment.paused_until is not None and self.enrolment.paused_until >= today

    def is_changeable(self, today: date) -> bool:
        """Whether days and wishes may still change."""
        return self.is_invited and is_changeable(self.campaign, today)


def own_pauses(session: Session, person: Person, today: date) -> list[tuple[Campaign, Enrolment]]:
    """Pauses running or to come of whoever takes part, the next campaign first; whoever books pauses without
    an answer."""
    rows = session.exec(
        select(Campaign, Enrolment)
        .join(Enrolment, col(Enrolment.campaign_id) == col(Campaign.id))
        .where(
            col(Enrolment.person_id) == person.id,
            col(Enrolment.paused_until) >= today,
            or_(col(Enrolment.answer).is_(None), col(Enrolment.answer) != Answer.NO),
            col(Campaign.status).in_(ALIVE),
        )
        .order_by(col(Campaign.first_day), col(Campaign.id))
    )
    return list(rows)


def own_answers(session: Session, person: Person) -> list[OwnAnswer]:
    """One's answers to campaigns that are not over, the next campaign first, in two queries."""
    columns: tuple[Any, ...] = (Campaign, Enrolment, invitation())
    chosen: Any = select(*columns)
    rows = session.exec(
        chosen.select_from(Campaign)
        .join(Enrolment, col(Enrolment.campaign_id) == col(Campaign.id))
        .join(Person, col(Person.id) == col(Enrolment.person_id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(
            col(Enrolment.person_id) == person.id,
            col(Enrolment.answer).is_not(None),
            col(Campaign.status).in_(ALIVE),
        )
        .order_by(col(Campaign.first_day), col(Campaign.id))
    )
    found = {row.id: OwnAnswer(campaign, row, bool(invited)) for campaign, row, invited in rows}
    wished = session.exec(
        select(Wish.enrolment_id, Team)
        .join(Team, col(Team.id) == col(Wish.team_id))
        .where(col(Wish.enrolment_id).in_(found))
        .order_by(col(Wish.enrolment_id), col(Wish.rank))
    )
    for enrolment_id, team in wished:
        found[enrolment_id].wishes.append(team)
    return list(found.values())
