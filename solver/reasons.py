"""Why somebody has no match: one reason, a sentence in both languages, and what stands in the way.

Colleagues of the other side are sifted in a fixed order; the reason is the sieve that lets nobody through:

    travel         nobody can be reached within the travel limit
    language       nobody within reach speaks one of the person's languages
    own_rules      everybody left is refused by name, department, management or excluded place
    closed         days exist, but only on which a team is closed or may let nobody go
    no_common_day  there is no day (in a swap: no two days in the right distance) in common
    all_taken      somebody could be met, but every one of them, or every place, is taken
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from solver.edges import Edges
from solver.instance import Bools, Instance, Ints, words_of
from solver.plan import Blocking, Text, Unmatched
from solver.problem import Visit, days_of

SAMPLE = 400
"""So many colleagues are looked at first: one possible match among them settles that all are taken."""
NAMED = 3
"""At most so many colleagues, teams or places are named as blocking."""


def explain(instance: Instance, visits: Sequence[Visit], edges: Edges | None = None) -> tuple[Unmatched, ...]:
    """A reason for everybody who makes no visit in this plan, in the problem's order.

    ``edges`` are pairs known to be possible (all of them when complete); they save looking again.
    """
    return Reasons(instance, visits, edges).of_all()


def _colleagues(instance: Instance, edges: Edges) -> tuple[Ints, Ints]:
    """Colleagues of each person in one array, and where each person's begin."""
    who = np.concatenate([edges.left, edges.right]) if instance.swap else edges.left
    with_whom = np.concatenate([edges.right, edges.left]) if instance.swap else edges.right
    order = np.argsort(who, kind="stable")
    return np.searchsorted(who[order], np.arange(instance.n + 1)), with_whom[order]


