"""Publication: the plan becomes visits, once, and only if it still holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, update

from app.accounts.sessions import Actor
from app.campaigns.holding import hold_alone
from app.campaigns.lifecycle import transition
from app.campaigns.tables import Campaign, Status
from app.core.errors import NotFound, Refusal, Stale
from app.core.i18n import _, ngettext
from app.core.templating import long_day
from app.planning import queries, runs
from app.planning.errors import NoLongerHolds, NothingToPublish, StillEnrolling
from app.planning.problem import Leg, build, row_id
from app.planning.queries import Participant
from app.planning.tables import PlanningRun, RunStatus
from app.planning.words import rule_words
from app.visits import service as visits
from app.visits.queries import left_out_last_time
from app.visits.tables import Unmatched
from solver import Plan, Problem, Visit, rules
from solver.check import violations
from solver.plan import FEASIBLE


@dataclass(frozen=True)
class Announcement:
    """What publishing would do."""

    reasons: list[str]
    """Why it cannot be done now, one sentence each; empty when it can."""
    matched: int
    unmatched: int
    mails: int
    """Messages that leave at once."""
    on_paper: list[Participant]
    """People without an address: somebody must tell them."""
    again: list[Participant]
    """People for whom the last campaign had nobody either."""
    visits: int
    first_day: date | None
    last_day: date | None


def announcement(session: Session, campaign: Campaign, run: PlanningRun, today: date) -> Announcement:
    """What publishing this run would do today."""
    assert campaign.id is not None
    problem, plan = runs.load(session, run)
    people = queries.participants(session, campaign.id)
    told = [people[row_id(person.id)] for person in problem.people if row_id(person.id) in people]
    left_out = left_out_last_time(session, campaign.id) & {row_id(row.person) for row in plan.unmatched}
    days = sorted(problem.campaign.days[visit.day] for visit in plan.visits)
    return Announcement(
        reasons=refusals(session, campaign, problem, plan, people, today),
        matched=plan.values.get("people", 0),
        unmatched=len(plan.unmatched),
        mails=sum(1 for one in told if one.person.email),
        on_paper=[one for one in told if not one.person.email],
        again=[one for one in told if one.person.id in left_out],
        visits=len(plan.visits),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
    )


def refusals(
    session: Session,
    campaign: Campaign,
    problem: Problem,
    plan: Plan,
    people: dict[int, Participant],
    today: date,
) -> list[str]:
    """What no longer holds, in words, judged on today's rows by the rules themselves."""
    try:
        now = build(session, campaign, today).problem
    except Refusal as refused:
        return [refused.message()]
    legs = [(row_id(v.visitor), row_id(v.host), problem.campaign.days[v.day]) for v in plan.visits]
    found = [sentence for leg in legs for sentence in _gone(now, leg, people, campaign.notice_days)]
    if found:
        return list(dict.fromkeys(found))
    index = {day: n for n, day in enumerate(now.campaign.days)}
    moved = tuple(Visit(f"p{visitor}", f"p{host}", index[day]) for visitor, host, day in legs)
    found = [sentence for visit in moved for sentence in _broken(now, visit, people)]
    if not found and violations(now, Plan(status=FEASIBLE, visits=moved)):
        found = [_("Les limites d’une équipe ou les règles ont changé depuis ce calcul.")]
    return list(dict.fromkeys(found))


def _name(people: dict[int, Participant], person_id: int) -> str:
    return people[person_id].person.name if person_id in people else _("Une personne partie depuis")


def _gone(now: Problem, leg: Leg, people: dict[int, Participant], notice: int) -> Iterable[str]:
    visitor, host, day = leg
    for person_id in (visitor, host):
        if f"p{person_id}" not in now.person_by_id:
            yield _("%(name)s ne participe plus.") % {"name": _name(people, person_id)}
    if day not in now.campaign.days:
        yield ngettext(
            "Le %(day)s ne laisse plus %(notice)s jour de prévenance, ou n’est plus ouvert.",
            "Le %(day)s ne laisse plus %(notice)s jours de prévenance, ou n’est plus ouvert.",
            notice,
        ) % {
            "day": long_day(day),
            "notice": notice,
        }


def _broken(now: Problem, visit: Visit, people: dict[int, Participant]) -> Iterable[str]:
    frame, count, bit = rules.frame_of(now), len(now.campaign.days), 1 << visit.day
    visitor, host = now.person_by_id[visit.visitor], now.person_by_id[visit.host]
    here, there = now.team_of(visit.visitor), now.team_of(visit.host)
    codes = rules.leg_refusals(
        frame, rules.party_of(visitor, here, count), rules.party_of(host, there, count)
    )
    codes += [rules.NOT_AVAILABLE] if not visitor.available & bit else []
    codes += [rules.CANNOT_HOST] if not host.can_host & bit else []
    codes += [rules.CLOSED] if there.closed & bit else []
    codes += [rules.TEAM_AWAY] if here.limit(visit.day).max_away == 0 else []
    codes += [rules.TEAM_FULL] if there.limit(visit.day).max_visitors == 0 else []
    for code in codes:
        yield _("%(visitor)s chez %(host)s, %(day)s : %(why)s.") % {
            "visitor": _name(people, row_id(visit.visitor)),
            "host": _name(people, row_id(visit.host)),
            "day": long_day(now.campaign.days[visit.day]),
            "why": rule_words(code),
        }


def check_enrolment_closed(campaign: Campaign) -> None:
    """Nobody is told of a plan while others may still enrol. Raises `StillEnrolling`."""
    if campaign.status == Status.OPEN:
        raise StillEnrolling


def publish(
    session: Session,
    campaign: Campaign,
    run: PlanningRun,
    actor: Actor,
    *,
    version: int,
    now: datetime,
    today: date,
) -> bool:
    """Turn a plan into visits and tell everybody, in one transaction; False when that was done before.

    `version` is the campaign's that HR saw. Raises `NoLongerHolds` with all that changed since the run,
    `Stale` when somebody else was faster; then nothing is kept.
    """
    if run.campaign_id != campaign.id:
        raise NotFound
    hold_alone(session, campaign)
    session.refresh(run)
    if run.published_at is not None:
        return False
    if run.status != RunStatus.FINISHED:
        raise NothingToPublish
    check_enrolment_closed(campaign)
    if campaign.version != version:
        raise Stale
    problem, plan = runs.load(session, run)
    if not plan.visits:
        raise NothingToPublish
    people = queries.participants(session, run.campaign_id)
    reasons = refusals(session, campaign, problem, plan, people, today)
    if reasons:
        raise NoLongerHolds(reasons)
    transition(session, campaign, Status.PUBLISHED, actor=actor, now=now, today=today)
    visits.plan_visits(session, campaign, runs.legs_of(problem, plan), now)
    visits.remember_unmatched(
        session,
        [
            Unmatched(
                campaign_id=run.campaign_id,
                person_id=row_id(row.person),
                reason=row.reason,
                text_fr=row.text.fr,
                text_en=row.text.en,
                created_at=now,
            )
            for row in plan.unmatched
            if row_id(row.person) in people
        ],
    )
    marked = session.exec(
        update(PlanningRun)
        .where(col(PlanningRun.id) == run.id, col(PlanningRun.published_at).is_(None))
        .values(published_at=now)
    )
    if marked.rowcount != 1:
        raise Stale
    return True
