"""Every SELECT of visits. A visit is read with its people, their teams and their sites, in one query."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlmodel import Session, col, or_

from app.availability.tables import Answer, Enrolment
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import another
from app.core.errors import NotFound
from app.people.tables import Person, Site, Team
from app.visits.rules import crosses_companies, has_begun, is_past, may_be_made_up, stands, takes_place
from app.visits.tables import CancelReason, PersonDay, Swap, Unmatched, Visit, VisitStatus

Visitor, Host, Tutor = another(Person), another(Person), another(Person)
VisitorTeam, HostTeam = another(Team), another(Team)
VisitorSite, HostSite = another(Site), another(Site)


@dataclass(frozen=True)
class SeenVisit:
    """A visit as pages show it: who goes from where, to whom, where."""

    visit: Visit
    campaign: Campaign
    visitor: Person
    host: Person
    visitor_team: Team
    host_team: Team
    visitor_site: Site
    host_site: Site
    swap: Swap | None = None
    tutor: Person | None = None
    """Who receives in the host's place."""
    parted: bool = False
    """One of the two left the campaign, and did not come back."""

    def has(self, person_id: int | None) -> bool:
        """Whether somebody is one of the two."""
        return person_id in (self.visitor.id, self.host.id)

    @property
    def crosses(self) -> bool:
        """The two work for different companies."""
        return crosses_companies(self.visitor, self.host)

    @property
    def is_past(self) -> bool:
        """Its last hour has passed, now."""
        return is_past(self.visit, clock.today())

    @property
    def goes_on(self) -> bool:
        """Its first hour has come, and its last has not."""
        return has_begun(self.visit, clock.today()) and not self.is_past

    def may_be_made_up(self, today: date) -> bool:
        """Whether the two may agree on a day for a visit that fell or was missed: both still take part."""
        both = not self.parted and self.visitor.active and self.host.active
        return both and may_be_made_up(self.visit, self.campaign, today)

    @property
    def receiver(self) -> Person:
        """Who is with the visitor that day."""
        return self.tutor or self.host


@dataclass(frozen=True)
class SeenSwap:
    """What is drawn as one: a swap's two visits, or a single visit."""

    there: SeenVisit
    back: SeenVisit | None = None

    @property
    def legs(self) -> list[SeenVisit]:
        """One or two visits, in the order of their days."""
        return [self.there] if self.back is None else [self.there, self.back]

    @property
    def last_day(self) -> date:
        """The later of its days."""
        return max(leg.visit.day for leg in self.legs)

    @property
    def fallen(self) -> SeenVisit | None:
        """The part that was cancelled, or missed, while the other stands and nobody left it at that."""
        standing = [leg for leg in self.legs if takes_place(leg.visit)]
        if self.back is None or len(standing) != 1 or self.is_one_way:
            return None
        return next(leg for leg in self.legs if not takes_place(leg.visit))

    @property
    def is_one_way(self) -> bool:
        """Both agreed that the visit that is left is enough."""
        return self.there.swap is not None and self.there.swap.one_way_at is not None

    def other(self, visit_id: int | None) -> SeenVisit | None:
        """The other part of a visit's swap."""
        return next((leg for leg in self.legs if leg.visit.id != visit_id), None)


def parted() -> ColumnElement[bool]:
    """Also where HR said so, which writes nobody's answer: until one of the two says yes again."""
    two = exists().where(
        col(Enrolment.campaign_id) == col(Visit.campaign_id),
        col(Enrolment.person_id).in_((col(Visit.visitor_id), col(Visit.host_id))),
    )
    back = two.where(col(Enrolment.answer) == Answer.YES, col(Enrolment.answered_at) >= col(Visit.changed_at))
    by_leaving = col(Visit.cancel_reason).in_((CancelReason.LEFT, CancelReason.VISITOR_LEFT))
    return or_(two.where(col(Enrolment.answer) == Answer.NO), and_(by_leaving, ~back))


