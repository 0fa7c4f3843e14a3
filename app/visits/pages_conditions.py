"""What a team asks of its visitors, to read and to change: here, since accepted days follow at once."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.teams import queries
from app.teams.guards import OfTeam
from app.teams.schemas import ConditionsForm
from app.teams.words import conditions_lines
from app.visits import confirming

router = APIRouter()


@router.get("/team/{team_id}/conditions", response_class=HTMLResponse)
def conditions(request: Request, session: Db, led: OfTeam) -> Response:
    """What the team asks of its visitors, to change."""
    latest = next(iter(queries.latest_conditions(session, [led.id])), None)
    values = latest.model_dump(include=set(ConditionsForm.model_fields)) if latest else {"version": 0}
    shown = {
        name: ("1" if value else "") if isinstance(value, bool) else value for name, value in values.items()
    }
    return _conditions(request, session, led, blank(**shown))


@router.post("/team/{team_id}/conditions")
def ask_of_visitors(request: Request, session: Db, led: OfTeam, sent: Submitted) -> Response:
    """Keep a new version; visitors who had said yes are asked again, in the same breath."""
    form = bind(ConditionsForm, sent)
    if form.value is None:
        return _conditions(request, session, led, form, status=422)
    confirming.ask_of_visitors(session, led.id, form.value, by=led.by, now=clock.now(), today=clock.today())
    return redirect(
        f"/team/{led.id}/conditions",
        say=_(
            "C’est noté. Les visiteurs lisent cette version et l’acceptent, "
            "aussi ceux qui avaient déjà confirmé."
        ),
    )


def _conditions(
    request: Request, session: Session, led: OfTeam, form: Bound[ConditionsForm], *, status: int = 200
) -> Response:
    now = queries.conditions_of(session, led.id)
    return render(
        request,
        "teams/conditions.html",
        status=status,
        led=led,
        form=form,
        now=now,
        lines=conditions_lines(now) if now else [],
    )
