"""The cheapest change that would match somebody: tried by solving again, never guessed.

A change that matches the person is preferred to one that only matches others.

Changes are tried from the cheapest: one more day of the person's own, one more visitor a day in the team
that most of the person's colleagues are in, one more member away in the person's own team, a longer journey.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from solver.changes import Change, apply
from solver.check import measure
from solver.instance import Instance, Ints, words_of
from solver.limits import Limits
from solver.plan import Plan, Remedy, Text
from solver.problem import Problem
from solver.solving import solve

TRIES = 5
"""So many changes are tried at most, each by a whole solve."""
_WEEKDAYS = (
    ("lundi", "Monday"),
    ("mardi", "Tuesday"),
    ("mercredi", "Wednesday"),
    ("jeudi", "Thursday"),
    ("vendredi", "Friday"),
    ("samedi", "Saturday"),
    ("dimanche", "Sunday"),
)


def remedy(problem: Problem, plan: Plan, person: str, *, limits: Limits | None = None) -> Remedy | None:
    """The cheapest change found that matches more people, with its gain; None when no change tried helps.

    The gain is what solving the changed problem with the same limits gives.
    """
    limits = limits or Limits(seconds=5.0)
    people = measure(problem, plan.visits)["people"]
    found: Remedy | None = None
    for change, text in islice(_candidates(problem, plan, person), TRIES):
        again = solve(apply(problem, [change]), limits=limits)
        gain = again.values["people"] - people
        helped = any(visit.visitor == person for visit in again.visits)
        sure = again.bounds.get("priority") == again.values["priority"]
        if gain <= 0 or not sure or (found is not None and not helped):
            continue
        more_fr = "une personne de plus" if gain == 1 else f"{gain} personnes de plus"
        more_en = "one more person" if gain == 1 else f"{gain} more people"
        found = Remedy(
            change, gain, Text(f"{text.fr}\u00a0: {more_fr} en binôme.", f"{text.en}: {more_en} matched.")
        )
        if helped:
            break
    return found


def with_remedies(
    problem: Problem, plan: Plan, *, limits: Limits | None = None, most: int = 5, seconds: float = 60.0
) -> Plan:
    """The plan with remedies for the first few unmatched people; no search begins after ``seconds``."""
    unmatched = list(plan.unmatched)
    started = time.monotonic()
    for n, row in enumerate(unmatched[:most]):
        if time.monotonic() - started < seconds:
            unmatched[n] = replace(row, remedy=remedy(problem, plan, row.person, limits=limits))
    return replace(plan, unmatched=tuple(unmatched))


def _candidates(problem: Problem, plan: Plan, person: str) -> Iterator[tuple[Change, Text]]:
    instance = Instance(problem)
    i = instance.index[person]
    others = instance.fronts if not instance.front[i] else instance.backs
    me = np.full(len(others), i, dtype=np.int64)
    willing = others[instance.allowed(me, others)]
    matched = {visit.visitor for visit in plan.visits}
    free = np.array([problem.people[j].id not in matched for j in willing.tolist()], dtype=bool)
    yield from _days(problem, instance, i, willing[free])
    if len(willing):
        team = problem.teams[Counter(instance.team[willing].tolist()).most_common(1)[0][0]]
        name = team.name or team.id
        yield (
            {"kind": "max_visitors", "id": team.id, "value": 1},
            Text(
                f"Un visiteur de plus par jour dans l’équipe {name}",
                f"One more visitor a day in the {name} team",
            ),
        )
    own = problem.team_of(person)
    yield (
        {"kind": "max_away", "id": own.id, "value": 1},
        Text(
            f"Une absence de plus par jour dans l’équipe {own.name or own.id}",
            f"One more member away a day in the {own.name or own.id} team",
        ),
    )
    yield from _journey(problem, instance, i)


def _days(problem: Problem, instance: Instance, i: int, free: Ints) -> Iterator[tuple[Change, Text]]:
    """One more day each, those first that open most colleagues without a match."""
    if not len(free):
        return
    person, count = problem.people[i], instance.D
    leave = instance.leave_words[free]
    host = instance.host_words[free]
    ranked = []
    for day in range(count):
        if person.available >> day & 1:
            continue
        with_day = words_of([person.available | 1 << day], count)
        there, home = with_day & host, leave & with_day
        opened = int(instance.days_fit(there, home).sum()) if instance.swap else int(there.any(axis=1).sum())
        if opened:
            ranked.append((-opened, day))
    for opened, day in sorted(ranked)[:2]:
        date = problem.campaign.days[day]
        fr, en = _WEEKDAYS[date.weekday()]
        s = "s" if -opened > 1 else ""
        yield (
            {"kind": "available", "id": person.id, "day": date.isoformat()},
            Text(
                f"Un jour de plus, le {fr} {date:%d/%m/%Y}, ouvrirait {-opened} collègue{s}",
                f"One more day, {en} {date:%d/%m/%Y}, would open {-opened} colleague{s}",
            ),
        )


def _journey(problem: Problem, instance: Instance, i: int) -> Iterator[tuple[Change, Text]]:
    """The next longer journey that reaches somebody new."""
    limit = problem.campaign.max_travel_minutes
    here = int(instance.team_site[instance.team[i]])
    theirs = instance.team_site[instance.team[instance.fronts if not instance.front[i] else instance.backs]]
    minutes = instance.minutes[here, np.unique(theirs)]
    longer = minutes[minutes > limit]
    if len(longer):
        value = int(longer.min())
        yield (
            {"kind": "max_travel", "value": value},
            Text(f"Un trajet de {value} minutes au plus", f"A journey of up to {value} minutes"),
        )