def _seen() -> Select[*tuple[Any, ...]]:
    people = Visitor, Host, VisitorTeam, HostTeam, VisitorSite, HostSite
    return (
        select(Visit, Campaign, *people, Swap, Tutor, parted())
        .join(Campaign, col(Campaign.id) == col(Visit.campaign_id))
        .join(Visitor, col(Visitor.id) == col(Visit.visitor_id))
        .join(Host, col(Host.id) == col(Visit.host_id))
        .join(VisitorTeam, col(VisitorTeam.id) == col(Visitor.team_id))
        .join(HostTeam, col(HostTeam.id) == col(Host.team_id))
        .join(VisitorSite, col(VisitorSite.id) == col(VisitorTeam.site_id))
        .join(HostSite, col(HostSite.id) == col(HostTeam.site_id))
        .outerjoin(Swap, col(Swap.id) == col(Visit.swap_id))
        .outerjoin(Tutor, col(Tutor.id) == col(Visit.tutor_id))
    )


def read_visits(session: Session, *conditions: ColumnElement[bool]) -> list[SeenVisit]:
    """Visits that fulfil conditions on `Visit`, `Visitor`, `Host`, their teams and sites, by day."""
    found = session.execute(_seen().where(*conditions).order_by(col(Visit.day), col(Visit.id)))
    return [SeenVisit(*row) for row in found]


def find_visit(session: Session, visit_id: int) -> SeenVisit | None:
    """One visit."""
    found = read_visits(session, col(Visit.id) == visit_id)
    return found[0] if found else None


def visits_with_ids(session: Session, visit_ids: Collection[int]) -> list[SeenVisit]:
    """These visits, by day."""
    return read_visits(session, col(Visit.id).in_(visit_ids))


def visit(session: Session, visit_id: int) -> SeenVisit:
    """One visit, which must exist."""
    found = find_visit(session, visit_id)
    if found is None:
        raise NotFound
    return found


def swap_of(session: Session, seen: SeenVisit) -> SeenSwap:
    """The visit with the other one of its swap. A visit made up for since is replaced by its successor."""
    if seen.visit.swap_id is None:
        return SeenSwap(seen)
    return as_swaps(read_visits(session, col(Visit.swap_id) == seen.visit.swap_id))[0]


def ids_of_swap(session: Session, visit: Visit) -> set[int]:
    """Every visit of a visit's swap, also those that another one replaced; the visit alone without a swap."""
    if visit.swap_id is None:
        return {visit.id or 0}
    return {
        one or 0 for one in session.scalars(select(col(Visit.id)).where(col(Visit.swap_id) == visit.swap_id))
    }


def swaps_with_ids(session: Session, swap_ids: Collection[int]) -> list[SeenSwap]:
    """These swaps, by first day."""
    return as_swaps(read_visits(session, col(Visit.swap_id).in_(swap_ids))) if swap_ids else []


def coming_visits_of(
    session: Session, person_id: int, campaign_id: int | None, today: date
) -> list[SeenVisit]:
    """A person's visits from today on, as visitor, host or tutor; `campaign_id` None: in all."""
    conditions = [*to_come(today)]
    if campaign_id is not None:
        conditions.append(col(Visit.campaign_id) == campaign_id)
    return read_visits(session, _lived_by(person_id), *conditions)


def busy_days(
    session: Session, person_ids: Collection[int], *, but: int | None = None
) -> dict[int, list[date]]:
    """Days taken by visits, by person, across campaigns; `but` one visit's own."""
    query = select(col(PersonDay.person_id), col(PersonDay.day)).where(
        col(PersonDay.person_id).in_(person_ids)
    )
    if but is not None:
        query = query.where(or_(col(PersonDay.visit_id).is_(None), col(PersonDay.visit_id) != but))
    found: dict[int, list[date]] = {}
    for person_id, day in session.execute(query):
        found.setdefault(person_id, []).append(day)
    return found


