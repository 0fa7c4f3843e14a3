"""Pure decisions about visits, and the words for their codes."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.campaigns.tables import Booking, Campaign, Status
from app.core import clock
from app.core.i18n import _
from app.core.searching import folded
from app.core.settings import settings
from app.people.tables import Person
from app.teams.rules import During
from app.visits.tables import By, CancelReason, DayPart, Visit, VisitStatus

Leg = tuple[int, int, date]
"""Visitor's id, host's id, day."""


def stands(visit: Visit) -> bool:
    """Whether a visit is to take place, or did."""
    return visit.status == VisitStatus.PLANNED


def takes_place(visit: Visit) -> bool:
    """Whether a visit stands and nobody was missing."""
    return stands(visit) and visit.missed_at is None


def is_over(visit: Visit, today: date) -> bool:
    """A visit is over from the day after it."""
    return visit.day < today


def is_past(visit: Visit, today: date) -> bool:
    """Whether a visit is over, or its last hour has passed today."""
    return is_over(visit, today) or (visit.day == today and visit.ends_at <= clock.hour_on(today))


def has_begun(visit: Visit, today: date) -> bool:
    """Whether the first hour of a visit of today has come."""
    return visit.day == today and visit.starts_at <= clock.hour_on(today)


def is_lived(visit: Visit, now: datetime) -> bool:
    """A day is lived at its last hour, in the company's zone."""
    return now >= datetime.combine(visit.day, visit.ends_at, ZoneInfo(settings().timezone))


WARNED = timedelta(days=3)
"""So long before a day without its agreement the people are told not to travel: on Friday of a Monday."""
ABSENCE_ASKED = timedelta(days=30)
"""How long an absence that somebody reported waits for an answer."""


def absence_stands(visit: Visit, today: date) -> bool:
    """Whether a day is said not to have taken place: HR ruled so, whoever was said to be missing let the
    time pass to say otherwise, or the agreement was missing. Not while HR are to say."""
    if visit.missed_at is None or visit.disputed_at is not None:
        return False
    settled = visit.not_held_by is not None or visit.ruled_at is not None
    return settled or visit.missed_at.date() < today - ABSENCE_ASKED


def is_ahead(visit: Visit, today: date) -> bool:
    """Whether a visit is still to take place: nobody was said to be missing, and today its last hour has not
    passed. `queries.to_come` says the same of rows."""
    return takes_place(visit) and visit.disputed_at is None and not is_past(visit, today)


def confirmed_by(visit: Visit, role: By) -> bool:
    """Whether the visitor or the host said yes to the day as it is planned now."""
    if role is By.VISITOR:
        return visit.visitor_confirmed_at is not None
    return role is By.HOST and visit.host_confirmed_at is not None


def during(visit: Visit) -> During:
    """When it takes place, as rosters are compared with it."""
    return During(visit.starts_at, visit.ends_at, visit.part is DayPart.FULL)


def crosses_companies(visitor: Person, host: Person) -> bool:
    """Two legal entities must agree before staff of one spends a day at the other's. Unknown: the same.
    Capitals and accents make no other company."""
    first, second = folded(visitor.legal_entity), folded(host.legal_entity)
    return bool(first and second) and first != second


def without_agreement(visit: Visit, *, crosses: bool, today: date) -> bool:
    """Whether a day between two companies passed though nobody had recorded their agreement. Nobody says
    so of a day that somebody is said to have missed."""
    held = takes_place(visit) and visit.disputed_at is None and is_past(visit, today)
    return held and crosses and visit.agreement_at is None


def obstacle(visit: Visit, *, crosses: bool) -> CancelReason | None:
    """What stands in the way of a day: one of `OFF`, `CLOSED`, or the `AGREEMENT` that is missing."""
    if visit.suspended_for is not None:
        return visit.suspended_for
    return CancelReason.AGREEMENT if crosses and visit.agreement_at is None else None


def why_not(visit: Visit) -> CancelReason | None:
    """Why a visit fell, or cannot take place on its day."""
    return visit.suspended_for if stands(visit) else visit.cancel_reason


def doubt(visit: Visit, *, crosses: bool) -> CancelReason | None:
    """Why nobody knows whether a past day was lived: what stood in its way, or a yes that was never given."""
    confirmed = confirmed_by(visit, By.VISITOR) and confirmed_by(visit, By.HOST)
    return obstacle(visit, crosses=crosses) or (None if confirmed else CancelReason.UNCONFIRMED)


