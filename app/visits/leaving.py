"""Pausing or leaving a campaign, or the company: which days fall, whom that concerns, and doing it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from sqlmodel import Session, col, or_

from app.accounts.sessions import Actor, hand_of
from app.availability import leaving
from app.availability.queries import Enrolling
from app.availability.service import When
from app.campaigns.holding import hold_alone, hold_every_one_alone
from app.people.tables import Person
from app.visits import bookings, hosting, queries, service
from app.visits.bookings import Pending
from app.visits.changing import role_of, situation
from app.visits.errors import FallsOtherwise
from app.visits.history import Hand
from app.visits.queries import SeenVisit
from app.visits.rosters import conflicts_among
from app.visits.rules import stands
from app.visits.tables import By, CancelReason, Visit


@dataclass(frozen=True)
class Consequences:
    """What falls when somebody goes, shown before it is done."""

    falling: list[SeenVisit]
    """Days to come as visitor or host, which are cancelled."""
    tutored: list[SeenVisit]
    """Days on which they receive in a colleague's place, who receives again."""
    contrary: list[SeenVisit]
    """Those of them that a roster then contradicts: the colleague is off."""
    left_alone: list[SeenVisit]
    """Other parts of their swaps that stand: their colleague may choose what becomes of them."""
    told: list[Person]
    """Colleagues who get a message, by name."""
    requests: list[Pending]
    """What they asked for in open booking and is no visit yet: it is given up."""

    @property
    def received(self) -> list[SeenVisit]:
        """Days on which the colleague receives again."""
        return [one for one in self.tutored if one not in self.contrary]

    @property
    def fingerprint(self) -> str:
        """Stands for all that is shown, so that it is what is done, or nothing is: what falls, what stays,
        what is given up, who is told."""
        days = [
            sorted(map(_as_shown, those))
            for those in (self.falling, self.tutored, self.contrary, self.left_alone)
        ]
        asked = sorted((one.request_id, one.day.isoformat(), one.words) for one in self.requests)
        told = sorted(one.id or 0 for one in self.told)
        return sha256(repr((days, asked, told)).encode()).hexdigest()[:32]


def _as_shown(seen: SeenVisit) -> tuple[int, str, int, int, bool, bool]:
    visit = seen.visit
    return (
        visit.id or 0,
        visit.day.isoformat(),
        visit.visitor_id,
        visit.host_id,
        seen.goes_on,
        seen.is_past,
    )


def consequences(
    session: Session, person: Person, campaign_id: int | None, first: date, last: date | None = None
) -> Consequences:
    """What falls from `first` to `last` (None: for good) in a campaign (None: in all)."""
    assert person.id is not None
    coming = queries.coming_visits_of(session, person.id, campaign_id, first)
    there = [one for one in coming if last is None or one.visit.day <= last]
    falling = [one for one in there if one.has(person.id)]
    tutored = [one for one in there if not one.has(person.id)]
    ids = {one.visit.id for one in falling}
    swaps = queries.swaps_with_ids(
        session, {one.visit.swap_id for one in falling if one.visit.swap_id is not None}
    )
    alone = [leg for swap in swaps for leg in swap.legs if stands(leg.visit) and leg.visit.id not in ids]
    told = {
        one.id: one
        for seen in falling
        for one in (seen.visitor, seen.host, seen.tutor)
        if one is not None and one.id != person.id
    }
    told |= {seen.host.id: seen.host for seen in tutored}
    asked = bookings.pending_of(session, person.id, campaign_id, first, last) if campaign_id else []
    off = contrary_of(session, tutored)
    return Consequences(falling, tutored, off, alone, sorted(told.values(), key=lambda one: one.name), asked)


def leave_campaign(
    session: Session,
    enrolling: Enrolling,
    actor: Actor,
    *,
    version: int,
    when: When,
    words: str = "",
    shown: str = "",
) -> int:
    """Take part no more: the days to come fall, those concerned are told. How many fell. `shown`: the
    fingerprint of what was shown, if any was. Raises `Stale`, `FallsOtherwise`."""
    hold_alone(session, enrolling.campaign)
    _check_shown(session, enrolling, (when.today, None), shown)
    leaving.leave(session, enrolling, version=version, when=when)
    return _go(session, enrolling, (when.today, None), actor, when, words)


def pause_campaign(
    session: Session,
    enrolling: Enrolling,
    first: date,
    last: date,
    actor: Actor,
    *,
    version: int,
    when: When,
    words: str = "",
    shown: str = "",
) -> int:
    """Nothing from `first` to `last`: the days in between fall, those after stay. How many fell. As
    `leave_campaign`."""
    hold_alone(session, enrolling.campaign)
    _check_shown(session, enrolling, (first, last), shown)
    leaving.pause(session, enrolling, first, last, version=version, when=when)
    return _go(session, enrolling, (first, last), actor, when, words)


