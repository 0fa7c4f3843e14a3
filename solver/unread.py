"""What a document says and a problem does not need: a slip of the pen would change the plan unseen.

Fields that nobody reads; somebody kept apart from themselves, or their own manager, as staff files have it of
whoever leads the company; service links within one side. None of it contradicts a rule, so none is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from solver.fields import said
from solver.shapes import Person, Team

TOP = {
    "format", "campaign", "sites", "travel_minutes", "teams", "people", "service_links", "pinned", "previous",
    "forbidden", "mutual", "planted",
}  # fmt: skip
"""``planted``: what the generator of known optima says of them."""
CAMPAIGN = {
    "name", "days", "exchange", "max_swaps_per_person", "min_gap_days", "max_gap_days", "max_travel_minutes",
    "link_points", "objective_order",
}  # fmt: skip
VISIT = {"visitor", "host", "day"}
ROWS = {
    "sites": {"id", "name"},
    "travel_minutes": {"from", "to", "minutes"},
    "teams": {
        "id", "name", "side", "department", "site", "max_away", "max_visitors", "closed_days",
        "limits_by_day", "good_days",
    },
    "people": {
        "id", "name", "team", "manager", "available", "can_host", "wishes", "avoid", "languages", "priority",
        "excluded_sites", "max_swaps",
    },
    "service_links": {"back_team", "front_team"},
    "pinned": VISIT,
    "previous": VISIT,
    "forbidden": {"a", "b"},
    "mutual": {"a", "b"},
}  # fmt: skip


def unread(document: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each kind of place in which fields stand that nobody reads."""
    yield from _told("", [("", document)], TOP)
    yield from _told("campaign", [("campaign", document.get("campaign"))], CAMPAIGN)
    for name, known in ROWS.items():
        rows = document.get(name)
        if isinstance(rows, list):
            yield from _told(name, ((f"{name}[{n}]", row) for n, row in enumerate(rows)), known)


def vain(
    people: Iterable[Person],
    forbidden: Mapping[tuple[str, str], int],
    links: Iterable[Mapping[str, Any]],
    teams: Mapping[str, Team],
) -> Iterator[str]:
    """One sentence for pairs that name one person twice, one for people who are their own manager, one for
    service links between two teams of one side, which nobody can visit along."""
    twice = [(n, a) for (a, b), n in forbidden.items() if a == b]
    own = [(n, person.id) for n, person in enumerate(people) if person.manager == person.id]
    if twice:
        n, who = twice[0]
        yield f"forbidden: {len(twice)} name one person twice (forbidden[{n}]: {said(who)}); without effect"
    sides = [(teams[row["back_team"]].side, teams[row["front_team"]].side) for row in links]
    same = [(n, a) for n, (a, b) in enumerate(sides) if a == b]
    if same:
        n, side = same[0]
        yield f"service_links: {len(same)} are of one side (service_links[{n}]: {said(side)}); without effect"
    if own:
        n, who = own[0]
        yield f"manager: {len(own)} are their own (people[{n}].manager: {said(who)}); without effect"


def _told(kind: str, rows: Iterable[tuple[str, Any]], known: set[str]) -> Iterator[str]:
    first: dict[str, str] = {}
    for place, row in rows:
        if isinstance(row, dict) and not row.keys() <= known:
            for name in row.keys() - known - first.keys():
                first[name] = f"{place}.{name}" if place else name
    for name, place in sorted(first.items()):
        yield f"{said(place)[1:-1]}: {kind or 'a problem'} has no field {said(name)}; it is not read"
