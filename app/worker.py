"""Maps each event to the jobs that follow it, and runs them. The only place that knows both.

A job is a function `job(engine, **payload)`; it opens its own short transactions, may be run again after a
crash, and therefore leaves the same rows when run twice.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pysqlite3
from dbos import DBOS, DBOSConfig, StepOptions, error
from sqlalchemy import Engine

from app.accounts import jobs as accounts
from app.availability import jobs as availability
from app.availability.busy import jobs as busy
from app.booking import jobs as booking
from app.booking import jobs_answers as booking_answers
from app.booking import jobs_barred as booking_barred
from app.booking import jobs_days as booking_days
from app.booking import jobs_gone as booking_gone
from app.booking import jobs_inherited as booking_inherited
from app.booking import jobs_silence as booking_silence
from app.calendars import agreements, eve, rulings, uncertain
from app.calendars import jobs as calendars
from app.campaigns import jobs as campaigns
from app.core import jobs
from app.core.settings import settings
from app.debriefs import jobs as debriefs
from app.messages import jobs as messages
from app.people import jobs as people
from app.planning import jobs as planning
from app.planning.repairs import going as repairs_going
from app.planning.repairs import jobs as repairs
from app.planning.repairs import telling as repairs_telling
from app.planning.repairs import telling_hr as repairs_telling_hr
from app.planning.repairs import too_late as repairs_too_late
from app.teams import jobs as teams
from app.visits import jobs as visits

Job = Callable[..., None]

VISIT_FELL: tuple[Job, ...] = (booking.follow_visit, calendars.tell_cancelled, repairs.follow_fall)
"""A visit was cancelled, or declined: whatever follows is the same. What is kept for its visitor instead is
told in the same message."""

JOBS: dict[str, tuple[Job, ...]] = {
    "account.link_requested": (messages.send_sign_in_link,),
    "calendar.given": (busy.read_address,),
    "enrolment.left": (visits.void_stale_proposals, repairs_going.follow_departure),
    "enrolment.resumed": (repairs_going.follow_return,),
    "campaign.copied": (booking.copy_rules, repairs.copy_rules),
    "campaign.invites_others": (availability.tell_invites_others,),
    "campaign.loses_days": (availability.tell_days_lost,),
    "campaign.regains_days": (availability.tell_days_back,),
    "campaign.asks_days": (availability.ask_for_days,),
    "campaign.opened": (messages.invite_everybody,),
    "campaign.reminded": (messages.remind,),
    "campaign.published": (calendars.invite_participants, calendars.tell_unmatched),
    "campaign.closed": (debriefs.close_campaign,),
    "campaign.debriefing": (booking.close_campaign,),
    "campaign.cancelled": (visits.cancel_all, debriefs.close_campaign, booking.close_campaign),
    "booking.opened": (booking.invite_when_offered,),
    "booking.requested": (booking_answers.ask_managers,),
    "booking.asked_for": (booking_answers.tell_asked_for,),
    "booking.refused": (booking.tell_refused,),
    "booking.expired": (booking.tell_expired,),
    "booking.closed": (booking.tell_closed,),
    "booking.offered": (booking.tell_offered,),
    "booking.queued": (booking.tell_queued,),
    "booking.taken": (booking.queue_losers,),
    "booking.freed": (booking.promote_day,),
    "booking.rules_changed": (booking.promote_everybody,),
    "debrief.opened": (debriefs.invite,),
    "debrief.reminded": (debriefs.remind,),
    "planning.requested": (planning.solve_run,),
    "planning.asked": (planning.answer_question,),
    "team.weekdays": (calendars.tell_weekdays,),
    "people.minors": (visits.tell_too_young,),
    "people.moved": (booking_gone.follow_movers,),
    "people.returned": (repairs_going.follow_rehired,),
    "person.left": (
        teams.end_delegations,
        visits.leave_company,
        booking_gone.follow_leaver,
        repairs_going.follow_departure,
    ),
    "repair.requested": (repairs.look_for,),
    "repair.ready": (
        repairs.follow_rule,
        repairs_telling_hr.tell_hr,
        repairs_telling.tell_over,
        repairs_telling.tell_suspended,
    ),
    "repair.accepted": (repairs.refresh_others, repairs_telling.tell_over),
    "repair.dismissed": (repairs_telling.tell_over, repairs_telling.tell_suspended),
    "repair.stopped": (repairs_telling.tell_suspended,),
    "visit.absent": (calendars.tell_absence,),
    "visit.agreed": (calendars.tell_agreed,),
    "visit.booked": (calendars.tell_booked,),
    "visit.cancelled": VISIT_FELL,
    "visit.changed": (calendars.tell_changed, repairs.follow_possible),
    "visit.confirmed": (calendars.tell_confirmed,),
    "visit.confirmed_by_both": (calendars.tell_confirmed_by_both,),
    "visit.contested": (calendars.tell_absence,),
    "visit.not_held": (calendars.tell_absence,),
    "visit.taken_back": (calendars.tell_absence,),
    "visit.left_without": (),
    "visit.ruled": (calendars.tell_absence,),
    "visit.declined": VISIT_FELL,
    "visit.ended": (booking.follow_visit, calendars.tell_ended),
    "visit.host_replaced": (calendars.tell_host_replaced,),
    "visit.made_up": (calendars.tell_made_up, repairs.follow_settled),
    "team.conditions_changed": (visits.ask_anew, booking_barred.end_barred),
    "team.changed": (booking_days.follow_limits,),
    "team.by_roster": (visits.follow_by_roster,),
    "team.days_marked": (visits.void_stale_proposals, booking_days.follow_marks),
    "visit.asked_anew": (calendars.tell_conditions,),
    "roster.imported": (
        visits.examine_rosters,
        booking.follow_rosters,
        booking.promote_everybody,
        repairs.follow_possible,
    ),
    "visit.moved": (calendars.tell_moved, booking.follow_visit, repairs.follow_settled),
    "visit.one_way": (calendars.tell_one_way, repairs.follow_settled),
    "visit.proposal_lapsed": (calendars.tell_proposal,),
    "visit.proposal_refused": (calendars.tell_proposal,),
    "visit.proposal_withdrawn": (calendars.tell_proposal,),
    "visit.proposed": (calendars.tell_proposal,),
    "visit.resumed": (calendars.tell_resumed,),
    "visit.suspended": (calendars.tell_suspended,),
    "visit.unsigned": (calendars.tell_changed,),  # left by an earlier release
    "visit.waived": (calendars.tell_agreed,),
    "visit.too_late": (calendars.tell_too_late,),
    "visit.tutor_released": (calendars.tell_tutor_released, repairs.follow_possible),
    "visit.tutor_replaced": (calendars.tell_tutor_replaced, repairs.follow_possible),
    "site.closed": (visits.void_stale_proposals, booking.follow_closure),
    "site.reopened": (booking.follow_reopening,),
    "visits.in_conflict": (repairs.follow_conflicts, booking.follow_conflicts),
    "visits.half_covered": (calendars.tell_half_covered,),
    "visits.suspended": (calendars.tell_teams_suspended,),
    "visits.resumed": (calendars.tell_teams_resumed,),
    "visits.carried": (calendars.tell_teams_carried,),
    "visits.described": (calendars.tell_described,),
    "visits.certain": (calendars.tell_certain,),
    "visits.provisional": (calendars.tell_provisional,),
    "delegation.given": (messages.tell_delegation,),
    "delegation.ended": (messages.tell_delegation_ended,),
    "mail.queued": (messages.deliver,),
    "clock.tick": (
        accounts.purge,
        availability.follow_invitations,
        booking.free_fallen,
        booking_barred.end_barred,  # before silence decides: they read the reason
        booking_gone.end_absent,
        booking.settle_due,
        booking_answers.remind_managers,
        booking_inherited.tell_inherited,
        booking_silence.tell_silence,
        booking.promote_everybody,
        booking_days.tell_closed_days,
        busy.forget_closed,
        busy.ask_due,
        visits.follow_days,  # first, so that what is asked and warned of next is so
        agreements.remind_hr,
        rulings.ask_hr,
        eve.warn_undecided,
        agreements.warn_uncertain,
        agreements.tell_not_needed,
        uncertain.ask_to_tell,
        calendars.remind_half_covered,
        calendars.remind_unconfirmed,
        campaigns.take_due_steps,
        debriefs.open_forms,
        debriefs.release_batches,
        debriefs.destroy_expired,
        messages.retry_overdue,
        messages.tell_delegations_over,
        messages.tidy,
        people.purge_imports,
        repairs.expire,
        repairs_too_late.say,
        teams.tidy,
        visits.void_stale_proposals,
    ),
}
"""Event name → jobs, in order."""

EVERY_TEN_MINUTES = "*/10 * * * *"

JOBS_VERSION = "1"
"""The same for every release, so that a new one takes up the jobs an older one left: they are found by name
and may run twice. (DBOS's `auto_upgrade` does likewise, but only with a paid licence key.)"""


def as_step(job: Job, number: int) -> StepOptions:
    """How a job is tried: four times within a quarter of a minute; mails that still wait are tried later."""
    return StepOptions(
        name=f"{number}:{job.__module__}.{job.__name__}",
        retries_allowed=True,
        max_attempts=4,
        interval_seconds=1.0,
        backoff_rate=3.0,
    )


def follow(
    engine: Engine,
    name: str,
    payload: dict[str, Any],
    run: Callable[[StepOptions, Callable[[], None]], object],
) -> None:
    """Run the jobs of an event, in order. One that failed each time keeps none of those after it back: a
    mail leaves, whatever becomes of a place. Raises `DBOSMaxStepRetriesExceeded` in the end."""
    failed: list[error.DBOSMaxStepRetriesExceeded] = []
    for number, job in enumerate(JOBS.get(name, ())):
        try:
            run(as_step(job, number), partial(job, engine, **payload))
        except error.DBOSMaxStepRetriesExceeded as refused:
            failed.append(refused)
    if failed:
        raise failed[0]


def drain(engine: Engine) -> list[str]:
    """Run every event recorded so far and those that follow, here and now; their names in order.

    For telling a demo company's past and for tests, where no worker process runs beside.
    """
    done = []
    while waiting := jobs.pending(engine):
        ran = []
        try:
            for job_id, name, payload in waiting:
                for job in JOBS.get(name, ()):
                    job(engine, **payload)
                ran.append(job_id)
                done.append(name)
        finally:
            jobs.forget(engine, ran)
    return done


class Worker:
    """One worker process on one database. `start()` begins taking jobs, `stop()` finishes those under way."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def start(self) -> None:
        """Take up this worker's interrupted jobs, then new ones."""
        DBOS(config=config())
        engine = self.engine

        def handle(name: str, payload: dict[str, Any]) -> None:
            follow(engine, name, payload, DBOS.run_step)

        def tick(_scheduled: datetime, _context: object) -> None:
            handle("clock.tick", {})

        DBOS.workflow(name=jobs.WORKFLOW)(handle)
        scheduled = DBOS.workflow(name="tick")(tick)
        DBOS.launch()
        DBOS.register_queue(jobs.QUEUE, worker_concurrency=4, polling_interval_sec=0.5)
        DBOS.register_queue(jobs.SOLVER_QUEUE, worker_concurrency=1, polling_interval_sec=0.5)
        DBOS.register_queue(jobs.CALENDAR_QUEUE, worker_concurrency=2, polling_interval_sec=0.5)
        DBOS.register_queue(jobs.MAIL_QUEUE, worker_concurrency=4, polling_interval_sec=0.5)
        DBOS.apply_schedules(
            [{"schedule_name": "tick", "workflow_fn": scheduled, "schedule": EVERY_TEN_MINUTES}]
        )

    def stop(self) -> None:
        """Let go of the database."""
        DBOS.destroy(workflow_completion_timeout_sec=5)


def config() -> DBOSConfig:
    """How DBOS runs here: on our database, by our SQLite library, under a stable name and version."""
    configured = DBOSConfig(
        name="vis-ma-vie",
        system_database_url=settings().database,
        application_version=JOBS_VERSION,
        executor_id=settings().worker_name,
        log_level="WARNING",
    )
    library = {"module": pysqlite3} if settings().database.startswith("sqlite") else {}
    configured["db_engine_kwargs"] = {"hide_parameters": True, **library}
    return configured
