"""Another day for a booked one that cannot be: looked for at once, and offered as any other place is.

1. Same day, same place: a colleague of the team receives instead.
2. Same place, the nearest other day.
3. Another place: the same job first, then the nearest day, then the shorter journey.

What cannot be, falls: a host says no, a team needs its people, a site closes, a roster arrives. The visitor
had their day already, and so comes before the line, once; where nothing suits, the product looks again from
time to time, behind the line. What its team takes back, a site closes, or a roster rules out, the visitor's
own too, before the visitor answered was no offer; what they let lapse was one. The campaign's notice and the
limit per person hold. Nothing is offered for a day that the visitor gave up, for which they were refused
there, or to which HR says that they cannot come.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from app.accounts.audit import audit
from app.availability.tables import Answer
from app.booking import facts, fallen, holding, queries
from app.booking.errors import EnoughBooked, PlaceFull
from app.booking.looking import DayOption, Look, look
from app.booking.queries import SeenPlace, Wanted
from app.booking.rules import kept_until
from app.booking.tables import BookingRequest, BookingRules, RequestStatus
from app.campaigns.bookable import takes_bookings
from app.campaigns.holding import hold
from app.campaigns.invited import is_invited
from app.campaigns.tables import Campaign
from app.core import jobs
from app.core.errors import Refusal
from app.people.tables import Person
from app.visits.rules import OFF, is_over, stands
from app.visits.tables import By, CancelReason, Visit

TRIES = 5
"""So many of those that suit are tried: somebody may be faster."""
THAT_DAY = frozenset({CancelReason.LEFT, CancelReason.GONE, CancelReason.CLOSED, *OFF})
"""Reasons that leave the visitor's day free for somebody else."""


@dataclass(frozen=True)
class _Found:
    """A day of a place that suits, and how well: the smaller the better."""

    rank: tuple[int, int, int]
    seen: SeenPlace
    option: DayOption


def offer(
    session: Session, fell: Visit, now: datetime, today: date, *, before_line: bool, told: bool = False
) -> BookingRequest | None:
    """Offer the visitor of a booked day that fell the best of what suits; None when nothing does, or when
    nobody waits for it. What was offered before, and not taken, is not offered again. `told`: by the message
    that says that the day fell."""
    campaign, person = session.get_one(Campaign, fell.campaign_id), session.get_one(Person, fell.visitor_id)
    hold(session, campaign)
    before = queries.request_of_visit(session, fell.id or 0)
    if before is None or is_over(fell, today) or not _waits(session, fell, campaign, person):
        return None
    terms = queries.rules_of(session, fell.campaign_id)
    earlier = fallen.offered_instead(session, fell.id or 0)
    if any(one.live for one in earlier):
        return None
    # The same again for whose own roster had them off then, once it has them at work.
    known = {(one.place_id, one.day) for one in earlier if not one.taken_back or one.reason is not None}
    seen = queries.offered_places(session, fell.campaign_id, Wanted(first=today))
    looks = look(session, campaign, person, seen, terms.notice_days, today, ahead=0 if before_line else None)
    former = queries.find_place(session, before.place_id)
    for found in _suitable(session, looks, former, fell, known)[:TRIES]:
        try:
            with session.begin_nested():
                request = _hold(session, campaign, person, terms, fell, found, len(earlier), now)
                if not told:
                    jobs.record(session, "booking.offered", request_id=request.id)
                return request
        except EnoughBooked:
            return None
        except Refusal:
            continue  # somebody was faster
    return None


def _waits(session: Session, fell: Visit, campaign: Campaign, person: Person) -> bool:
    """The visitor lost a day that they had not given up, is still invited, and takes part."""
    if not takes_bookings(campaign) or not is_invited(session, campaign, person):
        return False
    line = fallen.fall_of(session, fell.id or 0)
    if stands(fell) or fell.cancel_reason in fallen.SETTLED or (line is not None and line.by == By.VISITOR):
        return False
    answered = facts.answers(session, fell.campaign_id, {fell.visitor_id}).get(fell.visitor_id)
    return answered is None or answered.answer != Answer.NO


def _hold(
    session: Session,
    campaign: Campaign,
    person: Person,
    terms: BookingRules,
    fell: Visit,
    found: _Found,
    number: int,
    now: datetime,
) -> BookingRequest:
    day, place = found.option.day, found.seen.place
    request = BookingRequest(
        campaign_id=fell.campaign_id,
        place_id=place.id or 0,
        person_id=person.id or 0,
        day=day,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        key=f"instead:{fell.id}:{number}",
        status=RequestStatus.OFFERED,
        holds=True,
        instead_of_id=fell.id,
        asked_at=now,
        due_at=kept_until(day, now, terms.accept_hours),
    )
    session.add(request)
    session.flush()
    holding.lock_day(session, request.place_id, day)
    holding.hold(session, place, day)
    holding.count_up(session, request, terms)
    if not holding.hold_people(session, campaign, request, found.option.hosts):
        raise PlaceFull(day)
    audit(session, None, "booking.offered_instead", f"booking:{request.id}", now=now)
    jobs.record(session, "booking.taken", request_id=request.id)
    return request


def _suitable(
    session: Session,
    looks: Iterable[Look],
    former: SeenPlace,
    fell: Visit,
    known: set[tuple[int, date]],
) -> list[_Found]:
    line = fallen.fall_of(session, fell.id or 0)
    that_day = fell.cancel_reason in THAT_DAY or (line is not None and line.by == By.HOST)
    closed = fell.cancel_reason is CancelReason.CLOSED
    found = []
    for one in looks:
        same_place = one.seen.place.id == former.place.id
        same_job = one.seen.place.job.casefold() == former.place.job.casefold()
        for option in one.days:
            if not option.is_free or option.was_refused or option.mine is not None or option.is_busy:
                continue
            if (one.seen.place.id, option.day) in known or (option.day == fell.day and not that_day):
                continue
            if closed and option.day == fell.day and one.seen.team.site_id == former.team.site_id:
                continue  # somebody just said that nobody comes there
            away = abs((option.day - fell.day).days)
            kind = 0 if same_place and not away else 1 if same_place else 2 if same_job else 3
            found.append(_Found((kind, away, one.minutes or 0), one.seen, option))
    return sorted(found, key=lambda one: (one.rank, one.seen.place.id or 0))
