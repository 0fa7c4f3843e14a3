"""What rosters and teams say of people's days in a campaign, for visits at whatever hours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col

from app.availability.days import Told
from app.campaigns.tables import Campaign
from app.people.tables import Person
from app.teams import days as teams
from app.teams.days import Marks
from app.teams.rules import NO_ROSTER, WHOLE_DAY, During, RosterWeek


@dataclass(frozen=True)
class Hours:
    """At which hours somebody would leave, and receive: a day counts as worked where it suits all of them."""

    leaving: Collection[During] = (WHOLE_DAY,)
    receiving: Collection[During] = (WHOLE_DAY,)


PLANNED = Hours()
"""As plans make visits."""


@dataclass(frozen=True)
class Teller:
    """Says what rosters and teams told of somebody's days."""

    rosters: Mapping[int, RosterWeek]
    marks: Marks

    def __call__(self, person_id: int, team_id: int, during: During = WHOLE_DAY) -> Told:
        """Of one person, for a visit at these hours."""
        return Told(
            self.rosters.get(person_id, NO_ROSTER).at(during),
            self.marks.no_leaving.get(team_id, frozenset()),
            self.marks.no_visitors.get(team_id, frozenset()),
        )


def told_of_everybody(session: Session, campaign: Campaign) -> Teller:
    """Of whoever is invited to a campaign, in three queries."""
    first, last = campaign.first_day, campaign.last_day
    return Teller(teams.roster_days(session, first, last), teams.marks_between(session, first, last))


def told_of_people(session: Session, campaign: Campaign, people: Collection[Person]) -> Teller:
    """Of these people, in three queries."""
    first, last = campaign.first_day, campaign.last_day
    marks = teams.marks_between(session, first, last, {one.team_id for one in people})
    own = col(Person.id).in_([one.id for one in people])
    return Teller(teams.roster_days(session, first, last, own), marks)
