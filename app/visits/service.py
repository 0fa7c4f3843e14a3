"""Every change of visits: planned together, cancelled one by one."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, delete, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.tables import Campaign, Exchange
from app.core import jobs
from app.core.errors import Stale
from app.core.i18n import current_language
from app.people.tables import Person
from app.visits import places, queries
from app.visits.errors import AlreadyCancelled, AlreadyOver
from app.visits.rules import Leg, in_pairs, is_over, stands
from app.visits.tables import CancelReason, Swap, Unmatched, Visit, VisitStatus


def plan_visits(session: Session, campaign: Campaign, triples: Iterable[Leg], now: datetime) -> list[Visit]:
    """Make the visits of a plan, `(visitor id, host id, day)` each; two reciprocal ones become a swap.

    Days are taken through `places`: raises `DayTaken`, `TeamShort` or `TeamTaken` and leaves no row of the
    plan when somebody has another visit on one of its days, or a team's limit is reached meanwhile.
    """
    assert campaign.id is not None
    legs = list(triples)
    is_swap = campaign.exchange == Exchange.SWAP
    pairs = in_pairs(legs) if is_swap else [(leg, None) for leg in legs]
    with session.begin_nested():
        visits = _insert(session, campaign.id, pairs, now)
        places.take(session, campaign, visits)
    return visits


def _insert(
    session: Session, campaign_id: int, pairs: Sequence[tuple[Leg, Leg | None]], now: datetime
) -> list[Visit]:
    swaps = [Swap(campaign_id=campaign_id) for _, back in pairs if back is not None]
    session.add_all(swaps)
    session.flush()
    of_pair = iter(swaps)
    visits = []
    for there, back in pairs:
        swap_id = next(of_pair).id if back is not None else None
        for visitor_id, host_id, day in (there, back) if back is not None else (there,):
            visits.append(
                Visit(
                    campaign_id=campaign_id,
                    swap_id=swap_id,
                    visitor_id=visitor_id,
                    host_id=host_id,
                    day=day,
                    created_at=now,
                    changed_at=now,
                )
            )
    session.add_all(visits)
    session.flush()
    return visits


def export(session: Session, person: Person) -> list[dict[str, object]]:
    """What this feature keeps of a person: their days, and campaigns that had nobody for them."""
    found: list[dict[str, object]] = [
        {
            "campaign": seen.campaign.name,
            "role": "visitor" if seen.visitor.id == person.id else "host",
            "with": seen.host.name if seen.visitor.id == person.id else seen.visitor.name,
            "day": seen.visit.day.isoformat(),
            "status": seen.visit.status.value,
        }
        for seen in queries.visits_of(session, person)
    ]
    found += [
        {"campaign": campaign.name, "reason": row.reason, "text": row.text(current_language())}
        for row, campaign in queries.unmatched_of(session, person)
    ]
    return found


def erase(session: Session, person: Person) -> None:
    """Forget why a person had no match. Their visits stay, without a name once the person's row has none."""
    session.exec(delete(Unmatched).where(col(Unmatched.person_id) == person.id))


def _id(visit: Visit) -> int:
    assert visit.id is not None
    return visit.id


def remember_unmatched(session: Session, rows: Iterable[Unmatched]) -> None:
    """Keep, for each person without a match, the reason they will read."""
    session.add_all(rows)
    session.flush()


def cancel_visit(
    session: Session,
    visit: Visit,
    reason: CancelReason,
    actor: Actor | None,
    now: datetime,
    *,
    today: date,
    revision: int | None = None,
) -> Visit:
    """Cancel one visit; the other one of a swap stands until it is cancelled itself.

    `revision` is the one the reader saw. Both people get their day back, and everybody who follows
    `visit.cancelled` tells them. `actor` None is the service itself.
    """
    if not stands(visit):
        raise AlreadyCancelled
    if is_over(visit, today):
        raise AlreadyOver
    seen = visit.revision if revision is None else revision
    changed = session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.status) == VisitStatus.PLANNED,
            col(Visit.revision) == seen,
        )
        .values(status=VisitStatus.CANCELLED, cancel_reason=reason, revision=seen + 1, changed_at=now)
    )
    if changed.rowcount != 1:
        raise Stale
    places.give_back(session, [_id(visit)])
    session.refresh(visit)
    by = actor.account_id if actor else None
    audit(session, by, "visit.cancelled", f"visit:{visit.id}", now=now, reason=reason.value)
    jobs.record(session, "visit.cancelled", visit_id=_id(visit), revision=visit.revision)
    return visit