def _lived_by(person_id: int | None) -> ColumnElement[bool]:
    return or_(
        col(Visit.visitor_id) == person_id, col(Visit.host_id) == person_id, col(Visit.tutor_id) == person_id
    )


def visits_of(session: Session, person: Person) -> list[SeenVisit]:
    """Everything a person lives as visitor, host or tutor, cancelled ones included, by day."""
    return read_visits(session, _lived_by(person.id))


def visits_hosted_by(session: Session, host: Person, day: date) -> list[SeenVisit]:
    """Whom a person receives on a day (standing visits)."""
    return read_visits(
        session,
        col(Visit.host_id) == host.id,
        col(Visit.day) == day,
        col(Visit.status) == VisitStatus.PLANNED,
    )


def visits_of_campaign(session: Session, campaign_id: int) -> list[SeenVisit]:
    """Every visit of a campaign, cancelled ones included, by day."""
    return read_visits(session, col(Visit.campaign_id) == campaign_id)


def visits_of_teams(session: Session, team_ids: Collection[int], first: date, last: date) -> list[SeenVisit]:
    """Standing visits from and to some teams, days included."""
    return read_visits(
        session,
        or_(col(Visitor.team_id).in_(team_ids), col(Host.team_id).in_(team_ids)),
        col(Visit.day).between(first, last),
        col(Visit.status) == VisitStatus.PLANNED,
    )


def as_swaps(visits: Iterable[SeenVisit]) -> list[SeenSwap]:
    """Join the visits of each swap; those without one stand alone. By first day.

    Of several visits in one direction (one fell, another was agreed on since), the standing or latest counts.
    """
    current: dict[tuple[int, int], SeenVisit] = {}
    alone = []
    for seen in sorted(visits, key=lambda seen: seen.visit.id or 0):
        if seen.visit.swap_id is None:
            alone.append(seen)
            continue
        key = (seen.visit.swap_id, seen.visit.visitor_id)
        before = current.get(key)
        if before is None or not stands(before.visit):
            current[key] = seen
    of_swap: dict[int, list[SeenVisit]] = {}
    for (swap_id, _visitor), seen in current.items():
        of_swap.setdefault(swap_id, []).append(seen)
    drawn = [SeenSwap(seen) for seen in alone]
    drawn += [SeenSwap(*sorted(legs, key=_in_order)) for legs in of_swap.values()]
    return sorted(drawn, key=lambda swap: _in_order(swap.there))


def _in_order(seen: SeenVisit) -> tuple[date, int]:
    return seen.visit.day, seen.visit.id or 0


def unmatched_of(session: Session, person: Person) -> list[tuple[Unmatched, Campaign]]:
    """Campaigns whose plan had nobody for a person, with the reason; newest first."""
    found = session.execute(
        select(Unmatched, Campaign)
        .join(Campaign, col(Campaign.id) == col(Unmatched.campaign_id))
        .where(col(Unmatched.person_id) == person.id)
        .order_by(col(Campaign.last_day).desc())
    )
    return [(row[0], row[1]) for row in found]


def unmatched_of_campaign(session: Session, campaign_id: int) -> list[tuple[Unmatched, Person]]:
    """Everybody for whom a published plan has nobody, by name."""
    found = session.execute(
        select(Unmatched, Person)
        .join(Person, col(Person.id) == col(Unmatched.person_id))
        .where(col(Unmatched.campaign_id) == campaign_id)
        .order_by(col(Person.last_name), col(Person.first_name))
    )
    return [(row[0], row[1]) for row in found]


def coming_visits(session: Session, campaign_id: int, today: date) -> list[Visit]:
    """Standing visits of a campaign from today on."""
    return list(
        session.scalars(
            select(Visit)
            .where(col(Visit.campaign_id) == campaign_id, *to_come(today))
            .order_by(col(Visit.id))
        )
    )


