"""Booking in words: why a day is closed, where a request stands, how a campaign books."""

from collections.abc import Iterable
from datetime import datetime

from app.booking.lines import Standing
from app.booking.looking import ENOUGH, FULL, LEFT, MET, NOTICE, PAUSED, REFUSED, TOO_YOUNG
from app.booking.rules import is_overdue
from app.booking.tables import (
    BARRED,
    Approval,
    BookingRequest,
    BookingRules,
    RefusalReason,
    RequestStatus,
    Silence,
)
from app.campaigns.tables import Booking
from app.core.i18n import _, current_locale, ngettext
from solver import rules


def why_words(code: str) -> str:
    """Why something is closed, after a colon. Whatever is confidential is said as `NO_HOST`."""
    return {
        rules.SAME_PERSON: _("c’est vous qui recevez"),
        rules.SAME_SIDE: _("cette équipe est du même côté que la vôtre"),
        rules.SAME_DEPARTMENT: _("cette équipe est de votre direction"),
        rules.MANAGER: _("c’est votre responsable, ou une personne que vous encadrez"),
        rules.NO_ROUTE: _("aucun trajet n’est connu jusqu’à ce site"),
        rules.TOO_FAR: _("le trajet dépasse la limite de la campagne"),
        rules.EXCLUDED_SITE: _("vous avez écarté ce site"),
        rules.LANGUAGE: _("vous n’avez pas de langue commune"),
        MET: _("vous avez déjà une journée ensemble, passée ou à venir"),
        TOO_YOUNG: _("cette équipe ne reçoit que des adultes"),
        LEFT: _("vous ne participez pas à cette campagne"),
        RefusalReason.UNINVITED: _("la campagne ne vous invite plus"),
        ENOUGH: _("vous avez déjà autant de journées que la campagne le permet"),
        PAUSED: _("vous êtes en pause ce jour-là"),
        NOTICE: _("ce jour est trop proche"),
        rules.CLOSED: _("l’équipe ne reçoit pas ce jour-là"),
        rules.NOT_AVAILABLE: _("vous ne travaillez pas ce jour-là"),
        rules.VISITOR_BUSY: _("vous avez déjà une journée ce jour-là"),
        rules.HOST_BUSY: _("la personne qui reçoit a déjà une journée ce jour-là"),
        rules.TEAM_AWAY: _("votre équipe a besoin de vous ce jour-là"),
        rules.TEAM_FULL: _("l’équipe attend déjà autant de monde qu’elle peut en recevoir"),
        FULL: _("c’est complet"),
        REFUSED: _("c’est complet, et votre demande pour ce jour a été refusée"),
    }.get(code, _("personne ne peut vous recevoir ce jour-là"))


def status_words(
    status: RequestStatus,
    *,
    taken_back: bool = False,
    reason: RefusalReason | None = None,
) -> str:
    """Where a request stands. `taken_back`: it is over because its place is, not for want of an answer, since
    the site closed or nobody can receive (`reason`), or the team offers the day no more. Without a `reason`
    its asker does not work then, which is theirs to read (`stands`): to others it is over as others are."""
    if taken_back and status == RequestStatus.EXPIRED:
        if reason == RefusalReason.NO_HOST:
            return _("personne ne peut recevoir")
        if reason in BARRED:
            return _("plus permise par les règles")
        if reason is not None:
            return _("site fermé") if reason == RefusalReason.CLOSED else _("place retirée")
    return {
        RequestStatus.REQUESTED: _("demandée"),
        RequestStatus.WAITING: _("liste d’attente"),
        RequestStatus.OFFERED: _("à confirmer"),
        RequestStatus.BOOKED: _("réservée"),
        RequestStatus.REFUSED: _("refusée"),
        RequestStatus.EXPIRED: _("expirée"),
        RequestStatus.WITHDRAWN: _("retirée"),
        RequestStatus.CANCELLED: _("annulée"),
    }[status]


def request_words(request: BookingRequest, now: datetime) -> str:
    """The same of a request by the clock: a place whose time to be taken has passed is kept no more."""
    if is_overdue(request, now):
        return _("n’est plus gardée")
    return status_words(request.status, taken_back=request.taken_back, reason=request.reason)


def status_tone(status: RequestStatus) -> str:
    """Colour of a status's chip."""
    return {
        RequestStatus.BOOKED: "good",
        RequestStatus.REQUESTED: "meet",
        RequestStatus.OFFERED: "warn",
        RequestStatus.REFUSED: "bad",
        RequestStatus.CANCELLED: "bad",
    }.get(status, "plain")


def reason_labels() -> dict[RefusalReason, str]:
    """Why a request was refused or is over; the asker reads it."""
    return {
        **refusal_labels(),
        RefusalReason.CLOSED: _("Les RH ont fermé le site ce jour-là"),
        RefusalReason.WITHDRAWN: _("L’équipe ne propose plus cette journée"),
        RefusalReason.OWN_TEAM: _("C’est maintenant votre propre équipe"),
        RefusalReason.SAME_SIDE: _("Cette équipe est maintenant du même côté que la vôtre"),
        RefusalReason.SAME_DEPARTMENT: _("Cette équipe est maintenant de votre direction"),
        RefusalReason.MANAGER: _(
            "La personne qui reçoit est maintenant votre responsable, ou vous l’encadrez"
        ),
        RefusalReason.TOO_YOUNG: _("Cette équipe ne reçoit que des adultes"),
        RefusalReason.OUTSIDE: _("Les RH ont retiré ce jour de la campagne"),
        RefusalReason.UNINVITED: _("La campagne ne vous invite plus"),
    }


