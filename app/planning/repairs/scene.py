"""What a repair works on: the campaign's problem as of today, with the visits that fell taken out of it.

1. Lost        the visits the repair is about: cancelled, or impossible on their day.
2. Half        a swap of which one visit is lost and the other stands (or was lived): that one is kept, and a
               new day is looked for.
3. Movable     swaps (or single visits) that stand whole, ahead, and as the rules want them today.
4. Outside     everything else that stands: it takes its days and places, and is never touched.
5. People      whoever said "not me" rests; whoever could not that day is not asked for it again; two people
               of whom one said no are not brought together again.
6. Days        those that people gave; of those concerned alone, on demand, every day that they work.
7. Hours       a day counts as worked at the hours that a visit would have (`hours`).

A person who had nobody before may step in, but the repair is not made for them: they count for nothing.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session

from app.availability.matching import person_key
from app.campaigns.calendar import campaign_days
from app.campaigns.tables import Campaign, Exchange
from app.planning.errors import NoDaysLeft
from app.planning.problem import Leg, at_most, build, row_id
from app.planning.queries import once_more_of
from app.planning.repairs import queries
from app.planning.repairs.hours import hours_of
from app.planning.tables import RepairCause
from app.visits import queries as visits_queries
from app.visits.rules import first_day_to_plan, stands, takes_place
from app.visits.tables import By, CancelReason, Visit
from solver import Problem, rules
from solver.problem import Limit, Person, Team, ordered
from solver.problem import Visit as Planned
from solver.shapes import REPAIR_LEVELS

PLAYS, RESTS = 1, 0
"""Priority of those concerned and of those who have a visit; of those who had nobody before."""


@dataclass(frozen=True)
class Look:
    """What a search allows itself. A proposal remembers it, to be judged alike."""

    given_up: tuple[int, ...] = ()
    """Standing parts of swaps, by id, that stay alone: no day is left for the other part."""
    beyond: bool = False
    """Those concerned are looked at on whatever day they work, given or not."""
    own_hours: bool = False
    """They meet nobody but each other again, at the hours that they had."""


@dataclass(frozen=True)
class Unit:
    """A swap or a single visit: what of it stands, what of it is lost."""

    standing: tuple[Visit, ...]
    lost: tuple[Visit, ...] = ()

    @property
    def people(self) -> set[int]:
        """The two."""
        return {one for visit in (*self.standing, *self.lost) for one in (visit.visitor_id, visit.host_id)}


@dataclass(frozen=True)
class Scene:
    """The problem of a repair, and how its visits are those of the rows."""

    problem: Problem
    """Nothing pinned; `previous` are the movable visits."""
    movable: dict[Leg, Visit]
    halves: dict[Leg, Visit]
    """Standing parts of swaps that lost the other one: kept whatever happens."""
    lost: dict[int, Visit]
    """By id, cancelled or not."""
    affected: frozenset[int]
    """People of the lost visits who still take part and did not say no."""
    wanting: frozenset[int]
    """Those of them for whom a day is looked for: both in a swap, the visitor of a single visit."""
    one_way: frozenset[int] = frozenset()
    """Swaps whose two people left it at one visit: nothing is added to them."""
    fell_of: dict[tuple[int, int], Visit] = field(default_factory=dict)
    """The lost visit of a half, by visitor and host: what its successor takes over."""

    @property
    def is_swap(self) -> bool:
        """Whether visits come in reciprocal pairs."""
        return self.problem.campaign.exchange == Exchange.SWAP.value

    def planned(self, legs: Iterable[Leg]) -> tuple[Planned, ...]:
        """Visits as the solver names them."""
        index = {day: number for number, day in enumerate(self.problem.campaign.days)}
        return tuple(Planned(person_key(a), person_key(b), index[day]) for a, b, day in legs)

    def legs(self, visits: Iterable[Planned]) -> set[Leg]:
        """Visits as rows know them."""
        days = self.problem.campaign.days
        return {(row_id(one.visitor), row_id(one.host), days[one.day]) for one in visits}


@dataclass(frozen=True)
class _Told:
    """What people said when their visits fell."""

    resting: frozenset[int]
    not_then: frozenset[tuple[int, date]]
    apart: frozenset[tuple[int, int]]


def repair_days(campaign: Campaign, today: date) -> list[date]:
    """The campaign's days that leave those concerned the time to hear of it. Raises `NoDaysLeft`."""
    first = first_day_to_plan(campaign, today)
    days = [day for day in campaign_days(campaign) if day >= first]
    if not days:
        raise NoDaysLeft
    return days


