"""Runs of the solver: asked for, followed, stopped. Their job writes only while its run is active."""

import json
import zlib
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.calendar import plannable_days
from app.campaigns.tables import Campaign, Status
from app.core import jobs
from app.planning import queries
from app.planning.errors import (
    NobodyEnrolled,
    NoDaysLeft,
    NothingFoundYet,
    NotPlannable,
    RunOver,
    RunUnderWay,
)
from app.planning.problem import public, row_id, without_secrets
from app.planning.tables import ACTIVE, PlanningResult, PlanningRun, RunStatus
from solver import Plan, Problem, Progress, rules
from solver.pins import contradictions
from solver.plan import INFEASIBLE, Text, Unmatched
from solver.points import Points

PLANNABLE = (Status.OPEN, Status.PLANNING)
TIME_LIMIT = 60
"""Seconds the solver may look when nobody says otherwise."""
SILENCE = timedelta(minutes=2)
"""A job that gave no sign of life for so long is not waited for."""
PROVEN = 1e-6


def request_run(
    session: Session,
    campaign: Campaign,
    actor: Actor,
    now: datetime,
    *,
    today: date,
    time_limit: int = TIME_LIMIT,
) -> PlanningRun:
    """Ask for a plan; a job makes it after the caller's commit. One at a time for a campaign."""
    assert campaign.id is not None
    if campaign.status not in PLANNABLE:
        raise NotPlannable
    if not plannable_days(campaign, today):
        raise NoDaysLeft
    if not queries.yes_count(session, campaign.id):
        raise NobodyEnrolled
    run = PlanningRun(
        campaign_id=campaign.id,
        requested_by=actor.account_id,
        requested_at=now,
        time_limit=time_limit,
        inputs=queries.inputs_stamp(session, campaign),
    )
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError as taken:
        raise RunUnderWay from taken
    audit(session, actor.account_id, "planning.requested", f"campaign:{campaign.id}", now=now, run_id=run.id)
    jobs.record(session, "planning.requested", queue=jobs.SOLVER_QUEUE, run_id=run.id)
    return run


def cancel_run(session: Session, run: PlanningRun, actor: Actor, now: datetime) -> PlanningRun:
    """Stop a run. One that nobody works on ends at once; else its job sees the wish within a second."""
    if run.status not in ACTIVE:
        raise RunOver
    silent = run.alive_at is not None and now - run.alive_at > SILENCE
    at_once = run.status == RunStatus.QUEUED or silent
    values: dict[str, Any] = {"cancel_requested": True}
    if at_once:
        values |= {"status": RunStatus.CANCELLED, "finished_at": now}
    if not _change(session, run.id, run.status, **values) and not _change(
        session, run.id, RunStatus.RUNNING, cancel_requested=True
    ):
        raise RunOver
    audit(
        session, actor.account_id, "planning.cancelled", f"campaign:{run.campaign_id}", now=now, run_id=run.id
    )
    session.refresh(run)
    return run


def conclude_run(session: Session, run: PlanningRun, actor: Actor, now: datetime) -> PlanningRun:
    """End a run early with the best plan it has; its job sees the wish within a second.

    Raises `RunOver`, and `NothingFoundYet` while nobody has a match in it.
    """
    if run.status not in ACTIVE:
        raise RunOver
    if run.status == RunStatus.QUEUED or not run.matched:
        raise NothingFoundYet
    if run.cancel_requested or not _change(session, run.id, RunStatus.RUNNING, keep_requested=True):
        raise RunOver
    audit(
        session, actor.account_id, "planning.concluded", f"campaign:{run.campaign_id}", now=now, run_id=run.id
    )
    session.refresh(run)
    return run


# -- what the job writes --


class Wish(Enum):
    """What HR wants of a run under way."""

    GO_ON = auto()
    KEEP = auto()
    """End now, with the best plan so far."""
    STOP = auto()
    """End now, keep nothing."""


def begin(session: Session, run_id: int, now: datetime) -> PlanningRun | None:
    """The run, now under way; None when it is over or was cancelled meanwhile."""
    run = session.get(PlanningRun, run_id)
    if run is None or run.status not in ACTIVE:
        return None
    if run.cancel_requested:
        end(session, run_id, RunStatus.CANCELLED, now)
        return None
    run.status, run.started_at, run.alive_at = RunStatus.RUNNING, now, now
    session.flush()
    return run


