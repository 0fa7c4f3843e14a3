"""What holds for moving a day that somebody booked, beside the rules of every visit.

Booking stands above visits: it knows the notice that its campaign promises, the days that the team offers and
how many may come on each. It says so here, once, when it is loaded, as it is wherever the service runs.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from sqlmodel import Session

from app.accounts.sessions import Actor
from app.campaigns.tables import Booking, Campaign
from app.people.tables import Person, Site, Team
from app.teams.rules import During
from app.visits.off_days import Weeks
from app.visits.queries import SeenVisit
from app.visits.tables import Visit


@dataclass(frozen=True)
class Promise:
    """What whoever booked a day was promised, as far as another day for it goes."""

    notice_days: int
    days: frozenset[date]
    """Days that the team offers at the same place, with room for this visitor."""


@dataclass(frozen=True)
class Pending:
    """Something asked for that is no visit yet: a request, a place in line, or one that is kept."""

    request_id: int
    day: date
    words: str
    """Where it stands, and where it would be."""


@dataclass(frozen=True)
class Instead:
    """A place that is kept for whoever lost the day they had booked."""

    request_id: int
    day: date
    team: str
    site: str
    starts_at: time
    ends_at: time
    due_at: datetime | None


@dataclass(frozen=True)
class Kept:
    """A place that is kept for somebody until they answer: it counts in both teams as a visit would."""

    day: date
    visitor: Person
    host: Person
    visitor_team: Team
    visitor_site: Site
    host_team: Team
    host_site: Site
    until: datetime
    during: During

    def is_over(self, now: datetime) -> bool:
        """Whether the time to answer has passed, even if the clock has not passed it on yet."""
        return self.until <= now


@dataclass(frozen=True)
class Ended:
    """A booked day, a request or a place in line that something ends: the closing of a site, a staff file."""

    request_id: int
    day: date
    person: Person
    team: str
    asker_off: bool = False
    """Since whoever asked would not be at work then."""


@dataclass(frozen=True)
class AskedFor:
    """A request, or a place in line, at a team or of its member."""

    request_id: int
    day: date
    person: Person
    host: Person | None
    """Who is named to receive; None: anybody of the team."""
    team: Team
    """The one that would receive."""
    during: During


@dataclass(frozen=True)
class Unled:
    """A team that nobody leads once its manager left."""

    team: str
    requests: int
    """What waits for an answer there."""


class Keeper(Protocol):
    """What booking answers about visits."""

    def left_unled(self, session: Session, gone: Collection[int], managed: Collection[int]) -> list[Unled]:
        """Teams that nobody leads once some people are gone, but those with one of the `managed`."""

    def ending_with(self, session: Session, host_ids: Collection[int], today: date) -> list[Person]:
        """Who asked for a day at which one of these is named to receive, or waits for it: once for each."""

    def ending_with_moves(self, session: Session, moved: Mapping[int, int], today: date) -> list[Ended]:
        """What is asked for, kept or waited for where one of these is named to receive for the team that they
        would leave (`moved`: the other team by person), by day."""

    def ending_with_weeks(self, session: Session, weeks: Weeks, today: date) -> list[Ended]:
        """What is asked for, kept or waited for by people who would not be at work then, once they have other
        weeks (`weeks`: by person what of `WEEK` changes), by day."""

    def ended_by_closing(self, session: Session, site_id: int, days: Collection[date]) -> list[Ended]:
        """What the closing of a site ended on these days, while its team still offers them, by day."""

    def booked(self, session: Session, visit_ids: Collection[int]) -> set[int]:
        """Those that somebody booked."""

    def of_teams(self, session: Session, visit_ids: Collection[int]) -> set[int]:
        """Those that were booked with a team, whoever of it receives."""

    def instead(self, session: Session, visit: Visit) -> Instead | None:
        """What is kept for whoever had booked a visit that fell."""

    def kept_with(self, session: Session, team_ids: Collection[int], first: date, last: date) -> list[Kept]:
        """What is kept at some teams, or for their members, between two days."""

    def asked_with(
        self, session: Session, team_ids: Collection[int], first: date, last: date
    ) -> list[AskedFor]:
        """What is asked or waited for at some teams, or by their members, between two days."""

    def chooses_again(self, session: Session, visit: Visit, today: date) -> bool:
        """Whether the visitor of a booked day that did not take place may choose another one."""

    def has_places(self, session: Session, campaign: Campaign, today: date) -> bool:
        """Whether teams offer days that can be booked."""

    def open_to(self, session: Session, people: Collection[Person], today: date) -> dict[int, Campaign]:
        """By person, a campaign in which they could book a day now."""

    def pending(
        self, session: Session, person_id: int, campaign_id: int, first: date, last: date | None
    ) -> list[Pending]:
        """What somebody asked for between two days (None: for good) and is no visit yet, by day."""

    def give_up(
        self,
        session: Session,
        person_id: int,
        campaign_id: int,
        span: tuple[date, date | None],
        actor: Actor,
        now: datetime,
    ) -> None:
        """The same, no longer wanted."""

    def promise(self, session: Session, visit: Visit, today: date) -> Promise | None:
        """For a visit that was booked; None for any other."""

    def follow(self, session: Session, visit: Visit, day: date) -> None:
        """The visit is about to move to `day`: its place is taken there and given back where it was. Raises
        `DayNotPossible` when somebody was faster."""


class _Nobody:
    def left_unled(self, session: Session, gone: Collection[int], managed: Collection[int]) -> list[Unled]:
        return []

    def ending_with(self, session: Session, host_ids: Collection[int], today: date) -> list[Person]:
        return []

    def ending_with_moves(self, session: Session, moved: Mapping[int, int], today: date) -> list[Ended]:
        return []

    def ending_with_weeks(self, session: Session, weeks: Weeks, today: date) -> list[Ended]:
        return []

    def ended_by_closing(self, session: Session, site_id: int, days: Collection[date]) -> list[Ended]:
        return []

    def booked(self, session: Session, visit_ids: Collection[int]) -> set[int]:
        return set()

    def of_teams(self, session: Session, visit_ids: Collection[int]) -> set[int]:
        return set()

    def instead(self, session: Session, visit: Visit) -> Instead | None:
        return None

    def kept_with(self, session: Session, team_ids: Collection[int], first: date, last: date) -> list[Kept]:
        return []

    def asked_with(
        self, session: Session, team_ids: Collection[int], first: date, last: date
    ) -> list[AskedFor]:
        return []

    def chooses_again(self, session: Session, visit: Visit, today: date) -> bool:
        return False

    def has_places(self, session: Session, campaign: Campaign, today: date) -> bool:
        return False

    def open_to(self, session: Session, people: Collection[Person], today: date) -> dict[int, Campaign]:
        return {}

    def pending(
        self, session: Session, person_id: int, campaign_id: int, first: date, last: date | None
    ) -> list[Pending]:
        return []

    def give_up(
        self,
        session: Session,
        person_id: int,
        campaign_id: int,
        span: tuple[date, date | None],
        actor: Actor,
        now: datetime,
    ) -> None:
        return None

    def promise(self, session: Session, visit: Visit, today: date) -> Promise | None:
        return None

    def follow(self, session: Session, visit: Visit, day: date) -> None:
        return None


_keepers: list[Keeper] = [_Nobody()]


def kept_by(keeper: Keeper) -> None:
    """From now on `keeper` answers."""
    _keepers[:] = [keeper]


def promise_of(session: Session, visit: Visit, today: date) -> Promise | None:
    """What holds for another day for this visit; None when nobody booked it."""
    return _keepers[0].promise(session, visit, today)


def follow(session: Session, visit: Visit, day: date) -> None:
    """A visit moves to another day: what was booked with it moves too. Raises `DayNotPossible`."""
    _keepers[0].follow(session, visit, day)


def pending_of(
    session: Session, person_id: int, campaign_id: int, first: date, last: date | None
) -> list[Pending]:
    """What somebody asked for in a campaign and is no visit yet, between two days."""
    return _keepers[0].pending(session, person_id, campaign_id, first, last)


def give_up(
    session: Session,
    person_id: int,
    campaign_id: int,
    span: tuple[date, date | None],
    actor: Actor,
    now: datetime,
) -> None:
    """The same, no longer wanted by whoever asked."""
    _keepers[0].give_up(session, person_id, campaign_id, span, actor, now)


def booked_among(session: Session, visits: Iterable[SeenVisit]) -> set[int]:
    """Those of these visits that somebody booked, also beside a plan: its repairs are not about them. One
    query where a plan left places to book, else none."""
    seen = list(visits)
    beside = {one.visit.id or 0 for one in seen if one.campaign.booking == Booking.REMAINING}
    booked = _keepers[0].booked(session, beside) if beside else set()
    return booked | {one.visit.id or 0 for one in seen if one.campaign.booking == Booking.OPEN}


def of_teams(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Those of these visits that were booked with a team, whoever of it receives. One query."""
    return _keepers[0].of_teams(session, visit_ids)


