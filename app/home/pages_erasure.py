"""HR erases a person: on their request, or once they have left."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.accounts.guards import Hr
from app.core import clock
from app.core.db import Db
from app.core.i18n import _
from app.core.templating import redirect, render
from app.home import personal_data
from app.people import queries as people
from app.visits.leaving import consequences

router = APIRouter(include_in_schema=False)


@router.get("/people/{person_id}/erasure", response_class=HTMLResponse)
def ask(request: Request, session: Db, actor: Hr, person_id: int) -> Response:
    """What erasing a person does, before it is done."""
    person = people.person(session, person_id).person
    if person.erased:
        return redirect(f"/people/{person_id}")
    personal_data.check_erasable(person, actor)
    return render(
        request,
        "home/erasure.html",
        one=person,
        what=consequences(session, person, None, clock.today()),
        reports=people.reports_of(session, person_id),
    )


@router.post("/people/{person_id}/erasure")
def erase(session: Db, actor: Hr, person_id: int) -> Response:
    """Erase a person, once: asking again changes nothing."""
    person = people.person(session, person_id).person
    personal_data.erase_person(session, person, by=actor, now=clock.now(), today=clock.today())
    return redirect("/people", say=_("Les données de cette personne sont effacées."))
