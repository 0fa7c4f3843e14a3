"""JSON door of one's own space."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.accounts.guards import Asking
from app.core import clock
from app.core.db import Db
from app.core.forms import AnswerModel
from app.home.decisions import against_rosters, decisions
from app.home.space import tasks_of
from app.home.task import TaskKind
from app.people.guards import find_person
from app.people.tables import Person

router = APIRouter(prefix="/api/v1", tags=["home"])

Me = Annotated[Person | None, Depends(find_person, scope="function")]


class TaskOut(AnswerModel):
    """One thing to do."""

    kind: TaskKind
    title: str
    text: str
    page: str
    """The page on which it is done."""
    asks: bool
    """Somebody waits for it; a reminder that asks nothing is not counted."""


class TasksOut(AnswerModel):
    """What there is to do, the most pressing first."""

    tasks: list[TaskOut]


@router.get("/me/tasks")
def my_tasks(session: Db, actor: Asking, person: Me) -> TasksOut:
    """What my space asks of me now, in the reader's language; for HR also what waits for their decision."""
    today = clock.today()
    found = against_rosters(session, person, is_hr=actor.is_hr, today=today)
    found += decisions(session, today=today) if actor.is_hr else []
    found += tasks_of(session, person, today=today, now=clock.now()) if person else []
    return TasksOut(
        tasks=[
            TaskOut(kind=one.kind, title=one.title, text=one.text, page=one.href, asks=one.asks)
            for one in found
        ]
    )