def is_unknown(visit: Visit, *, crosses: bool, today: date) -> bool:
    """Whether nobody knows that a day in `doubt` was lived: HR have not said so, and the two do not agree or
    nobody said anything."""
    opposed = stands(visit) and visit.not_held_by is not None and visit.disputed_at is not None
    over = takes_place(visit) and visit.disputed_at is None and is_past(visit, today)
    unsaid = over and doubt(visit, crosses=crosses) is not None and visit.ruled_at is None
    return opposed or unsaid


def was_not_held(visit: Visit) -> bool:
    """Whether a day did not take place since something stood in its way, and nobody says otherwise."""
    return stands(visit) and visit.not_held_by is not None and visit.missed_at is not None


def do_not_travel(visit: Visit, *, crosses: bool, today: date) -> bool:
    """Whether a day is so near, and its agreement still missing, that nobody is to travel for now."""
    near = is_ahead(visit, today) and visit.day <= today + WARNED
    return near and crosses and visit.agreement_at is None


class Settled(StrEnum):
    """What HR say of days between two companies."""

    RECORDED = "recorded"
    """The companies agreed."""
    NOT_HELD = "not_held"
    """They did not take place since the agreement was missing."""
    LEFT = "left"
    """They stay without an agreement, knowingly."""


class VisitState(StrEnum):
    """Where a visit stands, as both people and HR read it."""

    CANCELLED = "cancelled"
    PAST = "past"
    """Its last hour has passed. That it was lived is another matter."""
    AGREEMENT = "agreement"
    """Waits until HR has recorded the agreement between the two companies."""
    UNCONFIRMED = "unconfirmed"
    """One of the two, or both, still have to say yes."""
    CONFIRMED = "confirmed"


def state_of(visit: Visit, *, crosses: bool, today: date) -> VisitState:
    """The first that applies."""
    if not stands(visit):
        return VisitState.CANCELLED
    if is_past(visit, today):
        return VisitState.PAST
    if crosses and visit.agreement_at is None:
        return VisitState.AGREEMENT
    if confirmed_by(visit, By.VISITOR) and confirmed_by(visit, By.HOST):
        return VisitState.CONFIRMED
    return VisitState.UNCONFIRMED


def first_day_to_plan(campaign: Campaign, today: date) -> date:
    """The first day that leaves the campaign's notice: teams and managers must hear of it in time."""
    return max(campaign.first_day, today + timedelta(days=campaign.notice_days))


def leaves_days(campaign: Campaign, today: date) -> bool:
    """Whether a day of the campaign still leaves its notice."""
    return today <= last_chance(campaign)


def last_chance(campaign: Campaign) -> date:
    """The last day on which a day of the campaign still leaves its notice."""
    return campaign.last_day - timedelta(days=campaign.notice_days)


def fell_on(visit: Visit) -> date:
    """When a visit fell, or was said to be missed."""
    missed = visit.missed_at if stands(visit) else None
    return clock.day_of(missed or visit.changed_at)


def may_be_made_up(visit: Visit, campaign: Campaign, today: date) -> bool:
    """Whether a day can still be found for a visit that fell, or to which one of the two did not come: HR are
    not to say first what happened, and the campaign goes on. `SeenVisit.may_be_made_up` knows the two."""
    in_time = leaves_days(campaign, today)
    lost = not takes_place(visit) and (not stands(visit) or visit.disputed_at is None)
    return lost and visit.cancel_reason is not CancelReason.CAMPAIGN and in_time


LIVED = frozenset({Status.PUBLISHED, Status.RUNNING, Status.DEBRIEFING})
"""States of a campaign in which days are lived and told."""


def takes_debriefs(campaign: Campaign, today: date) -> bool:
    """Whether the debriefs of a campaign's days may be written."""
    return campaign.status in LIVED and today <= campaign.debrief_until


def is_sought_again(visit: Visit, campaign: Campaign, today: date) -> bool:
    """Whether the plan is being repaired after a visit fell: somebody else, or another day, is looked for."""
    for_good = {CancelReason.CAMPAIGN, CancelReason.MISTAKE, CancelReason.REPLACED}
    lived = campaign.status in {Status.PUBLISHED, Status.RUNNING} and campaign.booking != Booking.OPEN
    in_time = leaves_days(campaign, today)
    return not stands(visit) and visit.cancel_reason not in for_good and lived and in_time


