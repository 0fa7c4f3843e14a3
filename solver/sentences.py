"""The sentences of `solver.reasons`, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from solver.plan import Text
from solver.words import both


def used_up(*, single: bool) -> Text:
    what_fr, what_en = ("de visites", "visits") if single else ("d’échanges", "swaps")
    return Text(
        f"Cette personne ne peut plus participer\u00a0: son nombre {what_fr} est épuisé.",
        f"This person can’t take part any more: they have used up all their {what_en}.",
    )


def nobody_there() -> Text:
    return Text("Personne de l’autre côté ne participe.", "Nobody of the other side takes part.")


def out_of_reach(site: str, limit: int, nearest: int | None) -> Text:
    if nearest is None:
        return Text(
            f"Aucun trajet connu ne relie {site} à un collègue de l’autre côté.",
            f"No known journey links {site} with a colleague on the other side.",
        )
    return Text(
        f"Aucun collègue de l’autre côté n’est à {limit} minutes ou moins de {site}"
        f" (le plus proche\u00a0: {nearest} minutes).",
        f"No colleague on the other side is within {limit} minutes of {site} (nearest: {nearest} minutes).",
    )


def no_language(reach: int, languages: Sequence[str], most: str | None) -> Text:
    spoken = ", ".join(languages) or "–"
    more_fr = "" if most is None else f"\u00a0; la plupart parlent\u00a0: {most}"
    more_en = "" if most is None else f"; most speak: {most}"
    if reach == 1:
        return Text(
            f"Le seul collègue accessible ne parle pas la même langue ({spoken}){more_fr}.",
            f"The only colleague within reach doesn’t share a language ({spoken}){more_en}.",
        )
    return Text(
        f"Aucun des {reach} collègues accessibles ne parle la même langue ({spoken}){more_fr}.",
        f"None of the {reach} colleagues within reach shares a language ({spoken}){more_en}.",
    )


def all_refused() -> Text:
    return Text(
        "Les collègues accessibles sont tous écartés par les règles"
        " (même direction, hiérarchie, lieux ou personnes écartés).",
        "All colleagues within reach are ruled out"
        " (same division, line management, places or people ruled out).",
    )


def closed_days(teams: Sequence[str], days: Sequence[str]) -> Text:
    names, on = ", ".join(teams), both([date.fromisoformat(day) for day in days])
    return Text(
        "Les seuls jours possibles tombent quand une équipe est fermée ou ne peut laisser partir personne"
        f" (au plus court\u00a0: {names}, {on.fr}).",
        f"The only possible days fall when a team is closed or can spare nobody (nearest: {names}, {on.en}).",
    )


def no_days_at_all() -> Text:
    return Text(
        "La campagne n’a pas deux jours à la distance demandée l’un de l’autre.",
        "The campaign has no two days at the distance asked for.",
    )


def no_day_offered(days: Sequence[date]) -> Text:
    if not days:
        return Text("Aucun jour libre n’a été proposé.", "No free day was offered.")
    on = both(list(days))
    return Text(
        f"Aucun jour libre n’a été proposé. Par exemple, {on.fr} suffirait pour des collègues.",
        f"No free day was offered. For example, {on.en} would do for some colleagues.",
    )


def no_shared_day(willing: int, offered: int, days: Sequence[date], *, swap: bool) -> Text:
    shared_fr = f"les {offered} jours proposés" if offered > 1 else "le jour proposé"
    shared_en = f"the {offered} days offered" if offered > 1 else "the day offered"
    who_fr = (
        "le seul collègue possible n’a pas"
        if willing == 1
        else f"aucun des {willing} collègues possibles n’a"
    )
    who_en = (
        "the only possible colleague does not have" if willing == 1 else f"none of the {willing} possible "
    )
    who_en += "" if willing == 1 else "colleagues has"
    what_fr, what_en = "de jour commun", "a day in common"
    if swap:
        what_fr = "les deux jours communs qu’il faut à un échange"
        what_en = "the two days in common that a swap needs"
    fr, en = f"Avec {shared_fr}, {who_fr} {what_fr}", f"With {shared_en}, {who_en} {what_en}"
    if not days:
        return Text(f"{fr}.", f"{en}.")
    on, more = both(list(days)), len(days) > 1
    return Text(
        f"{fr}\u00a0; {'deux jours' if more else 'un jour'} de plus, par exemple {on.fr}, en ouvrirai"
        f"{'ent' if more else 't'}.",
        f"{en}; {'two more days' if more else 'one more day'}, for example {on.en}, would open some.",
    )


def not_looked_at() -> Text:
    return Text(
        "Un collègue et des jours restent libres\u00a0: le calcul s’est arrêté avant de les réunir.",
        "A colleague and days are still free: the computation ended before bringing them together.",
    )


@cache
def interrupted() -> Text:
    return Text(
        "Le calcul a été interrompu\u00a0: la raison n’a pas été cherchée.",
        "The computation was interrupted: the reason was not looked for.",
    )


def days_taken(days: Sequence[str]) -> Text:
    on = both([date.fromisoformat(day) for day in days])
    return Text(
        "Des collègues restent libres, mais aux jours communs l’un des deux a déjà une autre visite"
        f" (au plus court\u00a0: {on.fr}).",
        "Colleagues are still free, but on shared days one of the two has another visit already"
        f" (nearest: {on.en}).",
    )


def places_taken(teams: Sequence[str], days: Sequence[str]) -> Text:
    names, on = ", ".join(teams), both([date.fromisoformat(day) for day in days])
    return Text(
        "Des collègues restent libres, mais plus aucune place n’est disponible aux jours communs"
        f" (au plus court\u00a0: {names}, {on.fr}).",
        f"Colleagues are still free, but no place is left on shared days (nearest: {names}, {on.en}).",
    )


@cache
def all_taken(team: str, *, late: bool, counted: bool = True, gone: str = "", single: bool = False) -> Text:
    """``counted``: the team is the one that most of all possible colleagues are in.

    ``gone``: ``all`` or ``some`` of these colleagues may take part no more, though they have no match here.
    ``single``: visits are single, and what is taken of a colleague is that they receive somebody.
    """
    where = Text(f"souvent dans l’équipe {team}", f"often in the {team} team")
    if not counted:
        where = Text(f"parmi ceux examinés, {where.fr}", f"among those looked at, {where.en}")
    if gone == "all":
        what_fr, what_en = _all_made(single=single)
        return Text(
            f"Les collègues possibles ne peuvent plus participer\u00a0: leurs {what_fr} ({where.fr}).",
            f"Possible colleagues can’t take part any more: their {what_en} are used up ({where.en}).",
        )
    fr = "reçoivent déjà quelqu’un" if single else "sont déjà en binôme"
    if gone:
        en = "already receive somebody" if single else "already have a match"
        return Text(
            f"Les collègues possibles {fr}, ou ne peuvent plus participer ({where.fr}).",
            f"Possible colleagues {en}, or can’t take part any more ({where.en}).",
        )
    if late:
        en = "already receive somebody" if single else "already have a match"
        return Text(
            f"Les collègues possibles {fr}, ou d’autres personnes les attendent aussi ({where.fr}).",
            f"Possible colleagues {en}, or others are waiting for them too ({where.en}).",
        )
    en = "already receives somebody" if single else "already has a match"
    return Text(
        f"Tous les collègues possibles {fr} ({where.fr}).",
        f"Every possible colleague {en} ({where.en}).",
    )


@cache
def only_one_taken(team: str, *, late: bool, gone: bool, single: bool) -> Text:
    """The same where there is one possible colleague."""
    fr, en = f"Le seul collègue possible (équipe {team})", f"The only possible colleague ({team} team)"
    if gone:
        what_fr, what_en = _all_made(single=single)
        return Text(
            f"{fr} ne peut plus participer\u00a0: ses {what_fr}.",
            f"{en} can’t take part any more: their {what_en} are used up.",
        )
    fr += " reçoit déjà quelqu’un" if single else " est déjà en binôme"
    en += " already receives somebody" if single else " already has a match"
    if late:
        return Text(
            f"{fr}, ou d’autres personnes l’attendent aussi.", f"{en}, or others are waiting for them too."
        )
    return Text(f"{fr}.", f"{en}.")


def _all_made(*, single: bool) -> tuple[str, str]:
    """What somebody has no more of, with its French verb."""
    return ("visites sont épuisées", "visits") if single else ("échanges sont épuisés", "swaps")
