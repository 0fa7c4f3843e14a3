"""What happens around places: asked, approved, refused, waited for, offered, accepted, expired."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlmodel import col, func, select

from app.booking import asking, deciding, jobs, jobs_answers, queries
from app.booking.tables import BookingRequest, RefusalReason, RequestStatus
from app.core.errors import Refusal
from app.people.tables import Person
from app.visits import jobs as visits_jobs
from tests.life.company import BOOKED_DAYS, FIRST, LAST, picks
from tests.life.visits import Visits

WAITS = (RequestStatus.OFFERED, RequestStatus.WAITING, RequestStatus.REQUESTED)


class Booking(Visits):
    """The back office books days at the shop."""

    def attempt(self, act: Any) -> bool:
        """What a door does: all of it, or nothing; what was booked or held is then known."""
        try:
            act()
            self.session.commit()
        except Refusal:
            self.session.rollback()
            self.done["refused"] += 1
            return False
        self.done["accepted"] += 1
        self.adopt()
        return True

    def request(self, pick: int, *statuses: RequestStatus) -> BookingRequest | None:
        """One of the requests in these states."""
        found = self.session.exec(
            select(BookingRequest)
            .where(
                BookingRequest.campaign_id == self.market.id,
                col(BookingRequest.status).in_(statuses),
            )
            .order_by(col(BookingRequest.id))
            .execution_options(populate_existing=True)
        ).all()
        self.session.commit()
        return found[pick % len(found)] if found else None

    @rule(who=picks, place=picks, day=st.integers(0, 2), wait=st.booleans())
    def ask(self, who: int, place: int, day: int, wait: bool) -> None:
        """Book, ask for a day, or stand in line."""
        person = self.people[self.back[who % 3]]
        self.attempt(
            lambda: asking.ask(
                self.session,
                person,
                queries.find_place(self.session, self.places[place % 2].id or 0),
                BOOKED_DAYS[day],
                uuid4().hex,
                wait=wait,
                actor=self.actor(person.id or 0),
                now=self.now,
                today=self.today,
            )
        )

    @rule(place=picks, day=st.integers(0, 2), falls=st.sampled_from([None, "visitor", "host", "hr", "moves"]))
    def crowd(self, place: int, day: int, falls: str | None) -> None:
        """Everybody wants the same day: the team says yes to one, who comes too late stands in line; then,
        perhaps, the day falls and is offered, or moves."""
        for who in range(3):
            self.ask(who, place, day, wait=True)
            self.decide(place, yes=True)
        if falls is None or not any(leg.swap is None and leg.standing for leg in self.legs.values()):
            return
        if falls == "moves":
            self.elsewhere(place, (day + 1) % 3)
        else:
            self.free(place, after=True, role=falls)

    @rule(pick=picks, yes=st.booleans())
    def decide(self, pick: int, yes: bool) -> None:
        """The team says yes or no."""
        found = self.request(pick, RequestStatus.REQUESTED)
        if found is None:
            return
        if not yes:
            reason = RefusalReason.SERVICE
            self.attempt(lambda: deciding.refuse(self.session, found, reason, actor=self.boss, now=self.now))
            return
        self.done["booked"] += self.attempt(
            lambda: deciding.approve(self.session, found, actor=self.boss, now=self.now, today=self.today)
        )

    @rule(pick=picks, takes=st.booleans(), another=st.booleans())
    def respond(self, pick: int, takes: bool, another: bool) -> None:
        """Whoever asked takes what is offered, or gives up, perhaps for something else; no offer fails."""
        found = self.request(pick, *((RequestStatus.OFFERED,) if takes else WAITS))
        if found is None:
            return
        person = self.session.get_one(Person, found.person_id)
        actor, revision = self.actor(found.person_id), found.revision
        if takes:
            in_time = found.day >= self.today and (found.due_at is None or found.due_at > self.now)
            done = self.attempt(
                lambda: asking.accept(
                    self.session,
                    found,
                    person,
                    actor=actor,
                    now=self.now,
                    today=self.today,
                    revision=revision,
                )
            )
            self.done["offers accepted"] += done
            assert done or not in_time, "an offer could not be accepted"
        else:
            self.attempt(
                lambda: asking.withdraw(
                    self.session,
                    found,
                    actor=actor,
                    now=self.now,
                    today=self.today,
                    revision=revision,
                    another=another,
                )
            )

    @precondition(lambda self: any(leg.swap is None and leg.standing for leg in self.legs.values()))
    @rule(pick=picks, after=st.booleans(), role=st.sampled_from(["visitor", "host", "hr"]))
    def free(self, pick: int, after: bool, role: str) -> None:
        """A booked day falls; soon after, or later, the place goes to the next in line, and whoever lost the
        day against their will is offered another."""
        booked = sorted(key for key, leg in self.legs.items() if leg.swap is None and leg.standing)
        self.give_up(sorted(self.legs).index(booked[pick % len(booked)]), role, declined=False)
        if after:
            self.clock()

    @precondition(lambda self: any(leg.swap is None and leg.standing for leg in self.legs.values()))
    @rule(pick=picks, day=st.integers(0, 2))
    def elsewhere(self, pick: int, day: int) -> None:
        """A booked day moves to another one of the same place, if there is room."""
        booked = sorted(key for key, leg in self.legs.items() if leg.swap is None and leg.standing)
        key = booked[pick % len(booked)]
        self.hr_moves(sorted(self.legs).index(key), BOOKED_DAYS[day])
        self.done["booked days moved"] += self.legs[key].day == BOOKED_DAYS[day]

    @rule()
    def clock(self) -> None:
        """What the worker does, by itself and at each turn of the clock."""
        self.work("repair.requested")
        for job in (
            jobs.settle_due,
            jobs_answers.remind_managers,
            jobs.promote_everybody,
            visits_jobs.void_stale_proposals,
        ):
            job(self.engine)
        self.work("repair.requested")
        self.lapse()
        before = len(self.held)
        self.adopt()
        query = select(func.count()).where(col(BookingRequest.instead_of_id).in_(self.legs))
        self.done["offered instead"] = int(self.session.scalar(query) or 0)
        self.session.commit()
        self.done["offered"] += max(0, len(self.held) - before) // 2

    @rule(hours=st.sampled_from([1, 25, 50]))
    def time_passes(self, hours: int) -> None:
        """Hours go by; the first time, up to the eve of the campaign's first days."""
        eve = FIRST - timedelta(days=8)
        if self.today < eve:
            self.now += eve - self.today
        elif self.today < LAST - timedelta(days=2):
            self.now += timedelta(hours=hours)
