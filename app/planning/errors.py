"""What planning refuses."""

from app.core.errors import Refusal
from app.core.i18n import _


class NotPlannable(Refusal):
    """A plan is made while people enrol or once enrolment is closed, never before nor after publication."""

    def message(self) -> str:
        return _("Le plan se calcule entre l’ouverture des inscriptions et la publication.")


class RunUnderWay(Refusal):
    """One computation a campaign at a time."""

    def message(self) -> str:
        return _(
            "Un calcul est déjà en cours pour cette campagne : attendez qu’il se termine, ou arrêtez-le."
        )


class RunOver(Refusal):
    """The computation ended before it could be stopped."""

    def message(self) -> str:
        return _("Ce calcul est déjà terminé : il n’y a plus rien à arrêter.")


class NothingFoundYet(Refusal):
    """A computation that has no plan yet has nothing to keep."""

    def message(self) -> str:
        return _("Ce calcul n’a encore rien trouvé : attendez un instant, ou arrêtez-le.")


class NoDaysLeft(Refusal):
    """No day of the campaign leaves the notice."""

    def message(self) -> str:
        return _(
            "Plus aucun jour de la campagne ne laisse le délai de prévenance : repoussez le dernier jour, "
            "ou raccourcissez ce délai."
        )


class NobodyEnrolled(Refusal):
    """Nobody said yes."""

    def message(self) -> str:
        return _("Personne n’a encore répondu oui : il n’y a personne à mettre en binôme.")


class NothingToPublish(Refusal):
    """There is no finished plan, or it has no visit."""

    def message(self) -> str:
        return _("Il n’y a pas encore de plan à publier : calculez-le d’abord.")


class StillEnrolling(Refusal):
    """A plan made while people enrol is a trial."""

    def message(self) -> str:
        return _(
            "Les inscriptions sont encore ouvertes : ce plan est un essai. Fermez-les d’abord, puis publiez."
        )


class PlanIsOld(Refusal):
    """Answers, limits or days changed since the plan was made: what would be said of it may be wrong."""

    def message(self) -> str:
        return _(
            "Des réponses ou des règles ont changé depuis ce plan : recalculez-le, puis demandez de nouveau."
        )


class AnotherForecast(Refusal):
    """One forecast at a time, so that pages stay quick for everybody."""

    def message(self) -> str:
        return _("Un autre essai est en cours : réessayez dans quelques secondes.")


class RemedyGone(Refusal):
    """What would have matched somebody was found for another plan, or for days that are past."""

    def message(self) -> str:
        return _(
            "Ce qui suffirait a été cherché pour un autre plan : recalculez-le, puis demandez de nouveau."
        )


class PinsClash(Refusal):
    """What HR keeps contradicts the rules: there is no plan to count."""

    def message(self) -> str:
        return _(
            "Les paires épinglées ne tiennent pas ensemble, ou plus avec ces réglages : retirez-en une, puis "
            "réessayez."
        )


class PairIsPinned(Refusal):
    """Two people kept together are not kept apart in one breath: a page opened earlier may not know."""

    def message(self) -> str:
        return _(
            "Cette paire est épinglée : chaque calcul la garde. Retirez d’abord l’épingle, puis écartez-la."
        )


class PairIsForbidden(Refusal):
    """Two people kept apart are not kept together."""

    def message(self) -> str:
        return _("Cette paire est écartée : autorisez-la de nouveau avant de l’épingler.")


class NotThisPair(Refusal):
    """The two people are not together in the plan shown."""

    def message(self) -> str:
        return _("Ces deux personnes ne sont pas ensemble dans le plan affiché.")


class NoLongerHolds(Refusal):
    """The plan was right when it was made; what changed since, one sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def message(self) -> str:
        return _("Ce plan ne tient plus, rien n’a été publié. %(reasons)s") % {
            "reasons": " ".join(self.reasons)
        }
