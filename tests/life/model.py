"""What must come of each change: the model of the machine. `visits.py` changes them.

The model knows the rules from the documentation, not from the code. Where the product computes (a booking's
host, a repair), it reads what was done (`adopt`) and leaves the judgement to `judge.py`.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis.stateful import invariant
from sqlalchemy import Engine
from sqlmodel import col, select

from app.accounts.sessions import Actor
from app.availability.queries import Enrolling, find_enrolling
from app.booking import offering
from app.booking.tables import BookingRequest, RequestStatus
from app.campaigns.tables import Status
from app.core import jobs
from app.core.errors import Refusal
from app.visits import queries, reading, service
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.tables import By, CancelReason, PersonDay, Swap, Visit
from app.worker import JOBS
from tests.life import judge, told
from tests.life.company import (
    AWAY,
    BOOKED_DAYS,
    FIRST,
    LAST,
    MAX_GAP,
    MIN_GAP,
    NOTICE,
    RECEIVED,
    Company,
    Leg,
)

SAID = (RequestStatus.REFUSED, RequestStatus.BOOKED, RequestStatus.CANCELLED)


class Model(Company):
    """A company whose visits are followed."""

    # -- the model's rules --

    def busy(self, person: int, day: date, but: int | None = None) -> bool:
        """Whether a standing visit, or one offered, takes a person's day."""
        return (person, day) in {one[:2] for one in self.held} or any(
            leg.standing and leg.day == day and person in (leg.visitor, leg.host, leg.tutor)
            for key, leg in self.legs.items()
            if key != but
        )

    def room(self, visitor: int, host: int, day: date, but: int | None = None) -> bool:
        """Whether the two teams have room on a day."""
        there = [leg for key, leg in self.legs.items() if leg.standing and leg.day == day and key != but]
        own, theirs = self.mates(visitor), self.mates(host)
        held = [(who, leaves) for who, on, leaves in self.held if on == day]
        away = sum(leg.visitor in own for leg in there) + sum(leaves and who in own for who, leaves in held)
        received = sum(leg.host in theirs for leg in there)
        received += sum(not leaves and who in theirs for who, leaves in held)
        return away < AWAY and received < RECEIVED and (self.side(host), day) not in self.shut

    def mates(self, person: int) -> list[int]:
        """The person's team."""
        return self.back if person in self.back else self.front

    def side(self, person: int) -> str:
        """Back or front."""
        return "back" if person in self.back else "front"

    def paused(self, person: int, day: date) -> bool:
        """Whether a person pauses that day."""
        span = self.pauses.get(person)
        return span is not None and span[0] <= day <= span[1]

    def possible(self, key: int, day: date) -> bool:
        """Whether a visit may go to a day."""
        leg = self.legs[key]
        other = self.other(key)
        far = other is not None and other.standing and not (MIN_GAP <= abs((other.day - day).days) <= MAX_GAP)
        return not (
            day < self.today + timedelta(days=NOTICE)
            or (leg.standing and day == leg.day)
            or any(self.busy(one, day, key) for one in (leg.visitor, leg.host))
            or (leg.swap is not None and {leg.visitor, leg.host} & self.gone)
            or (leg.swap is not None and any(self.paused(one, day) for one in (leg.visitor, leg.host)))
            or not self.room(leg.visitor, leg.host, day, key)
            or far
            or (leg.swap is None and not self.offered_to(key, day))
        )

    def offered_to(self, key: int, day: date) -> bool:
        """Whether the place of a booked day has room on another one, with nobody in line, and did not refuse
        its visitor for it."""
        query = select(BookingRequest).execution_options(populate_existing=True)
        place = self.session.exec(query.where(BookingRequest.visit_id == key)).one().place_id
        there = self.session.exec(
            query.where(BookingRequest.place_id == place, BookingRequest.day == day).order_by(
                col(BookingRequest.id)
            )
        ).all()
        self.session.commit()
        own = [one for one in there if one.person_id == self.legs[key].visitor]
        told = [one.status for one in own if one.status in SAID]
        return (
            day in BOOKED_DAYS
            and not any(one.holds or one.status == RequestStatus.WAITING for one in there)
            and not any(one.live for one in own)
            and (not told or told[-1] != RequestStatus.REFUSED)
        )

    def other(self, key: int) -> Leg | None:
        """The other part of the swap as it counts now."""
        leg = self.legs[key]
        if leg.swap is None:
            return None
        back = [one for one in self.legs.values() if one.swap == leg.swap and one.visitor != leg.visitor]
        return next((one for one in back if one.standing), back[-1] if back else None)

    def fallen(self, key: int) -> bool:
        """Whether a visit fell, or was missed, while the other part stands, and may be made up for."""
        leg, other = self.legs[key], self.other(key)
        later = [k for k, one in self.legs.items() if k > key and one.swap == leg.swap]
        replaced = any(self.legs[k].visitor == leg.visitor for k in later)
        return (
            leg.lost
            and not leg.left
            and not replaced
            and leg.swap not in self.one_way
            and other is not None
            and not other.lost
            and self.today + timedelta(days=NOTICE) <= LAST
        )

    def ahead(self, key: int) -> bool:
        """Whether a visit stands, nobody was missing, and it is not over."""
        return not self.legs[key].lost and self.legs[key].day >= self.today

    def open_then(self, leg: Leg) -> bool:
        """Whether the site that receives is open on the day of a visit."""
        return (self.side(leg.host), leg.day) not in self.shut

    def pick(self, number: int) -> int:
        """One of the visits."""
        return sorted(self.legs)[number % len(self.legs)]

    # -- hands --

    def hand(self, key: int, role: str) -> tuple[Any, Hand]:
        """A visit in front of somebody in a role, and their hand."""
        seen = queries.visit(self.session, key)
        person_id = {"visitor": seen.visit.visitor_id, "host": seen.visit.host_id}.get(role)
        actor = None
        if role != "service":
            account = self.people[person_id].account_id if person_id else self.people[self.back[0]].account_id
            actor = Actor(account or self.hr.id or 0, "", None, role == "hr", is_admin=False)
        return situation(self.session, seen, By(role), person_id, self.today), Hand(By(role), actor, self.now)

    def tries(self, allowed: bool, act: Callable[[], Any]) -> Any:
        """Do it; whether it was accepted must be what the model says."""
        made, refused = None, None
        try:
            made = act()
            self.session.commit()
        except Refusal as no:
            self.session.rollback()
            refused = no
        self.done["refused" if refused else "accepted"] += 1
        assert (refused is None) == allowed, refused.message() if refused else "accepted, not allowed"
        return None if refused else made or True

    def fall(self, key: int, *, left: bool = False) -> None:
        """What a fall means in the model."""
        leg = self.legs[key]
        leg.standing, leg.left, leg.revision = False, left, leg.revision + 1
        for one in self.legs.values():
            if one is leg or (leg.swap is not None and one.swap == leg.swap and one.lost):
                one.proposal = None

    def plan_two(self, a: int, b: int, two: tuple[date, date]) -> None:
        """Plan a swap where the model says that people and teams have room; else it must be refused."""
        there, back = two
        free = not any(self.busy(p, day) for p in (a, b) for day in (there, back))
        allowed = free and self.room(a, b, there) and self.room(b, a, back)
        made = self.tries(
            allowed,
            lambda: service.plan_visits(self.session, self.campaign, [(a, b, there), (b, a, back)], self.now),
        )
        if made:
            self.pairs.add(frozenset((a, b)))
            for visit in made:
                self.legs[visit.id] = Leg(visit.visitor_id, visit.host_id, visit.day, visit.swap_id)

    def enrolling(self, person: int) -> Enrolling:
        """A person in front of the campaign."""
        self.session.expire_all()
        found = find_enrolling(self.session, self.campaign.id or 0, person)
        assert found is not None
        return found

    def go_to(self, leg: Leg, day: date, yes: set[str]) -> None:
        """A visit has another day; a tutor who is not free then is released."""
        tutor, leg.tutor = leg.tutor, None
        if tutor is not None and not self.busy(tutor, day):
            leg.tutor = tutor
        leg.day, leg.revision, leg.yes = day, leg.revision + 1, yes

    # -- what was done --

    def rows(self) -> list[Visit]:
        """Every visit of both campaigns, read anew."""
        query = select(Visit).where(col(Visit.campaign_id).in_(self.campaigns)).order_by(col(Visit.id))
        return list(self.session.exec(query.execution_options(populate_existing=True)).all())

    def adopt(self, *, everything: bool = False) -> None:
        """Take over what the product computed: visits booked and days held; `everything` it changed, as well,
        where a repair was accepted. Other visits must be as the model says."""
        self.session.expire_all()
        rows = self.rows()
        waiting = reading.open_proposals(self.session, [row.id or 0 for row in rows])
        for row in rows:
            if row.id in self.legs and not everything:
                continue
            found, leg = self.row_told(row, waiting), self.legs.get(row.id or 0)
            left = row.cancel_reason in (CancelReason.LEFT, CancelReason.VISITOR_LEFT, CancelReason.CAMPAIGN)
            self.legs[row.id or 0] = Leg(
                row.visitor_id,
                row.host_id,
                row.day,
                row.swap_id,
                row.revision,
                found[5],
                left=left or (leg is not None and leg.left),
                yes=set(found[8] or (leg.yes if leg is not None else ())),
                part=row.part.value,
                tutor=row.tutor_id,
                proposal=found[9],
            )
            if row.swap_id is not None:
                self.pairs.add(frozenset((row.visitor_id, row.host_id)))
        swaps = self.session.exec(select(Swap).where(Swap.campaign_id == self.campaign.id)).all()
        self.one_way = {swap.id or 0 for swap in swaps if swap.one_way_at is not None}
        holds = self.session.exec(
            select(PersonDay).where(
                col(PersonDay.person_id).in_(self.people), col(PersonDay.held_for).is_not(None)
            )
        ).all()
        self.held = [(row.person_id, row.day, row.leaves) for row in holds]
        self.session.commit()

    def work(self, *but: str) -> None:
        """Run what follows what was done, but for some events and for handing mails over."""
        self.session.commit()
        run_events(self.engine, {"mail.queued", *but})
        self.fall_where_shut()
        if self.stirred:
            self.lapse()

    def lapse(self) -> None:
        """Proposals that mean nothing any more: their day, or the visit's, is over; the day is closed at the
        site that receives; or they are about a day that fell, when no yes is in time any more, or one left.
        """
        self.stirred = False
        in_time = max(FIRST, self.today + timedelta(days=NOTICE))
        for leg in self.legs.values():
            if leg.proposal is not None:
                day = leg.proposal[1]
                over = (day is not None and day <= self.today) or (leg.standing and leg.day < self.today)
                late = leg.makes_up and (day or LAST) < in_time
                left = leg.makes_up and not self.gone.isdisjoint((leg.visitor, leg.host))
                if over or late or left or (self.side(leg.host), day) in self.shut:
                    leg.proposal = None

    def fall_where_shut(self) -> None:
        """A booked day falls where its site is closed; one that was offered before, once it is taken."""
        for key, leg in self.legs.items():
            at = (self.side(leg.host), leg.day)
            if leg.swap is None and at in self.shut and self.ahead(key):
                self.fall(key)

    @invariant()
    def agrees(self) -> None:
        """Every visit is what the model says, and no rule is broken."""
        if not hasattr(self, "market"):
            return
        rows = self.rows()
        waiting = reading.open_proposals(self.session, list(self.legs))
        found = {row.id: self.row_told(row, waiting) for row in rows}
        model = {
            key: (
                leg.visitor, leg.host, leg.day, leg.swap, leg.revision, leg.standing, leg.part, leg.tutor,
                frozenset(leg.yes) if leg.standing else None, leg.proposal,
            )
            for key, leg in self.legs.items()
        }  # fmt: skip
        assert found == model, {
            key: (found.get(key), model.get(key))
            for key in {*found, *model}
            if found.get(key) != model.get(key)
        }
        broken = judge.faults(self.session, self.campaigns, self.today, self.judged)
        assert not broken, broken
        self.session.commit()

    def row_told(self, row: Visit, waiting: dict[int, Any]) -> tuple[Any, ...]:
        """A row in the model's words."""
        yes = {"visitor"} if row.visitor_confirmed_at else set()
        yes |= {"host"} if row.host_confirmed_at else set()
        found = waiting.get(row.id or 0)
        by = None if found is None else "visitor" if found.by_id == row.visitor_id else "host"
        standing = row.status.value == "planned"
        return (
            row.visitor_id, row.host_id, row.day, row.swap_id, row.revision, standing, row.part.value,
            row.tutor_id, frozenset(yes) if standing else None, None if found is None else (by, found.day),
        )  # fmt: skip

    def teardown(self) -> None:
        """Nobody is left without a message; then the two campaigns end, so that later ones start alone."""
        try:
            if hasattr(self, "market"):
                self.work("repair.requested")
                self.adopt()
                self.agrees()
                silent = told.unheard(self.session, self.campaigns)
                assert not silent, silent
                self.end()
        finally:
            self.session.rollback()
            self.session.close()
            run_events(self.engine, set(), only_forget=True)
            self.frozen.__exit__(None, None, None)

    def end(self) -> None:
        """Nothing waits any more."""
        offering.end_campaign(self.session, self.market.id or 0, self.now)
        for campaign in (self.campaign, self.market):
            campaign.status = Status.CLOSED
            self.session.add(campaign)
        self.session.commit()


def run_events(engine: Engine, but: set[str], *, only_forget: bool = False) -> None:
    """Run what follows, and what follows from that; events of these names are left."""
    while waiting := [one for one in jobs.pending(engine) if one[1] not in but]:
        for job_id, name, payload in waiting:
            for job in () if only_forget else JOBS.get(name, ()):
                job(engine, **payload)
            jobs.forget(engine, [job_id])
