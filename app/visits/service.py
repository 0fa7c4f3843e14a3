"""Every change of visits: planned together, cancelled one by one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, delete, or_, select, update

from app.accounts.sessions import Actor
from app.campaigns.tables import Campaign, Exchange
from app.core import clock
from app.core.errors import Stale
from app.core.i18n import current_language
from app.people import queries as people_queries
from app.people.tables import Person
from app.visits import places, queries, reading
from app.visits.changing import hold
from app.visits.history import Hand, remember
from app.visits.lifecycle import Asked, check
from app.visits.queries import SeenVisit
from app.visits.rules import Leg, absence_stands, in_pairs, is_lived
from app.visits.tables import (
    By,
    CancelReason,
    ChangeKind,
    NoShow,
    Proposal,
    ProposalStatus,
    Swap,
    Unmatched,
    Visit,
    VisitChange,
    VisitStatus,
)


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
    session.add_all(
        VisitChange(visit_id=_id(one), at=now, kind=ChangeKind.PLANNED, by=By.SERVICE, day_after=one.day)
        for one in visits
    )
    session.flush()
    return visits


def _insert(
    session: Session, campaign_id: int, pairs: Sequence[tuple[Leg, Leg | None]], now: datetime
) -> list[Visit]:
    swaps = [Swap(campaign_id=campaign_id) for _, back in pairs if back is not None]
    session.add_all(swaps)
    session.flush()
    of_pair = iter(swaps)
    legs = [leg for pair in pairs for leg in pair if leg is not None]
    site_of = people_queries.sites_of(session, {host_id for _visitor_id, host_id, _day in legs})
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
                    told_site_id=site_of[host_id],
                    created_at=now,
                    changed_at=now,
                )
            )
    session.add_all(visits)
    session.flush()
    return visits


def book_visit(
    session: Session,
    campaign: Campaign,
    visit: Visit,
    hand: Hand,
    *,
    held_for: str | None = None,
    approved: bool = False,
    told: Mapping[str, Any] | None = None,
) -> Visit:
    """Make one visit that somebody booked, and have those concerned told. `held_for`: its days may be held
    already (`places.hold`); else raises as `places.take` does. `approved`: the visitor asked, `hand` says
    yes. `told`: what only its messages need."""
    with session.begin_nested():
        session.add(visit)
        session.flush()
        if held_for is None or not places.turn_into(session, held_for, visit):
            places.take(session, campaign, [visit])
        asked_by = visit.visitor_id if approved else None
        remember(
            session, visit, ChangeKind.PLANNED, hand, event="visit.booked", day_after=visit.day,
            other_id=asked_by, said=told,
        )  # fmt: skip
    return visit


def export(session: Session, person: Person) -> list[dict[str, object]]:
    """What this feature keeps of a person: their days, and campaigns that had nobody for them."""
    said = reading.changes_by(session, person)
    found: list[dict[str, object]] = [
        {
            "campaign": seen.campaign.name,
            "role": role_in(seen, person),
            "with": (seen.host if seen.visitor.id == person.id else seen.visitor).name,
            "day": seen.visit.day.isoformat(),
            "status": "not_held" if absence_stands(seen.visit, clock.today()) else seen.visit.status.value,
            "starts_at": seen.visit.starts_at.isoformat(),
            "ends_at": seen.visit.ends_at.isoformat(),
        }
        for seen in queries.visits_of(session, person)
    ]
    found += [
        {
            "visit": line.visit_id,
            "at": line.at.isoformat(),
            "change": line.kind.value,
            "reason": line.reason.value if line.reason else None,
            "words": line.words,
        }
        for line in said
    ]
    found += [
        {"campaign": campaign.name, "reason": row.reason, "text": row.text(current_language())}
        for row, campaign in queries.unmatched_of(session, person)
    ]
    return found


def role_in(seen: SeenVisit, person: Person) -> str:
    """`visitor`, `host` or `tutor`."""
    if seen.visitor.id == person.id:
        return By.VISITOR.value
    return By.HOST.value if seen.host.id == person.id else By.TUTOR.value


def erase(session: Session, person: Person) -> None:
    """Forget why a person had no match, and what they said in words. Their visits stay, without a name once
    the person's row has none."""
    session.exec(delete(Unmatched).where(col(Unmatched.person_id) == person.id))
    if person.account_id is not None:
        session.exec(
            update(VisitChange).where(col(VisitChange.account_id) == person.account_id).values(words="")
        )
    for role, own in ((By.VISITOR, Visit.visitor_id), (By.HOST, Visit.host_id)):
        theirs = select(Visit.id).where(col(own) == person.id)
        about = col(NoShow.visit_id).in_(theirs)
        session.exec(update(NoShow).where(about, col(NoShow.absent) == role).values(contest_words=""))
        session.exec(update(NoShow).where(about, col(NoShow.absent) != role).values(words=""))


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
    by: By | None = None,
    words: str = "",
    declined: bool = False,
    for_good: bool = False,
) -> Visit:
    """Cancel one visit; the other one of a swap stands until it is cancelled itself.

    `for_good`: whoever decides knows that nothing is looked for instead; `visit.ended` then tells it.

    `revision` is the one the reader saw. Both people get their day back, and everybody who follows
    `visit.cancelled` (or `visit.declined`: the answer to a plan) tells them. `actor` None is the service
    itself; `by` is the actor's role, HR unless said. Raises as `lifecycle.STEPS` says, or `Stale`.
    """
    kind = ChangeKind.DECLINED if declined else ChangeKind.CANCELLED
    seen = visit.revision if revision is None else revision
    hold(session, _id(visit))
    role = by or (By.HR if actor else By.SERVICE)
    step = check(kind, Asked(visit=visit, by=role, today=today, lived=is_lived(visit, now)))
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
    void_proposals(session, visit, now)
    hand = Hand(by=role, actor=actor, now=now, words=words)
    event = "visit.ended" if for_good else step.event
    remember(session, visit, kind, hand, event=event, reason=reason, day_before=visit.day)
    return visit


def void_proposals(session: Session, visit: Visit, now: datetime) -> None:
    """What was proposed about a visit that falls, or to make up for the other part of its swap, means nothing
    now. Another day for a part that stands may still be answered."""
    about = col(Proposal.visit_id) == visit.id
    if visit.swap_id is not None:
        fell = select(Visit.id).where(
            col(Visit.swap_id) == visit.swap_id,
            or_(col(Visit.status) != VisitStatus.PLANNED, col(Visit.missed_at).is_not(None)),
        )
        about = or_(about, col(Proposal.visit_id).in_(fell))
    session.exec(
        update(Proposal)
        .where(about, col(Proposal.status) == ProposalStatus.OPEN)
        .values(status=ProposalStatus.VOID, answered_at=now)
    )
