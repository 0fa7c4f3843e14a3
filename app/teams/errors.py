"""Refusals of teams."""

from datetime import date

from app.core.errors import Forbidden, Refusal
from app.core.i18n import _, ngettext
from app.core.templating import day_range


class DelegationOver(Forbidden):
    """Whoever decided in a manager's place, and whose days are over, comes back by an old link."""

    def __init__(self, managers: list[str]) -> None:
        super().__init__()
        self.managers = managers

    def message(self) -> str:
        return ngettext(
            "Votre délégation est finie : c’est de nouveau %(names)s qui répond pour cette équipe. Ce que "
            "vous avez décidé reste valable.",
            "Vos délégations sont finies : ce sont de nouveau %(names)s qui répondent pour leurs équipes. Ce "
            "que vous avez décidé reste valable.",
            len(self.managers),
        ) % {"names": ", ".join(self.managers)}


class RosterGone(Refusal):
    """A preview that was confirmed, dropped, or too old."""

    status = 404

    def message(self) -> str:
        return _(
            "Ce planning n’attend plus : il a été confirmé, abandonné, ou date de plus d’un jour. Renvoyez "
            "le fichier."
        )


class RosterChanged(Refusal):
    """Something changed between the preview and its confirmation."""

    def message(self) -> str:
        return _(
            "Les données ont changé depuis l’aperçu. Rien n’a été enregistré : relisez le nouvel aperçu, "
            "puis confirmez."
        )


class DaysOutOfReach(Refusal):
    """Days are marked from today on, within a year, at most so many at once."""

    status = 422

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def message(self) -> str:
        return _(
            "Choisissez des jours à partir d’aujourd’hui, dans l’année qui vient, %(most)s au plus à la fois."
        ) % {"most": self.most}


class DelegateNotPossible(Refusal):
    """One lends one's place to a member of one's teams, to one's own manager or to another manager near."""

    status = 422

    def message(self) -> str:
        return _(
            "Choisissez un membre de vos équipes, votre responsable ou un autre responsable de vos sites : "
            "personne d’autre ne peut décider à votre place."
        )


class DelegationOverlaps(Refusal):
    """The same colleague already decides on some of these days: two would be taken back apart."""

    def __init__(self, name: str, first: date, last: date) -> None:
        super().__init__()
        self.name, self.first, self.last = name, first, last

    def message(self) -> str:
        return _(
            "%(name)s décide déjà à votre place : %(days)s. Choisissez d’autres jours, ou retirez d’abord "
            "cette délégation."
        ) % {"name": self.name, "days": day_range(self.first, self.last)}


class DelegationTooLong(Refusal):
    """A delegation ends, and lies ahead, within a year."""

    status = 422

    def message(self) -> str:
        return _(
            "Une délégation commence dans l’année qui vient, finit après son premier jour, pas dans le "
            "passé, et dure six mois au plus : changez les dates."
        )
