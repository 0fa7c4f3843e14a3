"""Saying yes to a day, saying no to it, and what must be in order before it is sure."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, update

from app.core.errors import Stale
from app.teams import service as teams
from app.teams.schemas import ConditionsForm
from app.teams.tables import TeamConditions
from app.visits import absences, agreements, closing, queries, reading, service
from app.visits.changing import Situation, begin, each_of, hold_all
from app.visits.conditions import become_too_young, made_too_young, of_age, unread
from app.visits.errors import AgreementChanged, AgreementOfOthers, ReasonNotOffered
from app.visits.history import Hand, remember
from app.visits.lifecycle import check
from app.visits.rules import OFFERED, Settled, confirmed_by, is_past
from app.visits.tables import By, CancelReason, ChangeKind, Visit, VisitStatus
from app.visits.whereabouts import Told


def confirm(
    session: Session, before: Situation, hand: Hand, *, revision: int, conditions_id: int | None = None
) -> Visit:
    """One of the two says yes to the day as they saw it; the other is told.

    A visitor acknowledges with it what the receiving team asks, in the version they read (`conditions_id`).
    Confirming changes no calendar, so the revision stays. Raises as `lifecycle.STEPS` says,
    `ConditionsChanged` when another version is in force, `Stale` when the day changed meanwhile.
    """
    now = begin(session, before, revision=revision)
    visit, asked = now.visit, now.asked
    values: dict[str, Any] = {f"{now.by.value}_confirmed_at": hand.now}
    if now.by is By.VISITOR and asked.conditions_open:
        step = check(ChangeKind.CONFIRMED, replace(asked, conditions_open=False))
        if (refused := unread(now.asks, conditions_id)) is not None:
            raise refused
        values |= {"conditions_id": conditions_id, "conditions_read_at": hand.now}
    else:
        step = check(ChangeKind.CONFIRMED, asked)
    own = col(Visit.visitor_confirmed_at if now.by is By.VISITOR else Visit.host_confirmed_at)
    done = session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.status) == VisitStatus.PLANNED,
            col(Visit.revision) == revision,
            own.is_(None),
        )
        .values(**values)
    )
    if done.rowcount != 1:
        raise Stale
    session.refresh(visit)
    # The row is held since the update: of two who say yes at once, one alone finds the other's yes here.
    both = confirmed_by(visit, By.VISITOR) and confirmed_by(visit, By.HOST)
    event = "visit.confirmed_by_both" if both else step.event
    remember(session, visit, ChangeKind.CONFIRMED, hand, event=event)
    return visit


def give_up(
    session: Session,
    before: Situation,
    reason: CancelReason,
    hand: Hand,
    *,
    revision: int,
    declined: bool,
    leads_host: bool = False,
) -> Visit:
    """Somebody concerned says that the day cannot be, for one of their reasons; one that speaks of their team
    closes the day there (`closing`).

    `declined`: the answer of one of the two who had not said yes yet. `leads_host`: whoever says so leads the
    team that receives. Raises `ReasonNotOffered`, and as
    `service.cancel_visit` does.
    """
    if reason not in OFFERED.get(before.by, ()):
        raise ReasonNotOffered
    now = begin(session, before, revision=revision)
    check(ChangeKind.DECLINED if declined else ChangeKind.CANCELLED, now.asked)
    visit = service.cancel_visit(
        session,
        now.visit,
        reason,
        hand.actor,
        hand.now,
        today=now.today,
        revision=revision,
        by=now.by,
        words=hand.words,
        declined=declined,
    )
    if (shut := closing.closing_of(now.seen, reason, now.by, leads_host=leads_host)) is not None:
        closing.close(session, now.seen, shut, hand)
    return visit


def record_agreements(
    session: Session,
    campaign_id: int,
    visit_ids: Sequence[int],
    hand: Hand,
    today: date,
    companies: Collection[str] = (),
) -> int:
    """HR notes that the two companies agreed on these visits; both people are told. How many it was.

    Also of days lived without it. A visit that needs none, or has it already, is left as it is: the list may
    be a minute old. `companies`: which two, where HR named them; raises `AgreementOfOthers` when a visit that
    waits is no longer of these two.
    """
    hold_all(session, visit_ids)
    if companies and agreements.are_others_waiting(session, visit_ids, companies):
        raise AgreementOfOthers(companies)
    return each_of(session, campaign_id, visit_ids, hand, today, ChangeKind.AGREED, _record_agreement)


def settle_days(
    session: Session,
    campaign_id: int,
    visit_ids: Sequence[int],
    what: Settled,
    hand: Hand,
    today: date,
    companies: Collection[str],
) -> int:
    """HR say of days between two companies that they agreed; of past ones also that they were not held, or
    that they stay without an agreement. How many it was. Raises as `record_agreements`."""
    if what is Settled.RECORDED:
        return record_agreements(session, campaign_id, visit_ids, hand, today, companies)
    settle = absences.say_all_not_held if what is Settled.NOT_HELD else absences.leave_without
    return settle(session, campaign_id, visit_ids, replace(hand, words=""), today)


def _record_agreement(session: Session, now: Situation, hand: Hand) -> None:
    step = check(ChangeKind.AGREED, now.asked)
    session.exec(
        update(Visit)
        .where(col(Visit.id) == now.visit.id, col(Visit.agreement_at).is_(None))
        .values(
            agreement_at=hand.now,
            signed_visitor=now.seen.visitor.legal_entity,
            signed_host=now.seen.host.legal_entity,
        )
    )
    session.refresh(now.visit)
    late = now.visit.day if is_past(now.visit, now.today) else None
    remember(session, now.visit, ChangeKind.AGREED, hand, event=step.event, day_before=late)


def take_agreements_back(
    session: Session,
    campaign_id: int,
    visit_ids: Sequence[int],
    recorded_at: datetime,
    hand: Hand,
    today: date,
) -> int:
    """HR take back the agreement that they recorded at `recorded_at`: these days to come wait again, and
    their people read it. How many it was; a past day keeps it. Raises `AgreementChanged` where one of them
    has another one since."""
    hold_all(session, visit_ids)
    if agreements.is_another_recorded(session, visit_ids, recorded_at):
        raise AgreementChanged
    return each_of(session, campaign_id, visit_ids, hand, today, ChangeKind.UNSIGNED, _take_back)


def _take_back(session: Session, now: Situation, hand: Hand) -> None:
    step = check(ChangeKind.UNSIGNED, now.asked)
    _unsign(session, [now.visit.id], hand.now)
    session.refresh(now.visit)
    remember(session, now.visit, ChangeKind.UNSIGNED, hand, event=step.event)


def _unsign(session: Session, visit_ids: Sequence[int | None], now: datetime) -> None:
    session.exec(
        update(Visit)
        .where(col(Visit.id).in_(visit_ids))
        .values(
            agreement_at=None,
            signed_visitor=None,
            signed_host=None,
            revision=col(Visit.revision) + 1,
            changed_at=now,
        )
        .execution_options(synchronize_session="fetch")
    )


def void_agreements(session: Session, now: datetime, today: date, *which: ColumnElement[bool]) -> list[Told]:
    """Visits to come that were signed for two other companies than those of the two people now wait for HR
    again; the people are to be told. Done twice, nothing more happens."""
    found = agreements.signed_for_others(session, today, *which)
    _unsign(session, [seen.visit.id for seen in found], now)
    hand = Hand(By.SERVICE, None, now)
    return [
        Told(seen.visit, remember(session, seen.visit, ChangeKind.UNSIGNED, hand, event=None))
        for seen in found
    ]


def ask_of_visitors(
    session: Session, team_id: int, wanted: ConditionsForm, *, by: teams.By, now: datetime, today: date
) -> TeamConditions:
    """A team asks something else of visitors: from this moment on no yes given on other terms counts.

    Raises `Stale`. A yes that was on its way meanwhile is asked anew by the job that follows.
    """
    made = teams.ask_of_visitors(session, team_id, wanted, by=by, now=now)
    if made.asks and made.id is not None:
        ask_all_anew(session, team_id, made.id, now, today)
    return made


def ask_all_anew(session: Session, team_id: int, conditions_id: int, now: datetime, today: date) -> None:
    """`ask_anew` for each visit that a team is to receive."""
    found = queries.visits_received_by(session, team_id, today)
    hold_all(session, [seen.visit.id for seen in found if seen.visit.id is not None])
    for seen in found:
        ask_anew(session, seen, conditions_id, now)


def ask_anew(session: Session, seen: queries.SeenVisit, conditions_id: int, now: datetime) -> bool:
    """The receiving team asks something else of visitors: whoever had said yes on other terms reads the new
    ones and says yes again. Done twice, it changes nothing more."""
    others = (_is_another(one, conditions_id) for one in (Visit.conditions_waived_id, Visit.conditions_id))
    return _unsay(session, seen.visit, now, *others)


def unsay_too_young(session: Session, now: datetime, today: date, *which: ColumnElement[bool]) -> None:
    """Whoever said yes, and is under 18 as the staff file says since, at a team that receives adults only,
    waits for an exception: they and the team's leaders read it. Done twice, nothing more happens."""
    for seen in become_too_young(session, today, *which):
        _unsay(session, seen.visit, now, kind=ChangeKind.TOO_YOUNG)


