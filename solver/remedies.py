"""The cheapest change that would match somebody, with what it brings for certain.

Changes are tried from the least intrusive, to the fewest people: one more day of the person's own; one place
more in one team on one day; one colleague who takes part once more; a team open on a day on which it is
closed; two of these where one alone is not enough; last, a longer journey for everybody.

Each is tried by solving again from the plan at hand: a chain of matches (`solver.chains`) that gives the
person a match and leaves nobody without one. It ends in a valid plan of the changed problem, so the gain
is proven to be *at least* so many people. It is exact where no plan can gain more: the plan was proven best,
everybody counts the same, and taking away the one match that uses the change would give a plan of before.

Where some people come first, the best plan of the changed problem may leave out two others for one of them.
What is sure of it are its points of priority; people are counted as far as they follow (`solver.points`).
Else the sentence says what the chain shows: who could have a match, nobody losing theirs.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from solver.chains import PRUNED, STEPS, Chains, Leave, Used
from solver.changes import Change, apply
from solver.limits import EXPLAINING, OnProgress, Progress, ShouldStop
from solver.plan import Plan, Remedy, Text, Unmatched
from solver.points import Points
from solver.problem import Problem, Visit
from solver.standing import VISITORS, Place, Standing
from solver.words import day_words

SINGLE = (Leave(days=1), Leave(places=1), Leave(seconds=1), Leave(places=1, opening=True))
PAIRS = (
    Leave(days=2), Leave(days=1, places=1), Leave(places=2),
    Leave(days=1, seconds=1), Leave(places=1, seconds=1),
)  # fmt: skip
LONGER = 3
"""So many longer journeys are tried."""
WIDE = 0.3
"""Seconds for counting whom else a longer journey would match, once for each length."""
QUICK, FEW = 150, 100
"""Steps for each change where everybody's remedy is sought at once, twice as many for so few people. Twice
as many for all found next to nothing less intrusive among 1,000 people, and took three times as long."""
NEVER = ("travel", "language", "own_rules")
"""Whom no plan matches, whatever days and places there are."""


class Remedies:
    """The remedies of one plan; made once, asked about many people."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.standing = Standing(problem, plan.visits)
        self.chains = Chains(self.standing)
        self.visits = plan.visits
        self._wider: dict[int, tuple[Visit, ...]] = {}
        """The plan and whom else a longer journey of so many minutes matches, everybody asked."""
        self.worth = [person.priority for person in problem.people]
        self.equal = len(set(self.worth)) <= 1 and 0 not in self.worth
        never = {row.person for row in plan.unmatched if row.reason in NEVER}
        self._now = sum(self.worth[i] for i, made in enumerate(self.standing.made) if made)
        """What the plan is worth on the first level."""
        self.points = Points(problem, never)
        self.points_twice = Points(problem, never, once=False)
        proven = plan.bounds.get("priority")
        self.best = proven is not None and proven <= plan.values.get("priority", 0)
        """No plan is worth more on the first level."""
        heads = plan.bounds.get("people") == plan.values.get("people")
        self.heads_proven = self.best and heads and self.equal
        """Solving again gives as many people as can be matched: nobody comes first."""

    def of(self, person: str, *, steps: int = STEPS) -> Remedy | None:
        """The cheapest change found for somebody without a match; None when none tried helps."""
        found = self.shown(person, steps=steps)
        return found[0] if found is not None else None

    def shown(self, person: str, *, steps: int = STEPS) -> tuple[Remedy, tuple[Visit, ...]] | None:
        """The cheapest change found, and a plan of the changed problem that shows what it brings to them."""
        i = self.standing.index[person]
        if not self.standing.cap[i] or self.standing.made[i]:
            return None
        for leave, minutes in self._leaves(i):
            used = self.chains.find(i, leave, steps=steps)
            if used is not None:
                return self._remedy(i, leave, minutes, used), used.visits
        return None

    def _leaves(self, i: int) -> Iterator[tuple[Leave, int]]:
        """What to try, from the cheapest; the journey in minutes where it is longer."""
        if not self.best:
            yield Leave(), 0
        for leave in (*SINGLE, *PAIRS):
            yield leave, 0
        for minutes, sites in self._journeys(i):
            for leave in (Leave(sites=sites), *(replace(leave, sites=sites) for leave in SINGLE)):
                yield leave, minutes

    def _journeys(self, i: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The next longer journeys that reach anybody whom the person could meet, and the new sites."""
        here = self.problem.teams[self.standing.team[i]].site
        limit = self.problem.campaign.max_travel_minutes
        took = sorted(
            (minutes, there)
            for (start, there), minutes in self.problem.minutes.items()
            if start == here != there and minutes > limit
        )
        found, sites = 0, list[str]()
        for place, (minutes, site) in enumerate(took):
            sites.append(site)
            last = place + 1 == len(took) or took[place + 1][0] > minutes
            if last and self.standing.at(sites, i):
                yield minutes, tuple(sites)
                found += 1
                if found == LONGER:
                    return

    # -- in words --

    def _remedy(self, i: int, leave: Leave, minutes: int, used: Used) -> Remedy:
        parts = [self._day(i, day, alone=len(used.days) == 1) for day in used.days]
        parts += [self._place(place) for place in used.places]
        if used.second is not None:
            parts.append(self._second(used.second))
        if minutes:
            parts.append(_journey(minutes))
        if not parts:
            parts.append(_longer())
        changes = [change for change, _ in parts]
        change = changes[0] if len(changes) == 1 else {"kind": "all", "changes": changes}
        texts = [text for _, text in parts]
        matched = {visit.visitor for visit in used.visits}
        points = sum(self.worth[self.standing.index[one]] for one in matched) - self._now
        if minutes:
            wide, wide_points = self._for_everybody(i, minutes, change)
            gain, more = max(used.gain, wide), max(points, wide_points)
            return self._told(change, texts, gain, more, Points(self.problem, once=used.second is None))
        if self.equal:
            exact = self.heads_proven and used.gain == self._most(i, leave, used)
            return Remedy(change, used.gain, _said(texts, used.gain, exact=exact), exact)
        return self._told(
            change, texts, used.gain, points, self.points if used.second is None else self.points_twice
        )

    def _told(self, change: Change, texts: Sequence[Text], gain: int, points: int, all_of: Points) -> Remedy:
        """At least so many people; where some come first, as many as follow from the points, or who could."""
        if self.equal:
            return Remedy(change, gain, _said(texts, gain, exact=False))
        sure = max(0, all_of.heads_at_least(self._now + points) - self.standing.heads)
        text = _said(texts, sure, exact=False) if sure else _could(texts, gain)
        return Remedy(change, sure, text, points=points, shown=gain)

    def _for_everybody(self, i: int, minutes: int, change: Change) -> tuple[int, int]:
        """What a change with a longer journey brings to others as well, in people and points."""
        if len(self.problem.people) > PRUNED:
            return 0, 0
        if minutes not in self._wider:
            journey, _ = _journey(minutes)
            self._wider[minutes] = self._everybody_asked(apply(self.problem, [journey]))
        changed = Standing(apply(self.problem, [change]), self._wider[minutes])
        if not changed.made[i]:
            Chains(changed).keep(i, Leave(), steps=QUICK)
        points = sum(self.worth[j] for j, made in enumerate(changed.made) if made)
        return changed.heads - self.standing.heads, points - self._now

    def _everybody_asked(self, changed: Problem) -> tuple[Visit, ...]:
        """The plan, and whom chains match beside it in a problem that allows more."""
        standing = Standing(changed, self.visits)
        chains, ends = Chains(standing), time.monotonic() + WIDE
        for one, made in enumerate(self.standing.made):
            if time.monotonic() > ends:
                break
            if standing.cap[one] and not made and not standing.made[one]:
                chains.keep(one, Leave(), steps=QUICK)
        return standing.visits()

    def _most(self, i: int, leave: Leave, used: Used) -> int:
        """The most that the change can bring where the plan is best; a large number where unknown."""
        one = 2 if self.standing.swap else 1
        if leave.sites:
            return len(self.standing.team)
        if len(used.days) + len(used.places) + (used.second is not None) == 1:
            if used.second is not None:
                return 1  # without that match the colleague still has another
            opened = [self._opened(place) for place in used.places]
            return one * max([1, *opened])
        own = len(used.days) == 2 and self.standing.cap[i] == 1 and self.standing.swap
        return one if own else len(self.standing.team)

    def _opened(self, place: Place) -> int:
        """How many places a change opens."""
        kind, team, day = place
        crew = self.problem.teams[team]
        return crew.limit(day).max_visitors if kind == VISITORS and crew.closed >> day & 1 else 1

    def _day(self, i: int, day: int, *, alone: bool) -> tuple[Change, Text]:
        date = self.problem.campaign.days[day]
        on, more = day_words(date), self._opens(i, day) if alone else 0
        text = Text(f"Un jour de plus, le {on.fr}", f"One more day, {on.en}")
        if more:
            s = "s" if more > 1 else ""
            text = Text(
                f"{text.fr}, qui ouvrirait {more} collègue{s}",
                f"{text.en}, which would open {more} colleague{s}",
            )
        return {"kind": "available", "id": self.problem.people[i].id, "day": date.isoformat()}, text

    def _opens(self, i: int, day: int) -> int:
        """How many colleagues have days with the person only thanks to one more."""
        standing, bit = self.standing, 1 << day
        people, swap = self.problem.people, standing.swap
        me, number = people[i], 0
        for j in standing.colleagues(i):
            other = people[j]
            there, home = me.available & other.can_host, other.available & me.can_host
            more = bit & other.can_host, bit & other.available
            if swap:
                before = self.chains.have_days(i, j, there, home)
                number += not before and self.chains.have_days(i, j, there | more[0], home | more[1])
            else:
                before = self.chains.have_days(i, j, there, 0)
                number += not before and self.chains.have_days(i, j, there | more[0], 0)
        return number

    def _place(self, place: Place) -> tuple[Change, Text]:
        kind, number, day = place
        team, date = self.problem.teams[number], self.problem.campaign.days[day]
        name, on, iso = team.name or team.id, day_words(date), date.isoformat()
        if kind == VISITORS and team.closed >> day & 1 and team.limit(day).max_visitors > 0:
            text = Text(f"Ouvrir l’équipe {name} le {on.fr}", f"Opening the {name} team on {on.en}")
            return {"kind": "open_day", "id": team.id, "day": iso}, text
        what = {"id": team.id, "value": 1, "day": iso}
        if kind == VISITORS:
            text = Text(
                f"Un visiteur de plus dans l’équipe {name} le {on.fr}",
                f"One more visitor in the {name} team on {on.en}",
            )
            change: Change = {"kind": "max_visitors", **what}
            if team.closed >> day & 1:
                opened = {"kind": "open_day", "id": team.id, "day": iso}
                change = {"kind": "all", "changes": [opened, change]}
            return change, text
        return {"kind": "max_away", **what}, Text(
            f"Une absence de plus dans l’équipe {name} le {on.fr}",
            f"One more member of the {name} team away on {on.en}",
        )

    def _second(self, j: int) -> tuple[Change, Text]:
        person, team = self.problem.people[j], self.problem.teams[self.standing.team[j]]
        name = team.name or team.id
        text = Text(
            f"Une participation de plus pour un collègue de l’équipe {name}",
            f"One colleague in the {name} team taking part once more",
        )
        value = self.problem.may_swap(person) + 1
        return {"kind": "max_swaps", "id": person.id, "value": value}, text


def _journey(minutes: int) -> tuple[Change, Text]:
    text = Text(
        f"Pour tout le monde, un trajet de {minutes} minutes au plus",
        f"For everybody, a journey of up to {minutes} minutes",
    )
    return {"kind": "max_travel", "value": minutes}, text


def _longer() -> tuple[Change, Text]:
    """The plan was not proven best, and a better one was found on the way."""
    text = Text("Sans rien changer, un calcul plus long", "Changing nothing, a longer computation")
    return {"kind": "all", "changes": []}, text


def _could(parts: Sequence[Text], gain: int) -> Text:
    """What is shown by a plan that need not be the best one."""
    joined = _joined(parts)
    fr = "une personne de plus pourrait" if gain == 1 else f"{gain} personnes de plus pourraient"
    en = "one more person could" if gain == 1 else f"{gain} more people could"
    return Text(
        f"{joined.fr}\u00a0: {fr} avoir un binôme sans que personne perde le sien.",
        f"{joined.en}: {en} have a match, nobody losing theirs.",
    )


def _joined(parts: Sequence[Text]) -> Text:
    return Text(
        ", et ".join([parts[0].fr, *(_lower(part.fr) for part in parts[1:])]),
        ", and ".join([parts[0].en, *(_lower(part.en) for part in parts[1:])]),
    )


def _said(parts: Sequence[Text], gain: int, *, exact: bool) -> Text:
    joined = _joined(parts)
    people_fr = "une personne de plus en binôme" if gain == 1 else f"{gain} personnes de plus en binôme"
    people_en = "one more person matched" if gain == 1 else f"{gain} more people matched"
    least_fr, least_en = ("", "") if exact else ("au moins ", "at least ")
    return Text(f"{joined.fr}\u00a0: {least_fr}{people_fr}.", f"{joined.en}: {least_en}{people_en}.")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def remedy(problem: Problem, plan: Plan, person: str, *, known: Remedies | None = None) -> Remedy | None:
    """The cheapest change found that matches this person and loses nobody; None when none tried does.

    A fraction of a second in any company. ``known`` spares reading the same plan again for the next person.
    """
    return (known or Remedies(problem, plan)).of(person)


def _agreeing(row: Unmatched, remedy: Remedy | None) -> Unmatched:
    """With the remedy; where it is a day of their own, that is the day that the reason names for example."""
    row = replace(row, remedy=remedy, sought=True)
    days = [item.day for item in row.blocking]
    if remedy is None or row.reason != "no_common_day" or len(days) != 1 or days[0] is None:
        return row
    if remedy.change["kind"] != "available" or row.blocking[0].id != row.person:
        return row
    before, after = (day_words(date.fromisoformat(day)) for day in (days[0], remedy.change["day"]))
    text = Text(row.text.fr.replace(before.fr, after.fr), row.text.en.replace(before.en, after.en))
    return replace(row, text=text, blocking=(replace(row.blocking[0], day=remedy.change["day"]),))


def with_remedies(
    problem: Problem,
    plan: Plan,
    *,
    seconds: float = 60.0,
    should_stop: ShouldStop | None = None,
    people: Collection[str] | None = None,
    on_progress: OnProgress | None = None,
) -> Plan:
    """The plan with a remedy for everybody without a match, or those of ``people`` alone.

    Whom time did not reach, or nobody asked about, has ``sought`` False. ``on_progress`` hears before each
    person how many were looked at.
    """
    began = time.monotonic()
    ends = began + seconds
    wanted = {row.person for row in plan.unmatched if people is None or row.person in people}
    if not wanted or seconds <= 0:
        return plan
    remedies = Remedies(problem, plan)
    steps = STEPS if people is not None else QUICK * (2 if len(wanted) <= FEW else 1)
    matched, looked_at = len({visit.visitor for visit in plan.visits}), 0
    found: list[Unmatched] = []
    for row in plan.unmatched:
        over = time.monotonic() > ends or (should_stop is not None and should_stop())
        if over or row.person not in wanted:
            found.append(row)
            continue
        if on_progress is not None:
            seen = plan.seconds + time.monotonic() - began
            on_progress(Progress(EXPLAINING, looked_at, float(len(wanted)), seen, matched))
        looked_at += 1
        found.append(_agreeing(row, remedies.of(row.person, steps=steps)))
    return replace(plan, unmatched=tuple(found))