def tell(
    session: Session, run_id: int, progress: Progress | None, at_most: int | None, now: datetime
) -> Wish:
    """Write how far the solver is; says whether it should go on."""
    values: dict[str, Any] = {"alive_at": now}
    if progress is not None:
        values |= {
            "level": progress.level,
            "value": progress.value,
            "bound": progress.bound,
            "seconds": progress.seconds,
            "matched": progress.matched,
        }
    if at_most is not None:
        values["at_most"] = at_most
    if not _change(session, run_id, RunStatus.RUNNING, **values):
        return Wish.STOP
    run = session.get(PlanningRun, run_id, populate_existing=True)
    if run is None or run.cancel_requested:
        return Wish.STOP
    return Wish.KEEP if run.keep_requested else Wish.GO_ON


def finish(session: Session, run_id: int, problem: Problem, plan: Plan, now: datetime) -> None:
    """Keep what was found; a run that was ended meanwhile keeps nothing."""
    done = _change(
        session,
        run_id,
        RunStatus.RUNNING,
        status=RunStatus.FINISHED,
        finished_at=now,
        level="",
        matched=plan.values.get("people", 0),
        people=len(problem.people),
        at_most=people_at_most(problem, plan),
        seconds=plan.seconds,
        message=plan.status,
    )
    if done:
        session.merge(
            PlanningResult(
                run_id=run_id,
                problem=pack(without_secrets(problem)),
                plan=pack(without_confidences(problem, plan).to_json(problem)),
            )
        )
        session.flush()


def end(session: Session, run_id: int, status: RunStatus, now: datetime, message: str = "") -> None:
    """End an active run without a plan."""
    for before in ACTIVE:
        _change(session, run_id, before, status=status, finished_at=now, message=message)


def _change(session: Session, run_id: int | None, before: RunStatus, **values: Any) -> bool:
    changed = session.exec(
        update(PlanningRun)
        .where(col(PlanningRun.id) == run_id, col(PlanningRun.status) == before)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount == 1


def people_at_most(problem: Problem, plan: Plan) -> int | None:
    """How many people no plan can exceed, as far as it is proven."""
    heads = plan.bounds.get("people")
    if heads is not None:
        return int(heads + PROVEN)
    points = plan.bounds.get("priority")
    return None if points is None else Points(problem).heads_at_most(points)


def without_confidences(problem: Problem, plan: Plan) -> Plan:
    """The plan as HR may read it: a reason that rests on somebody's own rules names nobody and no place."""
    return Plan(
        status=plan.status,
        visits=plan.visits,
        values=plan.values,
        bounds=plan.bounds,
        unmatched=tuple(
            Unmatched(row.person, row.reason, row.text) if row.reason == "own_rules" else row
            for row in plan.unmatched
        ),
        contradictions=_contradictions(problem, plan),
        seconds=plan.seconds,
        seed=plan.seed,
    )


def _contradictions(problem: Problem, plan: Plan) -> tuple[Text, ...]:
    """Why the pins do not hold together, without saying who avoids whom or cannot go where."""
    if plan.status != INFEASIBLE:
        return ()
    return tuple(contradictions_told(problem)) or plan.contradictions


def contradictions_told(problem: Problem) -> list[Text]:
    """What each pinned pair contradicts by itself, in words that HR may read."""
    frame, count = rules.frame_of(problem), len(problem.campaign.days)
    told = contradictions(public(problem))
    for visit in problem.pinned:
        visitor, host = (
            rules.party_of(problem.person_by_id[one], problem.team_of(one), count)
            for one in (visit.visitor, visit.host)
        )
        if {rules.AVOID, rules.EXCLUDED_SITE} & set(rules.leg_refusals(frame, visitor, host)):
            pair = f"{visit.visitor} → {visit.host}"
            told.append(
                Text(
                    f"visite épinglée {pair}\u00a0: les réponses ne permettent plus cette rencontre",
                    f"pinned visit {pair}: the answers no longer allow this meeting",
                )
            )
    return told


# -- what a finished run holds --


def pack(document: dict[str, Any]) -> bytes:
    """A JSON document, compressed."""
    return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def unpack(content: bytes) -> dict[str, Any]:
    """The document of `pack`."""
    document: dict[str, Any] = json.loads(zlib.decompress(content))
    return document


def load(session: Session, run: PlanningRun) -> tuple[Problem, Plan]:
    """What a finished run was given and found."""
    assert run.id is not None
    result = queries.result_of(session, run.id)
    problem = Problem.from_json(unpack(result.problem))
    return problem, Plan.from_json(unpack(result.plan), problem)


def legs_of(problem: Problem, plan: Plan) -> list[tuple[int, int, Any]]:
    """The visits of a plan as rows know them: (visitor id, host id, day)."""
    return [(row_id(v.visitor), row_id(v.host), problem.campaign.days[v.day]) for v in plan.visits]
