"""What every change of a visit begins with: the row held, the situation read, the table asked."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from app.accounts.sessions import Actor
from app.campaigns.tables import Status
from app.core import clock
from app.core.errors import NotFound, Stale
from app.people.tables import Person
from app.visits import queries, reading
from app.visits.conditions import Conditions, are_open, conditions_of, for_visit, too_young
from app.visits.history import Hand
from app.visits.lifecycle import Asked, allows
from app.visits.queries import SeenSwap, SeenVisit
from app.visits.rosters import Conflict, conflicts_of
from app.visits.rules import is_lived, leaves_days, stands
from app.visits.tables import By, CancelReason, ChangeKind, NoShow, Proposal, Swap, Visit


@dataclass(frozen=True)
class Situation:
    """A visit in front of somebody: what it is, what waits, what they may do."""

    seen: SeenVisit
    swap: SeenSwap
    by: By
    person_id: int | None
    proposal: Proposal | None
    reports: tuple[NoShow, ...]
    asks: Conditions | None
    against: Conflict | None
    """What rosters hold against the day."""
    today: date
    lived: bool = False
    """Its last hour has passed."""
    off: frozenset[int] = frozenset()
    """Which standing parts of the swap cannot take place as planned."""

    @property
    def visit(self) -> Visit:
        """The row."""
        return self.seen.visit

    @property
    def fallen(self) -> bool:
        """This visit is the part of its swap that fell while the other stands, and may be made up for."""
        return self._fell_alone and self.seen.may_be_made_up(self.today)

    @property
    def too_late(self) -> bool:
        """It fell so, and no day of the campaign leaves its notice any more."""
        ended = self.visit.cancel_reason is CancelReason.CAMPAIGN or self.visit.disputed_at is not None
        return self._fell_alone and not ended and not leaves_days(self.seen.campaign, self.today)

    @property
    def _fell_alone(self) -> bool:
        fallen = self.swap.fallen
        return fallen is not None and fallen.visit.id == self.visit.id

    @property
    def other(self) -> SeenVisit | None:
        """The other part of the swap: who received, visits. Also for a visit that another one replaces."""
        own = self.visit.visitor_id
        return next((leg for leg in self.swap.legs if leg.visit.visitor_id != own), None)

    @property
    def other_off(self) -> bool:
        """The other part stands, and cannot take place as planned."""
        return self.other is not None and self.other.visit.id in self.off

    @property
    def successor(self) -> SeenVisit | None:
        """The visit of the same two that took the place of this one."""
        own, visit_id = self.visit.visitor_id, self.visit.id
        legs = (leg for leg in self.swap.legs if leg.visit.visitor_id == own and leg.visit.id != visit_id)
        return next(legs, None)

    @property
    def is_replaced(self) -> bool:
        """This visit fell, and another one that stands took its place."""
        return not stands(self.visit) and self.successor is not None and stands(self.successor.visit)

    @property
    def asked(self) -> Asked:
        """As the table of steps sees it."""
        return Asked(
            visit=self.visit,
            by=self.by,
            today=self.today,
            proposal=self.proposal,
            is_own=self.proposal is not None and self.proposal.by_id == self.person_id,
            fallen=self.fallen,
            too_late=self.too_late,
            crosses=self.seen.crosses,
            conditions_open=are_open(self.visit, self.asks),
            too_young=too_young(self.seen.visitor, self.visit, self.asks),
            age_waived=self.asks is not None and self.asks.but_age,
            lived=self.lived,
            off_then=self.against is not None and self.against.stops(self.by),
            contradicted=self.against is not None and not self.against.closed,
            why=self.against.cause_to(self.by) if self.against is not None else "",
            closed_then=self.against is not None and self.against.closed,
            campaign_over=self.seen.campaign.status == Status.CLOSED,
            reports=self.reports,
        )


def role_of(seen: SeenVisit, actor: Actor | None, person: Person | None, *, leads: bool = False) -> By | None:
    """In which role somebody stands before a visit; None for whom it does not concern.

    Managers, and their delegates between the dates, are told apart by `leads`: see `guards`.
    """
    if person is not None and person.id is not None:
        if person.id == seen.visit.visitor_id:
            return By.VISITOR
        if person.id == seen.visit.host_id:
            return By.HOST
        if person.id == seen.visit.tutor_id:
            return By.TUTOR
    if actor is not None and actor.is_hr:
        return By.HR
    return By.MANAGER if leads else None


def situation(session: Session, seen: SeenVisit, by: By, person_id: int | None, today: date) -> Situation:
    """Read what surrounds a visit, in a few queries."""
    assert seen.visit.id is not None
    swap = queries.swap_of(session, seen)
    legs = [seen, *(leg for leg in swap.legs if leg.visit.id != seen.visit.id)]
    found = {one.seen.visit.id or 0: one for one in conflicts_of(session, legs, today)}
    return Situation(
        seen=seen,
        swap=swap,
        by=by,
        person_id=person_id,
        proposal=reading.open_proposal(session, seen.visit.id),
        reports=reading.reports_of(session, seen.visit.id),
        asks=for_visit(conditions_of(session, seen.host_team), seen.visit),
        against=found.get(seen.visit.id),
        today=today,
        lived=clock.today() == today and is_lived(seen.visit, clock.now()),
        off=frozenset(found),
    )


def hold(session: Session, visit_id: int) -> None:
    """Let nobody else change this visit, nor the other part of its swap, until the transaction ends.

    Always the swap first, then the visit, then days and proposals: two changes wait for one another.
    """
    swap_id = session.exec(select(Visit.swap_id).where(col(Visit.id) == visit_id)).first()
    these = col(Visit.id) == visit_id
    if swap_id is not None:
        _held(session, Swap, col(Swap.id) == swap_id)
        these = col(Visit.swap_id) == swap_id
    if not _held(session, Visit, these):
        raise NotFound


def hold_all(session: Session, visit_ids: Collection[int]) -> None:
    """`hold` for several visits at once, in the same order: swaps first, then visits, each by id."""
    ids = set(visit_ids)
    swaps = select(Visit.swap_id).where(col(Visit.id).in_(ids), col(Visit.swap_id).is_not(None))
    _held(session, Swap, col(Swap.id).in_(swaps))
    _held(session, Visit, or_(col(Visit.id).in_(ids), col(Visit.swap_id).in_(swaps)))


def _held(session: Session, table: type[Swap] | type[Visit], which: ColumnElement[bool]) -> int:
    """Lock rows until the commit and read them again; how many there are."""
    query = select(table).where(which).order_by(col(table.id)).with_for_update()
    return len(session.exec(query.execution_options(populate_existing=True)).all())


def begin(session: Session, before: Situation, *, revision: int | None = None) -> Situation:
    """The situation read again, with the visit held; raises `Stale` when it is no more the one seen."""
    assert before.visit.id is not None
    hold(session, before.visit.id)
    now = situation(
        session, queries.visit(session, before.visit.id), before.by, before.person_id, before.today
    )
    if revision is not None and now.visit.revision != revision:
        raise Stale
    return now


def each_of(
    session: Session,
    campaign_id: int,
    visit_ids: Collection[int],
    hand: Hand,
    today: date,
    kind: ChangeKind,
    act: Callable[[Session, Situation, Hand], object],
) -> int:
    """HR do the same to these visits of a campaign, in the order of their ids, where it may be done: the list
    may be a minute old. How many it was."""
    done = 0
    found = queries.visits_with_ids(session, set(visit_ids))
    for seen in sorted(found, key=lambda seen: seen.visit.id or 0):
        if seen.visit.campaign_id != campaign_id:
            raise NotFound
        now = begin(session, situation(session, seen, By.HR, None, today))
        if allows(kind, now.asked):
            act(session, now, hand)
            done += 1
    return done