def instead_of(session: Session, visit: Visit) -> Instead | None:
    """What is kept, until they answer, for whoever had booked a visit that fell."""
    return _keepers[0].instead(session, visit)


def kept_with(session: Session, team_ids: Collection[int], first: date, last: date) -> list[Kept]:
    """What is kept at some teams, or for their members, between two days, by day: it counts against the
    limits of both. Two queries."""
    return _keepers[0].kept_with(session, team_ids, first, last)


def asked_with(session: Session, team_ids: Collection[int], first: date, last: date) -> list[AskedFor]:
    """What is asked or waited for at some teams, or by their members, between two days, by day. One query."""
    return _keepers[0].asked_with(session, team_ids, first, last)


def chooses_again(session: Session, visit: Visit, today: date) -> bool:
    """Whether the visitor of a booked day that did not take place may choose another one, of those that the
    campaign offers. A few queries."""
    return visit.missed_at is not None and _keepers[0].chooses_again(session, visit, today)


def has_places(session: Session, campaign: Campaign, today: date) -> bool:
    """Whether teams offer days of a campaign that can be booked now. One query."""
    return _keepers[0].has_places(session, campaign, today)


def open_to(session: Session, people: Collection[Person], today: date) -> dict[int, Campaign]:
    """By person, a campaign whose offered days may be open to them now: what whoever has no match can do. A
    constant number of queries."""
    return _keepers[0].open_to(session, people, today)


