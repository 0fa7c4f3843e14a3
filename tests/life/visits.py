"""What people do to visits: plan, confirm, decline, move, make up, cancel, pause, leave; allowed or not."""

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlmodel import select

from app.availability.service import When
from app.teams.tables import BlackoutDay
from app.visits import absences, confirming, hosting, leaving, moving, reading
from app.visits.hosting import Hours
from app.visits.tables import CancelReason, DayPart
from tests.life.company import LAST, Leg, days, picks, sides, two_days
from tests.life.model import Model


class Visits(Model):
    """Swaps and booked days, changed by hand."""

    @rule(one=picks, other=picks, two=two_days)
    def plan(self, one: int, other: int, two: tuple[date, date]) -> None:
        """A swap of two people who have none together, on days in the right distance."""
        (there, back), a, b = two, self.back[one % 3], self.front[other % 3]
        if frozenset((a, b)) in self.pairs or {a, b} & self.gone:
            return
        each = [leg for leg in self.legs.values() if leg.standing]
        swaps = {p: {leg.swap for leg in each if leg.swap and p in (leg.visitor, leg.host)} for p in (a, b)}
        if any(len(found) >= 2 for found in swaps.values()):
            return
        if any(self.paused(p, day) for p in (a, b) for day in (there, back)) or min(there, back) < self.today:
            return
        self.plan_two(a, b, two)

    @precondition(lambda self: self.legs)
    @rule(number=picks, role=sides)
    def confirm(self, number: int, role: str) -> None:
        """Say yes, to a day that can be."""
        key = self.pick(number)
        leg, (before, hand) = self.legs[key], self.hand(key, role)
        closed = (self.side(leg.host), leg.day) in self.shut
        allowed = self.ahead(key) and role not in leg.yes and not closed
        if self.tries(allowed, lambda: confirming.confirm(self.session, before, hand, revision=leg.revision)):
            leg.yes.add(role)

    @precondition(lambda self: self.legs)
    @rule(number=picks, role=st.sampled_from(["visitor", "host", "manager", "hr"]), declined=st.booleans())
    def give_up(self, number: int, role: str, declined: bool) -> None:
        """Decline, or cancel. What a manager's reason closes, their calendar opens again at once."""
        key = self.pick(number)
        leg, (before, hand) = self.legs[key], self.hand(key, role)
        allowed = self.ahead(key) and (not declined or (role in {"visitor", "host"} and role not in leg.yes))
        reason = CancelReason.SERVICE if role == "manager" else CancelReason.UNAVAILABLE

        def say_so() -> None:
            confirming.give_up(self.session, before, reason, hand, revision=leg.revision, declined=declined)
            for row in self.session.exec(select(BlackoutDay)):
                self.session.delete(row)

        if self.tries(allowed, say_so):
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
            leg.proposal, leg.makes_up = (role, day), self.fallen(key)

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
        allowed = not mine and (self.fallen(key) if leg.makes_up else self.ahead(key)) and still
        made = self.tries(allowed, lambda: moving.accept(self.session, before, proposal_id, hand))
        if not made:
            return
        leg.proposal = None
        if day is None:
            self.one_way.add(leg.swap)
        elif not leg.makes_up:
            self.go_to(leg, day, {"visitor", "host"})
        else:
            if leg.missed:
                leg.standing, leg.revision = False, leg.revision + 1
            self.legs[made.id] = Leg(
                leg.visitor, leg.host, day, leg.swap, yes={"visitor", "host"}, part=leg.part
            )

    @precondition(lambda self: any(leg.standing and leg.day <= self.today for leg in self.legs.values()))
    @rule(number=picks, role=sides, contests=st.booleans())
    def absent(self, number: int, role: str, contests: bool) -> None:
        """One of the two says that the other did not come; the other may say otherwise."""
        come = sorted(key for key, leg in self.legs.items() if leg.standing and leg.day <= self.today)
        key = come[number % len(come)]
        leg, other = self.legs[key], "host" if role == "visitor" else "visitor"
        before, hand = self.hand(key, role)
        if self.tries(other not in leg.reported, lambda: absences.report(self.session, before, hand)):
            leg.reported.add(other)
            leg.missed.add(other)
        if contests:
            before, hand = self.hand(key, other)
            if self.tries(other in leg.missed, lambda: absences.contest(self.session, before, hand)):
                leg.missed.discard(other)

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
        """The team that receives says how long; of a closed site there is nothing to say."""
        key = self.pick(number)
        leg, (before, hand) = self.legs[key], self.hand(key, role)
        allowed = self.ahead(key) and role == "host" and self.open_then(leg)
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
        free = tutor is not None and mate and self.open_then(leg) and not self.busy(tutor, leg.day, key)
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
        person = self.enrolled[who % len(self.enrolled)]
        if person in self.gone or len(self.gone) > 2:
            return
        last = first + timedelta(days=length)
        enrolling = self.enrolling(person)
        when, version = When(self.today, self.now), enrolling.version
        actor = self.actor(person)
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
            self.stirred = True
            self.pauses.pop(person, None)
        first, last = (first, last) if pauses else (self.today, LAST)
        for key, leg in self.legs.items():
            if leg.swap is not None and not leg.lost and first <= leg.day <= last:
                if person in (leg.visitor, leg.host):
                    self.fall(key, left=not pauses)
                elif person == leg.tutor:
                    leg.tutor, leg.revision = None, leg.revision + 1
