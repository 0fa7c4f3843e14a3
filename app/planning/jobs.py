"""The job that makes a plan. It may be run twice: what it writes is kept only while its run is active."""

import time
from threading import Lock

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import open_session
from app.core.errors import Refusal
from app.planning import asking, queries, runs
from app.planning.problem import Built, Leg, build
from app.planning.tables import PlanningQuestion, RunStatus
from solver import Limits, Plan, Problem, ProblemError, Progress, solve, with_remedies
from solver.limits import EXPLAINING
from solver.points import Points

log = structlog.get_logger()

THREADS = 2
ALL_REMEDIES, REMEDY_SECONDS = 3_000, 20.0
"""Up to so many people everybody's remedy is sought with the plan, for so long at most: a second or three
among 1,000 people where the machine does nothing else. The rest is on request."""
KEPT_SECONDS = 1.0
"""The same where HR ended the computation: a moment, or the rest is on request."""
EVERY = 0.5
"""Seconds between two writes of the progress."""


def solve_run(engine: Engine, run_id: int) -> None:
    """Job of `planning.requested`: solve, tell how far, stop when asked, keep the plan or say why not."""
    with open_session(engine) as session:
        run = runs.begin(session, run_id, clock.now())
        if run is None:
            return None
        campaign_id, time_limit = run.campaign_id, run.time_limit
    try:
        built = _build(engine, campaign_id)
        watch = Watch(engine, run_id, built.problem)
        plan = solve(
            built.problem,
            limits=Limits(seconds=time_limit, threads=THREADS),
            on_progress=watch.progress,
            should_stop=watch.should_stop,
        )
        if len(built.problem.people) <= ALL_REMEDIES:
            kept = watch.wish == runs.Wish.KEEP
            watch.explains(plan)
            plan = with_remedies(
                built.problem,
                plan,
                seconds=KEPT_SECONDS if kept else REMEDY_SECONDS,
                should_stop=watch.is_dropped if kept else watch.should_stop,
            )
    except OperationalError:
        raise  # the database is away: the step is tried again
    except Refusal as refused:
        return _fail(engine, run_id, refused.code)
    except (ProblemError, MemoryError):
        log.exception("planning.unsolvable", run_id=run_id)
        return _fail(engine, run_id, "Unsolvable")
    except Exception:
        log.exception("planning.broken", run_id=run_id)
        return _fail(engine, run_id, "Broken")
    with open_session(engine) as session:
        if watch.wish == runs.Wish.STOP:
            runs.end(session, run_id, RunStatus.CANCELLED, clock.now())
        else:
            runs.finish(session, run_id, built.problem, plan, clock.now())
    return None


def answer_question(engine: Engine, question_id: int) -> None:
    """Job of `planning.asked`: answer a question about a plan, or say why there is no answer."""
    with open_session(engine, reads_only=True) as session:
        question = session.get(PlanningQuestion, question_id)
        if question is None or not question.pending:
            return
        campaign = session.get_one(Campaign, question.campaign_id)
        try:
            about = asking.subject(session, campaign, question, clock.today())
            refused = ""
        except Refusal as refusal:
            refused = refusal.code
    told = None
    if not refused:
        try:
            told = asking.answer(about, question)
        except Refusal as refusal:
            refused = refusal.code
        except Exception:  # whatever it was, whoever waits for the answer is told
            log.exception("planning.unanswerable", question_id=question_id)
            refused = "Broken"
    with open_session(engine) as session:
        row = session.get(PlanningQuestion, question_id)
        if row is not None:
            row.answer, row.failed = told, refused


def _build(engine: Engine, campaign_id: int) -> Built:
    with open_session(engine, reads_only=True) as session:
        before: list[Leg] = []
        for run in queries.finished_runs(session, campaign_id, limit=1):
            before = runs.legs_of(*runs.load(session, run))
        return build(session, session.get_one(Campaign, campaign_id), clock.today(), previous=before)


def _fail(engine: Engine, run_id: int, code: str) -> None:
    with open_session(engine) as session:
        runs.end(session, run_id, RunStatus.FAILED, clock.now(), code)


class Watch:
    """Carries progress to the row, and the wish to stop back, at most twice a second."""

    def __init__(self, engine: Engine, run_id: int, problem: Problem) -> None:
        self.engine = engine
        self.run_id = run_id
        self.points = Points(problem)
        self.people_first = problem.campaign.objective_order[0] == "people"
        self.wish = runs.Wish.GO_ON
        self.latest: Progress | None = None
        self.at_most: int | None = None
        """People whom no plan can exceed, as far as it is proven."""
        self._written = 0.0
        self._lock = Lock()

    def progress(self, progress: Progress) -> None:
        """Called by the solver, from whichever of its threads."""
        self.latest = progress
        if progress.level == "people" and progress.bound is not None:
            most = self.points.heads_at_most(progress.bound)
            self.at_most = most if self.at_most is None else min(most, self.at_most)
        elif progress.level != "people" and self.people_first:
            self.at_most = progress.matched  # the rest chooses among plans that are equal on it
        self._write()

    def explains(self, plan: Plan) -> None:
        """The plan is made: what is sought now is what would help those without a match."""
        matched = len({visit.visitor for visit in plan.visits})
        self.latest = Progress(EXPLAINING, matched, None, plan.seconds, matched)
        self._write()

    def should_stop(self) -> bool:
        """Asked often by the solver."""
        self._write()
        return self.wish != runs.Wish.GO_ON

    def is_dropped(self) -> bool:
        """Whether nothing of it is wanted any more."""
        self._write()
        return self.wish == runs.Wish.STOP

    def _write(self) -> None:
        if self.wish == runs.Wish.STOP or not self._lock.acquire(blocking=False):
            return
        try:
            if time.monotonic() - self._written < EVERY:
                return
            with open_session(self.engine) as session:
                self.wish = runs.tell(session, self.run_id, self.latest, self.at_most, clock.now())
            self._written = time.monotonic()
        finally:
            self._lock.release()