def refusal_labels() -> dict[RefusalReason, str]:
    """Why a manager may say no."""
    return {
        RefusalReason.SERVICE: _("Le service a besoin de tout le monde ce jour-là"),
        RefusalReason.NO_HOST: _("Personne ne peut recevoir ce jour-là"),
        RefusalReason.OTHER_DAY: _("Volontiers, mais un autre jour"),
        RefusalReason.ALREADY: _("Quelqu’un d’autre vient déjà ce jour-là"),
    }


def taken_back_words(found: Standing, moving: int = 0) -> list[str]:
    """What taking days back does to those who booked them or wait for them, one sentence each. `moving`: how
    many requests and places in line another place takes over."""
    lines = []
    if moving:
        lines.append(
            ngettext(
                "%(n)s demande ou attente passe à l’autre place que vous proposez ce jour-là, et garde son "
                "tour.",
                "%(n)s demandes ou attentes passent à l’autre place que vous proposez ces jours-là, et "
                "gardent leur tour.",
                moving,
            )
            % {"n": moving}
        )
    if found.booked:
        lines.append(
            ngettext(
                "La journée déjà réservée reste prévue.",
                "Les %(n)s journées déjà réservées restent prévues.",
                found.booked,
            )
            % {"n": found.booked}
        )
    if found.offered:
        lines.append(
            ngettext(
                "%(n)s place gardée pour quelqu’un n’est plus à prendre.",
                "%(n)s places gardées pour quelqu’un ne sont plus à prendre.",
                found.offered,
            )
            % {"n": found.offered}
        )
    if found.requested:
        lines.append(
            ngettext(
                "%(n)s demande sans réponse s’arrête.",
                "%(n)s demandes sans réponse s’arrêtent.",
                found.requested,
            )
            % {"n": found.requested}
        )
    if found.waiting:
        lines.append(
            ngettext(
                "%(n)s personne en liste d’attente n’attend plus.",
                "%(n)s personnes en liste d’attente n’attendent plus.",
                found.waiting,
            )
            % {"n": found.waiting}
        )
    if found.pending:
        lines.append(_("Ces personnes lisent la raison : l’équipe a retiré cette journée."))
    return lines


def booking_labels() -> dict[Booking, str]:
    """How people choose days themselves."""
    return {
        Booking.NONE: _("Aucune réservation"),
        Booking.REMAINING: _("Les places qui restent"),
        Booking.OPEN: _("Réservation ouverte"),
    }


def language_names(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Languages with their names, for a list."""
    names = current_locale().languages
    return [(code, str(names.get(code, code)).capitalize()) for code in codes]


def terms_in_words(booking: Booking, terms: BookingRules) -> list[str]:
    """How a campaign books, one sentence each."""
    if booking == Booking.NONE:
        return [_("Les journées viennent du plan seul : personne ne réserve.")]
    lines = [
        _("Les équipes proposent des places, chacun réserve la sienne : il n’y a pas de plan.")
        if booking == Booking.OPEN
        else _("Une fois le plan publié, chacun peut réserver les places qui restent."),
        _("La place est à qui la réserve, tout de suite.")
        if terms.approval == Approval.AT_ONCE
        else _("Une réservation est certaine quand l’équipe qui reçoit a dit oui."),
        ngettext(
            "Une journée au plus par personne.", "%(n)s journées au plus par personne.", terms.max_per_person
        )
        % {"n": terms.max_per_person},
        ngettext(
            "On réserve au moins %(n)s jour à l’avance.",
            "On réserve au moins %(n)s jours à l’avance.",
            terms.notice_days,
        )
        % {"n": terms.notice_days},
    ]
    if terms.approval == Approval.MANAGER:
        lines.append(
            (
                ngettext(
                    "Sans réponse après %(n)s jour, malgré un rappel, la demande est acceptée.",
                    "Sans réponse après %(n)s jours, malgré un rappel, la demande est acceptée.",
                    terms.answer_days,
                )
                if terms.silence == Silence.APPROVE
                else ngettext(
                    "Sans réponse après %(n)s jour, malgré un rappel, la demande expire.",
                    "Sans réponse après %(n)s jours, malgré un rappel, la demande expire.",
                    terms.answer_days,
                )
            )
            % {"n": terms.answer_days}
        )
    lines.append(
        ngettext(
            "Une place qui se libère est gardée %(n)s heure pour qui est en tête de la liste d’attente.",
            "Une place qui se libère est gardée %(n)s heures pour qui est en tête de la liste d’attente.",
            terms.accept_hours,
        )
        % {"n": terms.accept_hours}
    )
    lines.append(_("Un délai qui finirait la nuit court jusqu’à midi."))
    return lines