def _check_shown(session: Session, enrolling: Enrolling, span: tuple[date, date | None], shown: str) -> None:
    """Nothing else falls than what was shown. Nobody else changes days of the campaign meanwhile."""
    if not shown:
        return
    if consequences(session, enrolling.person, enrolling.campaign.id, *span).fingerprint != shown:
        raise FallsOtherwise


def _go(
    session: Session,
    enrolling: Enrolling,
    span: tuple[date, date | None],
    actor: Actor,
    when: When,
    words: str,
) -> int:
    person, campaign_id = enrolling.person, enrolling.campaign.id or 0
    reason = CancelReason.LEFT if span[1] is None else CancelReason.UNAVAILABLE
    bookings.give_up(session, person.id or 0, campaign_id, span, actor, when.now)
    return _let_fall(session, person, campaign_id, span, reason, actor, when.now, words)


def leave_company(
    session: Session, person: Person, now: datetime, today: date, *, by: int | None = None
) -> int:
    """Somebody left: their days to come fall, in every campaign. Doing it twice changes nothing. `by`: the
    account of whoever in HR said so; the history names them."""
    hold_every_one_alone(session)
    actor = hand_of(session, by)
    return _let_fall(session, person, None, (today, None), CancelReason.GONE, actor, now, "")


def leave_erased(session: Session, person: Person, actor: Actor, now: datetime, today: date) -> int:
    """Somebody is about to be forgotten: as if they left, and nothing says that they left the company."""
    hold_every_one_alone(session)
    return _let_fall(session, person, None, (today, None), CancelReason.LEFT, actor, now, "")


@dataclass(frozen=True)
class Departures:
    """What falls when people leave the company, shown before it is done."""

    falling: list[SeenVisit]
    tutored: list[SeenVisit]
    """Days on which they receive in a colleague's place, who receives again."""
    contrary: list[SeenVisit]
    """As of `Consequences`."""
    told: list[Person]
    """Who stays and gets a message, by name."""
    ending: Sequence[Person] = ()
    """Whose requests and places in line end, since whoever was named to receive goes: once for each."""

    @property
    def received(self) -> list[SeenVisit]:
        """As of `Consequences`."""
        return [one for one in self.tutored if one not in self.contrary]

    @property
    def campaigns(self) -> set[int]:
        """In which campaigns."""
        return {one.visit.campaign_id for one in (*self.falling, *self.tutored)}


def departures(session: Session, person_ids: Collection[int], today: date) -> Departures:
    """What falls from today on, for good, when all of these people go. Two queries."""
    gone = set(person_ids)
    if not gone:
        return Departures([], [], [], [])
    theirs = or_(*(one.in_(gone) for one in map(col, (Visit.visitor_id, Visit.host_id, Visit.tutor_id))))
    coming = queries.read_visits(session, theirs, *queries.to_come(today))
    falling = [one for one in coming if {one.visitor.id, one.host.id} & gone]
    tutored = [one for one in coming if not {one.visitor.id, one.host.id} & gone]
    told = {
        one.id: one
        for seen in falling
        for one in (seen.visitor, seen.host, seen.tutor)
        if one is not None and one.id not in gone
    }
    told |= {one.id: one for seen in tutored for one in (seen.visitor, seen.host)}
    asked = bookings.ending_with(session, gone, today)
    off = contrary_of(session, tutored)
    return Departures(falling, tutored, off, sorted(told.values(), key=lambda one: one.name), asked)


def contrary_of(session: Session, tutored: Collection[SeenVisit]) -> list[SeenVisit]:
    """Those of these days whose hosts a roster has off. Three queries when any."""
    alone = [replace(one, tutor=None) for one in tutored]
    found = conflicts_among(session, alone) if alone else []
    off = {one.seen.visit.id for one in found if one.receiver_day is not None}
    return [one for one in tutored if one.visit.id in off]


def _let_fall(
    session: Session,
    person: Person,
    campaign_id: int | None,
    span: tuple[date, date | None],
    reason: CancelReason,
    actor: Actor | None,
    now: datetime,
    words: str,
) -> int:
    first, last = span
    what = consequences(session, person, campaign_id, first, last)
    of_company = campaign_id is None
    for seen in sorted(what.falling, key=_by_id):  # in one order, so that two who cancel many wait in turn
        by = By.SERVICE if actor is None else By.HR if of_company else role_of(seen, None, person)
        service.cancel_visit(session, seen.visit, reason, actor, now, today=first, by=by, words=words)
    for seen in what.tutored:
        by = By.HR if of_company else By.TUTOR
        before = situation(session, seen, by, person.id, first)
        hand = Hand(by=By.SERVICE if actor is None else by, actor=actor, now=now)
        hosting.release_tutor(session, before, hand, revision=seen.visit.revision)
    return len(what.falling)


def _by_id(seen: SeenVisit) -> int:
    return seen.visit.id or 0
