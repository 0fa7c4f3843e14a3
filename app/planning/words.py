"""What planning says: reasons, states, refused rules. Codes come from `solver`."""

from app.core.i18n import _
from app.planning.errors import NobodyEnrolled, NoDaysLeft
from solver import rules


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


def reason_remedies() -> dict[str, str]:
    """What HR can do about each reason."""
    return {
        "no_common_day": _("Proposer un ou deux jours de plus change souvent tout."),
        "all_taken": _("Une place d’accueil de plus par jour dans l’équipe la plus demandée."),
        "travel": _("Allonger le trajet accepté, ou inviter une équipe plus proche."),
        "language": _("Inviter des collègues qui parlent l’une de ces langues."),
        "closed": _("Autoriser une absence de plus par jour, ou ouvrir un autre jour."),
        "own_rules": _("En parler avec la personne, sans demander ses raisons."),
    }


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


def failure_words(code: str) -> str:
    """Why a run failed, and what to do."""
    known = {"NoDaysLeft": NoDaysLeft(), "NobodyEnrolled": NobodyEnrolled()}
    if code in known:
        return known[code].message()
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


def wish_words(rank: int) -> str:
    """A wish met."""
    return {1: _("1er vœu"), 2: _("2e vœu"), 3: _("3e vœu")}[rank]
