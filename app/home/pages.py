"""What each person sees first, their data, and how accessible the service is."""

import json
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from app.accounts.guards import Asking, Someone
from app.booking.stands import stands_of
from app.booking.views import hours_words
from app.calendars.queries import find_feed
from app.core import clock
from app.core.db import Db
from app.core.security import everyone
from app.core.templating import redirect, render
from app.home import news, pages_erasure, personal_data, space
from app.home.decisions import against_rosters, decisions
from app.people.guards import find_person
from app.people.tables import Person
from app.visits.showing import state_chip
from app.visits.standing import standings
from app.visits.views import face_of

router = APIRouter(include_in_schema=False)
router.include_router(pages_erasure.router)

Me = Annotated[Person | None, Depends(find_person, scope="function")]


@router.get("/", dependencies=[Depends(everyone)])
def door(actor: Someone) -> Response:
    """Where one goes from the plain address."""
    return redirect("/home" if actor else "/sign-in")


@router.get("/home", response_class=HTMLResponse)
def home(request: Request, session: Db, actor: Asking, person: Me) -> Response:
    """What there is to do now, the next day, and what one leads."""
    if person is None and actor.is_admin and not actor.is_hr:
        return redirect("/admin")
    today, now = clock.today(), clock.now()
    mine = space.space_of(session, person, today=today, now=now) if person else None
    return render(
        request,
        "home/show.html",
        person=person,
        mine=mine,
        feed=find_feed(session, person) if person else None,
        decisions=[
            *against_rosters(session, person, is_hr=actor.is_hr, today=today),
            *(decisions(session, today=today) if actor.is_hr else []),
        ],
        team=news.team_news(session, person, today=today) if person else None,
        news=news.campaign_news(session, today=today) if actor.is_hr else None,
        first_name=person.first_name if person else actor.name,
        face_of=face_of,
        state_chip=partial(
            state_chip,
            today=today,
            known=standings(session, mine.coming, today) if mine else {},
            reader_id=person.id if person else None,
        ),
        place_hours=hours_words,
        stands=stands_of(session, mine.requests, to_asker=True) if mine else {},
        today=today,
    )


@router.get("/me/data", response_class=HTMLResponse)
def my_data(request: Request, session: Db, actor: Asking, person: Me) -> Response:
    """Everything stored about the reader."""
    return render(
        request,
        "home/my_data.html",
        parts=personal_data.gather(session, actor, person),
        titles=personal_data.titles(),
        labels=personal_data.labels(),
        shown=personal_data.shown,
    )


@router.get("/me/data.json")
def my_data_file(session: Db, actor: Asking, person: Me) -> Response:
    """The same as a file, for other programs."""
    content = json.dumps(personal_data.gather(session, actor, person), ensure_ascii=False, indent=2)
    headers = {"content-disposition": 'attachment; filename="vis-ma-vie-mes-donnees.json"'}
    return Response(content, media_type="application/json", headers=headers)


@router.get("/accessibility", response_class=HTMLResponse, dependencies=[Depends(everyone)])
def accessibility(request: Request) -> Response:
    """What was checked, what is known to fall short, whom to write to."""
    return render(request, "home/accessibility.html")
