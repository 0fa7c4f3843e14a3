"""A company whose visits live at random, beside a model of what must come of it.

Each rule does one thing to the service and to the model: whether it is allowed, and what every visit is
afterwards, must agree; the judge of `judge.py` finds no broken rule after any step; at the end, everybody
concerned has a message for each change. The model knows the rules from the documentation, not from the code.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.sessions import Actor
from app.availability.queries import Enrolling, find_enrolling
from app.availability.service import When
from app.calendars.jobs import invite_participants
from app.core import clock, jobs
from app.core.errors import Refusal
from app.people.tables import Person, Side
from app.visits import confirming, hosting, leaving, moving, queries, reading, service
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.hosting import Hours
from app.visits.tables import By, CancelReason, DayPart, Visit
from app.worker import JOBS
from tests.factories import NOW, make_campaign, make_enrolment, make_person, make_site, make_team
from tests.visits import judge

FIRST, LAST = date(2027, 4, 5), date(2027, 4, 30)
DAYS = [FIRST + timedelta(days=n) for n in range(26) if (FIRST + timedelta(days=n)).weekday() < 5]
MIN_GAP, MAX_GAP = 1, 10
NOTICE = 3
AWAY, RECEIVED = 1, 2
"""Limits of every team."""

OFFERED = [day for day in DAYS if day.day % 2]
TWO_DAYS = [
    (one, other) for one in OFFERED for other in OFFERED if MIN_GAP <= abs((one - other).days) <= MAX_GAP
]
days = st.sampled_from(DAYS)
two_days = st.sampled_from(TWO_DAYS)
picks = st.integers(0, 30)
sides = st.sampled_from(["visitor", "host"])


@dataclass
class Leg:
    """A visit as the model knows it."""

    visitor: int
    host: int
    day: date
    swap: int
    revision: int = 0
    standing: bool = True
    left: bool = False
    """It fell because somebody left."""
    yes: set[str] = field(default_factory=set)
    part: str = "full"
    tutor: int | None = None
    proposal: tuple[str, date | None] | None = None
    """Who proposed, and which day."""


class Life(RuleBasedStateMachine):
    """Books, confirms, declines, moves, makes up, cancels, pauses and leaves."""

    engine: Engine
    with_messages = True

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.engine, expire_on_commit=False)
        self.today = NOW.date()
        self.legs: dict[int, Leg] = {}
        self.one_way: set[int] = set()
        self.gone: set[int] = set()
        self.pauses: dict[int, tuple[date, date]] = {}
        self.pairs: set[frozenset[int]] = set()
        self.done: Counter[str] = Counter()
        """What was accepted and what was refused."""

    @initialize(first=two_days, second=two_days)
    def company(self, first: tuple[date, date], second: tuple[date, date]) -> None:
        """Three people of each side, one team a side, in a campaign of four weeks; a swap or two planned."""
        session, here = self.session, make_site(self.session)
        back = make_team(session, here, side=Side.BACK, department="RH", max_away=AWAY, max_visitors=RECEIVED)
        front = make_team(session, here, max_away=AWAY, max_visitors=RECEIVED)
        boss = make_person(session, front)
        made = [make_person(session, back) for _ in range(3)]
        made += [make_person(session, front, manager_id=boss.id) for _ in range(3)]
        self.people: dict[int, Person] = {person.id or 0: person for person in made}
        self.back = [person.id or 0 for person in made[:3]]
        self.front = [person.id or 0 for person in made[3:]]
        self.campaign = make_campaign(
            session,
            first_day=FIRST,
            last_day=LAST,
            min_gap_days=MIN_GAP,
            max_gap_days=MAX_GAP,
            max_swaps_per_person=2,
            notice_days=NOTICE,
        )
        for person in made:
            make_enrolment(session, self.campaign, person, visit_days=[day.isoformat() for day in OFFERED])
        session.flush()
        self.plan_two(self.back[0], self.front[0], first)
        self.plan_two(self.back[1], self.front[1], second)

    # -- the model's rules --

    def busy(self, person: int, day: date, but: int | None = None) -> bool:
        """Whether a standing visit takes a person's day."""
        return any(
            leg.standing and leg.day == day and person in (leg.visitor, leg.host, leg.tutor)
            for key, leg in self.legs.items()
            if key != but
        )

    def room(self, visitor: int, host: int, day: date, but: int | None = None) -> bool:
        """Whether the two teams have room on a day."""
        there = [leg for key, leg in self.legs.items() if leg.standing and leg.day == day and key != but]
        own, theirs = self.mates(visitor), self.mates(host)
        away = sum(leg.visitor in own for leg in there)
        received = sum(leg.host in theirs for leg in there)
        return away < AWAY and received < RECEIVED

    def mates(self, person: int) -> list[int]:
        """The person's team."""
        return self.back if person in self.back else self.front

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
            or {leg.visitor, leg.host} & self.gone
            or any(self.paused(one, day) or self.busy(one, day, key) for one in (leg.visitor, leg.host))
            or not self.room(leg.visitor, leg.host, day, key)
            or far
        )

    def other(self, key: int) -> Leg | None:
        """The other part of the swap as it counts now."""
        leg = self.legs[key]
        back = [one for one in self.legs.values() if one.swap == leg.swap and one.visitor != leg.visitor]
        return next((one for one in back if one.standing), back[-1] if back else None)

    def fallen(self, key: int) -> bool:
        """Whether a visit fell while the other part stands, and may be made up for."""
        leg, other = self.legs[key], self.other(key)
        later = [k for k, one in self.legs.items() if k > key and one.swap == leg.swap]
        replaced = any(self.legs[k].visitor == leg.visitor for k in later)
        return (
            not leg.standing
            and not leg.left
            and not replaced
            and leg.swap not in self.one_way
            and other is not None
            and other.standing
            and self.today + timedelta(days=NOTICE) <= LAST
        )

    def ahead(self, key: int) -> bool:
        """Whether a visit stands and is not over."""
        return self.legs[key].standing and self.legs[key].day >= self.today

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
            actor = Actor(account or 0, "", None, role == "hr", is_admin=False)
        return situation(self.session, seen, By(role), person_id, self.today), Hand(By(role), actor, NOW)

    def tries(self, allowed: bool, act: Callable[[], Any]) -> Any:
        """Do it; whether it was accepted must be what the model says."""
        made, refused = None, None
        try:
            with self.session.begin_nested():
                made = act()
                self.session.flush()
        except Refusal as no:
            refused = no
        self.done["refused" if refused else "accepted"] += 1
        assert (refused is None) == allowed, refused.message() if refused else "accepted, not allowed"
        return None if refused else made or True

    def fall(self, key: int, *, left: bool = False) -> None:
        """What a fall means in the model."""
        leg = self.legs[key]
        leg.standing, leg.left, leg.revision = False, left, leg.revision + 1
        for one in self.legs.values():
            if one.swap == leg.swap:
                one.proposal = None

    # -- what happens --

    @rule(one=picks, other=picks, two=two_days)
    def plan(self, one: int, other: int, two: tuple[date, date]) -> None:
        """A swap of two people who have none together, on days in the right distance."""
        (there, back), a, b = two, self.back[one % 3], self.front[other % 3]
        if frozenset((a, b)) in self.pairs or {a, b} & self.gone:
            return
        each = [leg for leg in self.legs.values() if leg.standing]
        if any(len({leg.swap for leg in each if p in (leg.visitor, leg.host)}) >= 2 for p in (a, b)):
            return
        if any(self.paused(p, day) for p in (a, b) for day in (there, back)) or min(there, back) < self.today:
            return
        self.plan_two(a, b, two)

    def plan_two(self, a: int, b: int, two: tuple[date, date]) -> None:
        """Plan a swap where the model says that people and teams have room; else it must be refused."""
        there, back = two
        free = not any(self.busy(p, day) for p in (a, b) for day in (there, back))
        allowed = free and self.room(a, b, there) and self.room(b, a, back)
        made = self.tries(
            allowed,
            lambda: service.plan_visits(self.session, self.campaign, [(a, b, there), (b, a, back)], NOW),
        )
        if made:
            self.pairs.add(frozenset((a, b)))
            for visit in made:
                self.legs[visit.id] = Leg(visit.visitor_id, visit.host_id, visit.day, visit.swap_id)

    @precondition(lambda self: self.legs)
    @rule(number=picks, role=sides)
    def confirm(self, number: int, role: str) -> None:
        """Say yes."""
        key = self.pick(number)
        leg, (before, hand) = self.legs[key], self.hand(key, role)
        allowed = self.ahead(key) and role not in leg.yes
        if self.tries(allowed, lambda: confirming.confirm(self.session, before, hand, revision=leg.revision)):
            leg.yes.add(role)

    @precondition(lambda self: self.legs)
    @rule(number=picks, role=st.sampled_from(["visitor", "host", "manager", "hr"]), declined=st.booleans())
    def give_up(self, number: int, role: str, declined: bool) -> None:
        """Decline, or cancel."""
        key = self.pick(number)
        leg, (before, hand) = self.legs[key], self.hand(key, role)
        allowed = self.ahead(key) and (not declined or (role in {"visitor", "host"} and role not in leg.yes))
        if self.tries(
            allowed,
            lambda: confirming.give_up(
                self.session,
                before,
                CancelReason.SERVICE,
                hand,
                revision=leg.revision,
                declined=declined,
            ),
        ):
            self.fall(key)

    @precondition(lambda self: self.legs)
    @rule(number=picks, role=sides, day=st.one_of(days, st.none()))
    def propose(self, number: int, role: str, day: date | None) -> None:
        """Another day, a make-up day, or to leave it at one."""
        key = self.pick(number)
        leg, (before, hand) = self.legs[key], self.hand(key, role)
        open_to = self.ahead(key) or self.fallen(key)
        allowed = open_to and leg.proposal is None
        allowed = allowed and (self.fallen(key) if day is None else self.possible(key, day))
        if self.tries(
            allowed, lambda: moving.propose(self.session, before, day, hand, revision=leg.revision)
        ):
            leg.proposal = (role, day)

    @precondition(lambda self: any(leg.proposal for leg in self.legs.values()))
    @rule(number=picks, role=sides, answer=st.sampled_from(["accept", "refuse", "withdraw"]))
    def answer(self, number: int, role: str, answer: str) -> None:
        """Answer what waits, or take it back."""
        waiting = sorted(key for key, leg in self.legs.items() if leg.proposal)
        key = waiting[number % len(waiting)]
        leg, (before, hand) = self.legs[key], self.hand(key, role)
        assert leg.proposal is not None
        proposer, day = leg.proposal
        found = reading.open_proposal(self.session, key)
        assert found is not None
        proposal_id = found.id or 0
        mine = proposer == role
        if answer != "accept":
            act = moving.withdraw if answer == "withdraw" else moving.refuse
            allowed = mine == (answer == "withdraw")
            if self.tries(allowed, lambda: act(self.session, before, proposal_id, hand)):
                leg.proposal = None
            return
        still = self.possible(key, day) if day is not None else True
        allowed = not mine and (self.ahead(key) or self.fallen(key)) and still
        made = self.tries(allowed, lambda: moving.accept(self.session, before, proposal_id, hand))
        if not made:
            return
        leg.proposal = None
        if day is None:
            self.one_way.add(leg.swap)
        elif leg.standing:
            self.go_to(leg, day, {"visitor", "host"})
        else:
            self.legs[made.id] = Leg(
                leg.visitor, leg.host, day, leg.swap, yes={"visitor", "host"}, part=leg.part
            )

    def go_to(self, leg: Leg, day: date, yes: set[str]) -> None:
        """A visit has another day; a tutor who is not free then is released."""
        tutor, leg.tutor = leg.tutor, None
        if tutor is not None and not self.busy(tutor, day):
            leg.tutor = tutor
        leg.day, leg.revision, leg.yes = day, leg.revision + 1, yes

    @precondition(lambda self: self.legs)
    @rule(number=picks, day=days)
    def hr_moves(self, number: int, day: date) -> None:
        """HR moves a visit at once."""
        key = self.pick(number)
        leg, (before, hand) = self.legs[key], self.hand(key, "hr")
        allowed = self.ahead(key) and self.possible(key, day)
        if self.tries(allowed, lambda: moving.move(self.session, before, day, hand, revision=leg.revision)):
            self.go_to(leg, day, set())
            leg.proposal = None

    @precondition(lambda self: self.legs)
    @rule(number=picks, part=st.sampled_from(list(DayPart)), role=sides)
    def hours(self, number: int, part: DayPart, role: str) -> None:
        """The team that receives says how long."""
        key = self.pick(number)
        leg, (before, hand) = self.legs[key], self.hand(key, role)
        allowed = self.ahead(key) and role == "host"
        if self.tries(
            allowed,
            lambda: hosting.set_hours(self.session, before, Hours(part), hand, revision=leg.revision),
        ):
            leg.revision += leg.part != part.value
            leg.part = part.value

    @precondition(lambda self: self.legs)
    @rule(number=picks, who=st.one_of(picks, st.none()))
    def tutor(self, number: int, who: int | None) -> None:
        """A colleague receives, or the host in person again."""
        key = self.pick(number)
        leg, (before, hand) = self.legs[key], self.hand(key, "host")
        tutor = None if who is None else sorted(self.people)[who % len(self.people)]
        mate = tutor in self.mates(leg.host) and tutor not in (leg.host, leg.visitor)
        free = tutor is not None and mate and not self.busy(tutor, leg.day, key)
        allowed = self.ahead(key) and (tutor is None or tutor == leg.tutor or free)
        if self.tries(
            allowed,
            lambda: hosting.set_tutor(self.session, before, tutor, hand, revision=leg.revision),
        ):
            leg.revision += leg.tutor != tutor
            leg.tutor = tutor

    @rule(who=picks, first=days, length=st.integers(0, 6), pauses=st.booleans())
    def go(self, who: int, first: date, length: int, pauses: bool) -> None:
        """Somebody pauses, or leaves."""
        person = sorted(self.people)[who % len(self.people)]
        if person in self.gone or len(self.gone) > 2:
            return
        last = first + timedelta(days=length)
        enrolling = self.enrolling(person)
        when, version = When(self.today, NOW), enrolling.version
        actor = Actor(self.people[person].account_id or 0, "", None, is_hr=False, is_admin=False)
        if pauses:
            if not self.tries(
                first >= self.today,
                lambda: leaving.pause_campaign(
                    self.session, enrolling, first, last, actor, version=version, when=when
                ),
            ):
                return
            self.pauses[person] = (first, last)
        else:
            self.tries(
                True,
                lambda: leaving.leave_campaign(self.session, enrolling, actor, version=version, when=when),
            )
            self.gone.add(person)
            self.pauses.pop(person, None)
        first, last = (first, last) if pauses else (self.today, LAST)
        for key, leg in self.legs.items():
            if leg.standing and first <= leg.day <= last:
                if person in (leg.visitor, leg.host):
                    self.fall(key, left=not pauses)
                elif person == leg.tutor:
                    leg.tutor, leg.revision = None, leg.revision + 1

    def enrolling(self, person: int) -> Enrolling:
        """A person in front of the campaign."""
        self.session.expire_all()
        found = find_enrolling(self.session, self.campaign.id or 0, person)
        assert found is not None
        return found

    @rule(count=st.integers(1, 5))
    def time_passes(self, count: int) -> None:
        """Days go by, into the campaign."""
        self.today = min(max(self.today, FIRST - timedelta(days=3)) + timedelta(days=count), LAST)

    # -- what always holds --

    @invariant()
    def agrees(self) -> None:
        """Every visit is what the model says, and no rule is broken."""
        if not hasattr(self, "campaign"):
            return
        self.session.flush()
        rows = self.session.exec(
            select(Visit)
            .where(col(Visit.campaign_id) == self.campaign.id)
            .execution_options(populate_existing=True)
        ).all()
        waiting = reading.open_proposals(self.session, list(self.legs))
        found = {row.id: self.told(row, waiting) for row in rows}
        model = {
            key: (
                leg.visitor, leg.host, leg.day, leg.swap, leg.revision, leg.standing, leg.part, leg.tutor,
                frozenset(leg.yes) if leg.standing else None, leg.proposal,
            )
            for key, leg in self.legs.items()
        }  # fmt: skip
        assert found == model
        assert judge.faults(self.session, self.campaign.id or 0, self.today) == []

    def told(self, row: Visit, waiting: dict[int, Any]) -> tuple[Any, ...]:
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
        """Nobody is left without a message; then everything goes."""
        try:
            if self.with_messages and hasattr(self, "campaign"):
                self.session.commit()
                with clock.frozen(lambda: NOW):
                    invite_participants(self.engine, self.campaign.id or 0)
                    run_events(self.engine)
                assert judge.unheard(self.session, self.campaign.id or 0) == []
        finally:
            self.session.rollback()
            self.session.close()


def run_events(engine: Engine) -> None:
    """Run what follows, but for handing mails over."""
    for job_id, name, payload in jobs.pending(engine):
        if name != "mail.queued":
            for job in JOBS.get(name, ()):
                job(engine, **payload)
        jobs.forget(engine, job_id)
