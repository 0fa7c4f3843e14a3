"""What one person may book: each day of each place, free, full or closed, and why.

`solver.rules` decides who may meet whom and within which limits, on the rows of today; here they are turned
into its values. Booking asks the same question again inside its transaction, and the database keeps the
scarcity, so that a page that is a minute old promises nothing it cannot keep.

Who avoids whom is confidential: avoidance, and pairs kept apart by HR, look exactly like a team in which
nobody can receive (`NO_HOST`), which happens every day for ordinary reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlmodel import Session

from app.availability.busy.taken import calendar_days
from app.availability.days import DayBook
from app.availability.matching import department_key, person_key, site_key, team_key
from app.availability.tables import Answer
from app.availability.told import Teller, told_of_people
from app.booking import facts, lines, queries
from app.booking.queries import SeenPlace
from app.booking.tables import BookingRequest
from app.campaigns.tables import Booking, Campaign
from app.people import queries as people_queries
from app.people.tables import Person, Team
from app.visits.apart import kept_apart
from app.visits.conditions import ADULT, Conditions, conditions_of_teams
from app.visits.limits import TeamRoom, team_rooms
from solver import rules
from solver.problem import ordered
from solver.rules import Frame, Party

NOTICE = "notice"
MET = "met"
NO_HOST = "no_host"
TOO_YOUNG = "too_young"
LEFT = "left"
ENOUGH = "enough"
"""The asker has, or asked for, as many days as the campaign lets one person have."""
PAUSED = "paused"
FULL = "full"
REFUSED = "refused"
"""Full, and the asker was refused for that day of that place: no line for them."""
SECRET = frozenset({rules.AVOID, rules.FORBIDDEN})
CAN_WAIT = frozenset({FULL, rules.TEAM_FULL, rules.TEAM_AWAY, rules.HOST_BUSY})
"""Reasons that a cancellation may lift: one may wait in line."""


@dataclass(frozen=True)
class DayOption:
    """A day of a place for one person. `why` is empty when it can be booked now."""

    day: date
    why: str = ""
    left: int = 0
    waiting: int = 0
    hosts: tuple[int, ...] = ()
    """Who could receive that day, the least busy first."""
    mine: BookingRequest | None = None
    is_busy: bool = False
    """The asker's own calendar is taken that day: greyed, bookable all the same."""
    rivals: int = 0
    """Others who asked for the same and have no answer yet."""
    was_refused: bool = False
    """The asker was told no for this day of this place: they may ask again, and are offered nothing."""

    @property
    def is_free(self) -> bool:
        """Bookable now."""
        return not self.why

    @property
    def is_full(self) -> bool:
        """Full for now."""
        return self.why in CAN_WAIT or self.why == REFUSED

    @property
    def may_wait(self) -> bool:
        """Full for now: there is a line to stand in."""
        return self.why in CAN_WAIT


@dataclass(frozen=True)
class Look:
    """A place as one person finds it."""

    seen: SeenPlace
    minutes: int | None
    refusals: tuple[str, ...] = ()
    """Why the whole place is closed to this person; empty when some day may be possible."""
    days: tuple[DayOption, ...] = ()
    languages: frozenset[str] = frozenset()
    asks: Conditions | None = None
    """What the team asks of visitors, to be acknowledged when booking."""

    @property
    def rank(self) -> int:
        """Bookable first, then full or beyond the asker's own limit, then closed."""
        if any(day.is_free for day in self.days):
            return 0
        return 1 if self.beyond_limit or any(day.may_wait for day in self.days) else 2

    @property
    def beyond_limit(self) -> bool:
        """Free on some day, but for the days that the asker has or asked for already."""
        return any(day.why == ENOUGH for day in self.days)

    def of_day(self, day: date) -> DayOption | None:
        """One of its days."""
        return next((one for one in self.days if one.day == day), None)


@dataclass
class _Scene:
    """Everything read once for a look."""

    book: DayBook
    frame: Frame
    me: Party
    mine: Person
    has_left: bool
    """The asker said no, or left: nothing is bookable until they come back."""
    paused: int
    """The days of the asker's pause."""
    earliest: date
    rooms: dict[tuple[int, date], TeamRoom]
    busy: dict[int, set[date]]
    hosted: dict[int, int]
    met: set[int]
    said_no: dict[int, set[date]]
    """Days on which possible hosts declined or cancelled a visit: they are not asked for them again."""
    queue: dict[tuple[int, date], int]
    unanswered: dict[tuple[int, date], int]
    ahead: int | None
    asked: dict[tuple[int, date], BookingRequest]
    has_enough: bool
    refused: set[tuple[int, date]]
    conditions: dict[int, Conditions]
    told: Teller
    calendars: dict[int, set[str]]
    index: dict[date, int] = field(default_factory=dict)

    def leaves(self, days: int) -> None:
        """When the asker could go, at the hours of the place that is looked at."""
        self.me = replace(self.me, can_leave=days)


