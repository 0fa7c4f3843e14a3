"""What planning says: reasons, states, refused rules. Codes come from `solver`."""

from collections.abc import Mapping
from dataclasses import replace

from app.core.errors import Refusal
from app.core.i18n import _, current_language, ngettext
from app.core.templating import number
from app.planning.errors import NobodyEnrolled, NoDaysLeft, NotPlannable, PinsClash, PlanIsOld
from solver import Problem, rules
from solver.shapes import Person


def reason_labels() -> dict[str, str]:
    """The reasons of `solver.plan.REASONS`, as headings of groups."""
    return {
        "no_common_day": _("Aucun jour en commun"),
        "all_taken": _("Plus de place ou plus de collègue libre"),
        "travel": _("Trajet trop long"),
        "language": _("Aucune langue commune"),
        "closed": _("Équipes fermées ou complètes ces jours-là"),
        "own_rules": _("Règles propres à la personne"),
    }


def what_would_do(helped: Mapping[str, int], *, untried: int = 0) -> str:
    """What would be enough for how many people, each tried by the solver, but so many for whom there was no
    time; empty where nothing helps.
    """
    words = {
        "own_day": _("un jour de plus de leur part"),
        "own_days": _("deux jours de plus de leur part"),
        "place": _("une place de plus dans une équipe, un jour donné"),
        "colleague": _("un collègue qui participe une fois de plus"),
        "opening": _("une équipe ouverte un jour de plus"),
        "two": _("deux changements à la fois"),
        "journey": _("un trajet plus long pour tous"),
        "longer": _("un calcul plus long, sans rien changer"),
    }
    parts = [
        _("%(what)s (%(n)s)") % {"what": words[kind], "n": number(count)}
        for kind, count in sorted(helped.items(), key=lambda one: -one[1])
        if kind in words
    ]
    if not parts:
        return ""
    said = _("Suffirait, essayé pour chacun : %(parts)s.")
    if untried:
        said = ngettext(
            "Suffirait : %(parts)s. Pour %(n)s personne, rien n’a encore été essayé.",
            "Suffirait : %(parts)s. Pour %(n)s personnes, rien n’a encore été essayé.",
            untried,
        )
    return said % {"parts": ", ".join(parts), "n": number(untried)}


QUOTED = 40
"""So much of a wrong value is said again."""

REASON_TONES = {
    "no_common_day": "back",
    "all_taken": "meet",
    "travel": "front",
    "language": "good",
    "closed": "warn",
    "own_rules": "muted",
}


def level_words(level: str) -> str:
    """What the solver is improving."""
    return {
        "people": _("Trouver un binôme au plus de monde possible"),
        "wishes": _("Exaucer le plus de vœux"),
        "changes": _("Bouger le moins possible depuis le plan précédent"),
        "travel": _("Raccourcir les trajets"),
        "days": _("Choisir les meilleurs jours"),
        "remedies": _("Le plan est prêt. Chercher ce qui aiderait les personnes sans binôme"),
    }.get(level, _("Lecture des réponses"))


def level_names() -> dict[str, str]:
    """The levels of the objective, as lines of a table."""
    return {
        "people": _("Personnes avec un binôme"),
        "wishes": _("Points de vœux"),
        "changes": _("Journées changées depuis le plan précédent"),
        "travel": _("Minutes de trajet, en tout"),
        "days": _("Journées calmes ou instructives"),
    }


def rules_changed(before: Problem, after: Problem) -> str:
    """What is not the same for two plans, in one sentence; empty where all that counts is."""
    old, new = before.campaign, after.campaign
    parts = []
    if old.max_travel_minutes != new.max_travel_minutes:
        limits = {
            "before": number(old.max_travel_minutes),
            "after": number(new.max_travel_minutes),
        }
        parts.append(_("le trajet, au plus (%(before)s puis %(after)s minutes)") % limits)
    if (old.min_gap_days, old.max_gap_days) != (new.min_gap_days, new.max_gap_days):
        parts.append(_("l’écart entre les deux journées"))
    if old.max_swaps_per_person != new.max_swaps_per_person:
        parts.append(_("le nombre de fois par personne"))
    if old.days != new.days:
        parts.append(_("les jours de la campagne"))
    if before.teams != after.teams:
        parts.append(_("les équipes, leurs limites ou leurs jours"))
    if _answers(before) != _answers(after):
        parts.append(_("qui participe, ou ce que les personnes ont répondu"))
    if _once_more(before) != _once_more(after):
        parts.append(_("qui peut participer une fois de plus"))
    if before.pinned != after.pinned:
        parts.append(_("vos paires épinglées"))
    if before.forbidden != after.forbidden:
        parts.append(_("les paires écartées"))
    if not parts:
        return ""
    return _("Entre ces deux plans ont changé : %(parts)s. Chacun est jugé sur ce qui valait alors.") % {
        "parts": ", ".join(parts)
    }


def _answers(problem: Problem) -> list[Person]:
    return [replace(person, max_swaps=None) for person in problem.people]


def _once_more(problem: Problem) -> dict[str, int]:
    """Who may take part more often than the campaign says, and how often."""
    usual = problem.campaign.max_swaps_per_person
    often = {person.id: person.max_swaps or usual for person in problem.people}
    return {one: times for one, times in often.items() if times > usual}


