"""What booking refuses, in words for whoever asked."""

from datetime import date, datetime

from app.booking.lines import Standing
from app.booking.tables import BARRED, RefusalReason, RequestStatus
from app.core.errors import NotFound, Refusal
from app.core.i18n import _, ngettext
from app.core.templating import long_day, when


class BookingClosed(Refusal):
    """The campaign takes no bookings (yet, any more, or at all)."""

    def message(self) -> str:
        return _("Cette campagne n’est pas ouverte à la réservation pour le moment.")


class PlaceGone(NotFound):
    """The team took the place or the day back."""

    def message(self) -> str:
        return _("Cette place n’est plus proposée. Choisissez-en une autre.")


class Unbookable(Refusal):
    """A day that cannot be booked: told to the asker, or to whoever answers in their team (`asker` named)."""

    asker: str | None = None

    def to_answerer(self, asker: str) -> None:
        """From here on the words are for whoever answers the request of `asker`."""
        self.asker = asker


class NotForYou(Unbookable):
    """The rules do not allow this day for this person; `why` is the sentence they may read. `in_place_of`:
    who that is, where somebody else asks in their name."""

    in_place_of = ""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def message(self) -> str:
        if self.asker:
            return _("Les règles ne permettent plus cette journée à %(name)s.") % {"name": self.asker}
        if self.in_place_of:
            return _("Cette journée ne peut pas être réservée pour %(name)s, qui lirait : « %(why)s ».") % {
                "name": self.in_place_of,
                "why": self.why,
            }
        return _("Cette journée ne peut pas être réservée : %(why)s.") % {"why": self.why}


class HostNotFree(Unbookable):
    """Whoever says yes names somebody who cannot receive that day, or is not of the team."""

    def message(self) -> str:
        return _("Cette personne ne peut pas recevoir ce jour-là. Choisissez-en une autre de l’équipe.")


class OwnRequest(Refusal):
    """Nobody says yes or no to what they ask for themselves."""

    status = 403

    def message(self) -> str:
        return _("C’est votre propre demande : l’équipe qui reçoit y répond.")


class PlaceFull(Unbookable):
    """Somebody was faster."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day

    def message(self) -> str:
        if self.asker:
            return _("%(name)s, %(day)s : il n’y a plus de place, ou personne pour recevoir.") % {
                "name": self.asker,
                "day": long_day(self.day),
            }
        return _(
            "Il n’y a plus de place le %(day)s. Choisissez un autre jour, ou inscrivez-vous en liste "
            "d’attente."
        ) % {"day": long_day(self.day)}


class OwnDayTaken(Unbookable):
    """The asker has something else on that day."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day

    def message(self) -> str:
        if self.asker:
            return _("%(name)s a déjà une autre journée le %(day)s.") % {
                "name": self.asker,
                "day": long_day(self.day),
            }
        return _("Une autre journée est déjà prévue le %(day)s : une seule journée Vis ma vie par jour.") % {
            "day": long_day(self.day)
        }


class BookingsStand(Refusal):
    """Another way of booking, while people count on what they booked or wait for."""

    def __init__(self, found: Standing) -> None:
        super().__init__(found)
        self.found = found

    def message(self) -> str:
        found = self.found
        counted = [
            (found.booked, ngettext("%(n)s journée réservée", "%(n)s journées réservées", found.booked)),
            (found.offered, ngettext("%(n)s place gardée", "%(n)s places gardées", found.offered)),
            (found.requested, ngettext("%(n)s demande", "%(n)s demandes", found.requested)),
            (
                found.waiting,
                ngettext(
                    "%(n)s personne en liste d’attente", "%(n)s personnes en liste d’attente", found.waiting
                ),
            ),
        ]
        said = ", ".join(words % {"n": n} for n, words in counted if n)
        return _(
            "Des personnes comptent sur ces réservations (%(said)s) : rien n’a changé. Vous pourrez changer "
            "de façon de réserver quand il n’y en aura plus."
        ) % {"said": said}


class EnoughBooked(Refusal):
    """The asker holds as many days as the campaign allows."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def message(self) -> str:
        return _(
            "La limite de la campagne est atteinte (%(most)s par personne) : annulez une demande ou une "
            "journée pour en choisir une autre."
        ) % {"most": self.most}


class AlreadyAsked(Refusal):
    """The same person asks twice for the same day of the same place. `in_place_of`: as in `NotForYou`."""

    in_place_of = ""

    def message(self) -> str:
        if self.in_place_of:
            return _("%(name)s a déjà une demande pour cette journée.") % {"name": self.in_place_of}
        return _("Vous avez déjà une demande pour cette journée : retrouvez-la dans vos réservations.")


class KeyReused(Refusal):
    """An idempotency key came back with another request."""

    status = 422

    def message(self) -> str:
        return _(
            "Cette clé d’envoi a déjà servi pour une autre demande : envoyez la vôtre avec une nouvelle clé."
        )


class ImpossibleAnswer(Refusal):
    """The request does not stand where this answer makes sense. Which rule ended it may be private: it is not
    named."""

    def __init__(self, status: RequestStatus, reason: RefusalReason | None) -> None:
        super().__init__(status)
        self.stands = status
        self.barred = status == RequestStatus.EXPIRED and reason in BARRED

    def message(self) -> str:
        if self.barred:
            return _(
                "Cette demande est finie : les règles ne la permettent plus. Il n’y a plus rien à répondre."
            )
        return {
            RequestStatus.WAITING: _(
                "Cette demande est passée en liste d’attente : il n’y a plus de place ce jour-là. Elle ne "
                "demande plus de réponse."
            ),
            RequestStatus.OFFERED: _("Une place est déjà gardée pour cette personne, qui doit la confirmer."),
            RequestStatus.BOOKED: _(
                "Cette demande est déjà acceptée : la journée est réservée. Elle s’annule depuis sa page."
            ),
            RequestStatus.REFUSED: _("Cette demande a déjà été refusée."),
            RequestStatus.EXPIRED: _("Cette demande a expiré : il n’y a plus rien à répondre."),
            RequestStatus.WITHDRAWN: _("Cette demande a été retirée : il n’y a plus rien à répondre."),
            RequestStatus.CANCELLED: _("Cette journée a été annulée : il n’y a plus rien à répondre."),
        }.get(self.stands, _("Cette demande n’attend pas cette réponse : relisez-la."))


class OfferOver(Refusal):
    """The time to take a place that was kept is over."""

    def __init__(self, due: datetime) -> None:
        super().__init__(due)
        self.due = due

    def message(self) -> str:
        return _(
            "Cette place vous était gardée jusqu’au %(due)s, et ce temps est passé. Regardez si elle est "
            "encore libre, ou choisissez-en une autre."
        ) % {"due": when(self.due)}


class PlaceRefused(Refusal):
    """A place that does not hold together: field → sentence."""

    status = 422

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(faults)
        self.faults = faults

    def message(self) -> str:
        return " ".join(self.faults.values())
