"""What visits refuse."""

from collections.abc import Collection
from datetime import date

from app.core.errors import Refusal
from app.core.i18n import _
from app.core.templating import long_day


class DayTaken(Refusal):
    """Somebody of the plan has another visit on one of its days meanwhile; `people` says who, when known."""

    def __init__(self, people: Collection[int] = ()) -> None:
        super().__init__(people)
        self.people = frozenset(people)

    def message(self) -> str:
        return _(
            "L’une de ces personnes a déjà une journée ce jour-là. Rien n’a été enregistré : "
            "choisissez un autre jour, ou recalculez le plan."
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
    """A day that was lived cannot be changed any more."""

    def message(self) -> str:
        return _("Cette journée est passée : elle ne peut plus être annulée ni changée.")


class NotRuledYet(Refusal):
    """An absence is contested: HR say first whether the day took place."""

    def message(self) -> str:
        return _("Une absence est contestée : les RH disent d’abord si la journée a eu lieu.")


class AlreadyConfirmed(Refusal):
    """The reader said yes before."""

    def message(self) -> str:
        return _("Vous avez déjà confirmé cette journée. Un empêchement depuis ? Annulez-la ou déplacez-la.")


class RosterSaysOtherwise(Refusal):
    """The reader does not work then, says the roster, or their contract or week: nothing is sure by their
    yes."""

    def __init__(self, why: str) -> None:
        """`why`: what says so, in a sentence."""
        super().__init__()
        self.why = why

    def message(self) -> str:
        then = _(
            "La journée ne peut pas être confirmée pour l’instant, et rien n’est enregistré. Voyez si un "
            "autre jour reste possible, ou dites que vous ne pouvez pas."
        )
        return f"{self.why} {then}"


class DayContradicted(RosterSaysOtherwise):
    """Somebody else of the day does not work then: nothing is sure by anybody's yes."""


class SiteClosed(Refusal):
    """Nobody is received on a closed site: nothing is sure by a yes."""

    def message(self) -> str:
        return _(
            "Le site est fermé ce jour-là : la journée ne peut pas y avoir lieu, et rien n’est enregistré. "
            "Vos RH décident de la suite. Voyez aussi si un autre jour reste possible."
        )


class ConditionsFirst(Refusal):
    """Whoever visits reads what the team asks of visitors before saying yes."""

    status = 422

    def message(self) -> str:
        return _("Lisez d’abord ce que l’équipe demande à ses visiteurs, puis cochez que vous l’acceptez.")


class ConditionsChanged(ConditionsFirst):
    """The team asks something else since the page was opened: a yes is to what one read."""

    status = 409

    def message(self) -> str:
        return _(
            "L’équipe demande autre chose depuis que vous avez ouvert cette page. Rien n’est enregistré : "
            "lisez ce qu’elle demande maintenant, puis cochez que vous l’acceptez."
        )


class TooYoung(Refusal):
    """The receiving team asks an age that the visitor does not have."""

    def message(self) -> str:
        return _(
            "Cette équipe ne reçoit que des adultes. Son responsable peut faire une exception : "
            "parlez-lui-en."
        )


class NothingAsked(Refusal):
    """There is nothing to waive."""

    def message(self) -> str:
        return _(
            "Aucune exception n’est à faire : elle est déjà faite, ou ce visiteur répond à ce que l’équipe "
            "demande."
        )


class NotYourPart(Refusal):
    """Somebody else decides that."""

    def message(self) -> str:
        return _("Ce n’est pas à vous de décider cela pour cette journée.")


class ForTheLead(NotYourPart):
    """Only whoever leads the receiving team, or HR, receives somebody on other terms."""

    def message(self) -> str:
        return _(
            "Seul le responsable de l’équipe qui reçoit, ou l’équipe RH, peut faire une exception : "
            "parlez-lui-en."
        )


class OpenProposal(Refusal):
    """One thing is talked about at a time."""

    def message(self) -> str:
        return _("Une proposition attend déjà une réponse pour cette journée : répondez-y d’abord.")


class NothingProposed(Refusal):
    """The proposal was answered, withdrawn, or fell with the visit."""

    def message(self) -> str:
        return _("Cette proposition n’attend plus de réponse.")


class TooLateForAnother(Refusal):
    """No day of the campaign leaves its notice any more: what fell is not made up for."""

    def message(self) -> str:
        return _(
            "Plus aucun jour de la campagne ne laisse le temps de prévenir : cette journée n’est pas "
            "remplacée, et vous n’avez rien à faire."
        )


class NotFallen(Refusal):
    """Only the visit of a swap that fell, while the other one stands, is made up for."""

    def message(self) -> str:
        return _("Il n’y a pas de journée à rattraper dans cet échange.")


class ReasonNotOffered(Refusal):
    """Each role gives its own reasons."""

    status = 422

    def message(self) -> str:
        return _("Choisissez l’une des raisons proposées.")


class DayNotPossible(Refusal):
    """A day outside the campaign, too soon, not worked, closed, taken, or too near the other visit."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.sentence = why

    def message(self) -> str:
        return self.sentence


class DayMissing(Refusal):
    """A proposal names a day, or says that one visit is enough."""

    status = 422

    def message(self) -> str:
        return _("Choisissez un jour, ou d’en rester à une seule journée.")


class NotOfTheTeam(Refusal):
    """A tutor is an active colleague of the host's team, and neither of the two."""

    status = 422

    def message(self) -> str:
        return _("Choisissez un collègue de l’équipe qui reçoit.")


class TutorBusy(Refusal):
    """The colleague has a visit of their own that day, or does not work."""

    def message(self) -> str:
        return _("Ce collègue n’est pas libre ce jour-là : choisissez quelqu’un d’autre.")


class HoursNotInOrder(Refusal):
    """A visit begins before it ends."""

    status = 422

    def message(self) -> str:
        return _("La visite doit commencer avant de finir : corrigez les heures.")


class HoursDoNotFit(Refusal):
    """A morning in the afternoon, a day that lasts the night."""

    status = 422

    def __init__(self, why: str) -> None:
        super().__init__()
        self.sentence = why

    def message(self) -> str:
        return self.sentence


class NoAgreementNeeded(Refusal):
    """Both people work for the same company, or the agreement is recorded already."""

    def message(self) -> str:
        return _("Cette journée n’attend aucune convention.")


class NothingRecorded(Refusal):
    """No agreement is recorded of the two companies of this day."""

    def message(self) -> str:
        return _("Aucune convention n’est enregistrée pour cette journée.")


class NothingInTheWay(Refusal):
    """No roster, no closed site and no missing agreement stood in the way of the day."""

    def message(self) -> str:
        return _(
            "Rien n’empêchait cette journée d’avoir lieu. Si l’autre personne n’est pas venue, dites-le."
        )


class AgreementChanged(Refusal):
    """Another agreement was recorded since what was read; nothing was done."""

    def message(self) -> str:
        return _(
            "Une autre convention est enregistrée depuis pour l’une de ces journées. Rien n’a été fait : "
            "relisez ce qui est enregistré, puis retirez-le s’il le faut."
        )


class AgreementOfOthers(Refusal):
    """A visit is no longer of the two companies whose agreement it is; nothing was done."""

    def __init__(self, companies: Collection[str]) -> None:
        self.companies = sorted(companies)

    def message(self) -> str:
        one, other = self.companies
        return _(
            "L’une de ces journées n’est plus entre %(one)s et %(other)s : l’une des deux personnes "
            "travaille désormais pour une autre société. Rien n’a été enregistré : relisez la liste des "
            "journées qui attendent une convention."
        ) % {"one": one, "other": other}


class FallsOtherwise(Refusal):
    """What falls is no longer what was shown; nothing was done."""

    def message(self) -> str:
        return _(
            "Ce qui vous était montré a changé entre-temps. Rien n’a été fait : relisez, puis confirmez."
        )


class NobodyWasToCome(Refusal):
    """Where something stands in the way of a day nobody is told to come, and nobody is absent."""

    def message(self) -> str:
        return _(
            "Cette journée n’était pas certaine : personne n’était tenu de venir, et personne n’est absent. "
            "Une fois l’heure passée, dites si elle a eu lieu."
        )


class NothingToTakeBack(Refusal):
    """The reader said nothing of that day."""

    def message(self) -> str:
        return _("Vous n’avez rien dit de cette journée qui puisse encore être retiré.")


class SpokenOf(Refusal):
    """Somebody said before what became of the day."""

    def message(self) -> str:
        return _("Ce qu’est devenue cette journée est déjà dit : rien n’a été enregistré.")


class DayNotCome(Refusal):
    """Nobody is absent before the day begins, nor is it lived."""

    def message(self) -> str:
        return _("Cette journée n’a pas encore eu lieu. Un empêchement ? Annulez-la ou déplacez-la.")


class CampaignOver(Refusal):
    """A campaign that is closed takes no reports any more."""

    def message(self) -> str:
        return _("Cette campagne est close : on n’y signale plus rien.")


class AlreadyReported(Refusal):
    """Each of the two is reported absent once."""

    def message(self) -> str:
        return _("Cette absence est déjà signalée.")


class NotReported(Refusal):
    """Nobody reported the reader absent, or they answered already."""

    def message(self) -> str:
        return _("Aucune absence n’est à contester pour cette journée.")


class AlreadyRuled(Refusal):
    """HR said what happened: what the two said of it stays as it is."""

    def message(self) -> str:
        return _("Votre équipe RH a déjà tranché pour cette journée.")


class NothingToRule(Refusal):
    """Nobody was said to be absent."""

    def message(self) -> str:
        return _("Aucune absence n’est signalée pour cette journée : il n’y a rien à trancher.")
