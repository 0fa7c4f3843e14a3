"""Our own verification of a plan, written against the rules and not against the solver.

`violations` lists every broken rule as one readable line; `measure` computes the levels of the objective.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from solver import rules
from solver.plan import INFEASIBLE, MEASURE, OPTIMAL, SENSE, Plan
from solver.problem import Problem, Visit, ordered

_WORDS = {
    rules.SAME_PERSON: "visitor and host are the same person",
    rules.SAME_SIDE: "both are on the same side",
    rules.SAME_DEPARTMENT: "both are in the same department",
    rules.MANAGER: "one manages the other",
    rules.AVOID: "one avoids the other",
    rules.FORBIDDEN: "the pair is forbidden",
    rules.LANGUAGE: "they have no common language",
    rules.NO_ROUTE: "there is no route between their sites",
    rules.TOO_FAR: "the journey is longer than allowed",
    rules.EXCLUDED_SITE: "the visitor cannot go to that site",
}


def violations(problem: Problem, plan: Plan) -> list[str]:
    """Every rule that the plan breaks and every statement about itself that is not true."""
    if plan.status == INFEASIBLE:
        return ["status infeasible, but visits are given"] if plan.visits else []
    known = [visit for visit in plan.visits if _is_known(problem, visit)]
    found = [
        f"{visit.visitor} -> {visit.host}: unknown person or day"
        for visit in plan.visits
        if not _is_known(problem, visit)
    ]
    found += _single_visits(problem, known)
    found += _limits(problem, known)
    found += _exchanges(problem, known)
    planned = set(plan.visits)
    found += [
        f"pinned visit missing: {_label(problem, visit)}" for visit in problem.pinned if visit not in planned
    ]
    return found + _statements(problem, plan)


def _is_known(problem: Problem, visit: Visit) -> bool:
    people = problem.person_by_id
    return visit.visitor in people and visit.host in people and 0 <= visit.day < len(problem.campaign.days)


def _label(problem: Problem, visit: Visit) -> str:
    return f"{visit.visitor} -> {visit.host} on {problem.campaign.days[visit.day]}"


def _single_visits(problem: Problem, visits: Iterable[Visit]) -> list[str]:
    frame = rules.frame_of(problem)
    people, teams = problem.person_by_id, problem.team_by_id
    count = len(problem.campaign.days)
    found = []
    for visit in visits:
        label = _label(problem, visit)
        visitor, host = people[visit.visitor], people[visit.host]
        guest = rules.party_of(visitor, teams[visitor.team], count)
        keeper = rules.party_of(host, teams[host.team], count)
        found += [f"{label}: {_WORDS[code]}" for code in rules.leg_refusals(frame, guest, keeper)]
        bit = 1 << visit.day
        if not visitor.available & bit:
            found.append(f"{label}: {visitor.id} is not available")
        if not host.can_host & bit:
            found.append(f"{label}: {host.id} cannot receive anybody")
        if teams[host.team].closed & bit:
            found.append(f"{label}: team {host.team} is closed")
    return found


def _limits(problem: Problem, visits: Iterable[Visit]) -> list[str]:
    people, days = problem.person_by_id, problem.campaign.days
    busy: Counter[tuple[str, int]] = Counter()
    away: Counter[tuple[str, int]] = Counter()
    received: Counter[tuple[str, int]] = Counter()
    for visit in visits:
        busy[visit.visitor, visit.day] += 1
        busy[visit.host, visit.day] += 1
        away[people[visit.visitor].team, visit.day] += 1
        received[people[visit.host].team, visit.day] += 1
    found = [f"{person}: {n} visits on {days[day]}, at most 1" for (person, day), n in busy.items() if n > 1]
    for (team, day), n in away.items():
        limit = problem.team_by_id[team].limit(day).max_away
        if n > limit:
            found.append(f"team {team}: {n} members away on {days[day]}, at most {limit}")
    for (team, day), n in received.items():
        limit = problem.team_by_id[team].limit(day).max_visitors
        if n > limit:
            found.append(f"team {team}: {n} visitors on {days[day]}, at most {limit}")
    return found


def _exchanges(problem: Problem, visits: Iterable[Visit]) -> list[str]:
    campaign = problem.campaign
    partners = rules.frame_of(problem).partners
    legs_of: defaultdict[tuple[str, str], list[Visit]] = defaultdict(list)
    for visit in visits:
        legs_of[ordered(visit.visitor, visit.host)].append(visit)
    made: Counter[str] = Counter()
    hosted: Counter[str] = Counter()
    found = []
    for (a, b), legs in sorted(legs_of.items()):
        if campaign.is_swap:
            if sorted(leg.visitor for leg in legs) != sorted((a, b)):
                found.append(f"{a} / {b}: a swap is one visit each way, on one occasion")
                continue
            if not partners[legs[0].day] >> legs[1].day & 1:
                found.append(f"{a} / {b}: the two visits are not at an allowed distance in days")
            made[a] += 1
            made[b] += 1
        else:
            if len({leg.visitor for leg in legs}) < len(legs):
                found.append(f"{a} / {b}: the same visit is planned twice")
            for leg in legs:
                made[leg.visitor] += 1
                hosted[leg.host] += 1
    for counted, words in ((made, "swaps" if campaign.is_swap else "visits made"), (hosted, "visits hosted")):
        for person, n in counted.items():
            limit = problem.may_swap(problem.person_by_id[person])
            if n > limit:
                found.append(f"{person}: {n} {words}, at most {limit}")
    return found


def _statements(problem: Problem, plan: Plan) -> list[str]:
    values = measure(problem, plan.visits)
    found = [
        f"the plan says {name} is {said}, but it is {values[name]}"
        for name, said in plan.values.items()
        if name in values and said != values[name]
    ]
    for level, name in MEASURE.items():
        bound = plan.bounds.get(name)
        if bound is None:
            if plan.status == OPTIMAL:
                found.append(f"status optimal, but {name} has no bound")
        elif SENSE[level] * (values[name] - bound) > 1e-6:
            found.append(f"the bound {bound} on {name} is beaten by the plan's own {values[name]}")
        elif plan.status == OPTIMAL and bound != values[name]:
            found.append(f"status optimal, but {name} is {values[name]} and its bound {bound}")
    if plan.unmatched:
        matched = {visit.visitor for visit in plan.visits}
        explained = Counter(row.person for row in plan.unmatched)
        found += [
            f"{person.id} is {'matched' if person.id in matched else 'not matched'}, "
            f"and explained {explained[person.id]} times"
            for person in problem.people
            if explained[person.id] != (person.id not in matched)
        ]
    return found


def measure(problem: Problem, visits: Iterable[Visit]) -> dict[str, int]:
    """The value of every level, keyed as in `solver.plan.MEASURE`, and ``people``: how many are matched."""
    people, teams, campaign = problem.person_by_id, problem.team_by_id, problem.campaign
    planned = [visit for visit in visits if visit.visitor in people and visit.host in people]
    matched = {visit.visitor for visit in planned}
    granted: set[tuple[str, str]] = set()
    wishes = travel = good = 0
    for visit in planned:
        visitor, host = people[visit.visitor], people[visit.host]
        here, there = teams[visitor.team], teams[host.team]
        if host.team in visitor.wishes and (visitor.id, host.team) not in granted:
            granted.add((visitor.id, host.team))
            wishes += 3 - visitor.wishes.index(host.team)
        wishes += problem.mutual_points(visitor.id, host.id)
        if campaign.link_points and (
            (here.id, there.id) in problem.links or (there.id, here.id) in problem.links
        ):
            wishes += campaign.link_points
        travel += problem.travel(here.site, there.site) or 0
        good += there.good >> visit.day & 1
    return {
        "priority": sum(people[person].priority for person in matched),
        "people": len(matched),
        "wish_points": wishes,
        "changes": len(set(problem.previous) - set(planned)),
        "travel_minutes": travel,
        "good_days": good,
    }