PART_HOURS = {
    DayPart.FULL: (time(9, 0), time(17, 0)),
    DayPart.MORNING: (time(9, 0), time(12, 30)),
    DayPart.AFTERNOON: (time(13, 30), time(17, 0)),
}
"""Hours proposed for each part of the day; the team that receives says its own."""


NOON, MORNING_ENDS = time(12, 0), time(14, 0)
SHORTEST_PART, LONGEST_PART = timedelta(hours=1), timedelta(hours=7)
SHORTEST_DAY, LONGEST_DAY = timedelta(hours=5), timedelta(hours=12)


def hours_fault(part: DayPart, starts: time, ends: time) -> str | None:
    """Why hours contradict the name they are given, in the reader's language; None when they do not.

    A morning begins before noon and is over at 14:00; an afternoon begins at noon or later; each lasts from
    one to seven hours. A whole day lasts from five to twelve, whenever the shift begins.
    """
    if part is DayPart.MORNING and not (starts < NOON and ends <= MORNING_ENDS):
        return _(
            "Un matin commence avant midi et finit à 14:00 au plus tard : "
            "corrigez les heures, ou choisissez autre chose que « Matin »."
        )
    if part is DayPart.AFTERNOON and starts < NOON:
        return _(
            "Un après-midi commence à midi au plus tôt : "
            "corrigez les heures, ou choisissez autre chose que « Après-midi »."
        )
    lasts = timedelta(hours=ends.hour - starts.hour, minutes=ends.minute - starts.minute)
    if lasts < SHORTEST_PART:
        return _("Une visite dure au moins une heure : corrigez les heures.")
    if part is not DayPart.FULL and lasts > LONGEST_PART:
        return _(
            "Un matin ou un après-midi dure sept heures au plus : "
            "corrigez les heures, ou choisissez « Journée entière »."
        )
    if part is DayPart.FULL and not SHORTEST_DAY <= lasts <= LONGEST_DAY:
        return _(
            "Une journée entière dure de cinq à douze heures : "
            "corrigez les heures, ou choisissez « Matin » ou « Après-midi »."
        )
    return None


def in_pairs(legs: Iterable[Leg]) -> list[tuple[Leg, Leg | None]]:
    """Join each visit with its reciprocal one, the earlier first; those without one stand alone.

    >>> from datetime import date
    >>> in_pairs([(1, 2, date(2027, 3, 9)), (2, 1, date(2027, 3, 4))])
    [((2, 1, datetime.date(2027, 3, 4)), (1, 2, datetime.date(2027, 3, 9)))]
    """
    waiting: dict[tuple[int, int], list[Leg]] = {}
    paired: list[tuple[Leg, Leg | None]] = []
    for leg in sorted(legs, key=lambda leg: (leg[2], leg[0], leg[1])):
        visitor, host, _day = leg
        opened = waiting.get((host, visitor))
        if opened:
            paired.append((opened.pop(0), leg))
        else:
            waiting.setdefault((visitor, host), []).append(leg)
    paired += [(leg, None) for legs in waiting.values() for leg in legs]
    return sorted(paired, key=lambda pair: (pair[0][2], pair[0][0], pair[0][1]))


OFF = (CancelReason.ROSTER, CancelReason.CONTRACT, CancelReason.WEEKDAY)
"""What says that one of the two is not at work then."""
OBSTACLES = (CancelReason.AGREEMENT, CancelReason.CLOSED, CancelReason.UNCONFIRMED, *OFF)
"""What may leave open whether a day was lived, without anybody having done wrong."""


def doubt_words(visit: Visit, *, crosses: bool) -> str:
    """Why nobody knows whether a past day was lived, in a sentence."""
    neither = not confirmed_by(visit, By.VISITOR) and not confirmed_by(visit, By.HOST)
    sentences = {
        CancelReason.ROSTER: _("Un planning contredisait cette journée."),
        CancelReason.CONTRACT: _("Un contrat ne couvrait pas ce jour."),
        CancelReason.WEEKDAY: _("Ce jour de la semaine n’était pas travaillé par l’une des deux personnes."),
        CancelReason.CLOSED: _("Le site était fermé ce jour-là."),
        CancelReason.UNCONFIRMED: _("Aucune des deux personnes n’avait confirmé cette journée.")
        if neither
        else _("L’une des deux personnes n’avait pas confirmé cette journée."),
    }
    why = doubt(visit, crosses=crosses)
    return sentences.get(why, _("La convention entre les deux sociétés manquait.")) if why else ""


