"""Pinned visits: what they leave open, and what in them cannot hold together."""

from __future__ import annotations

from collections import Counter

import numpy as np

from solver import rules
from solver.choices import Choices, choices_of
from solver.edges import possible
from solver.instance import Bools, Instance
from solver.plan import Text
from solver.problem import NO_LIMIT, Problem, Visit
from solver.words import day_words

_SENTENCES = {
    rules.SAME_PERSON: Text(
        "une personne ne peut pas se rendre visite à elle-même", "nobody can visit themselves"
    ),
    rules.SAME_SIDE: Text("les deux sont du même côté", "both are on the same side"),
    rules.SAME_DEPARTMENT: Text("les deux sont de la même direction", "both are in the same division"),
    rules.MANAGER: Text("l’une dirige l’autre", "one manages the other"),
    rules.AVOID: Text("l’une souhaite éviter l’autre", "one avoids the other"),
    rules.FORBIDDEN: Text("cette paire est interdite", "the pair is forbidden"),
    rules.LANGUAGE: Text("elles n’ont aucune langue commune", "they have no language in common"),
    rules.NO_ROUTE: Text("aucun trajet ne relie leurs sites", "no route links their sites"),
    rules.TOO_FAR: Text("le trajet dépasse la durée permise", "the journey is longer than allowed"),
    rules.EXCLUDED_SITE: Text(
        "la personne ne peut pas se rendre sur ce site", "the visitor cannot go to that site"
    ),
    rules.NOT_AVAILABLE: Text(
        "la personne en visite n’est pas libre ce jour-là", "the visitor is not free that day"
    ),
    rules.CANNOT_HOST: Text("l’hôte ne peut pas recevoir ce jour-là", "the host cannot receive that day"),
    rules.CLOSED: Text("l’équipe d’accueil est fermée ce jour-là", "the host team is closed that day"),
}


def pin_rows(instance: Instance, choices: Choices) -> list[Bools]:
    """For each pinned visit, which choices contain it; a plan must hold one of each."""
    found = []
    for visit in instance.problem.pinned:
        v, h, d = instance.index[visit.visitor], instance.index[visit.host], visit.day
        holds = (choices.a == v) & (choices.b == h) & (choices.day == d)
        if instance.swap:
            holds |= (choices.b == v) & (choices.a == h) & (choices.other == d)
        found.append(holds)
    return found


def pinned_choices(instance: Instance) -> Choices:
    """Every choice of the pinned pairs that contains all pinned visits of its pair."""
    index = instance.index
    pairs = sorted({(index[visit.visitor], index[visit.host]) for visit in instance.problem.pinned})
    if instance.swap:
        pairs = sorted({(b, a) if instance.front[a] else (a, b) for a, b in pairs})
    left = np.array([pair[0] for pair in pairs], dtype=np.int64)
    right = np.array([pair[1] for pair in pairs], dtype=np.int64)
    good = possible(instance, left, right)
    choices = choices_of(instance, left[good], right[good])
    keep = np.ones(len(choices), dtype=bool)
    for visit, holds in zip(instance.problem.pinned, pin_rows(instance, choices), strict=True):
        v, h = index[visit.visitor], index[visit.host]
        same = (choices.a == v) & (choices.b == h)
        if instance.swap:
            same |= (choices.a == h) & (choices.b == v)
        keep &= ~same | holds
    return choices.take(keep)


def contradictions(problem: Problem) -> list[Text]:
    """What in the pinned visits breaks a rule by itself, in words; empty when each pin is possible alone."""
    frame = rules.frame_of(problem)
    people, teams = problem.person_by_id, problem.team_by_id
    back = {(visit.host, visit.visitor) for visit in problem.pinned}
    found = [
        text for visit in problem.pinned for text in _alone(problem, frame, visit, answered=visit[:2] in back)
    ]
    busy: Counter[tuple[str, int]] = Counter()
    away: Counter[tuple[str, int]] = Counter()
    received: Counter[tuple[str, int]] = Counter()
    for visit in _between_two(problem):
        busy[visit.visitor, visit.day] += 1
        busy[visit.host, visit.day] += 1
        away[people[visit.visitor].team, visit.day] += 1
        received[people[visit.host].team, visit.day] += 1
    found += _too_many(problem)
    found += _pairs(problem, frame)
    days = [day_words(day) for day in problem.campaign.days]
    for (person, day), n in busy.items():
        if n > 1:
            found.append(
                Text(
                    f"{person} a {n} visites épinglées le {days[day].fr}, une seule est possible",
                    f"{person} has {n} pinned visits on {days[day].en}, only one is possible",
                )
            )
    for (team, day), n in away.items():
        limit = teams[team].limit(day).max_away
        if n > limit:
            found.append(
                Text(
                    f"équipe {team}\u00a0: {n} absences épinglées le {days[day].fr}, maximum {limit}",
                    f"team {team}: {n} pinned members away on {days[day].en}, at most {limit}",
                )
            )
    for (team, day), n in received.items():
        limit = teams[team].limit(day).max_visitors
        if n > limit:
            found.append(
                Text(
                    f"équipe {team}\u00a0: {n} visites reçues épinglées le {days[day].fr}, maximum {limit}",
                    f"team {team}: {n} pinned visitors on {days[day].en}, at most {limit}",
                )
            )
    return found