def say_too_young(session: Session, person_ids: Collection[int], now: datetime, today: date) -> None:
    """The same at once for those of whom a staff file says so, also where they had not said yes yet. Done
    twice, nothing more happens."""
    found = [one for one in made_too_young(session, person_ids, today) if one.visitor.under_18]
    hold_all(session, [one.visit.id or 0 for one in found])
    last = reading.last_kinds(session, [one.visit.id or 0 for one in found])
    for seen in found:
        unsaid = _unsay(session, seen.visit, now, kind=ChangeKind.TOO_YOUNG)
        if not unsaid and last.get(seen.visit.id or 0) is not ChangeKind.TOO_YOUNG:
            _ask_anew(session, seen.visit, now, ChangeKind.TOO_YOUNG)


def _unsay(
    session: Session,
    visit: Visit,
    now: datetime,
    *which: ColumnElement[bool],
    kind: ChangeKind = ChangeKind.ASKED_ANEW,
) -> bool:
    """The visitor's yes counts no more; whether there was one, of such a visit."""
    done = session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.status) == VisitStatus.PLANNED,
            col(Visit.visitor_confirmed_at).is_not(None),
            *which,
        )
        .values(visitor_confirmed_at=None, revision=col(Visit.revision) + 1, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        return False
    session.refresh(visit)
    _ask_anew(session, visit, now, kind)
    return True


def _ask_anew(session: Session, visit: Visit, now: datetime, kind: ChangeKind) -> None:
    remember(session, visit, kind, Hand(by=By.SERVICE, actor=None, now=now), event="visit.asked_anew")


def _is_another(version: Any, conditions_id: int) -> ColumnElement[bool]:
    return or_(col(version).is_(None), col(version) != conditions_id)


def waive_conditions(session: Session, before: Situation, hand: Hand, *, revision: int) -> Visit:
    """Whoever leads the receiving team takes it upon themselves that this visitor comes as they are, whatever
    is asked today. Audited.

    Raises as `lifecycle.STEPS` says.
    """
    now = begin(session, before, revision=revision)
    step = check(ChangeKind.WAIVED, now.asked)
    assert now.asks is not None
    session.exec(
        update(Visit)
        .where(col(Visit.id) == now.visit.id)
        .values(
            conditions_waived_at=hand.now,
            conditions_waived_id=now.asks.id,
            conditions_waived_age=of_age(now.seen.visitor, now.asks),
        )
    )
    session.refresh(now.visit)
    remember(session, now.visit, ChangeKind.WAIVED, hand, event=step.event)
    return now.visit
