"""Who has answered, for HR: counts by team and by site, names of those who have, those who have not, and
those who take part on too few days.

Saying no is shown in the campaign's total only, never beside a name, a team or a site.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from app.availability.queries import given_by
from app.availability.tables import Answer, Enrolment
from app.campaigns.invited import invitation
from app.campaigns.tables import Booking, Campaign, Status
from app.core.searching import folded, matches
from app.people.tables import Person, Side, Site, Team

PAGE = 50
"""Names on one page."""


@dataclass(frozen=True)
class Tally:
    """How many of some people have answered."""

    invited: int
    answered: int
    yes: int

    @property
    def waiting(self) -> int:
        """Those who have not answered."""
        return self.invited - self.answered


@dataclass(frozen=True)
class TeamTally(Tally):
    """The answers of one team."""

    team_id: int
    team: str
    side: Side
    site_id: int
    site: str


@dataclass(frozen=True)
class SiteTally(Tally):
    """The answers of one site."""

    site_id: int
    site: str


@dataclass(frozen=True)
class Answers:
    """The answers to a campaign, team by team; sums are made from the teams."""

    teams: tuple[TeamTally, ...]

    @property
    def total(self) -> Tally:
        """Everybody invited."""
        return _sum(self.teams)

    @property
    def no(self) -> int:
        """Those who said no, in all."""
        return self.total.answered - self.total.yes

    def side(self, side: Side) -> Tally:
        """One side."""
        return _sum(team for team in self.teams if team.side == side)

    @property
    def sites(self) -> list[SiteTally]:
        """Each site, by name."""
        grouped: dict[int, list[TeamTally]] = {}
        for team in self.teams:
            grouped.setdefault(team.site_id, []).append(team)
        found = []
        for site_id, teams in grouped.items():
            whole = _sum(teams)
            found.append(SiteTally(whole.invited, whole.answered, whole.yes, site_id, teams[0].site))
        return sorted(found, key=lambda one: folded(one.site))


def _sum(tallies: Iterable[Tally]) -> Tally:
    rows = list(tallies)
    return Tally(
        sum(one.invited for one in rows), sum(one.answered for one in rows), sum(one.yes for one in rows)
    )


def answers_to(session: Session, campaign: Campaign) -> Answers:
    """The answers of those invited, in one query."""
    columns: tuple[Any, ...] = (
        Team,
        Site,
        func.count(col(Person.id)),
        func.count(col(Enrolment.answer)),
        func.sum(case((col(Enrolment.answer) == Answer.YES, 1), else_=0)),
    )
    chosen: Any = select(*columns)
    query = (
        _invited(chosen, campaign)
        .group_by(col(Team.id), col(Site.id))
        .order_by(col(Site.name), col(Team.name), col(Team.id))
    )
    return Answers(
        tuple(
            TeamTally(invited, answered, yes, team.id, team.name, team.side, site.id, site.name)
            for team, site, invited, answered, yes in session.exec(query)
        )
    )


@dataclass(frozen=True)
class Asked:
    """Which names HR wants to see."""

    answered: bool | None = False
    """None: everybody invited."""
    site_id: int | None = None
    team_id: int | None = None
    side: Side | None = None
    text: str = ""
    only: Collection[int] | None = None
    """These people, by id; None: whoever."""


@dataclass(frozen=True)
class AskedPerson:
    """Somebody invited, as HR sees them here: whether they answered, not what."""

    person_id: int
    name: str
    employee_number: str
    team: str
    site: str
    side: Side
    has_email: bool
    has_answered: bool
    answered_at: datetime | None
    reminded_at: datetime | None


def asked_people(session: Session, campaign: Campaign, asked: Asked) -> list[AskedPerson]:
    """Those invited who fit what HR asked for, by family name, in one query."""
    columns: tuple[Any, ...] = (
        Person.id,
        Person.first_name,
        Person.last_name,
        Person.employee_number,
        Person.email,
        col(Team.name).label("team"),
        col(Site.name).label("site"),
        Team.side,
        Enrolment.answer,
        Enrolment.answered_at,
        Enrolment.reminded_at,
    )
    chosen: Any = select(*columns)
    query = _invited(chosen, campaign)
    if asked.answered is not None:
        has = col(Enrolment.answer)
        query = query.where(has.is_not(None) if asked.answered else has.is_(None))
    if asked.only is not None:
        query = query.where(col(Person.id).in_(asked.only))
    if asked.site_id is not None:
        query = query.where(Team.site_id == asked.site_id)
    if asked.team_id is not None:
        query = query.where(Team.id == asked.team_id)
    if asked.side is not None:
        query = query.where(Team.side == asked.side)
    query = query.order_by(col(Person.last_name), col(Person.first_name), col(Person.id))
    return [
        AskedPerson(
            person_id=row.id,
            name=f"{row.first_name} {row.last_name}".strip(),
            employee_number=row.employee_number,
            team=row.team,
            site=row.site,
            side=row.side,
            has_email=bool(row.email),
            has_answered=row.answer is not None,
            answered_at=row.answered_at,
            reminded_at=row.reminded_at,
        )
        for row in session.exec(query)
        if matches(asked.text, row.first_name, row.last_name, row.employee_number)
    ]


def short_of_days(session: Session, campaign: Campaign) -> set[int]:
    """Who takes part in a planned campaign on days that do not suffice, by id; nobody once a plan is
    published, or where days are booked. One query."""
    if campaign.booking == Booking.OPEN or campaign.status not in (Status.OPEN, Status.PLANNING):
        return set()
    return {id_ for id_, given in given_by(session, campaign).items() if not given.suffice}


def last_reminder(session: Session, campaign_id: int) -> datetime | None:
    """When somebody was last reminded of a campaign."""
    query = select(func.max(col(Enrolment.reminded_at))).where(Enrolment.campaign_id == campaign_id)
    found: datetime | None = session.exec(query).one()
    return found


def _invited(chosen: Any, campaign: Campaign) -> Any:
    return (
        chosen.select_from(Person)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Site, col(Site.id) == col(Team.site_id))
        .join(Campaign, col(Campaign.id) == campaign.id)
        .outerjoin(
            Enrolment,
            (col(Enrolment.campaign_id) == campaign.id) & (col(Enrolment.person_id) == col(Person.id)),
        )
        .where(invitation())
    )
