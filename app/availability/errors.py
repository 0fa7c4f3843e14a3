"""Refusals of enrolment."""

from datetime import date

from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.errors import Refusal
from app.core.i18n import _
from app.core.templating import long_day

PREPARED = (Status.OPEN, Status.PLANNING)
"""No day is planned yet."""


def is_left_out(campaign: Campaign, *, is_invited: bool) -> bool:
    """Whether somebody who had answered is invited no more, before any day is planned."""
    return not is_invited and campaign.status in PREPARED


def closed_because(campaign: Campaign, *, left_out: bool = False) -> str:
    """Why answers to a campaign can no longer be changed, for its reader."""
    if campaign.status == Status.CANCELLED:
        return _("Cette campagne est annulée : il n’y a plus rien à répondre.")
    if left_out:
        return _(
            "Les RH ont changé les personnes invitées, et vous n’en faites plus partie : "
            "aucune journée n’est prévue pour vous."
        )
    if campaign.status in PREPARED:
        if campaign.enrol_until >= clock.today():  # HR closed them before
            return _(
                "Les inscriptions sont closes : les binômes se préparent. "
                "Un empêchement ? Parlez-en à vos RH."
            )
        return _(
            "Les inscriptions sont closes depuis le %(day)s : les binômes se préparent. "
            "Un empêchement ? Parlez-en à vos RH."
        ) % {"day": long_day(campaign.enrol_until)}
    return _("Les inscriptions sont closes : le plan est publié. Un empêchement ? Parlez-en à vos RH.")


class EnrolmentClosed(Refusal):
    """Answers change only while the campaign is open and until its last day of enrolment."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__()
        # Said now: an error page shows it after the rollback, when the row is no longer readable.
        self.sentence = closed_because(campaign)

    def message(self) -> str:
        return self.sentence


class AnswerFirst(Refusal):
    """Days, wishes and limits belong to somebody who takes part."""

    def message(self) -> str:
        return _("Dites d’abord que vous participez : vos jours et vos vœux viennent ensuite.")


class DayNotPossible(Refusal):
    """The day is none of the campaign's, or one the person does not work."""

    status = 422

    def __init__(self, day: date) -> None:
        super().__init__()
        self.day = day

    def message(self) -> str:
        return _("Le %(day)s ne fait pas partie des jours possibles pour vous : décochez-le.") % {
            "day": long_day(self.day)
        }


class TooManyWishes(Refusal):
    """At most three wished teams."""

    status = 422

    def message(self) -> str:
        return _("Trois vœux au plus : retirez-en un pour en ajouter un autre.")


class WishNotPossible(Refusal):
    """A wish goes to a team of the other side and of another department, once, within the travel limit."""

    status = 422

    def message(self) -> str:
        return _(
            "Cette équipe ne peut pas être un vœu : choisissez une équipe de l’autre métier, "
            "d’une autre direction, à portée de trajet."
        )


class LanguageNeeded(Refusal):
    """A day is spent in some language."""

    status = 422

    def message(self) -> str:
        return _("Choisissez au moins une langue, parmi celles proposées.")


class CannotAvoid(Refusal):
    """The person to avoid is unknown, or oneself."""

    status = 422

    def message(self) -> str:
        return _("Cette personne ne peut pas être ajoutée : choisissez un collègue dans la liste.")


class TooManyNamed(Refusal):
    """At most two colleagues by name."""

    status = 422

    def message(self) -> str:
        return _("Deux collègues au plus : retirez-en un pour en nommer un autre.")


class CannotName(Refusal):
    """One names a colleague whose team one could wish for."""

    status = 422

    def message(self) -> str:
        return _(
            "Vous ne pouvez pas nommer cette personne : choisissez quelqu’un de l’autre métier, d’une autre "
            "direction, à portée de trajet, et qui n’est pas votre responsable."
        )


class NamesAvoided(Refusal):
    """Nobody is named and avoided by the same person."""

    status = 422

    def message(self) -> str:
        return _("Vous évitez cette personne : retirez-la des personnes à éviter pour pouvoir la nommer.")


class SiteUnknown(Refusal):
    """The place does not exist, or is one's own."""

    status = 422

    def message(self) -> str:
        return _("Ce lieu ne peut pas être ajouté : choisissez un autre site que le vôtre.")


class AnswersAlone(Refusal):
    """HR answers only for people without e-mail: taking part is everybody's own choice."""

    def message(self) -> str:
        return _(
            "Cette personne a une adresse e-mail : elle répond elle-même. Envoyez-lui plutôt une relance."
        )


class PairNotPossible(Refusal):
    """Two different people of the campaign are needed to keep them apart."""

    status = 422

    def message(self) -> str:
        return _("Choisissez deux personnes différentes.")


class PauseImpossible(Refusal):
    """A pause begins today or later and ends after it begins, within a year."""

    status = 422

    def message(self) -> str:
        return _("Une pause commence aujourd’hui ou plus tard, finit après son début, et dure un an au plus.")


class NothingToPause(Refusal):
    """Only whoever takes part pauses, or ends a pause."""

    def message(self) -> str:
        return _("Vous ne participez pas à cette campagne : il n’y a rien à mettre en pause.")


class CannotComeBack(Refusal):
    """One comes back to a campaign that one left, while it has days to come."""

    def message(self) -> str:
        return _(
            "Il n’y a rien à reprendre : vous participez déjà, vous n’aviez proposé aucun jour, ou la "
            "campagne n’en a plus à venir."
        )
