"""What repairs refuse."""

from app.core.errors import Refusal
from app.core.i18n import _, ngettext


class NothingFell(Refusal):
    """There is no visit to repair."""

    def message(self) -> str:
        return _("Il n’y a aucune journée à réparer ici.")


class NotRepaired(Refusal):
    """A plan is repaired from its publication to its last day; booked days have waiting lists."""

    def message(self) -> str:
        return _("Un plan se répare une fois publié, et jusqu’au dernier jour de la campagne.")


class NoDayLeft(Refusal):
    """No day of the published campaign leaves its notice any more: what fell is not replaced. `standing`: how
    many days still stand that cannot take place, which HR keep or cancel."""

    def __init__(self, standing: int = 0) -> None:
        super().__init__(standing)
        self.standing = standing

    def message(self) -> str:
        if not self.standing:
            return _("Plus aucun jour de la campagne ne laisse le temps de prévenir.")
        return ngettext(
            "Plus aucun jour de la campagne ne laisse le temps de prévenir : gardez la journée encore "
            "prévue, ou annulez-la.",
            "Plus aucun jour de la campagne ne laisse le temps de prévenir : gardez les journées encore "
            "prévues, ou annulez-les.",
            self.standing,
        )


class RepairDecided(Refusal):
    """Somebody decided before, or the search was stopped."""

    def message(self) -> str:
        return _("Cette réparation est déjà réglée : il n’y a plus rien à décider.")


class RepairReplaced(RepairDecided):
    """Another repair looks for its days."""

    def message(self) -> str:
        return _("Une recherche plus récente porte sur ces journées : c’est elle qui attend votre décision.")


class PresentContradicts(Refusal):
    """What stands cannot stand whole by the rules of the campaign: nothing can be added to it."""

    def message(self) -> str:
        return _(
            "Rien n’a été cherché : les journées qui tiennent contredisent déjà les règles de la campagne "
            "(échanges par personne, jours entre deux journées, limites des équipes). Corrigez-les d’abord, "
            "puis cherchez de nouveau."
        )


class RepairChanged(Refusal):
    """Visits, answers or limits changed since: the proposal does not hold any more."""

    def message(self) -> str:
        return _(
            "Cette proposition ne tient plus : quelque chose a changé depuis. Rien n’a été modifié. "
            "Cherchez de nouveau, la réponse tiendra compte du changement."
        )


class SiteNotClosed(Refusal):
    """Nothing to open again: the site is open on these days, or they are over."""

    def message(self) -> str:
        return _("Ce site n’est pas fermé ces jours-là : il n’y a rien à rouvrir.")


class ClosureOutOfReach(Refusal):
    """A closure begins today or later, ends after it begins, and lasts three months at most."""

    status = 422

    def message(self) -> str:
        return _("Choisissez un premier et un dernier jour, à partir d’aujourd’hui, trois mois au plus.")
