"""The matching problem as plain values, read from and written to ``vis-ma-vie/problem/1``.

Days are kept as one integer per person: bit ``i`` stands for ``campaign.days[i]``. That is what makes one
person against thousands cheap to compare (see `solver.rules`).

Anything that cannot be read is refused with a `ProblemError` whose message starts with the place:
``people[17].available: "2027-02-30" is not a day``.

Teams and sites that are not in the document are refused wherever they are named, people in ``pinned`` too.
People who are named but do not take part are allowed as ``manager``, in ``avoid``, ``previous``, ``mutual``
and ``forbidden``: staff files name managers outside the campaign, past campaigns name leavers. They cannot
be met anyway. As such a name may also be a slip of the pen, `Problem.strangers` says how many there are and
where the first stands; the command repeats it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from solver.fields import (
    MOST_DAYS,
    Days,
    ProblemError,
    as_count,
    as_day,
    as_name,
    as_object,
    as_rows,
    as_text,
    as_texts,
    as_wishes,
    said,
)
from solver.parsing import parsed
from solver.shapes import (
    LEVELS,
    MUTUAL_POINTS,
    NO_LIMIT,
    REPAIR_LEVELS,
    Campaign,
    Limit,
    Person,
    Site,
    Team,
    Visit,
    days_of,
    ordered,
)
from solver.sums import fitting
from solver.unread import unread, vain
from solver.writing import FORMAT, written

__all__ = [
    "LEVELS",
    "MUTUAL_POINTS",
    "NO_LIMIT",
    "REPAIR_LEVELS",
    "Campaign",
    "Limit",
    "Person",
    "Problem",
    "ProblemError",
    "Site",
    "Team",
    "Visit",
    "days_of",
    "load",
    "ordered",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """Everything the solver knows. Immutable; `dataclasses.replace` makes variants of it."""

    campaign: Campaign
    sites: tuple[Site, ...]
    teams: tuple[Team, ...]
    people: tuple[Person, ...]
    minutes: Mapping[tuple[str, str], int]
    links: frozenset[tuple[str, str]] = frozenset()
    pinned: tuple[Visit, ...] = ()
    previous: tuple[Visit, ...] = ()
    forbidden: frozenset[tuple[str, str]] = frozenset()
    mutual: frozenset[tuple[str, str]] = frozenset()
    """Pairs who both named the other: a visit is worth `MUTUAL_POINTS`, unless it grants a wish."""
    strangers: tuple[str, ...] = field(default=(), compare=False)
    """Sentences: people whom the document names and who do not take part, fields that nobody reads."""

    @cached_property
    def person_by_id(self) -> dict[str, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def team_by_id(self) -> dict[str, Team]:
        return {team.id: team for team in self.teams}

    def team_of(self, person: str) -> Team:
        return self.team_by_id[self.person_by_id[person].team]

    def travel(self, here: str, there: str) -> int | None:
        """Minutes between two sites, None when one cannot get there."""
        return 0 if here == there else self.minutes.get((here, there))

    def may_swap(self, person: Person) -> int:
        """Swaps still open to a person; in a shadow campaign visits made and, separately, hosted."""
        return self.campaign.max_swaps_per_person if person.max_swaps is None else person.max_swaps

    def mutual_points(self, visitor: str, host: str) -> int:
        """What a visit is worth because both named the other; nothing more where the team is wished already.

        So a swap weighs at most 2 more for it, less than the first wish of somebody else.
        """
        is_wished = self.person_by_id[host].team in self.person_by_id[visitor].wishes
        return MUTUAL_POINTS if ordered(visitor, host) in self.mutual and not is_wished else 0

    @classmethod
    def from_json(cls, document: object) -> Problem:
        """Read a ``vis-ma-vie/problem/1`` document; raises `ProblemError` naming the place."""
        return fitting(_read(document))

    def to_json(self) -> dict[str, Any]:
        """The same problem as a ``vis-ma-vie/problem/1`` document, availability as 0/1 strings."""
        return written(self)


def load(path: str | Path) -> Problem:
    """Read a problem file; raises `ProblemError` (also for a file that is not there or not JSON)."""
    return Problem.from_json(parsed(path))


def _campaign(document: dict[str, Any]) -> Campaign:
    if "campaign" not in document:
        raise ProblemError("campaign: is missing")
    row = as_object(document["campaign"], "campaign")
    given = row.get("days")
    if given is None:
        raise ProblemError("campaign.days: is missing")
    if not isinstance(given, list):
        raise ProblemError(f"campaign.days: {said(given)} is not a list")
    if len(given) > MOST_DAYS:
        raise ProblemError(f"campaign.days: {len(given)} days, at most {MOST_DAYS}")
    days = tuple(as_day(value, f"campaign.days[{n}]") for n, value in enumerate(given))
    for n in range(1, len(days)):
        if days[n] <= days[n - 1]:
            raise ProblemError(f"campaign.days[{n}]: {days[n]} does not come after {days[n - 1]}")
    exchange = as_text(row, "exchange", "campaign")
    if exchange not in ("swap", "shadow"):
        raise ProblemError(f"campaign.exchange: {said(exchange)} is neither swap nor shadow")
    order = list(as_texts(row, "objective_order", "campaign")) or list(LEVELS)
    for n, level in enumerate(order):
        if level not in LEVELS:
            raise ProblemError(
                f"campaign.objective_order[{n}]: {said(level)} is not one of {', '.join(LEVELS)}"
            )
        if level in order[:n]:
            raise ProblemError(f"campaign.objective_order[{n}]: {said(level)} is named twice")
    order += [level for level in LEVELS if level not in order]
    low, high = (
        as_count(row, name, "campaign", usual)
        for name, usual in (("min_gap_days", 0), ("max_gap_days", NO_LIMIT))
    )
    if low > high and exchange == "swap":  # a single visit has no gap
        raise ProblemError(f"campaign.max_gap_days: {high} is less than min_gap_days {low}")
    return Campaign(
        days=days,
        exchange=exchange,
        max_swaps_per_person=as_count(row, "max_swaps_per_person", "campaign", 1),
        min_gap_days=low,
        max_gap_days=high,
        max_travel_minutes=as_count(row, "max_travel_minutes", "campaign", NO_LIMIT),
        link_points=as_count(row, "link_points", "campaign", 0),
        objective_order=tuple(order),
    )


def _unique(rows: Iterable[T], kind: str, key: Callable[[T], str]) -> dict[str, T]:
    seen: dict[str, T] = {}
    for n, row in enumerate(rows):
        if key(row) in seen:
            raise ProblemError(f"{kind}[{n}].id: {said(key(row))} is used twice")
        seen[key(row)] = row
    return seen


def _team(value: object, place: str, sites: Mapping[str, Site], days: Days) -> Team:
    row = as_object(value, place)
    site = as_text(row, "site", place)
    if site not in sites:
        raise ProblemError(f"{place}.site: there is no site {said(site)}")
    side = as_text(row, "side", place)
    if side not in ("front", "back"):
        raise ProblemError(f"{place}.side: {said(side)} is neither front nor back")
    away, visitors = as_count(row, "max_away", place), as_count(row, "max_visitors", place)
    limits: dict[int, Limit] = {}
    if row.get("limits_by_day") is not None:
        for day, limit in as_object(row["limits_by_day"], f"{place}.limits_by_day").items():
            where = f"{place}.limits_by_day[{said(day)}]"
            at = days.position(day, where)
            given = as_object(limit, where)
            if at < 0:
                days.outside.append((where, day))
            else:
                limits[at] = Limit(
                    as_count(given, "max_away", where, away), as_count(given, "max_visitors", where, visitors)
                )
    return Team(
        id=as_text(row, "id", place),
        side=side,
        department=as_name(row, "department", place),
        site=site,
        max_away=away,
        max_visitors=visitors,
        name=as_name(row, "name", place),
        closed=days.mask(row.get("closed_days") or [], f"{place}.closed_days"),
        good=days.mask(row.get("good_days") or [], f"{place}.good_days"),
        limits_by_day=limits,
    )


def _person(
    value: object, place: str, teams: Mapping[str, Team], sites: Mapping[str, Site], days: Days
) -> Person:
    row = as_object(value, place)
    team = as_text(row, "team", place)
    if team not in teams:
        raise ProblemError(f"{place}.team: there is no team {said(team)}")
    if "available" not in row:
        raise ProblemError(f"{place}.available: is missing")
    available = days.mask(row["available"], f"{place}.available", inside=True)
    hosting = row.get("can_host")
    manager = row.get("manager")
    if manager is not None and not isinstance(manager, str):
        raise ProblemError(f"{place}.manager: {said(manager)} is not a text")
    excluded = as_texts(row, "excluded_sites", place)
    for n, site in enumerate(excluded):
        if site not in sites:
            raise ProblemError(f"{place}.excluded_sites[{n}]: there is no site {said(site)}")
    return Person(
        id=as_text(row, "id", place),
        team=team,
        available=available,
        can_host=available if hosting is None else days.mask(hosting, f"{place}.can_host", inside=True),
        manager=manager,
        wishes=as_wishes(row, place, teams),
        avoid=as_texts(row, "avoid", place),
        languages=as_texts(row, "languages", place),
        priority=as_count(row, "priority", place, 1),
        excluded_sites=excluded,
        max_swaps=None if row.get("max_swaps") is None else as_count(row, "max_swaps", place),
    )


def _minutes(document: dict[str, Any], sites: Mapping[str, Site]) -> dict[tuple[str, str], int]:
    minutes: dict[tuple[str, str], int] = {}
    for n, value in enumerate(as_rows(document, "travel_minutes")):
        place = f"travel_minutes[{n}]"
        row = as_object(value, place)
        here, there = as_text(row, "from", place), as_text(row, "to", place)
        for name, site in (("from", here), ("to", there)):
            if site not in sites:
                raise ProblemError(f"{place}.{name}: there is no site {said(site)}")
        took = as_count(row, "minutes", place)
        if here != there and minutes.setdefault((here, there), took) != took:
            raise ProblemError(
                f"{place}.minutes: {took} contradicts {minutes[here, there]} between the same two sites"
            )
        minutes[there, here] = took
    return minutes


def _visits(
    document: dict[str, Any], name: str, people: Mapping[str, Person], days: Days, *, known: bool
) -> tuple[Visit, ...]:
    visits: dict[tuple[str, str, object], Visit] = {}
    for n, value in enumerate(as_rows(document, name)):
        place = f"{name}[{n}]"
        row = as_object(value, place)
        visit = Visit(
            as_text(row, "visitor", place),
            as_text(row, "host", place),
            days.position(row.get("day"), f"{place}.day"),
        )
        if known:
            for role, person in (("visitor", visit.visitor), ("host", visit.host)):
                if person not in people:
                    raise ProblemError(f"{place}.{role}: there is nobody {said(person)}")
            if visit.day < 0:
                raise ProblemError(f"{place}.day: {said(row.get('day'))} is not a campaign day")
        if visit.day < 0:  # kept apart by distinct negative numbers: each is one more previous visit
            visit = visit._replace(day=-1 - n)
        visits[visit.visitor, visit.host, row.get("day")] = visit
    return tuple(visits.values())


def _links(document: dict[str, Any], teams: Mapping[str, Team]) -> frozenset[tuple[str, str]]:
    links: set[tuple[str, str]] = set()
    for n, value in enumerate(as_rows(document, "service_links")):
        place = f"service_links[{n}]"
        row = as_object(value, place)
        pair = (as_text(row, "back_team", place), as_text(row, "front_team", place))
        for name, team in zip(("back_team", "front_team"), pair, strict=True):
            if team not in teams:
                raise ProblemError(f"{place}.{name}: there is no team {said(team)}")
        links.add(pair)
    return frozenset(links)


def _pairs(document: dict[str, Any], name: str) -> dict[tuple[str, str], int]:
    """The pairs, each with its (last) row; there may be a million."""
    pairs: dict[tuple[str, str], int] = {}
    for n, row in enumerate(as_rows(document, name)):
        a, b = (row.get("a"), row.get("b")) if isinstance(row, dict) else (None, None)
        if not (isinstance(a, str) and isinstance(b, str) and a and b and a.isascii() and b.isascii()):
            place = f"{name}[{n}]"
            pair = as_object(row, place)
            a, b = as_text(pair, "a", place), as_text(pair, "b", place)
        pairs[ordered(a, b)] = n
    return pairs


def _strangers(
    people: Iterable[Person],
    previous: Iterable[Visit],
    forbidden: Mapping[tuple[str, str], int],
    mutual: Mapping[tuple[str, str], int],
    known: Mapping[str, Person],
) -> Iterator[str]:
    """One sentence for each place in which people are named who do not take part."""

    def told(name: str, found: list[tuple[str, str]], effect: str) -> Iterator[str]:
        if found:
            where, who = found[0]
            yield f"{name}: {len(found)} named do not take part ({where}: {said(who)}); {effect}"

    managers, avoided = list[tuple[str, str]](), list[tuple[str, str]]()
    for n, person in enumerate(people):
        if person.manager is not None and person.manager not in known:
            managers.append((f"people[{n}].manager", person.manager))
        avoided += [(f"people[{n}].avoid", other) for other in person.avoid if other not in known]
    yield from told("manager", managers, "they cannot be met anyway")
    yield from told("avoid", avoided, "they cannot be met anyway")
    for name, pairs in (("forbidden", forbidden), ("mutual", mutual)):
        gone = [(f"{name}[{n}]", who) for pair, n in pairs.items() for who in pair if who not in known]
        yield from told(name, gone, "their pairs have no effect")
    left = [("previous", who) for visit in previous for who in visit[:2] if who not in known]
    yield from told("previous", left, "their visits cannot be kept")


def _read(value: object) -> Problem:
    if not isinstance(value, dict):
        raise ProblemError(f"the document is not an object but {said(value)}")
    document: dict[str, Any] = value
    if document.get("format") != FORMAT:
        raise ProblemError(f'format: {said(document.get("format"))} is not "{FORMAT}"')
    campaign = _campaign(document)
    days = Days(campaign.days)
    sites = tuple(
        Site(as_text(as_object(row, f"sites[{n}]"), "id", f"sites[{n}]"), as_name(row, "name", f"sites[{n}]"))
        for n, row in enumerate(as_rows(document, "sites", needed=True))
    )
    site_by_id = _unique(sites, "sites", lambda site: site.id)
    minutes = _minutes(document, site_by_id)
    teams = tuple(
        _team(row, f"teams[{n}]", site_by_id, days)
        for n, row in enumerate(as_rows(document, "teams", needed=True))
    )
    team_by_id = _unique(teams, "teams", lambda team: team.id)
    people = tuple(
        _person(row, f"people[{n}]", team_by_id, site_by_id, days)
        for n, row in enumerate(as_rows(document, "people", needed=True))
    )
    person_by_id = _unique(people, "people", lambda person: person.id)
    forbidden, mutual = _pairs(document, "forbidden"), _pairs(document, "mutual")
    previous = _visits(document, "previous", person_by_id, days, known=False)
    return Problem(
        campaign=campaign,
        sites=sites,
        teams=teams,
        people=people,
        minutes=minutes,
        links=_links(document, team_by_id),
        pinned=_visits(document, "pinned", person_by_id, days, known=True),
        previous=previous,
        forbidden=frozenset(forbidden),
        mutual=frozenset(mutual),
        strangers=(
            *_strangers(people, previous, forbidden, mutual, person_by_id),
            *days.notes(),
            *vain(people, forbidden, document.get("service_links") or (), team_by_id),
            *unread(document),
        ),
    )