def look(
    session: Session,
    campaign: Campaign,
    person: Person,
    places: Sequence[SeenPlace],
    notice_days: int,
    today: date,
    *,
    ahead: int | None = None,
    most: int | None = None,
) -> list[Look]:
    """Each of these places as `person` finds it, in the order given. A dozen queries.

    `ahead`: how many stand before the asker in the line, for somebody who is in it already. `most`: the days
    one person may have, for somebody who looks for one more; None for a day that they have asked for.
    """
    assert campaign.id is not None
    assert person.id is not None
    here, sites = session.get_one(Team, person.team_id), people_queries.sites_by_id(session)
    candidates = _candidates(session, places, person.id)
    everyone = {one.id for found in candidates.values() for one in found if one.id is not None}
    answered = facts.answers(session, campaign.id, everyone | {person.id})
    minutes = facts.minutes_from(session, here.site_id)
    people = [person, *(one for found in candidates.values() for one in found)]
    told = told_of_people(session, campaign, people)
    book = DayBook(campaign)
    ids = [one.place.id for one in places if one.place.id is not None]
    concerned = {team.id: team for team in (*(one.team for one in places), here) if team.id is not None}
    days = [day for day in book.days if day >= today]
    apart = kept_apart(session, campaign.id, person.id)
    scene = _Scene(
        book=book,
        frame=Frame(
            ordinals=tuple(day.toordinal() for day in book.days),
            is_swap=False,
            max_travel=campaign.max_travel_minutes,
            minutes={(site_key(here.site_id), site_key(to)): told for to, told in minutes.items()},
            forbidden={ordered(person_key(person.id), person_key(other)) for other in apart},
        ),
        me=_party(
            person,
            here,
            0,
            answered.get(person.id),
            excluded=facts.excluded_sites(session, campaign.id, person.id),
        ),
        mine=person,
        has_left=(mine := answered.get(person.id)) is not None and mine.answer == Answer.NO,
        paused=_paused(book, mine),
        earliest=today + timedelta(days=notice_days),
        rooms=team_rooms(session, campaign, concerned.values(), sites, days),
        busy=facts.busy_days(session, everyone | {person.id}, today),
        hosted=facts.hosted(session, campaign.id, everyone),
        met=facts.met(session, person.id, campaign.id if campaign.allow_repeat_pairs else None),
        said_no=facts.said_no(session, everyone, today),
        queue=lines.lengths(session, ids),
        unanswered=lines.unanswered(session, ids),
        ahead=ahead,
        asked=queries.live_requests(session, person.id, ids),
        has_enough=most is not None and facts.days_held(session, campaign.id, person.id) >= most,
        refused=lines.refused_days(session, person.id, ids),
        conditions=conditions_of_teams(session, concerned.keys()),
        told=told,
        calendars=calendar_days(session, everyone | {person.id}),
        index={day: number for number, day in enumerate(book.days)},
    )
    found = []
    for seen in places:
        own = told(person.id, person.team_id, seen.during)
        scene.leaves(book.leaving(person, sites[here.site_id], own) & ~scene.paused)
        hosts = [
            _host(one, seen, scene, answered.get(one.id or 0), campaign)
            for one in candidates.get(seen.place.id or 0, ())
        ]
        found.append(
            _look(scene, seen, [one for one in hosts if one is not None], minutes.get(seen.site.id or 0))
        )
    return found


def _candidates(session: Session, places: Sequence[SeenPlace], asker_id: int) -> dict[int, list[Person]]:
    """Who could receive at each place: its host, or whoever else is in the team."""
    unnamed = {one.team.id for one in places if one.host is None and one.team.id is not None}
    of_team: dict[int, list[Person]] = {}
    for person in queries.members(session, unnamed) if unnamed else ():
        if person.id != asker_id:
            of_team.setdefault(person.team_id, []).append(person)
    return {
        one.place.id or 0: [one.host] if one.host is not None else of_team.get(one.team.id or 0, [])
        for one in places
    }


def _host(
    person: Person,
    seen: SeenPlace,
    scene: _Scene,
    answered: facts.Answered | None,
    campaign: Campaign,
) -> Party | None:
    """A possible host as the rules see them; None for somebody who left or does not take part."""
    team = seen.team
    if not person.active or person.team_id != team.id or (answered and answered.answer == Answer.NO):
        return None
    told = scene.told(person.id or 0, person.team_id, seen.during)
    days = scene.book.receiving(person, seen.site, team.closed_weekdays, told) & ~_paused(
        scene.book, answered
    )
    days &= ~scene.book.mask_of(day.isoformat() for day in scene.said_no.get(person.id or 0, ()))
    if answered and answered.answer == Answer.YES and campaign.booking == Booking.REMAINING:
        days &= scene.book.mask_of(answered.host_days)
    return _party(person, team, days, answered)


def _paused(book: DayBook, answered: facts.Answered | None) -> int:
    """The days on which somebody asked that nothing be planned."""
    if answered is None or answered.paused_from is None or answered.paused_until is None:
        return 0
    first, last = answered.paused_from, answered.paused_until
    return sum(1 << number for number, day in enumerate(book.days) if first <= day <= last)


