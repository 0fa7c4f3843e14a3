"""Durable jobs and events, in the same commit as the change that asks for them.

A feature says *what happened* (`record(session, "visit.cancelled", visit_id=7)`); `app/worker.py` alone knows
which functions of which features follow. Built on DBOS over the application's own database: a job's row
is written in the caller's transaction, so there is no job without its change and no change without its job.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from dbos import DBOSClient, WorkflowHandle
from sqlalchemy import Engine
from sqlmodel import Session

QUEUE = "events"
SOLVER_QUEUE = "solver"
MAIL_QUEUE = "mails"
"""Of its own, so that a slow mail server holds up nothing else."""
CALENDAR_QUEUE = "calendars"
"""Likewise for the servers that hold people's calendars."""
WORKFLOW = "handle"


@cache
def _client(engine: Engine) -> DBOSClient:
    # Only `enqueue_in_transaction` is used, which writes through the caller's own connection.
    return DBOSClient(system_database_engine=engine, lazy=True)


def record(session: Session, name: str, *, queue: str = QUEUE, **payload: Any) -> str:
    """Record the event `name`; its jobs run after the caller's commit, at least once.

    `payload` is plain JSON values, ids rather than contents (job rows outlive erasure).
    Returns the job's id.
    """
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    session.flush()
    handle: WorkflowHandle[None] = _client(_root(engine)).enqueue_in_transaction(
        session, {"workflow_name": WORKFLOW, "queue_name": queue}, name, payload
    )
    return str(handle.workflow_id)


_roots: dict[str, Engine] = {}


def _root(engine: Engine) -> Engine:
    """The engine itself, not one of its option-carrying shadows (each request has its own)."""
    return _roots.setdefault(str(engine.url), engine)


def pending(engine: Engine) -> list[tuple[str, str, dict[str, Any]]]:
    """Jobs not yet begun, oldest first: (id, event name, payload)."""
    rows = _client(_root(engine)).list_queued_workflows(load_input=True)
    return [
        (row.workflow_id, row.input["args"][0], row.input["args"][1])
        for row in rows
        if row.status == "ENQUEUED" and row.input
    ]


def forget(engine: Engine, job_ids: Sequence[str]) -> None:
    """Remove jobs, done or not."""
    _client(_root(engine)).delete_workflows(list(job_ids))
