"""Where a request stands, with what its booked day still waits for: the same words as on the visit's page."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlmodel import Session

from app.booking.closed_days import closed_among
from app.booking.closures import reopened_among
from app.booking.looking import DayOption
from app.booking.queries import SeenRequest
from app.booking.rules import is_overdue
from app.booking.tables import BookingRequest, RefusalReason, RequestStatus
from app.booking.turns import Taken, waiting_in_vain
from app.booking.words import reason_labels, request_words, status_tone, why_words
from app.core import clock
from app.core.i18n import _
from app.people.tables import Person
from app.visits.queries import visits_with_ids
from app.visits.showing import Chip, over_words
from app.visits.standing import Missing, Standing, before_booking, short_words, standings, words
from solver import rules


@dataclass(frozen=True)
class Stands:
    """Where one request stands."""

    text: str
    tone: str
    missing: tuple[str, ...] = ()
    """What a booked day waits for, in sentences."""
    day_closed: bool = False
    """The team receives nobody that day, for now."""
    is_over: bool = False
    """A booked day that is past, or said not to have taken place; a place that is kept no more."""
    because: str = ""
    """Why it was refused or is over, where that is kept."""
    taken: Taken | None = None
    """What stands for who waits in line on that day: meanwhile their turn cannot come. Theirs to read."""


def stands_of(
    session: Session, requests: Iterable[SeenRequest], *, to_asker: bool = False
) -> dict[int, Stands]:
    """Of some requests, by id; `to_asker`: also what their own roster said of them, and which other
    day of theirs keeps their turn in line from coming. A few queries."""
    asked = list(requests)
    ids = {one.request.visit_id for one in asked if one.request.status == RequestStatus.BOOKED}
    booked = [one for one in ids if one is not None]
    seen = visits_with_ids(session, booked) if booked else []
    known = standings(session, seen) if seen else {}
    over = {one.visit.id: over_words(one, clock.today()) for one in seen}
    closed, reopened = closed_among(session, asked), reopened_among(session, asked)
    found = {
        one.request.id or 0: _stands(
            one,
            known.get(one.request.visit_id or 0),
            off=to_asker and _ended_by_own_roster(one),
            closed=one.request.id in closed,
            over=over.get(one.request.visit_id),
        )
        for one in asked
    }
    for one in asked:
        if one.request.reason is not None:
            said = _because(one.request, one.request.reason, reopened=one.request.id in reopened)
            found[one.request.id or 0] = replace(found[one.request.id or 0], because=said)
    for request_id, taken in (waiting_in_vain(session, asked) if to_asker else {}).items():
        found[request_id] = _not_their_turn(found[request_id], taken)
    return found


def _not_their_turn(stands: Stands, taken: Taken) -> Stands:
    """What the team closed is said first."""
    if stands.day_closed:
        return replace(stands, taken=taken)
    why = _("ce jour est déjà retenu") if taken.kept or not taken.team else why_words(rules.VISITOR_BUSY)
    said = _("%(state)s, %(what)s") % {"state": stands.text, "what": why}
    return replace(stands, text=said, tone="warn", taken=taken)


def _because(asked: BookingRequest, reason: RefusalReason, *, reopened: bool) -> str:
    """What ended a request stays; that a site is open again stands beside it."""
    if reopened:
        return _("Les RH avaient fermé le site ce jour-là, et il est de nouveau ouvert")
    said = reason_labels()[reason]
    if asked.status == RequestStatus.EXPIRED and not asked.taken_back:
        return _("%(reason)s, et il était trop tard pour attendre une autre place") % {"reason": said}
    return said


def waits_of(session: Session, requests: Iterable[SeenRequest]) -> dict[int, tuple[Missing, ...]]:
    """What booked days wait for, by request; requests that are no visit are absent."""
    asked = {
        one.request.visit_id: one.request.id or 0 for one in requests if one.request.visit_id is not None
    }
    known = standings(session, visits_with_ids(session, list(asked))) if asked else {}
    return {asked[visit_id]: found.missing for visit_id, found in known.items()}


def _ended_by_own_roster(one: SeenRequest) -> bool:
    """It was over before its time, since its asker does not work then."""
    asked = one.request
    return asked.status == RequestStatus.EXPIRED and asked.taken_back and asked.reason is None


def _stands(
    one: SeenRequest, standing: Standing | None, *, off: bool, closed: bool, over: Chip | None
) -> Stands:
    asked = one.request
    if over is not None:
        return Stands(over.text, over.tone, is_over=True)
    if off:
        return Stands(_("vous n’êtes pas au travail à ces heures"), status_tone(asked.status))
    text, tone = request_words(asked, clock.now()), status_tone(asked.status)
    if is_overdue(asked, clock.now()):
        return Stands(text, "plain", is_over=True)
    if closed:
        why = _("l’équipe ne reçoit personne ce jour-là pour l’instant")
        waits = standing.missing if standing is not None and asked.status == RequestStatus.BOOKED else ()
        said = _("%(state)s, %(what)s") % {"state": text, "what": why}
        return Stands(said, "warn", tuple(words(missing) for missing in waits), day_closed=True)
    if one.request.status != RequestStatus.BOOKED or standing is None or standing.is_certain:
        return Stands(text, tone)
    what = _("%(state)s, %(what)s") % {"state": text, "what": short_words(standing.missing[0])}
    return Stands(what, "warn", tuple(words(missing) for missing in standing.missing))


def still_missing(session: Session, person: Person, chosen: DayOption | None, team_id: int) -> list[str]:
    """What a day would wait for once booked, said before it is: sentences."""
    if chosen is None or not chosen.is_free:
        return []
    host = session.get(Person, chosen.hosts[0]) if chosen.hosts else None
    found: list[Missing] = before_booking(
        session, person, [host] if host else [], chosen.day, team_ids=(person.team_id, team_id)
    )
    return [words(one) for one in found]