def reason_labels() -> dict[CancelReason, str]:
    """The reasons one may give for a cancellation, in the reader's language."""
    return {
        CancelReason.UNAVAILABLE: _("L’une des deux personnes n’est plus disponible"),
        CancelReason.SERVICE: _("L’équipe de l’une des deux personnes a besoin d’elle ce jour-là"),
        CancelReason.CLOSED: _("Le site est fermé ce jour-là"),
        CancelReason.NOT_FOR_ME: _("L’une des deux personnes préfère ne pas le faire"),
        CancelReason.LEFT: _("L’une des deux personnes ne participe plus"),
        CancelReason.MISTAKE: _("Cette journée a été planifiée par erreur"),
        CancelReason.CAMPAIGN: _("La campagne est annulée"),
        CancelReason.REPLACED: _("Le plan a été réparé : une autre journée la remplace"),
        CancelReason.ROSTER: _("Un planning contredit cette journée"),
        CancelReason.VISITOR_AWAY: _("La personne en visite n’est plus disponible"),
        CancelReason.VISITOR_LEFT: _("La personne en visite ne participe plus"),
        CancelReason.GONE: _("L’une des deux personnes a quitté l’entreprise"),
        CancelReason.AGREEMENT: _("La convention entre les deux sociétés manquait ce jour-là"),
        CancelReason.UNCONFIRMED: _("Cette journée n’avait pas été confirmée par les deux personnes"),
        CancelReason.CONTRACT: _("Un contrat ne couvre pas ce jour"),
        CancelReason.WEEKDAY: _("Ce jour de la semaine n’est pas travaillé par l’une des deux personnes"),
    }


OFFERED: dict[By, tuple[CancelReason, ...]] = {
    By.VISITOR: (CancelReason.UNAVAILABLE, CancelReason.SERVICE, CancelReason.NOT_FOR_ME),
    By.HOST: (
        CancelReason.UNAVAILABLE,
        CancelReason.SERVICE,
        CancelReason.CLOSED,
        CancelReason.NOT_FOR_ME,
    ),
    By.MANAGER: (CancelReason.SERVICE, CancelReason.CLOSED),
    By.HR: (
        CancelReason.VISITOR_AWAY,
        CancelReason.UNAVAILABLE,
        CancelReason.SERVICE,
        CancelReason.CLOSED,
        CancelReason.VISITOR_LEFT,
        CancelReason.LEFT,
        CancelReason.MISTAKE,
    ),
}
"""Which reasons each role chooses from; a manager speaks for the service, never for the person. HR says whose
side it is: a visitor who cannot come waits for no other booked day."""


def offered_reasons(by: By) -> dict[CancelReason, str]:
    """The reasons somebody chooses from, in their own words."""
    own = {
        CancelReason.UNAVAILABLE: _("Je ne suis plus disponible ce jour-là"),
        CancelReason.SERVICE: _("Mon équipe a besoin de moi ce jour-là"),
        CancelReason.CLOSED: _("Mon site est fermé ce jour-là"),
        CancelReason.NOT_FOR_ME: _("Je préfère ne pas le faire"),
    }
    of_hr = {
        CancelReason.UNAVAILABLE: _("La personne qui reçoit n’est plus disponible"),
        CancelReason.SERVICE: _("Le service a besoin de tout le monde ce jour-là"),
        CancelReason.LEFT: _("La personne qui reçoit ne participe plus"),
    }
    labels = reason_labels() | (own if by in {By.VISITOR, By.HOST} else of_hr)
    return {reason: labels[reason] for reason in OFFERED.get(by, ())}


def part_labels() -> dict[DayPart, str]:
    """How much of the day, in the reader's language."""
    return {
        DayPart.FULL: _("Journée entière"),
        DayPart.MORNING: _("Matin"),
        DayPart.AFTERNOON: _("Après-midi"),
    }