def scene_of(
    session: Session,
    campaign: Campaign,
    lost_ids: Collection[int],
    cause: RepairCause,
    today: date,
    look: Look,
) -> Scene:
    """Read today's rows. Raises `NoDaysLeft` and `NobodyEnrolled`."""
    assert campaign.id is not None
    days = repair_days(campaign, today)
    is_swap = campaign.exchange == Exchange.SWAP
    units = _units(visits_queries.rows_of_campaign(session, campaign.id), set(lost_ids))
    one_way = queries.one_way_swaps(session, campaign.id)
    told = _told(
        units, queries.why_lost(session, [one.id or 0 for unit in units for one in unit.lost]), cause
    )
    halves = [unit for unit in units if _is_half(unit, told, one_way, set(look.given_up))]
    movable = [unit for unit in units if _may_move(unit, set(days), is_swap=is_swap)]
    extra = {visit.day for unit in halves for visit in unit.standing} - set(days)
    every = sorted({*days, *extra})
    impossible = {one.id or 0 for unit in units for one in unit.lost if stands(one)}
    freed = {one for unit in units if unit.lost for one in unit.people} if look.beyond else set()
    keep = {one.id for unit in units for one in unit.lost if stands(one) or unit in halves}
    lost = [one for unit in units for one in unit.lost]
    moving = [] if look.own_hours else [one for unit in movable for one in unit.standing]
    hours = hours_of(
        [*moving, *(one for one in lost if one.id in keep)],
        [one for one in lost if one.id not in keep],
        others=not look.own_hours,
    )
    while True:
        aside = impossible | _ids(one for unit in (*halves, *movable) for one in unit.standing)
        problem = build(session, campaign, today, days=every, aside=aside, beyond=freed, hours=hours).problem
        kept = [unit for unit in movable if _holds(problem, unit)]
        full = [unit for unit in halves if _may_meet(problem, unit)]
        if len(kept) == len(movable) and len(full) == len(halves):
            break
        movable, halves = kept, full
    inside = _ids(one for unit in (*movable, *halves) for one in unit.standing)
    held, had = _held_outside(units, inside, one_way)
    people = {row_id(person.id) for person in problem.people}
    more = once_more_of(session, campaign.id)
    affected = frozenset(
        one
        for unit in units
        if unit.lost
        for one in unit.people & people - told.resting
        if had[one] < at_most(campaign, more, one)
    )
    wanting = affected if is_swap else affected & {one.visitor_id for unit in units for one in unit.lost}
    problem = _shaped(problem, campaign, more, movable, halves, extra, told, held, wanting)
    return Scene(
        problem=problem,
        movable=_by_leg(movable),
        halves=_by_leg(halves),
        lost={one.id or 0: one for unit in units for one in unit.lost},
        affected=affected,
        wanting=wanting,
        one_way=frozenset(one_way),
        fell_of={(one.visitor_id, one.host_id): one for unit in halves for one in unit.lost},
    )


def _ids(visits: Iterable[Visit]) -> set[int]:
    return {one.id or 0 for one in visits}


def _by_leg(units: Iterable[Unit]) -> dict[Leg, Visit]:
    return {(one.visitor_id, one.host_id, one.day): one for unit in units for one in unit.standing}


def _units(rows: Iterable[Visit], lost_ids: set[int]) -> list[Unit]:
    """Swaps and single visits; of several visits in one direction the standing or latest counts. A day to
    which one of the two did not come, or that was not held, is none that anybody had."""
    current: dict[tuple[int, int], Visit] = {}
    alone = []
    for visit in rows:
        if visit.swap_id is None:
            alone.append([visit])
            continue
        key = (visit.swap_id, visit.visitor_id)
        if key not in current or not takes_place(current[key]):
            current[key] = visit
    of_swap: defaultdict[int, list[Visit]] = defaultdict(list)
    for (swap_id, _visitor), visit in current.items():
        of_swap[swap_id].append(visit)
    found = []
    for legs in [*alone, *of_swap.values()]:
        lost = tuple(one for one in legs if one.id in lost_ids)
        standing = tuple(one for one in legs if takes_place(one) and one.id not in lost_ids)
        if lost or standing:
            found.append(Unit(standing, lost))
    return found


