"""Many people against many at once: everybody is one bit, colleagues of a site stand in the same words.

Whoever asks "is there anybody whom this person could meet?" for thousands of people works on 64 colleagues
with each operation, and only on the words of the sites within reach. Cost grows with people times sites in
reach, not with pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from solver.instance import Instance, Ints, Words, words_of

FIRST = 24
"""So many (day, day) of each person are tried first; only who finds nobody on them tries all."""
PAIRS = 20_000_000
"""Pairs looked at in one go, at most."""
BLOCK = 4_000_000
"""Words worked on at a time."""


@dataclass(frozen=True)
class Group:
    """People of one site and side, and rows of words over the colleagues within their reach."""

    site: int
    pool: Ints
    people: Ints
    speaking: Words
    """Colleagues with a language in common."""
    others: Words
    """Those of another department as well."""


class Crowd:
    """``members`` (numbers of people) as bits; a pool is the words of one side within reach of a site."""

    def __init__(self, instance: Instance, members: Ints) -> None:
        self.instance = instance
        site = instance.team_site[instance.team[members]] * 2 + instance.front[members]
        order = np.argsort(site, kind="stable")
        members, site = members[order], site[order]
        size = np.bincount(site, minlength=2 * instance.S)
        width = -(-size // 64)
        self.first_word = np.concatenate([[0], np.cumsum(width)])
        self.words = int(self.first_word[-1])
        rank = np.arange(len(members)) - np.repeat(np.cumsum(size) - size, size)
        self.slot = np.full(instance.n, -1, dtype=np.int64)
        self.slot[members] = 64 * np.repeat(self.first_word[:-1], size) + rank
        self.person = np.full(64 * self.words, -1, dtype=np.int64)
        self.person[self.slot[members]] = members
        self.members = members
        self.site_of_word = np.repeat(np.arange(2 * instance.S) // 2, width)
        self.everybody = self.bits(members)
        self._departments: dict[int, Words] = {}
        self._speakers: dict[int, Words] = {}
        self.host = self._by_day(instance.host_words)
        self.leave = self._by_day(instance.leave_words)
        self.able = self.bits(members[instance.cap[members] > 0])

    def bits(self, people: Ints) -> Words:
        """These members as one row of words."""
        flags = np.zeros(64 * self.words, dtype=np.uint8)
        flags[self.slot[people]] = 1
        return np.packbits(flags, bitorder="little").view(np.uint64)

    def _by_day(self, days: Words) -> Words:
        """For each day, the members who have it in their row of ``days``."""
        flags = np.zeros((64 * self.words, self.instance.D), dtype=np.uint8)
        flags[self.slot[self.members]] = _flags(days[self.members], self.instance.D)
        return np.packbits(np.ascontiguousarray(flags.T), axis=1, bitorder="little").view(np.uint64)

    @cached_property
    def raw_host(self) -> Words:
        """As ``host``, from what people offer: closings and team limits aside."""
        people = self.instance.problem.people
        return self._by_day(words_of([person.can_host for person in people], self.instance.D))

    @cached_property
    def raw_leave(self) -> Words:
        """As ``leave``, from what people offer."""
        people = self.instance.problem.people
        return self._by_day(words_of([person.available for person in people], self.instance.D))

    def of_department(self, department: int) -> Words:
        """The members of a department."""
        if department not in self._departments:
            own = self.instance.team_department[self.instance.team[self.members]]
            self._departments[department] = self.bits(self.members[own == department])
        return self._departments[department]

    def speakers(self, group: int) -> Words:
        """The members who share a language with those of a `language_group`."""
        if group not in self._speakers:
            languages = self._spoken[group]
            shared = (self.instance.language_words[self.members] & languages).any(axis=1)
            self._speakers[group] = self.bits(self.members[shared])
        return self._speakers[group]

    def pool(self, site: int, front: bool) -> Ints:
        """The words of the other side's members within reach of a site."""
        near = np.flatnonzero(self.instance.near[site])
        first = self.first_word[2 * near + (not front)]
        last = self.first_word[2 * near + (not front) + 1]
        size = last - first
        return np.repeat(first - np.cumsum(size) + size, size) + np.arange(int(size.sum()))

    def people_in(self, row: Words, pool: Ints, most: int) -> Ints:
        """At most so many of the members in a row over a pool, spread over it."""
        flags = np.unpackbits(row.view(np.uint8), bitorder="little")
        found = np.flatnonzero(flags)
        if len(found) > most:
            found = found[np.linspace(0, len(found) - 1, most).astype(np.int64)]
        return np.asarray(self.person[64 * pool[found // 64] + found % 64])

    def busiest_in(self, row: Words, pool: Ints) -> int:
        """The team that most members in a row over a pool are in, the first of equals."""
        found = np.flatnonzero(np.unpackbits(row.view(np.uint8), bitorder="little"))
        people = self.person[64 * pool[found // 64] + found % 64]
        return int(np.bincount(self.instance.team[people]).argmax())

    # -- who could meet whom --

    def groups(self, people: Ints, *, most: int = 512) -> Iterator[Group]:
        """These people by site and side, at most so many at a time, with their colleagues within reach."""
        instance = self.instance
        place = 2 * instance.team_site[instance.team[people]] + instance.front[people]
        people = people[np.argsort(place, kind="stable")]
        place = np.sort(place, kind="stable")
        cut = np.searchsorted(place, np.unique(place)).tolist()
        for low, high in zip(cut, [*cut[1:], len(people)], strict=True):
            site, front = divmod(int(place[low]), 2)
            pool = self.pool(site, bool(front))
            for k in range(low, high, most):
                yield self._group(site, pool, people[k : min(high, k + most)])

    def _group(self, site: int, pool: Ints, people: Ints) -> Group:
        department = self.instance.team_department[self.instance.team[people]]
        kinds, which = np.unique(
            np.stack([department, self.language_group[people]]), axis=1, return_inverse=True
        )
        speaking, others = [], []
        for own, language in kinds.T.tolist():
            row = self.speakers(language)[pool]
            speaking.append(row)
            others.append(row & ~self.of_department(own)[pool])
        which = which.reshape(-1)
        return Group(site, pool, people, np.stack(speaking)[which], np.stack(others)[which])

    @cached_property
    def language_group(self) -> Ints:
        """For everybody the number of the languages that they speak."""
        words, number = np.unique(self.instance.language_words, axis=0, return_inverse=True)
        self._spoken = words
        return np.asarray(number.reshape(-1))

    def refuse(self, rows: Words, people: Ints, pool: Ints, site: int) -> None:
        """Take out of each person's row whom a name or a place excludes."""
        instance = self.instance
        place = np.full(self.words, -1, dtype=np.int64)
        place[pool] = np.arange(len(pool))
        low = np.searchsorted(instance.refused, people * instance.n)
        high = np.searchsorted(instance.refused, (people + 1) * instance.n)
        for k in np.flatnonzero(high > low).tolist():
            others = instance.refused[low[k] : high[k]] % instance.n
            self._clear(rows, k, others, place)
        if not len(instance.shut):
            return
        low = np.searchsorted(instance.shut, people * instance.S)
        high = np.searchsorted(instance.shut, (people + 1) * instance.S)
        for k in np.flatnonzero(high > low).tolist():
            sites = instance.shut[low[k] : high[k]] % instance.S
            rows[k, np.isin(self.site_of_word[pool], sites)] = 0
        if instance.swap:
            shutting = instance.shut[instance.shut % instance.S == site] // instance.S
            self._clear(rows, slice(None), shutting, place)

    def _clear(self, rows: Words, k: int | slice, others: Ints, place: Ints) -> None:
        slots = self.slot[others]
        slots = slots[slots >= 0]
        slots = slots[place[slots // 64] >= 0]
        for slot in slots.tolist():
            rows[k, place[slot // 64]] &= ~(np.uint64(1) << np.uint64(slot % 64))

    def with_days(self, rows: Words, people: Ints, pool: Ints, *, raw: bool = False) -> Words:
        """Who of each row has days in common with the person; ``raw``: closings and team limits aside."""
        found = np.zeros_like(rows)
        at = np.flatnonzero(rows.any(axis=1))
        self._days(found, rows, people, pool, at, raw, FIRST)
        at = at[~found[at].any(axis=1)]
        self._days(found, rows, people, pool, at, raw, None)
        return found

    def all_with_days(self, rows: Words, people: Ints, pool: Ints) -> Words:
        """As `with_days`, and everybody is found: who offers many days is looked at pair by pair as well."""
        found = self.with_days(rows, people, pool)
        days, others = self.day_pairs
        go, come = self._offers[False]
        offered = go[people][:, days]
        if self.instance.swap:
            offered &= come[people][:, others]
        at = np.flatnonzero((offered.sum(axis=1, dtype=np.int64) > FIRST) & found.any(axis=1))
        step = max(1, PAIRS // max(1, 64 * len(pool)))
        for k in range(0, len(at), step):
            part = at[k : k + step]
            left = rows[part] & ~found[part]
            flags = np.unpackbits(left.view(np.uint8), axis=1, bitorder="little")
            row, bit = np.nonzero(flags)
            one, two = people[part[row]], self.person[64 * pool[bit // 64] + bit % 64]
            there = self.instance.leg_days(one, two)
            if self.instance.swap:
                flags[row, bit] = self.instance.days_fit(there, self.instance.leg_days(two, one))
            else:
                flags[row, bit] = there.any(axis=1)
            found[part] |= np.packbits(flags, axis=1, bitorder="little").view(np.uint64)
        return found

    def _days(
        self, found: Words, rows: Words, people: Ints, pool: Ints, at: Ints, raw: bool, most: int | None
    ) -> None:
        host, leave = (self.raw_host, self.raw_leave) if raw else (self.host, self.leave)
        host, leave = host[:, pool], leave[:, pool]
        days, others = self.day_pairs
        for k in range(0, len(at), max(1, 10 * BLOCK // max(1, len(days)))):
            part = at[k : k + max(1, 10 * BLOCK // max(1, len(days)))]
            row, pair = self._offered(people[part], raw, most)
            step = max(1, BLOCK // max(1, len(pool)))
            for j in range(0, len(row), step):
                here = row[j : j + step]
                hits = host[days[pair[j : j + step]]]
                if self.instance.swap:
                    hits &= leave[others[pair[j : j + step]]]
                start = np.flatnonzero(np.diff(here, prepend=-1))
                found[part[here[start]]] |= np.bitwise_or.reduceat(hits, start, axis=0)
        found &= rows

    @cached_property
    def day_pairs(self) -> tuple[Ints, Ints]:
        """Every (day away, day at home) in the right distance, mixed (in a shadow campaign: days away)."""
        instance = self.instance
        if not instance.swap:
            days = np.arange(instance.D)
            others = np.zeros(instance.D, dtype=np.int64)
        else:
            days, others = np.nonzero(_flags(instance.partner_words, instance.D))
        mixed = np.random.default_rng(0).permutation(len(days))
        return days[mixed], others[mixed]

    @cached_property
    def _offers(self) -> dict[bool, tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]]:
        """For each person and day whether they can go, and whether they can receive: as planned, and raw."""
        instance, people = self.instance, self.instance.problem.people
        raw = [words_of([getattr(p, name) for p in people], instance.D) for name in ("available", "can_host")]
        return {
            False: (_flags(instance.leave_words, instance.D), _flags(instance.host_words, instance.D)),
            True: (_flags(raw[0], instance.D), _flags(raw[1], instance.D)),
        }

    def _offered(self, people: Ints, raw: bool, most: int | None) -> tuple[Ints, Ints]:
        """(row, day pair) that these people offer, at most so many each."""
        go, come = self._offers[raw]
        days, others = self.day_pairs
        offered = go[people][:, days]
        if self.instance.swap:
            offered &= come[people][:, others]
        row, pair = np.nonzero(offered.view(np.bool_))
        if most is not None:
            first = np.arange(len(row)) - np.searchsorted(row, row) < most
            row, pair = row[first], pair[first]
        return row, pair


def _flags(words: Words, count: int) -> npt.NDArray[np.uint8]:
    """One 0 or 1 per day of each row."""
    rows = np.ascontiguousarray(words.astype("<u8")).view(np.uint8)
    return np.unpackbits(rows, axis=1, bitorder="little")[:, :count]


def count_bits(rows: Words) -> Ints:
    """How many bits each row has."""
    return np.asarray(np.bitwise_count(rows).sum(axis=1), dtype=np.int64)
