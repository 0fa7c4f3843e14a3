"""The exact model over choices: one 0/1 column per choice, one row per limit, one objective vector per level.

Columns are choices, then helpers that exist only where a person may have several matches: "this person is
matched" and "this wish was granted" count once. Rows say ``sum of entries <= right-hand side``:

    person      swaps (or visits made; and visits hosted) of a person
    person-day  one visit a day
    team-day    members away; visitors received
    pair        two people swap once together
    helper      a helper is at most the sum of the choices it stands for

Rows that others imply are left out: whoever swaps once at most has one visit a day anyway, and a team of
which only one member could be away on a day needs no limit of one. Where days are few that is most of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from solver.choices import Choices
from solver.instance import Bools, Instance, Ints
from solver.problem import LEVELS
from solver.room import Room

PERSON, HOST, DAY, AWAY, VISITORS, PAIR, MATCHED, GRANTED = range(8)
"""Kinds of rows; the key of a row says whose it is: person, person x days + day, team x days + day, left x
people + right, or visitor x teams + team."""


@dataclass(frozen=True)
class Model:
    """Sparse rows (coordinate lists), right-hand sides, what each row limits, and what each column is worth
    on each level.
    """

    columns: int
    choices: int
    row: Ints
    column: Ints
    entry: Ints
    right: Ints
    kind: Ints
    key: Ints
    worth: dict[str, Ints]


class _Rows:
    def __init__(self, *, every: bool) -> None:
        self.every = every
        """Whether rows that cannot be broken are kept as well."""
        self.row: list[Ints] = []
        self.column: list[Ints] = []
        self.entry: list[Ints] = []
        self.right: list[Ints] = []
        self.kind: list[Ints] = []
        self.key: list[Ints] = []
        self.count = 0

    def at_most(
        self,
        kind: int,
        keys: Ints,
        columns: Ints,
        right: Ints,
        whose: Ints | None = None,
        most: Ints | None = None,
    ) -> None:
        """One row per distinct key; ``right`` gives the limit for each entry (equal within a key).

        ``whose``: whose entry each is, of which other rows allow ``most`` together, one by default. A row
        that nobody can break is left out.
        """
        if not len(keys):
            return
        _, first, place, size = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        limit = right[first]
        if whose is not None and not self.every:
            owner = place * (int(whose.max()) + 1) + whose
            _, one, count = np.unique(owner, return_index=True, return_counts=True)
            allowed = np.minimum(count, 1 if most is None else most[one])
            size = np.bincount(place[one], weights=allowed, minlength=len(first)).astype(np.int64)
        used = (size > limit) | self.every
        number = np.cumsum(used) - 1 + self.count
        chosen = used[place]
        self.row.append(number[place[chosen]])
        self.column.append(columns[chosen])
        self.entry.append(np.ones(int(chosen.sum()), dtype=np.int64))
        self.right.append(limit[used])
        self._named(kind, keys[first[used]])

    def helper(self, kind: int, keys: Ints, helpers: Ints, choice_helper: Ints, choice: Ints) -> None:
        """``helper <= sum of its choices``: one row per helper."""
        order = np.argsort(helpers, kind="stable")
        number = np.empty(len(helpers), dtype=np.int64)
        number[order] = np.arange(len(helpers)) + self.count
        place = dict(zip(helpers.tolist(), number.tolist(), strict=True))
        self.row += [number, np.array([place[h] for h in choice_helper.tolist()], dtype=np.int64)]
        self.column += [helpers, choice]
        self.entry += [np.ones(len(helpers), dtype=np.int64), np.full(len(choice), -1, dtype=np.int64)]
        self.right.append(np.zeros(len(helpers), dtype=np.int64))
        self._named(kind, keys[order])

    def _named(self, kind: int, keys: Ints) -> None:
        self.kind.append(np.full(len(keys), kind, dtype=np.int64))
        self.key.append(keys)
        self.count += len(keys)


def build(
    instance: Instance, choices: Choices, room: Room | None = None, *, pairs_only: bool = False
) -> Model:
    """The model of an instance over some of its choices, within what room there is (all of it by default).

    ``pairs_only``: what does not depend on days, but also the rows that these choices cannot break.
    """
    room = room or Room.whole(instance)
    a, b, day, other = choices.a, choices.b, choices.day, choices.other
    size, n, days = len(choices), instance.n, max(1, instance.D)
    me = np.arange(size, dtype=np.int64)
    team_a, team_b = instance.team[a], instance.team[b]
    rows = _Rows(every=pairs_only)
    if instance.swap:
        who, mine = np.concatenate([a, b]), np.concatenate([me, me])
        rows.at_most(PERSON, who, mine, room.left[who])
        if pairs_only or (instance.cap[a] > 1).any() or (instance.cap[b] > 1).any():
            rows.at_most(PAIR, a * n + b, me, np.ones(size, dtype=np.int64))
        both = np.concatenate([a * days + day, a * days + other, b * days + day, b * days + other])
        role, left = np.concatenate([a, a, b, b]), np.concatenate([room.left[a]] * 2 + [room.left[b]] * 2)
        gone = np.concatenate([team_a * days + day, team_b * days + other])
        got = np.concatenate([team_b * days + day, team_a * days + other])
        goes, hosts, legs = who, np.concatenate([b, a]), mine
    else:
        rows.at_most(PERSON, a, me, room.left[a])
        rows.at_most(HOST, b, me, room.right[b])
        rows.at_most(PAIR, a * n + b, me, np.ones(size, dtype=np.int64))
        both = np.concatenate([a * days + day, b * days + day])
        role, left = np.concatenate([a, b + n]), np.concatenate([room.left[a], room.right[b]])
        gone, got = team_a * days + day, team_b * days + day
        goes, hosts, legs = a, b, me
    if not pairs_only and size:
        on_day = np.tile(me, len(both) // size)
        rows.at_most(DAY, both, on_day, np.ones(len(both), dtype=np.int64), role, left)
        rows.at_most(AWAY, gone, legs, room.away.reshape(-1)[gone], goes)
        rows.at_most(VISITORS, got, legs, room.visitors.reshape(-1)[got], hosts)
    return _with_worth(instance, choices, rows, room)


def weighted(model: Model, weights: Mapping[str, int]) -> Ints:
    """One objective that adds all levels by weight."""
    objective = np.zeros(model.columns, dtype=np.int64)
    for level, weight in weights.items():
        if weight:
            objective += weight * model.worth[level]
    return objective


def narrowed(model: Model, columns: Ints) -> Model:
    """The same rows over some of the columns (ascending)."""
    place = np.full(model.columns, -1, dtype=np.int64)
    place[columns] = np.arange(len(columns))
    some = place[model.column] >= 0
    return replace(
        model,
        columns=len(columns),
        choices=int((columns < model.choices).sum()),
        row=model.row[some],
        column=place[model.column[some]],
        entry=model.entry[some],
        worth={level: worth[columns] for level, worth in model.worth.items()},
    )


def compact(model: Model, room: Ints) -> Model:
    """The model without its empty rows, each of the others limited to what room there is."""
    rows, row = np.unique(model.row, return_inverse=True)
    return replace(model, row=row, right=room[rows], kind=model.kind[rows], key=model.key[rows])


def unbound(model: Model, least: int) -> list[Ints]:
    """The columns of each part that shares no limit with another; small parts together are one of ``least``
    columns or more, as far as there are so many.
    """
    part, before = np.arange(model.columns), None
    while before is None or (part != before).any():  # everybody takes the lowest number that a row brings
        before, of_row = part, np.full(len(model.right), model.columns)
        np.minimum.at(of_row, model.row, part[model.column])
        part = part.copy()
        np.minimum.at(part, model.column, of_row[model.row])
        part = part[part]
    part, count = np.unique(part, return_inverse=True, return_counts=True)[1:]
    parts: list[Ints] = []
    gathered: Ints = np.zeros(0, dtype=np.int64)
    for number in np.argsort(count, kind="stable").tolist():
        gathered = np.union1d(gathered, np.flatnonzero(part == number))
        if len(gathered) >= least:
            parts.append(gathered)
            gathered = gathered[:0]
    if len(gathered) and parts:
        parts[-1] = np.union1d(parts[-1], gathered)
    return parts or [np.arange(model.columns, dtype=np.int64)]


def _with_worth(instance: Instance, choices: Choices, rows: _Rows, room: Room) -> Model:
    a, b = choices.a, choices.b
    size, swap = len(choices), instance.swap
    me = np.arange(size, dtype=np.int64)
    worth = leg_worth(instance, choices)
    helper_people: list[Ints] = []
    helper_wishes: list[Ints] = []
    count = size
    # "matched" counts a person once, however many matches
    many = instance.cap > 1
    gain = np.where(room.matched, 0, instance.priority)
    made = [(a, me), (b, me)] if swap else [(a, me)]
    people = np.zeros(size, dtype=np.int64)
    for who, _ in made:
        people += np.where(many[who], 0, gain[who])
    who_all = np.concatenate([who for who, _ in made]) if size else np.zeros(0, dtype=np.int64)
    at_all = np.concatenate([at for _, at in made]) if size else np.zeros(0, dtype=np.int64)
    several = many[who_all] if size else np.zeros(0, dtype=bool)
    persons, place = np.unique(who_all[several], return_inverse=True)
    if len(persons):
        helpers = np.arange(count, count + len(persons), dtype=np.int64)
        rows.helper(MATCHED, persons, helpers, helpers[place], at_all[several])
        helper_people = [gain[persons]]
        count += len(persons)
    # a wish counts once per visitor and team
    wish_worth = worth["wishes"].copy()
    keys_all: list[Ints] = []
    for visitor, host in [(a, b), (b, a)] if swap else [(a, b)]:
        keys_all.append(visitor * instance.T + instance.team[host])
    keys = np.concatenate(keys_all) if size else np.zeros(0, dtype=np.int64)
    granted = _wish(instance, keys)
    if len(room.granted):
        before = np.isin(keys, room.granted) & (granted > 0)
        np.subtract.at(wish_worth, np.tile(me, 2 if swap else 1)[before], granted[before])
        granted = np.where(before, 0, granted)
    visitor_all = np.concatenate([a, b]) if swap else a
    repeat = (granted > 0) & many[visitor_all] if size else np.zeros(0, dtype=bool)
    if repeat.any():
        at = np.tile(me, 2 if swap else 1)
        np.subtract.at(wish_worth, at[repeat], granted[repeat])
        wishes, place = np.unique(keys[repeat], return_inverse=True)
        helpers = np.arange(count, count + len(wishes), dtype=np.int64)
        rows.helper(GRANTED, wishes, helpers, helpers[place], at[repeat])
        helper_wishes = [_wish(instance, wishes)]
        count += len(wishes)
    n_people = sum(len(part) for part in helper_people)
    n_wishes = sum(len(part) for part in helper_wishes)
    zeros = [np.zeros(n_people + n_wishes, dtype=np.int64)]
    full = {
        "people": np.concatenate([people, *helper_people, np.zeros(n_wishes, dtype=np.int64)]),
        "wishes": np.concatenate([wish_worth, np.zeros(n_people, dtype=np.int64), *helper_wishes]),
    }
    for level in LEVELS:
        if level not in full:
            full[level] = np.concatenate([worth[level], *zeros])
    join = np.concatenate
    empty = np.zeros(0, dtype=np.int64)
    return Model(
        columns=count,
        choices=size,
        row=join(rows.row) if rows.row else empty,
        column=join(rows.column) if rows.column else empty,
        entry=join(rows.entry) if rows.entry else empty,
        right=join(rows.right) if rows.right else empty,
        kind=join(rows.kind) if rows.kind else empty,
        key=join(rows.key) if rows.key else empty,
        worth=full,
    )


def _wish(instance: Instance, keys: Ints) -> Ints:
    at = np.searchsorted(instance.wish_keys, keys)
    if not len(instance.wish_keys):
        return np.zeros(len(keys), dtype=np.int64)
    at[at == len(instance.wish_keys)] = 0
    return np.where(instance.wish_keys[at] == keys, instance.wish_points[at], 0)


def leg_worth(instance: Instance, choices: Choices, *, first_only: bool = False) -> dict[str, Ints]:
    """What each choice adds to each level but the first, every level to be maximised.

    ``changes`` is the previous visits kept, ``travel`` the minutes with a minus sign. ``first_only``: of a
    swap only the visit of the first day.
    """
    a, b, swap = choices.a, choices.b, instance.swap and not first_only
    legs = [(a, b, choices.day), (b, a, choices.other)] if swap else [(a, b, choices.day)]
    wishes = np.zeros(len(choices), dtype=np.int64)
    kept = np.zeros(len(choices), dtype=np.int64)
    good = np.zeros(len(choices), dtype=np.int64)
    for visitor, host, day in legs:
        wishes += instance.points(visitor, host)
        kept += _kept(instance, visitor, host, day)
        good += _good(instance, host, day)
    travel = -instance.travel(a, b) * (2 if swap else 1)
    return {"wishes": wishes, "changes": kept, "travel": travel, "days": good}


def _good(instance: Instance, host: Ints, day: Ints) -> npt.NDArray[np.int64]:
    if not any(instance.good):
        return np.zeros(len(day), dtype=np.int64)
    word, bit = np.divmod(day, 64)
    words = instance.good_words[instance.team[host], word]
    return (words >> bit.astype(np.uint64) & np.uint64(1)).astype(np.int64)


def _kept(instance: Instance, visitor: Ints, host: Ints, day: Ints) -> npt.NDArray[np.int64]:
    if not instance.kept:
        return np.zeros(len(day), dtype=np.int64)
    n, days = instance.n, instance.D
    keys = np.array(
        sorted(
            (v * n + h) * days + d
            for (v, h), mask in instance.kept.items()
            for d in range(days)
            if mask >> d & 1
        ),
        dtype=np.int64,
    )
    wanted = (visitor * n + host) * days + day
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    same: Bools = keys[at] == wanted
    return same.astype(np.int64)
