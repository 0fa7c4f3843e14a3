"""What visits refuse."""

from app.core.errors import Refusal
from app.core.i18n import _


class DayTaken(Refusal):
    """Somebody of the plan has another visit on one of its days meanwhile."""

    def message(self) -> str:
        return _(
            "Une personne de ce plan a déjà une journée ce jour-là. Rien n’a été enregistré : "
            "recalculez le plan."
        )


class AlreadyCancelled(Refusal):
    """The visit was cancelled before."""

    def message(self) -> str:
        return _("Cette journée est déjà annulée : il n’y a plus rien à faire.")


class AlreadyOver(Refusal):
    """A day that was lived cannot be cancelled."""

    def message(self) -> str:
        return _("Cette journée est passée : elle ne peut plus être annulée.")