def failure_words(code: str) -> str:
    """Why a run failed, and what to do."""
    known: dict[str, type[Refusal]] = {
        refusal.__name__: refusal
        for refusal in (NoDaysLeft, NobodyEnrolled, NotPlannable, PinsClash, PlanIsOld)
    }
    if code in known:
        return known[code]().message()
    return _(
        "Le calcul s’est arrêté sur une erreur de notre côté. Rien n’est perdu : relancez-le, et prévenez "
        "l’administrateur si cela se reproduit."
    )


def rule_words(code: str) -> str:
    """Why two people may not meet, or a day no longer works; names are said around it."""
    return {
        rules.SAME_SIDE: _("les deux personnes sont maintenant du même côté"),
        rules.SAME_DEPARTMENT: _("les deux personnes sont maintenant dans la même direction"),
        rules.MANAGER: _("l’une encadre maintenant l’autre"),
        rules.FORBIDDEN: _("cette paire est écartée, ou s’est déjà rencontrée"),
        rules.LANGUAGE: _("plus aucune langue commune"),
        rules.NO_ROUTE: _("plus aucun trajet connu entre leurs sites"),
        rules.TOO_FAR: _("le trajet dépasse maintenant la limite"),
        rules.NOT_AVAILABLE: _("la personne en visite n’est plus libre ce jour-là"),
        rules.CANNOT_HOST: _("la personne qui reçoit n’est plus libre ce jour-là"),
        rules.CLOSED: _("l’équipe qui reçoit est fermée ce jour-là"),
        rules.TEAM_AWAY: _("l’équipe ne peut plus laisser partir autant de monde ce jour-là"),
        rules.TEAM_FULL: _("l’équipe ne peut plus recevoir autant de monde ce jour-là"),
        rules.AVOID: _("les réponses ne permettent plus cette rencontre"),
        rules.EXCLUDED_SITE: _("les réponses ne permettent plus cette rencontre"),
    }.get(code, _("les règles ne permettent plus cette rencontre"))


def gain_words(gain: tuple[int, int], *, loosens: bool = False) -> str:
    """What a change would bring: exact, or between two figures.

    Where it makes nothing stricter (`loosens`), fewer people could only be what priorities cost: the most it
    can bring is what is said, until both figures are known.
    """
    least, most = gain
    if loosens and least < 0 < most:
        least = 0
    if least == most == 0:
        return _("Personne de plus : cela ne change rien au nombre de binômes.")
    if least == most and most > 0:
        return ngettext("+%(n)s personne, c’est exact", "+%(n)s personnes, c’est exact", most) % {
            "n": number(most)
        }
    if least == most:
        return ngettext("−%(n)s personne, c’est exact", "−%(n)s personnes, c’est exact", -most) % {
            "n": number(-most)
        }
    if least > 0:
        return _("Entre %(least)s et %(most)s personnes") % {"least": _signed(least), "most": _signed(most)}
    if least == 0:
        return ngettext("Au plus +%(n)s personne", "Au plus +%(n)s personnes", most) % {"n": number(most)}
    return _("Entre %(least)s et %(most)s personnes") % {"least": _signed(least), "most": _signed(most)}


def likely_words(likely: int | None) -> str:
    """A guess at what a change would bring, beside figures that are certain; empty where there is none."""
    if likely is None:
        return ""
    if likely == 0:
        return _("Sans doute personne de plus")
    return ngettext(
        "Sans doute environ %(n)s personne", "Sans doute environ %(n)s personnes", abs(likely)
    ) % {"n": _signed(likely)}


def _signed(count: int) -> str:
    return f"−{number(-count)}" if count < 0 else f"+{number(count)}"


def not_possible(name: str, value: str, allowed: str) -> str:
    """Why a value tried in a what-if is not possible: the field as the page calls it, what it takes."""
    fields = {
        "crowd": _("Avec qui ?"),
        "max_travel": _("Trajet, au plus"),
        "max_gap": _("Entre les deux journées, au plus"),
        "max_swaps": _("Par personne, au plus"),
        "team": _("Une équipe"),
        "more_visitors": _("Visiteurs de plus par jour"),
        "more_away": _("Absences de plus par jour"),
        "who": _("Pour qui"),
        "day": _("Quels jours"),
    }
    said = {"field": fields.get(name, name[:QUOTED]), "value": value[:QUOTED], "allowed": allowed}
    return _("%(field)s : « %(value)s » n’est pas possible. %(allowed)s") % said


def spoken(french: str, english: str) -> str:
    """A sentence of the solver in the reader's language."""
    return english if current_language() == "en" else french


def matched_words(told: tuple[int, int]) -> str:
    """How many people are matched: one figure, or two between which it lies."""
    least, most = told
    if least == most:
        return ngettext("%(n)s personne", "%(n)s personnes", most) % {"n": number(most)}
    return _("entre %(least)s et %(most)s personnes") % {"least": number(least), "most": number(most)}


def wish_words(rank: int) -> str:
    """A wish met."""
    return {1: _("1er vœu"), 2: _("2e vœu"), 3: _("3e vœu")}[rank]
