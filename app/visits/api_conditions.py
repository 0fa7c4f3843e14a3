"""JSON door of what a team asks of its visitors."""

from fastapi import APIRouter
from sqlmodel import Session

from app.core import clock
from app.core.db import Db
from app.teams import queries
from app.teams.guards import LedTeam, OfTeam
from app.teams.schemas import ConditionsForm, ConditionsOut
from app.visits import confirming

router = APIRouter()


@router.get("/teams/{team_id}/conditions")
def conditions(session: Db, led: OfTeam) -> ConditionsOut:
    """What a team asks of its visitors now; version 0: it never asked anything."""
    return _conditions(session, led)


@router.put("/teams/{team_id}/conditions")
def ask_of_visitors(session: Db, led: OfTeam, sent: ConditionsForm) -> ConditionsOut:
    """Keep a new version of what a team asks; the same words again change nothing. Visitors who had
    said yes are asked again."""
    confirming.ask_of_visitors(session, led.id, sent, by=led.by, now=clock.now(), today=clock.today())
    return _conditions(session, led)


def _conditions(session: Session, led: LedTeam) -> ConditionsOut:
    found = next(iter(queries.latest_conditions(session, [led.id])), None)
    values = (
        found.model_dump(include=set(ConditionsOut.model_fields))
        if found
        else {**ConditionsForm(version=0).model_dump(), "team_id": led.id}
    )
    return ConditionsOut.model_validate(values)
