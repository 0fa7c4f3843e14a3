"""What visits refuse."""

from datetime import date

from app.core.errors import Refusal
from app.core.i18n import _
from app.core.templating import long_day


class DayTaken(Refusal):
    """Somebody of the plan has another visit on one of its days meanwhile."""

    def message(self) -> str:
        return _(
            "Une personne de ce plan a déjà une journée ce jour-là. Rien n’a été enregistré : "
            "recalculez le plan."
        )


class TeamShort(Refusal):
    """A team may let nobody more go that day: its limit, or its minimum presence."""

    def __init__(self, team_id: int, day: date) -> None:
        super().__init__(team_id, day)
        self.team_id, self.day = team_id, day

    def message(self) -> str:
        return _(
            "Le %(day)s, l’équipe de départ ne peut laisser partir personne de plus. "
            "Rien n’a été enregistré : choisissez un autre jour."
        ) % {"day": long_day(self.day)}


class TeamTaken(Refusal):
    """A team receives nobody (more) that day."""

    def __init__(self, team_id: int, day: date) -> None:
        super().__init__(team_id, day)
        self.team_id, self.day = team_id, day

    def message(self) -> str:
        return _(
            "Le %(day)s, l’équipe d’accueil ne peut recevoir personne de plus. "
            "Rien n’a été enregistré : choisissez un autre jour."
        ) % {"day": long_day(self.day)}


class AlreadyCancelled(Refusal):
    """The visit was cancelled before."""

    def message(self) -> str:
        return _("Cette journée est déjà annulée : il n’y a plus rien à faire.")


class AlreadyOver(Refusal):
    """A day that was lived cannot be cancelled."""

    def message(self) -> str:
        return _("Cette journée est passée : elle ne peut plus être annulée.")
