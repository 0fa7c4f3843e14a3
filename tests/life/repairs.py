"""What is computed when days fall: proposals, one accepted or none; a site that closes."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlmodel import col, select

from app.core.errors import Refusal
from app.planning.repairs import closing, reopening, service
from app.planning.repairs.proposals import Proposal
from app.planning.tables import Repair, RepairProposal, RepairStatus
from tests.life.booking import Booking
from tests.life.company import DAYS, Leg, days, picks


class Repairs(Booking):
    """The product looks for other days; HR accepts."""

    def repairs(self, *statuses: RepairStatus) -> list[Repair]:
        """Repairs in these states, oldest first."""
        found = self.session.exec(
            select(Repair)
            .where(Repair.campaign_id == self.campaign.id, col(Repair.status).in_(statuses))
            .order_by(col(Repair.id))
            .execution_options(populate_existing=True)
        ).all()
        self.session.commit()
        return list(found)

    @precondition(lambda self: any(leg.swap and not leg.standing for leg in self.legs.values()) or self.shut)
    @rule()
    def look_for(self) -> None:
        """The worker computes what waits."""
        self.work()
        self.adopt()
        self.done["proposals ready"] += len(self.repairs(RepairStatus.READY))

    @precondition(lambda self: any(leg.swap and leg.standing for leg in self.legs.values()))
    @rule(pick=picks, which=picks, more=st.booleans())
    def fall_and_repair(self, pick: int, which: int, more: bool) -> None:
        """A day of a swap falls, or two; proposals are computed, and HR takes one."""
        for number in range(1 + more):
            standing = sorted(key for key, leg in self.legs.items() if leg.swap and leg.standing)
            if standing:
                key = standing[(pick + number) % len(standing)]
                self.give_up(sorted(self.legs).index(key), "hr", declined=False)
        self.look_for()
        self.accept_repair(pick, which)

    @precondition(lambda self: self.done["proposals ready"])
    @rule(pick=picks, which=picks)
    def accept_repair(self, pick: int, which: int) -> None:
        """HR accepts one: what it names changes, nothing else; where it holds no more, nothing does."""
        ready = self.repairs(RepairStatus.READY)
        if not ready:
            return
        repair = ready[pick % len(ready)]
        rows = self.session.exec(
            select(RepairProposal)
            .where(RepairProposal.repair_id == repair.id)
            .order_by(col(RepairProposal.kind))
        ).all()
        self.session.commit()
        if not rows:
            return
        row = rows[which % len(rows)]
        proposal, before = Proposal.from_json(row.content), dict(self.legs)
        done = service.accept_or_search(
            self.session, self.campaign, repair, row.kind, self.boss, self.now, self.today
        )
        self.session.commit()
        accepted = done.status is RepairStatus.ACCEPTED
        self.done["repairs accepted" if accepted else "repairs that look again"] += 1
        if accepted:
            self.adopt(everything=True)
            self.judge_repair(before, proposal)

    def judge_repair(self, before: dict[int, Leg], proposal: Proposal) -> None:
        """Only what the proposal names changed; nothing new is on a day on which a site is closed."""
        fell = {one.visit_id for one in proposal.falls}
        moved = {one.visit_id: one.day for one in proposal.moves}
        for key, leg in before.items():
            now = self.legs[key]
            if key in fell:
                assert not now.standing
            elif key in moved:
                assert (now.day, now.standing, now.revision) == (moved[key], True, leg.revision + 1)
            else:
                assert (now.day, now.standing, now.yes) == (leg.day, leg.standing, leg.yes)
        fresh = {key: leg for key, leg in self.legs.items() if key not in before}
        wanted = {(one.visitor_id, one.host_id, one.day) for one in proposal.fresh}
        assert {(leg.visitor, leg.host, leg.day) for leg in fresh.values()} == wanted
        for leg in [*fresh.values(), *(self.legs[key] for key in moved)]:
            assert (self.side(leg.host), leg.day) not in self.shut

    @precondition(lambda self: self.done["proposals ready"])
    @rule(pick=picks, cancels=st.booleans())
    def dismiss(self, pick: int, cancels: bool) -> None:
        """HR wants none of it."""
        ready = self.repairs(RepairStatus.READY)
        if not ready:
            return
        repair = ready[pick % len(ready)]
        try:
            service.dismiss(self.session, repair, self.boss, self.now, self.today, cancel_visits=cancels)
            self.session.commit()
        except Refusal:
            self.session.rollback()
        self.adopt(everything=True)

    @rule(first=days, length=st.integers(0, 2), side=st.sampled_from(["back", "front"]))
    def close(self, first: object, length: int, side: str) -> None:
        """A site closes: nobody comes there any more; what was planned stands until HR decides, what was
        booked falls."""
        at = DAYS.index(first)  # type: ignore[arg-type]
        shut = DAYS[at : at + length + 1]
        if shut[0] < self.today or len(self.shut) > 4:
            return
        closing.close_site(self.session, self.sites[side], shut[0], shut[-1], self.boss, self.now, self.today)
        self.session.commit()
        self.shut |= {(side, day) for day in shut}
        self.stirred = True
        self.suspend_where_shut()
        self.fall_where_shut()
        self.done["sites closed"] += 1

    @precondition(lambda self: self.shut)
    @rule(pick=picks)
    def open_again(self, pick: int) -> None:
        """HR opens a closed site on one of its days: what stands there can be, and calendars hear it."""
        side, day = sorted(self.shut)[pick % len(self.shut)]
        if day < self.today:
            return
        reopening.reopen_site(self.session, self.sites[side], day, day, self.boss, self.now, self.today)
        self.session.commit()
        self.shut.discard((side, day))
        for row in self.rows():
            leg = self.legs[row.id or 0]
            if leg.standing and (self.side(leg.host), leg.day) == (side, day):
                assert row.revision - leg.revision in (0, 1)
                leg.revision = row.revision
        self.done["sites opened again"] += 1

    def suspend_where_shut(self) -> None:
        """A day of a swap on a closed site stands; its calendars hear of it, once."""
        for row in self.rows():
            leg = self.legs[row.id or 0]
            if leg.swap and leg.standing and (self.side(leg.host), leg.day) in self.shut:
                assert row.revision - leg.revision in (0, 1)
                leg.revision = row.revision
        self.session.commit()


class Life(Repairs):
    """Everything, in whatever order."""