def to_come(today: date) -> list[ColumnElement[bool]]:
    """As `rules.is_ahead`."""
    return [
        col(Visit.status) == VisitStatus.PLANNED,
        col(Visit.day) >= today,
        or_(col(Visit.day) > today, col(Visit.ends_at) > clock.hour_on(today)),
        col(Visit.missed_at).is_(None),
        col(Visit.disputed_at).is_(None),
    ]


@dataclass(frozen=True, slots=True)
class StandingVisit:
    """A visit that is to take place, with its teams: what other plans must leave room for."""

    campaign_id: int
    visitor_id: int
    host_id: int
    day: date
    visitor_team_id: int
    host_team_id: int
    visit_id: int


def standing_visits(session: Session, first: date, last: date) -> list[StandingVisit]:
    """Standing visits of every campaign between two days, both included."""
    found = session.execute(
        select(
            col(Visit.campaign_id),
            col(Visit.visitor_id),
            col(Visit.host_id),
            col(Visit.day),
            col(Visitor.team_id),
            col(Host.team_id),
            col(Visit.id),
        )
        .join(Visitor, col(Visitor.id) == col(Visit.visitor_id))
        .join(Host, col(Host.id) == col(Visit.host_id))
        .where(col(Visit.status) == VisitStatus.PLANNED, col(Visit.day).between(first, last))
    )
    return [StandingVisit(*row) for row in found]


def met_pairs(
    session: Session, campaign_id: int | None = None, *, but: Collection[int] = ()
) -> set[tuple[int, int]]:
    """Pairs who met, or are to meet, in whatever campaign (or in that one only); smaller id first. Not
    by a day that was missed.

    `but`: visits that do not count, by id.
    """
    query = select(col(Visit.visitor_id), col(Visit.host_id), col(Visit.id)).where(
        col(Visit.status) == VisitStatus.PLANNED, col(Visit.missed_at).is_(None)
    )
    if campaign_id is not None:
        query = query.where(col(Visit.campaign_id) == campaign_id)
    aside = set(but)
    return {(min(a, b), max(a, b)) for a, b, visit_id in session.execute(query) if visit_id not in aside}


def rows_of_campaign(session: Session, campaign_id: int) -> list[Visit]:
    """Every visit of a campaign, cancelled ones included, without its people."""
    query = select(Visit).where(col(Visit.campaign_id) == campaign_id)
    return list(session.scalars(query.order_by(col(Visit.id))))


def visits_received_at(session: Session, site_id: int, first: date, last: date) -> list[SeenVisit]:
    """Standing visits that a site receives between two days, whatever their campaign, by day."""
    return read_visits(
        session,
        col(HostSite.id) == site_id,
        col(Visit.status) == VisitStatus.PLANNED,
        col(Visit.day).between(first, last),
    )


def visits_received_by(session: Session, team_id: int, today: date) -> list[SeenVisit]:
    """Visits to come that a team is to receive."""
    return read_visits(session, col(HostTeam.id) == team_id, *to_come(today))


def left_out_last_time(session: Session, campaign_id: int) -> set[int]:
    """Ids of people whose last other campaign had nobody for them."""
    missed = session.execute(
        select(col(Unmatched.person_id), func.max(Campaign.first_day))
        .join(Campaign, col(Campaign.id) == col(Unmatched.campaign_id))
        .where(col(Unmatched.campaign_id) != campaign_id)
        .group_by(col(Unmatched.person_id))
    )
    lived = session.execute(
        select(col(Visit.visitor_id), func.max(Campaign.first_day))
        .join(Campaign, col(Campaign.id) == col(Visit.campaign_id))
        .where(col(Visit.campaign_id) != campaign_id, col(Visit.status) == VisitStatus.PLANNED)
        .group_by(col(Visit.visitor_id))
    )
    latest: dict[int, date] = {row[0]: row[1] for row in lived}
    return {person_id for person_id, day in missed if person_id not in latest or latest[person_id] < day}
