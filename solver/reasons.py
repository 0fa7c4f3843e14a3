"""Why somebody has no match: one reason, a sentence in both languages, and what stands in the way.

Colleagues of the other side are sifted in a fixed order; the reason is the sieve that lets nobody through:

    travel         nobody can be reached within the travel limit
    language       nobody within reach speaks one of the person's languages
    own_rules      everybody left is refused by name, department, management or excluded place
    closed         days exist, but only on which a team is closed or may let nobody go
    no_common_day  there is no day (in a swap: no two days in the right distance) in common
    all_taken      somebody could be met, but every one of them, or every place, is taken

``blocking`` is the smallest set found whose removal would let the person meet somebody (`solver.blocking`):

    site                the travel limit from there
    language            one more language of the person's
    rule, person, site  own rules: a department, somebody refused by name, an excluded place
    person with a day   that day is not offered (`all_taken`: another visit takes it)
    team with a day     the team is closed that day, or has no place left
    team, then person   the team that most possible colleagues are in, and one whose match is in the way

Everybody is sifted together, as bits (`solver.crowd`): the cost is linear in people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from solver.blocking import HUGE, Obstacles
from solver.crowd import Crowd, Group, count_bits
from solver.edges import Edges
from solver.instance import Instance, Ints, Words
from solver.plan import Blocking, Unmatched
from solver.problem import Visit, days_of
from solver.sentences import (
    all_refused,
    closed_days,
    interrupted,
    no_day_offered,
    no_days_at_all,
    no_language,
    no_shared_day,
    nobody_there,
    out_of_reach,
    used_up,
)
from solver.taken import COLLEAGUES, Taken, most_common

LOOKED_AT = 400
"""At most so many colleagues are looked at one by one for the smallest set; almost always one is enough."""
COUNTED = 30_000
"""Up to so many people all colleagues of somebody are counted by team; above, those found on some days."""
DAY_WORDS = 16
"""Words of colleagues among whom the day that would open most is sought."""


def explain(
    instance: Instance, visits: Sequence[Visit], edges: Edges | None = None, *, most: int | None = None
) -> tuple[Unmatched, ...]:
    """A reason for everybody who makes no visit in this plan, in the problem's order.

    ``edges`` are pairs known to be possible; where they are all of them, that saves looking again. After the
    first ``most``, people are told that no reason was looked for.
    """
    return Reasons(instance, visits, edges).of_all(most)


class Reasons:
    """The reasons of one plan; keeps what is shared between people."""

    def __init__(self, instance: Instance, visits: Sequence[Visit], edges: Edges | None = None) -> None:
        self.instance = instance
        self.edges = edges
        self.visits = visits
        matched = np.zeros(instance.n, dtype=bool)
        matched[[instance.index[visit.visitor] for visit in visits]] = True
        self.waiting = np.flatnonzero(~matched)
        self.obstacles = Obstacles(instance)
        self.said: dict[int, Unmatched] = {}
        self.busiest: dict[int, int] = {}
        """The team that most colleagues of somebody are in."""
        self._nearest: dict[tuple[int, bool], int | None] = {}
        self._languages: dict[tuple[int, bool], str | None] = {}
        self.partners: dict[tuple[int, int], Ints] = {}
        self.two_days: dict[tuple[int, bytes, bytes], tuple[int, int] | None] = {}

    def of_all(self, most: int | None = None) -> tuple[Unmatched, ...]:
        """Everybody's reason, at most so many looked for."""
        instance, waiting = self.instance, self.waiting
        for i in waiting[most:].tolist() if most is not None else ():
            said = interrupted()
            self.said[i] = Unmatched(self._id(i), "all_taken", said, (Blocking("rule", "time"),))
        waiting = waiting[:most]
        known = {i: colleagues for i, colleagues in self._known().items() if i not in self.said}
        for i in waiting[instance.cap[waiting] == 0].tolist():
            text = used_up(single=not instance.swap)
            self.said[i] = Unmatched(self._id(i), "own_rules", text, (Blocking("rule", "max_swaps"),))
        waiting = waiting[instance.cap[waiting] > 0]
        rest = np.array([i for i in waiting.tolist() if i not in known], dtype=np.int64)
        if len(rest):
            crowd = Crowd(instance, np.arange(instance.n, dtype=np.int64))
            for group in crowd.groups(rest):
                known |= self._sift(crowd, group)
        if known:
            taken = Taken(instance, self.visits, self.obstacles, counted=instance.n <= COUNTED)
            self.said |= taken.of_all(known, self.busiest)
        return tuple(self.said[i] for i in self.waiting.tolist())

    def _id(self, i: int) -> str:
        return self.instance.problem.people[i].id

    def _known(self) -> dict[int, Ints]:
        """Colleagues whom the edges already name, some for each person; only edges that are all there are.

        Edges leave out whoever is pinned.
        """
        if (
            self.edges is None
            or not len(self.edges)
            or not self.edges.complete
            or self.instance.problem.pinned
        ):
            return {}
        instance, edges = self.instance, self.edges
        who = np.concatenate([edges.left, edges.right]) if instance.swap else edges.left
        with_whom = np.concatenate([edges.right, edges.left]) if instance.swap else edges.right
        wanted = np.zeros(instance.n, dtype=bool)
        wanted[self.waiting] = True
        at = np.flatnonzero(wanted[who])
        if not len(at):
            return {}
        order = at[np.argsort(who[at], kind="stable")]
        people, start = np.unique(who[order], return_index=True)
        stop = np.append(start[1:], len(order))
        teams = most_common(
            np.repeat(np.arange(len(people)), stop - start),
            instance.team[with_whom[order]],
            len(people),
            instance.T,
        )
        self.busiest |= dict(zip(people.tolist(), teams.tolist(), strict=True))
        return {
            int(i): with_whom[order[low:high]][:: max(1, (high - low) // COLLEAGUES)]
            for i, low, high in zip(people.tolist(), start.tolist(), stop.tolist(), strict=True)
            if instance.cap[i] > 0
        }

    # -- sieves --

    def _sift(self, crowd: Crowd, group: Group) -> dict[int, Ints]:
        """Say why for these people, except those who could meet somebody: those come back with some."""
        pool, people, willing = group.pool, group.people, group.others.copy()
        reach = int(count_bits(crowd.everybody[pool][None, :])[0])
        crowd.refuse(willing, people, pool, group.site)
        able = willing & crowd.able[pool]
        met = self._met(crowd, able, people, pool)
        passed = np.stack([rows.any(axis=1) for rows in (group.speaking, willing, able, met)])
        found: dict[int, Ints] = {}
        left = []
        for k, (i, (speaks, wills, ables, meets)) in enumerate(
            zip(people.tolist(), passed.T.tolist(), strict=True)
        ):
            if meets:
                found[i] = crowd.people_in(met[k], pool, COLLEAGUES)
                self.busiest[i] = crowd.busiest_in(met[k], pool)
            elif not reach:
                self.said[i] = self._unreached(i)
            elif not speaks:
                self.said[i] = self._unspoken(i, reach)
            elif not wills:
                self.said[i] = self._refused(i, crowd.people_in(group.speaking[k], pool, LOOKED_AT))
            elif not ables:
                one = slice(k, k + 1)
                some = self._met(crowd, willing[one], people[one], pool)[0]
                some = some if some.any() else willing[k]
                found[i] = crowd.people_in(some, pool, COLLEAGUES)
                self.busiest[i] = crowd.busiest_in(some, pool)
            else:
                left.append(k)
        if left:
            rows = able[left]
            would = crowd.with_days(rows, people[left], pool, raw=True)
            opens: list[bool] = (count_bits(would) > 0).tolist()
            number = count_bits(rows).tolist()
            for k, i in enumerate(people[left].tolist()):
                if opens[k]:
                    self.said[i] = self._closed(i, crowd.people_in(would[k], pool, LOOKED_AT))
                else:
                    self.said[i] = self._dayless(i, crowd, rows[k], pool, number[k])
        return found

    def _met(self, crowd: Crowd, rows: Words, people: Ints, pool: Ints) -> Words:
        if self.instance.n > COUNTED:
            return crowd.with_days(rows, people, pool)
        return crowd.all_with_days(rows, people, pool)

    def _unreached(self, i: int) -> Unmatched:
        instance, problem = self.instance, self.instance.problem
        here = int(instance.team_site[instance.team[i]])
        theirs = instance.backs if instance.front[i] else instance.fronts
        if not len(theirs):
            return Unmatched(self._id(i), "all_taken", nobody_there(), (Blocking("rule", "sides"),))
        site, side = problem.sites[here], bool(instance.front[i])
        if (here, side) not in self._nearest:
            minutes = instance.minutes[here, np.unique(instance.team_site[instance.team[theirs]])]
            there = minutes[minutes >= 0]
            self._nearest[here, side] = int(there.min()) if len(there) else None
        text = out_of_reach(
            site.name or site.id, problem.campaign.max_travel_minutes, self._nearest[here, side]
        )
        return Unmatched(self._id(i), "travel", text, (Blocking("site", site.id),))

    def _unspoken(self, i: int, reach: int) -> Unmatched:
        """The one language that most colleagues within reach speak would do."""
        instance, problem = self.instance, self.instance.problem
        place = int(instance.team_site[instance.team[i]]), bool(instance.front[i])
        if place not in self._languages:
            near = np.flatnonzero(instance.near[place[0]])
            at = instance.backs_at if place[1] else instance.fronts_at
            count: dict[str, int] = {}
            for j in np.concatenate([at[s] for s in near]).tolist():
                for language in problem.people[j].languages:
                    count[language] = count.get(language, 0) + 1
            self._languages[place] = max(count, key=lambda one: (count[one], one)) if count else None
        most = self._languages[place]
        text = no_language(reach, problem.people[i].languages, most)
        blocking = Blocking("rule", "languages") if most is None else Blocking("language", most)
        return Unmatched(self._id(i), "language", text, (blocking,))

    def _refused(self, i: int, speaking: Ints) -> Unmatched:
        """The colleague whom fewest rules refuse names the smallest set."""
        instance, problem = self.instance, self.instance.problem
        department = instance.team_department[instance.team[i]]
        same = instance.team_department[instance.team[speaking]] == department
        me = np.full(len(speaking), i, dtype=np.int64)
        named = _in(instance.refused, me * instance.n + speaking)
        there = instance.team_site[instance.team[speaking]]
        mine = _in(instance.shut, me * instance.S + there)
        here = int(instance.team_site[instance.team[i]])
        theirs = _in(instance.shut, speaking * instance.S + here) & instance.swap
        number = same.astype(np.int64) + named + mine + theirs
        k = int(np.lexsort((~same, number))[0])
        j = int(speaking[k])
        blocking = []
        if same[k]:
            blocking.append(Blocking("rule", "department"))
        if named[k] or theirs[k]:
            blocking.append(Blocking("person", problem.people[j].id))
        if mine[k]:
            blocking.append(Blocking("site", problem.sites[int(there[k])].id))
        return Unmatched(self._id(i), "own_rules", all_refused(), tuple(blocking))

    def _closed(self, i: int, would: Ints) -> Unmatched:
        _, items, _ = self.obstacles.between(i, would.tolist(), offered=True)
        teams = [self.instance.problem.team_by_id[item.id] for item in items]
        names = list(dict.fromkeys(team.name or team.id for team in teams))
        return Unmatched(self._id(i), "closed", closed_days(names, _dates(items)), tuple(items))

    # -- days --

    def _dayless(self, i: int, crowd: Crowd, row: Words, words: Ints, willing: int) -> Unmatched:
        person = self.instance.problem.people[i]
        days = self._missing(i, crowd, row, words)
        isos = self.obstacles.isos
        items = [Blocking("person", person.id, isos[day]) for day in days]
        if not items:
            some = crowd.people_in(row, words, LOOKED_AT // 8).tolist()
            number, items, _ = self.obstacles.between(i, some, offered=False)
            if number == HUGE:
                rule = (Blocking("rule", "gap"),)
                return Unmatched(person.id, "no_common_day", no_days_at_all(), rule)
        dates = [self.instance.problem.campaign.days[day] for day in days]
        offered = person.available.bit_count()
        swap = self.instance.swap
        text = no_shared_day(willing, offered, dates, swap=swap) if offered else no_day_offered(dates)
        return Unmatched(person.id, "no_common_day", text, tuple(items))

    def _missing(self, i: int, crowd: Crowd, row: Words, words: Ints) -> list[int]:
        """The one or two days of the person's own that would do, for most colleagues; none if none would."""
        at = np.flatnonzero(row)[:DAY_WORDS]
        row, at = row[at], words[at]
        host, leave = crowd.host[:, at] & row, crowd.leave[:, at] & row
        team = int(self.instance.team[i])
        go = self.obstacles.all_days & ~self.obstacles.no_leave[team]
        come = self.obstacles.all_days & ~self.obstacles.no_guests[team]
        if not self.instance.swap:
            counts = count_bits(host) * _mask(go, self.instance.D)
            return [int(counts.argmax())] if counts.any() else []
        opened = np.zeros_like(host)
        for day in days_of(self.instance.leave[i]):
            others = self._partners(day, come)
            opened[others] |= host[day] & leave[others]
        for day in days_of(self.instance.host[i]):
            others = self._partners(day, go)
            opened[others] |= leave[day] & host[others]
        counts = count_bits(opened)
        if counts.any():
            return [int(counts.argmax())]
        return list(self._two(team, go, come, host, leave))

    def _two(self, team: int, go: int, come: int, host: Words, leave: Words) -> Iterator[int]:
        key = team, host.tobytes(), leave.tobytes()
        if key not in self.two_days:
            self.two_days[key] = None
            for day in days_of(go):
                others = self._partners(day, come)
                counts = count_bits(host[day] & leave[others])
                if len(others) and counts.any():
                    self.two_days[key] = day, int(others[counts.argmax()])
                    break
        yield from sorted(self.two_days[key] or ())

    def _partners(self, day: int, among: int) -> Ints:
        """Days in the right distance, as an array."""
        key = day, among
        if key not in self.partners:
            self.partners[key] = np.array(days_of(among & self.instance.partners[day]), dtype=np.int64)
        return self.partners[key]


def _mask(days: int, count: int) -> Ints:
    return np.array([days >> day & 1 for day in range(count)], dtype=np.int64)


def _dates(items: Sequence[Blocking]) -> list[str]:
    return list(dict.fromkeys(item.day for item in items if item.day is not None))


def _in(keys: Ints, wanted: Ints) -> Ints:
    return np.isin(wanted, keys).astype(np.int64)