def _alone(problem: Problem, frame: rules.Frame, visit: Visit, *, answered: bool) -> list[Text]:
    """What one pinned visit breaks by itself; ``answered``: its return is pinned too, and judged itself."""
    if visit.visitor == visit.host:
        return [_about(problem, visit, _SENTENCES[rules.SAME_PERSON])]
    people, teams, count = problem.person_by_id, problem.team_by_id, len(problem.campaign.days)
    visitor, host = people[visit.visitor], people[visit.host]
    guest = rules.party_of(visitor, teams[visitor.team], count)
    keeper = rules.party_of(host, teams[host.team], count)
    codes = rules.leg_refusals(frame, guest, keeper)
    bit = 1 << visit.day
    if not visitor.available & bit:
        codes.append(rules.NOT_AVAILABLE)
    if not host.can_host & bit:
        codes.append(rules.CANNOT_HOST)
    if teams[host.team].closed & bit:
        codes.append(rules.CLOSED)
    if not codes and not answered and problem.campaign.is_swap and not _has_return(problem, frame, visit):
        return [_about(problem, visit, Text("aucun retour n’est possible", "no return visit is possible"))]
    why = [_SENTENCES[code] for code in codes]
    both = Text("\u00a0; ".join(one.fr for one in why), "; ".join(one.en for one in why))
    return [_about(problem, visit, both)] if codes else []


def _between_two(problem: Problem) -> list[Visit]:
    return [visit for visit in problem.pinned if visit.visitor != visit.host]


def _too_many(problem: Problem) -> list[Text]:
    """People with more pinned exchanges than they may have."""
    swap = problem.campaign.is_swap
    met: dict[tuple[str, str], set[str]] = {}
    for visit in _between_two(problem):
        met.setdefault((visit.visitor, "made"), set()).add(visit.host)
        met.setdefault((visit.host, "made" if swap else "hosted"), set()).add(visit.visitor)
    found = []
    for (person, _), others in met.items():
        limit = problem.may_swap(problem.person_by_id[person])
        n = len(others)
        if n > limit:
            fr = f"{n} échanges épinglés" if n > 1 else "un échange épinglé"
            en = f"{n} pinned swaps" if n > 1 else "a pinned swap"
            most = (
                ("n’a plus droit à aucun", "may have none")
                if not limit
                else (f"maximum {limit}", f"at most {limit}")
            )
            found.append(Text(f"{person} a {fr}, {most[0]}", f"{person} has {en}, {most[1]}"))
    return found


def _pairs(problem: Problem, frame: rules.Frame) -> list[Text]:
    """The same visit pinned on two days, and two visits of a swap that are not in the right distance."""
    days_of: dict[tuple[str, str], list[int]] = {}
    for visit in _between_two(problem):
        days_of.setdefault((visit.visitor, visit.host), []).append(visit.day)
    found = []
    for (visitor, host), days in days_of.items():
        if len(days) > 1:
            found.append(
                Text(
                    f"{visitor} → {host} est épinglé {len(days)} fois, une seule visite est possible",
                    f"{visitor} → {host} is pinned {len(days)} times, only one visit is possible",
                )
            )
        back = days_of.get((host, visitor), ())
        if visitor > host or not problem.campaign.is_swap or len(days) > 1 or len(back) != 1:
            continue
        if not frame.partners[days[0]] >> back[0] & 1:
            first, second = (problem.campaign.days[day] for day in sorted((days[0], back[0])))
            apart = (second - first).days
            low, high = max(1, problem.campaign.min_gap_days), problem.campaign.max_gap_days
            if high < NO_LIMIT:
                allowed = Text(f"de {low} à {high} sont permis", f"{low} to {high} are allowed")
            else:
                allowed = Text(f"il en faut {low} au moins", f"{low} at least are needed")
            found.append(
                Text(
                    f"{visitor} ⇄ {host}\u00a0: les deux visites épinglées sont à {apart} jours"
                    f" l’une de l’autre ({day_words(first).fr}, {day_words(second).fr}),"
                    f" {allowed.fr}",
                    f"{visitor} ⇄ {host}: the two pinned visits are {apart} days apart"
                    f" ({day_words(first).en}, {day_words(second).en}), {allowed.en}",
                )
            )
    return found


def _has_return(problem: Problem, frame: rules.Frame, visit: Visit) -> bool:
    people, teams, count = problem.person_by_id, problem.team_by_id, len(problem.campaign.days)
    visitor, host = people[visit.visitor], people[visit.host]
    guest = rules.party_of(visitor, teams[visitor.team], count)
    keeper = rules.party_of(host, teams[host.team], count)
    return bool(rules.visit_days(keeper, guest) & frame.partners[visit.day])


def about(problem: Problem, visit: Visit) -> Text:
    """A pinned visit, as the beginning of the sentence that says what it contradicts."""
    day = day_words(problem.campaign.days[visit.day])
    return Text(
        f"visite épinglée {visit.visitor} → {visit.host} le {day.fr}\u00a0:",
        f"pinned visit {visit.visitor} → {visit.host} on {day.en}:",
    )


def _about(problem: Problem, visit: Visit, why: Text) -> Text:
    which = about(problem, visit)
    return Text(f"{which.fr} {why.fr}", f"{which.en} {why.en}")