def _may_move(unit: Unit, days: set[date], *, is_swap: bool) -> bool:
    """It stands whole, all of it ahead. Whoever receives for somebody else was asked by name: that stays."""
    return (
        not unit.lost
        and len(unit.standing) == (2 if is_swap else 1)
        and all(one.day in days and one.tutor_id is None for one in unit.standing)
    )


def _is_half(unit: Unit, told: _Told, one_way: set[int], given_up: set[int]) -> bool:
    """One visit of a swap is lost, the other stands, and nothing that was said keeps the two apart."""
    if not unit.lost or not unit.standing or unit.standing[0].swap_id in one_way:
        return False
    pairs = {(one.visitor_id, one.host_id) for one in unit.lost}
    return not (pairs & told.apart or unit.people & told.resting or _ids(unit.standing) & given_up)


def _holds(problem: Problem, unit: Unit) -> bool:
    """The rules of today allow the visits as they are."""
    if not _may_meet(problem, unit):
        return False
    index = {day: number for number, day in enumerate(problem.campaign.days)}
    for visit in unit.standing:
        bit = 1 << index[visit.day]
        visitor, host = (problem.person_by_id[person_key(one)] for one in (visit.visitor_id, visit.host_id))
        closed = problem.team_by_id[host.team].closed
        if not visitor.available & bit or not host.can_host & bit or closed & bit:
            return False
    on = [index[visit.day] for visit in unit.standing]
    return len(on) < 2 or bool(rules.frame_of(problem).partners[on[0]] >> on[1] & 1)


def _may_meet(problem: Problem, unit: Unit) -> bool:
    frame, count = rules.frame_of(problem), len(problem.campaign.days)
    for visit in (*unit.standing, *unit.lost):
        keys = [person_key(one) for one in (visit.visitor_id, visit.host_id)]
        if not all(key in problem.person_by_id for key in keys):
            return False
        parties = [rules.party_of(problem.person_by_id[key], problem.team_of(key), count) for key in keys]
        if rules.leg_refusals(frame, *parties):
            return False
    return True


def _told(units: Iterable[Unit], notes: dict[int, By], cause: RepairCause) -> _Told:
    resting: set[int] = set()
    not_then: set[tuple[int, date]] = set()
    apart: set[tuple[int, int]] = set()
    for visit in (one for unit in units for one in unit.lost):
        two = {visit.visitor_id, visit.host_id}
        if stands(visit):
            not_then |= {(one, visit.day) for one in two} if cause is RepairCause.ROSTER else set()
            continue
        by = notes.get(visit.id or 0)
        who = {By.VISITOR: {visit.visitor_id}, By.HOST: {visit.host_id}}.get(by or By.SERVICE, two)
        if visit.cancel_reason is CancelReason.NOT_FOR_ME:
            resting |= who if len(who) == 1 else set()
            apart.add((visit.visitor_id, visit.host_id))
        elif visit.cancel_reason is CancelReason.MISTAKE:
            apart.add((visit.visitor_id, visit.host_id))
        elif visit.cancel_reason is CancelReason.CLOSED:
            not_then.add((visit.host_id, visit.day))
        else:
            not_then |= {(one, visit.day) for one in who}
    return _Told(frozenset(resting), frozenset(not_then), frozenset(apart))


def _held_outside(
    units: Iterable[Unit], inside: set[int], one_way: set[int]
) -> tuple[Counter[int], Counter[int]]:
    """How many swaps (or visits made) people have that the problem does not hold; and how many of these gave
    them what they came for.

    A swap of which anything stands is one for each of the two: what is given up counts while other days are
    looked for as it counts once they are accepted. Where it is to stay a single visit, both have had theirs;
    where it lost its other part, the host still has a visit to make.
    """
    held, had = Counter[int](), Counter[int]()
    for unit in units:
        standing = [one for one in unit.standing if one.id not in inside]
        visitors = {one.visitor_id for one in standing}
        two = visitors | {one.host_id for one in standing if one.swap_id is not None}
        held.update(two)
        had.update(two if len(standing) == 2 or {one.swap_id for one in standing} & one_way else visitors)
    return held, had


