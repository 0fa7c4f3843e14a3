"""The cheapest change that would match somebody: tried by solving again, never guessed.

Changes are tried from the cheapest: one more day of the person's own, a day opened, one more visitor or
member away a day in a team, a longer journey, one more exchange for everybody. Each is tried on the
neighbourhood of the person (`solver.near`), everything else staying as planned: a fraction of a second in any
company, and what is gained there is gained for sure. In a small company the change is then tried on the whole
problem, and the gain stated is that of solving everything anew.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from solver import rules
from solver.changes import Change, apply
from solver.check import measure
from solver.fields import ProblemError
from solver.limits import Limits
from solver.near import Near, counted
from solver.plan import Plan, Remedy, Text
from solver.problem import Problem, days_of
from solver.solving import solve
from solver.words import day_words

TRIES = 7
"""So many changes are tried at most, each on the neighbourhood."""
DAYS = 3
WHOLE = 1_500
"""Up to so many people the whole problem is solved anew for the change that was found."""
LOOKED_AT = 150
"""Among so many colleagues the days are counted that one more day would open."""


def remedy(
    problem: Problem, plan: Plan, person: str, *, limits: Limits | None = None, near: Near | None = None
) -> Remedy | None:
    """The cheapest change found that matches this person and more people in all; None when none tried does.

    Up to `WHOLE` people the gain is that of solving the changed problem with these limits, beyond that of the
    neighbourhood. ``near`` spares preparing the same plan again for the next person.
    """
    limits = limits or Limits(seconds=5.0)
    near = near or Near(problem, plan)
    people = measure(problem, plan.visits)["people"]
    tried = 0
    for change, text, others in _candidates(near, plan, person):
        tried += 1
        if tried > TRIES:
            return None
        gain = _gain_near(near, person, change, others)
        if gain <= 0:
            continue
        if len(problem.people) > WHOLE:
            return Remedy(change, gain, _said(text, gain, whole=False))
        again = solve(apply(problem, [change]), limits=limits)
        whole = again.values["people"] - people
        sure = again.bounds.get("priority") == again.values["priority"]
        if sure and whole > 0 and any(visit.visitor == person for visit in again.visits):
            return Remedy(change, whole, _said(text, whole, whole=True))
        if not sure:
            return Remedy(change, gain, _said(text, gain, whole=False))
    return None


def _gain_near(near: Near, person: str, change: Change, others: Sequence[str]) -> int:
    """How many more people the change matches around the person, who is one of them; 0 when it does not."""
    small = near.small(near.people_near(person, others), person)
    try:
        found = near.solved(apply(small, [change]), person)
    except ProblemError:  # a team that nobody around the person belongs to
        return 0
    if not found.helped or found.people <= counted(small, small.previous):
        return 0
    return found.people - max(counted(small, small.previous), near.solved(small, person).people)


def _said(text: Text, gain: int, *, whole: bool) -> Text:
    fr = "une personne de plus en binôme" if gain == 1 else f"{gain} personnes de plus en binôme"
    en = "one more person matched" if gain == 1 else f"{gain} more people matched"
    rest_fr, rest_en = (
        ("", "") if whole else (", sans toucher au reste du plan", ", the rest of the plan unchanged")
    )
    return Text(f"{text.fr}\u00a0: {fr}{rest_fr}.", f"{text.en}: {en}{rest_en}.")


def with_remedies(
    problem: Problem, plan: Plan, *, limits: Limits | None = None, most: int = 5, seconds: float = 60.0
) -> Plan:
    """The plan with remedies for the first few unmatched people; no search begins after ``seconds``."""
    unmatched = list(plan.unmatched)
    started = time.monotonic()
    near = Near(problem, plan)
    for n, row in enumerate(unmatched[:most]):
        if time.monotonic() - started < seconds:
            unmatched[n] = replace(row, remedy=remedy(problem, plan, row.person, limits=limits, near=near))
    return replace(plan, unmatched=tuple(unmatched))


# -- what to try --


def _candidates(near: Near, plan: Plan, person: str) -> Iterator[tuple[Change, Text, Sequence[str]]]:
    """Changes from the cheapest, each with its sentence and the people whom it concerns."""
    problem, frame = near.problem, near.frame
    me = near.party(person)
    row = next((one for one in plan.unmatched if one.person == person), None)
    items = [item for item in row.blocking if item.kind == "team"] if row is not None else []
    scarce = bool(items) and items[0].day is None  # no colleague is free: days alone hardly help
    yield from islice(_days(near, me), 1 if scarce else DAYS)
    if scarce:
        yield from _more_swaps(near)
    for item in items:
        team = problem.team_by_id[item.id]
        day = next((n for n, d in enumerate(problem.campaign.days) if d.isoformat() == item.day), -1)
        if day >= 0 and team.closed >> day & 1:
            name, on = team.name or team.id, day_words(problem.campaign.days[day])
            text = Text(
                f"Ouvrir l’équipe {name} le {on.fr}",
                f"Open the {name} team on {on.en}",
            )
            yield {"kind": "open_day", "id": team.id, "day": item.day}, text, ()
    met = rules.hosts_for(frame, me, near.parties)
    common = [team for team, _ in Counter(party.team for party in met).most_common(2)]
    for team_id in dict.fromkeys([*(item.id for item in items), me.team, *common]):
        yield from _places(near, team_id, [party.id for party in met if party.team == team_id][:6])
    yield from _journey(near, me)
    if not scarce:
        yield from _more_swaps(near)


def _more_swaps(near: Near) -> Iterator[tuple[Change, Text, Sequence[str]]]:
    more = near.problem.campaign.max_swaps_per_person + 1
    text = Text(
        f"Jusqu’à {more} échanges par personne au lieu de {more - 1}",
        f"Up to {more} exchanges for each person instead of {more - 1}",
    )
    yield {"kind": "max_swaps", "value": more}, text, ()


def _places(near: Near, team_id: str, members: Sequence[str]) -> Iterator[tuple[Change, Text, Sequence[str]]]:
    team = near.problem.team_by_id[team_id]
    name = team.name or team.id
    visitors = Text(
        f"Un visiteur de plus par jour dans l’équipe {name}", f"One more visitor a day in the {name} team"
    )
    yield {"kind": "max_visitors", "id": team.id, "value": 1}, visitors, members
    away = Text(
        f"Une absence de plus par jour dans l’équipe {name}", f"One more member away a day in the {name} team"
    )
    yield {"kind": "max_away", "id": team.id, "value": 1}, away, members


def _days(near: Near, me: rules.Party) -> Iterator[tuple[Change, Text, Sequence[str]]]:
    """One more day each, those first that open colleagues who are still free, then most colleagues."""
    problem, frame = near.problem, near.frame
    count = len(problem.campaign.days)
    team, own = problem.team_by_id[me.team], problem.person_by_id[me.id]
    leave, receive = rules.days_to_leave(team, count), rules.days_to_receive(team, count)
    would = near.colleagues_on_any_day(me)
    free = {party.id for party in near.free}
    shown = sorted(would, key=lambda party: party.id not in free)[:LOOKED_AT]
    before = {party.id for party in rules.hosts_for(frame, me, shown)}
    ranked = []
    for day in days_of(((1 << count) - 1) & ~own.available):
        bit = 1 << day
        other = replace(me, can_leave=me.can_leave | bit & leave, can_host=me.can_host | bit & receive)
        opened = [p.id for p in rules.hosts_for(frame, other, shown) if p.id not in before]
        if opened:
            ranked.append((-len(free.intersection(opened)), -len(opened), day, opened, other))
    for _, _, day, opened, other in sorted(ranked, key=lambda one: one[:3])[:DAYS]:
        number = len(rules.hosts_for(frame, other, near.parties)) - len(
            rules.hosts_for(frame, me, near.parties)
        )
        on, s = day_words(problem.campaign.days[day]), "s" if number > 1 else ""
        text = Text(
            f"Un jour de plus, le {on.fr}, ouvrirait {number} collègue{s}",
            f"One more day, {on.en}, would open {number} colleague{s}",
        )
        change = {"kind": "available", "id": me.id, "day": problem.campaign.days[day].isoformat()}
        first = sorted(opened, key=lambda one: one not in free)
        yield change, text, first[:8]


def _journey(near: Near, me: rules.Party) -> Iterator[tuple[Change, Text, Sequence[str]]]:
    """The next longer journey that reaches somebody whom the person could meet."""
    limit = near.problem.campaign.max_travel_minutes
    sites = {party.site for party in near.parties if party.side != me.side}
    took = {site: near.problem.travel(me.site, site) for site in sites}
    longer = sorted({minutes for minutes in took.values() if minutes is not None and minutes > limit})
    for value in longer[:2]:
        frame = replace(near.frame, max_travel=value)
        found = rules.hosts_for(frame, me, [p for p in near.parties if took.get(p.site) == value])
        if found:
            text = Text(f"Un trajet de {value} minutes au plus", f"A journey of up to {value} minutes")
            yield {"kind": "max_travel", "value": value}, text, [party.id for party in found[:8]]
            return