def _party(
    person: Person,
    team: Team,
    days: int,
    answered: facts.Answered | None,
    *,
    excluded: set[int] = frozenset(),  # type: ignore[assignment]
) -> Party:
    assert person.id is not None
    assert team.id is not None
    return Party(
        id=person_key(person.id),
        team=team_key(team.id),
        side=team.side.value,
        department=department_key(team.department, team.id),
        site=site_key(team.site_id),
        can_leave=days,
        can_host=days,
        languages=frozenset((answered.languages if answered else ()) or person.languages),
        manager=None if person.manager_id is None else person_key(person.manager_id),
        excluded_sites=frozenset(site_key(one) for one in excluded),
    )


def _look(scene: _Scene, seen: SeenPlace, hosts: list[Party], minutes: int | None) -> Look:
    spoken = frozenset(language for host in hosts for language in host.languages)
    reasons = {host.id: _refusals(scene, host) for host in hosts}
    willing = [host for host in hosts if not reasons[host.id]]
    said: tuple[str, ...] = ()
    if hosts and not willing:
        everywhere = set.intersection(*(set(found) for found in reasons.values())) - SECRET
        said = tuple(sorted(everywhere, key=_ORDER.index))
    asks = scene.conditions.get(seen.team.id or 0)
    if asks is not None and scene.mine.under_18 and (asks.min_age or 0) >= ADULT:
        said = (*said, TOO_YOUNG)
    if scene.has_left:
        said = (LEFT,)
    days = tuple(_day(scene, seen, day.day, day.taken, willing, said) for day in seen.offered)
    return Look(seen, minutes, said, days, spoken, asks)


def _refusals(scene: _Scene, host: Party) -> list[str]:
    found = rules.leg_refusals(scene.frame, scene.me, host)
    return [*found, MET] if int(host.id[1:]) in scene.met else found


_ORDER = (
    rules.SAME_PERSON,
    rules.SAME_SIDE,
    rules.SAME_DEPARTMENT,
    rules.MANAGER,
    rules.NO_ROUTE,
    rules.TOO_FAR,
    rules.EXCLUDED_SITE,
    rules.LANGUAGE,
    MET,
)


def _day(
    scene: _Scene, seen: SeenPlace, day: date, taken: int, willing: list[Party], said: tuple[str, ...]
) -> DayOption:
    place = seen.place
    assert place.id is not None
    at = (place.id, day)
    left = max(0, place.per_day - taken)
    hosts = _hosts_on(scene, willing, day)
    why = said[0] if said else _why(scene, seen, day, hosts, left)
    if not why and scene.has_enough:
        why = ENOUGH
    was_refused = at in scene.refused
    if was_refused and why in CAN_WAIT:
        why = REFUSED
    return DayOption(
        day,
        why,
        left,
        scene.queue.get(at, 0),
        tuple(free for free, busy in hosts if not busy),
        scene.asked.get(at),
        day.isoformat() in scene.calendars.get(scene.mine.id or 0, ()),
        scene.unanswered.get(at, 0),
        was_refused,
    )


def _hosts_on(scene: _Scene, willing: list[Party], day: date) -> list[tuple[int, bool]]:
    """Who could receive on a day, and whether they have a visit that day: those whose own calendar is free
    first, then those who receive least."""
    number = scene.index.get(day)
    if number is None:
        return []
    bit, iso = 1 << number, day.isoformat()
    ids = sorted(
        (int(host.id[1:]) for host in willing if rules.visit_days(scene.me, host) & bit),
        key=lambda one: (iso in scene.calendars.get(one, ()), scene.hosted.get(one, 0), one),
    )
    return [(one, day in scene.busy.get(one, ())) for one in ids]


def _why(scene: _Scene, seen: SeenPlace, day: date, hosts: list[tuple[int, bool]], left: int) -> str:
    number = scene.index.get(day)
    there = scene.rooms.get((seen.team.id or 0, day))
    home = scene.rooms.get((scene.mine.team_id, day))
    if day < scene.earliest:
        return NOTICE
    if number is None or there is None or home is None or not there.is_open:
        return rules.CLOSED
    if scene.paused >> number & 1:
        return PAUSED
    if not scene.me.can_leave >> number & 1:
        return rules.NOT_AVAILABLE
    if not hosts:
        return NO_HOST
    limits = rules.limit_refusals(
        visitor_visits_that_day=int(day in scene.busy.get(scene.mine.id or 0, ())),
        host_visits_that_day=int(all(busy for _one, busy in hosts)),
        visitor_team_away=home.away,
        host_team_visitors=there.received,
        visitor_team_limit=home.ceiling,
        host_team_limit=there.ceiling,
    )
    if limits:
        return limits[0]
    ahead = scene.queue.get((seen.place.id or 0, day), 0) if scene.ahead is None else scene.ahead
    return FULL if left <= 0 or ahead else ""