def _shaped(
    problem: Problem,
    campaign: Campaign,
    more: Mapping[int, int],
    movable: list[Unit],
    halves: list[Unit],
    extra: set[date],
    told: _Told,
    held: Counter[int],
    wanting: frozenset[int],
) -> Problem:
    """The problem with what a repair adds: who is concerned, what stands on days past or too near."""
    days = problem.campaign.days
    index = {day: number for number, day in enumerate(days)}
    outside = sum(1 << index[day] for day in extra)
    kept = [one for unit in halves for one in unit.standing]
    stay = [one for unit in movable for one in unit.standing]
    leaves: defaultdict[int, int] = defaultdict(int)
    receives: defaultdict[int, int] = defaultdict(int)
    for visit in (*kept, *stay):
        leaves[visit.visitor_id] |= 1 << index[visit.day]
        receives[visit.host_id] |= 1 << index[visit.day]
    blocked: defaultdict[int, int] = defaultdict(int)
    for person_id, day in told.not_then:
        if day in index:
            blocked[person_id] |= 1 << index[day]
    everyone = (1 << len(days)) - 1
    is_swap = campaign.exchange == Exchange.SWAP
    counted = wanting | {one.visitor_id for one in stay} | {one.host_id for one in stay if is_swap}
    has = Counter(one for unit in (*movable, *halves) for one in unit.people)

    def person(one: Person) -> Person:
        person_id = row_id(one.id)
        free = 0 if person_id in told.resting else everyone & ~outside & ~blocked[person_id]
        # What stands may stand, also where the campaign's limit was higher once; nothing comes on top of it.
        most = max(has[person_id], at_most(campaign, more, person_id) - held[person_id])
        usual = most == campaign.max_swaps_per_person
        return dataclasses.replace(
            one,
            available=one.available & free | leaves[person_id],
            can_host=one.can_host & free | receives[person_id],
            priority=PLAYS if person_id in counted else RESTS,
            max_swaps=None if usual else most,
        )

    people = tuple(person(one) for one in problem.people)
    teams = _with_room(problem, people, kept, stay, index, extra)
    pairs = {ordered(person_key(a), person_key(b)) for a, b in told.apart}
    return dataclasses.replace(
        problem,
        campaign=dataclasses.replace(problem.campaign, objective_order=REPAIR_LEVELS),
        people=people,
        teams=teams,
        pinned=(),
        previous=tuple(
            Planned(person_key(one.visitor_id), person_key(one.host_id), index[one.day]) for one in stay
        ),
        forbidden=problem.forbidden | pairs,
    )


def _with_room(
    problem: Problem,
    people: tuple[Person, ...],
    kept: list[Visit],
    stay: list[Visit],
    index: dict[date, int],
    extra: set[date],
) -> tuple[Team, ...]:
    """Teams whose limits hold what stands already, and nothing more on days that are not to be planned."""
    team_of = {row_id(one.id): one.team for one in people}
    away: Counter[tuple[str, int]] = Counter()
    come: Counter[tuple[str, int]] = Counter()
    for visit in (*kept, *stay):
        away[team_of[visit.visitor_id], index[visit.day]] += 1
        come[team_of[visit.host_id], index[visit.day]] += 1
    opened: defaultdict[str, int] = defaultdict(int)
    for visit in kept:
        opened[team_of[visit.host_id]] |= 1 << index[visit.day]

    def team(one: Team) -> Team:
        limits = dict(one.limits_by_day)
        for day in {number for name, number in (*away, *come) if name == one.id}:
            least = Limit(away[one.id, day], come[one.id, day])
            usual = one.limit(day)
            limits[day] = Limit(
                max(least.max_away, usual.max_away), max(least.max_visitors, usual.max_visitors)
            )
        for number in (index[day] for day in extra):
            limits[number] = Limit(away[one.id, number], come[one.id, number])
        return dataclasses.replace(one, closed=one.closed & ~opened[one.id], limits_by_day=limits)

    return tuple(team(one) for one in problem.teams)
