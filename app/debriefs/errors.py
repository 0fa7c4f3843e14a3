"""What debriefs refuse."""

from app.core.errors import Refusal
from app.core.i18n import _


class NotYetOpen(Refusal):
    """The day is not over."""

    def message(self) -> str:
        return _("Ce bilan s’ouvre à la fin de la journée : revenez après l’avoir vécue.")


class NotRuledYet(Refusal):
    """One of the two was said to be missing, and said otherwise: HR rule first."""

    def message(self) -> str:
        return _(
            "Une absence est contestée : le bilan s’ouvre si vos RH disent que la journée a eu lieu, ou "
            "n’en disent rien en une semaine."
        )


class DebriefClosed(Refusal):
    """The time of the campaign's debriefs is over, or the day was cancelled."""

    def message(self) -> str:
        return _("Les bilans de cette campagne sont clos : rien ne peut plus être envoyé.")


class AlreadySent(Refusal):
    """A form is sent once; nobody, not even its author, can take it out of the pool again."""

    def message(self) -> str:
        return _(
            "Votre bilan est déjà parti. Il est mêlé aux autres, sans votre nom : "
            "personne ne peut plus le retrouver, ni le modifier."
        )


class NothingSaid(Refusal):
    """An empty form."""

    status = 422

    def message(self) -> str:
        return _("Répondez à une question au moins : toutes les autres peuvent rester vides.")


class NoDraftHere(Refusal):
    """A shared screen keeps nothing."""

    def message(self) -> str:
        return _("Cet écran est partagé : rien n’y est gardé. Envoyez votre bilan en une fois.")


class AnswersRefused(Refusal):
    """Answers that the form does not take, one sentence a question."""

    status = 422

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(sorted(faults))
        self.faults = faults

    def message(self) -> str:
        return " ".join(f"{key} : {sentence}" for key, sentence in self.faults.items())