class Reasons:
    """The reasons of one plan; keeps what is shared between people."""

    def __init__(self, instance: Instance, visits: Sequence[Visit], edges: Edges | None = None) -> None:
        self.instance = instance
        self.edges = edges
        self.near: dict[tuple[int, bool], Ints] = {}
        self.known = None if edges is None else _colleagues(instance, edges)
        people = instance.problem.people
        self.matched = {visit.visitor for visit in visits}
        self.busy = np.zeros(instance.n, dtype=np.int64)
        for visit in visits:
            self.busy[instance.index[visit.host]] += 1
        self.waiting = [i for i in range(instance.n) if people[i].id not in self.matched]

    def of_all(self) -> tuple[Unmatched, ...]:
        return tuple(self.of(i) for i in self.waiting)

    def of(self, i: int) -> Unmatched:
        """The reason of one person, given as number."""
        instance, person = self.instance, self.instance.problem.people[i]
        if instance.cap[i] == 0:
            return self._own_limit(i)
        others = self._others(i)
        if not len(others):
            return self._travel(i)
        met = self._met(i, others)
        if len(met):
            return self._all_taken(i, met)
        speaking = others[self._speaks(i, others)]
        if not len(speaking):
            languages = ", ".join(person.languages) or "–"
            return Unmatched(
                person.id,
                "language",
                Text(
                    f"Aucun des {len(others)} collègues accessibles ne parle la même langue ({languages}).",
                    f"None of the {len(others)} colleagues within reach shares a language ({languages}).",
                ),
                tuple(Blocking("language", language) for language in person.languages),
            )
        willing = speaking[instance.allowed(np.full(len(speaking), i, dtype=np.int64), speaking)]
        willing = willing[self._not_shut(i, willing)]
        willing = willing[instance.cap[willing] > 0]
        if not len(willing):
            return self._own_rules(i, speaking)
        return self._days(i, willing)

    # -- sieves --

    def _others(self, i: int) -> Ints:
        """Everybody of the other side within the travel limit."""
        instance = self.instance
        place = int(instance.team_site[instance.team[i]]), bool(instance.front[i])
        if place not in self.near:
            at = instance.backs_at if place[1] else instance.fronts_at
            reach = [at[s] for s in np.flatnonzero(instance.near[place[0]]) if len(at[s])]
            self.near[place] = np.concatenate(reach) if reach else np.zeros(0, dtype=np.int64)
        return self.near[place]

    def _met(self, i: int, others: Ints) -> Ints:
        """Colleagues whom the person could be planned with (some of them, when there are many)."""
        if self.known is not None and self.edges is not None:
            start, colleagues = self.known
            met = colleagues[start[i] : start[i + 1]]
            if len(met) or self.edges.complete:
                return np.asarray(met)
        met = self._eligible(i, others[:: max(1, len(others) // SAMPLE)])
        return met if len(met) else self._eligible(i, others)

    def _eligible(self, i: int, others: Ints) -> Ints:
        me = np.full(len(others), i, dtype=np.int64)
        instance = self.instance
        good = (
            instance.feasible(others, me)
            if instance.swap
            else instance.allowed(me, others) & instance.leg_days(me, others).any(axis=1)
        )
        return others[good & (instance.cap[others] > 0)]

    def _speaks(self, i: int, others: Ints) -> Bools:
        words = self.instance.language_words
        return np.asarray((words[others] & words[i]).any(axis=1))

    def _not_shut(self, i: int, others: Ints) -> Bools:
        instance = self.instance
        sites = {instance.problem.sites[s].id: s for s in range(instance.S)}
        mine = [sites[s] for s in instance.problem.people[i].excluded_sites]
        ok = ~np.isin(instance.team_site[instance.team[others]], mine)
        if instance.swap and len(instance.shut):
            own = int(instance.team_site[instance.team[i]])
            ok &= ~np.isin(others * instance.S + own, instance.shut)
        return np.asarray(ok)

    # -- sentences --

    def _own_limit(self, i: int) -> Unmatched:
        person = self.instance.problem.people[i]
        return Unmatched(
            person.id,
            "own_rules",
            Text(
                "Cette personne ne peut plus participer\u00a0: son nombre d’échanges est épuisé.",
                "This person can’t take part any more: they have used up all their swaps.",
            ),
            (Blocking("rule", "max_swaps"),),
        )

    def _travel(self, i: int) -> Unmatched:
        instance, person = self.instance, self.instance.problem.people[i]
        site = instance.problem.sites[int(instance.team_site[instance.team[i]])]
        limit, place = instance.problem.campaign.max_travel_minutes, site.name or site.id
        return Unmatched(
            person.id,
            "travel",
            Text(
                f"Aucun collègue de l’autre côté n’est à {limit} minutes ou moins de {place}.",
                f"No colleague on the other side is within {limit} minutes of {place}.",
            ),
            (Blocking("site", site.id),),
        )

    def _own_rules(self, i: int, speaking: Ints) -> Unmatched:
        instance, person = self.instance, self.instance.problem.people[i]
        blocking: list[Blocking] = []
        named = {*person.avoid, *([person.manager] if person.manager else [])}
        for j in speaking[:200].tolist():
            other = instance.problem.people[j]
            if instance.team_department[instance.team[i]] == instance.team_department[instance.team[j]]:
                blocking.append(Blocking("rule", "department"))
            elif other.id in named:
                blocking.append(Blocking("person", other.id))
            elif instance.problem.team_of(other.id).site in person.excluded_sites:
                blocking.append(Blocking("site", instance.problem.team_of(other.id).site))
            else:
                blocking.append(Blocking("rule", "pair"))
        return Unmatched(
            person.id,
            "own_rules",
            Text(
                f"Les {len(speaking)} collègues accessibles sont tous écartés par les règles"
                " (même direction, hiérarchie, lieux ou personnes écartés).",
                f"All {len(speaking)} colleagues within reach are ruled out"
                " (same division, line management, places or people ruled out).",
            ),
            tuple(dict.fromkeys(blocking))[:NAMED],
        )

    def _days(self, i: int, willing: Ints) -> Unmatched:
        """Closed when days would exist without closings and full teams, otherwise no common day."""
        instance, person = self.instance, self.instance.problem.people[i]
        people = instance.problem.people
        count = instance.D
        days = instance.problem.campaign.days
        go = words_of([people[j].available for j in willing.tolist()], count)
        come = words_of([people[j].can_host for j in willing.tolist()], count)
        mine_go, mine_come = words_of([person.available], count), words_of([person.can_host], count)
        there, home = mine_go & come, go & mine_come
        would = instance.days_fit(there, home) if instance.swap else there.any(axis=1)
        if would.any():
            opened = willing[would]
            teams = Counter(instance.team[opened].tolist())
            teams.update([int(instance.team[i])] if instance.swap and not instance.host[i] else [])
            blocking = []
            for t, _ in teams.most_common(NAMED):
                team = instance.problem.teams[t]
                shut = days_of(team.closed & person.available)
                blocking.append(Blocking("team", team.id, days[shut[0]].isoformat() if shut else None))
            return Unmatched(
                person.id,
                "closed",
                Text(
                    "Les seuls jours possibles tombent quand l’équipe d’accueil est fermée"
                    " ou ne peut laisser partir personne.",
                    "The only possible days fall when the host’s team is closed or can spare nobody.",
                ),
                tuple(blocking),
            )
        if not person.available:
            return Unmatched(
                person.id,
                "no_common_day",
                Text("Aucun jour libre n’a été proposé.", "No free day was offered."),
                (Blocking("person", person.id),),
            )
        return Unmatched(
            person.id,
            "no_common_day",
            Text(
                f"Aucun des {len(willing)} collègues possibles n’a de jours communs avec les"
                f" {person.available.bit_count()} jours proposés.",
                f"None of the {len(willing)} possible colleagues has a day in common with the"
                f" {person.available.bit_count()} days offered.",
            ),
            (
                Blocking("person", person.id),
                *(Blocking("person", people[j].id) for j in willing[:NAMED].tolist()),
            ),
        )

    def _all_taken(self, i: int, met: Ints) -> Unmatched:
        instance, person = self.instance, self.instance.problem.people[i]
        teams = Counter(instance.team[met].tolist())
        t, _ = teams.most_common(1)[0]
        team = instance.problem.teams[t]
        free = int((self.busy[met] < instance.cap[met]).sum())
        blocking = [Blocking("team", team.id)]
        if len(met) <= NAMED:
            blocking += [Blocking("person", instance.problem.people[j].id) for j in met.tolist()]
        name = team.name or team.id
        if free:
            text = Text(
                "Des collègues restent libres, mais plus aucune place n’est disponible aux jours communs"
                f" (équipe la plus demandée\u00a0: {name}).",
                f"Colleagues are still free, but no place is left on shared days (busiest team: {name}).",
            )
        else:
            text = Text(
                f"Tous les collègues possibles sont déjà en binôme (surtout dans l’équipe {name}).",
                f"Every possible colleague already has a match (most of them in the {name} team).",
            )
        return Unmatched(person.id, "all_taken", text, tuple(blocking))