def ended_by_closing(session: Session, site_id: int, days: Collection[date]) -> list[Ended]:
    """What the closing of a site ended on these days, and whose people were not told since that it is open
    again. Two queries."""
    return _keepers[0].ended_by_closing(session, site_id, days)


def left_unled(session: Session, gone: Collection[int], managed: Collection[int]) -> list[Unled]:
    """Teams that nobody leads once some people are gone, by name; not those with one of the `managed`, to
    whom HR's file gives a manager who stays. Two queries."""
    return _keepers[0].left_unled(session, gone, managed) if gone else []


def ending_with(session: Session, host_ids: Collection[int], today: date) -> list[Person]:
    """Who asked for a day at which one of these is named to receive, or waits for it, once for each: that
    ends when they go. One query."""
    return _keepers[0].ending_with(session, host_ids, today)


def ending_with_moves(session: Session, moved: Mapping[int, int], today: date) -> list[Ended]:
    """What ends when people change team (`moved`: the new one by person), since they were named to receive
    for the former one, by day. One query."""
    return _keepers[0].ending_with_moves(session, moved, today) if moved else []


def ending_with_weeks(session: Session, weeks: Weeks, today: date) -> list[Ended]:
    """What ends when people have other weeks (`weeks`: by person what of `WEEK` changes), since whoever asked
    would not be at work then, by day. Two queries."""
    return _keepers[0].ending_with_weeks(session, weeks, today) if weeks else []
