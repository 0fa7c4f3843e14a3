"""JSON door for HR and HR's programs: book at somebody's wish. Rules are the asker's own.

`places_for`, `all_of`, `shown` and `given_up` serve the asker's own door too (`api.py`).
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Query
from sqlmodel import Session

from app.accounts.guards import Asking as Actor
from app.booking import asking, queries, views
from app.booking.closed_days import closed_among
from app.booking.errors import AlreadyAsked, BookingClosed, NotForYou
from app.booking.guards import Asking, ForPerson, ForRequest
from app.booking.queries import SeenRequest
from app.booking.schemas import (
    AskForInput,
    GivingUpForm,
    Key,
    LooksOut,
    RequestOut,
    RequestsOut,
    SearchForm,
    look_out,
)
from app.booking.stands import waits_of
from app.booking.told import request_out
from app.booking.turns import waiting_in_vain
from app.core import clock
from app.core.db import Db
from app.people.tables import Person

router = APIRouter(prefix="/api/v1/people/{person_id}/booking", tags=["booking"])


def places_for(session: Session, person: Person, asked: SearchForm) -> LooksOut:
    """Places as a person finds them, in the campaign named or else the first that takes bookings."""
    campaigns = queries.bookable_campaigns(session, person)
    chosen = next((one for one in campaigns if asked.campaign in (None, one.id)), None)
    if chosen is None:
        raise BookingClosed
    found = views.search(session, chosen, person, asked, clock.today())
    places = [look_out(one) for one in found.looks]
    return LooksOut(places=places, total=found.total, page=found.page, pages=found.pages)


def all_of(session: Session, person: Person) -> RequestsOut:
    """Everything a person asked for."""
    assert person.id is not None
    return listed(session, queries.requests_of(session, person.id))


def shown(session: Session, request_id: int | None) -> RequestOut:
    """One request as it is now."""
    return as_it_is(session, queries.find_request(session, request_id or 0))


def listed(session: Session, found: Sequence[SeenRequest]) -> RequestsOut:
    """Requests with what their booked days wait for."""
    waits, closed = waits_of(session, found), closed_among(session, found)
    taken = waiting_in_vain(session, found)
    return RequestsOut(requests=[request_out(one, waits, closed, taken) for one in found])


def as_it_is(session: Session, seen: SeenRequest) -> RequestOut:
    """The same of one."""
    return listed(session, [seen]).requests[0]


def given_up(session: Session, mine: Asking, actor: Actor, sent: GivingUpForm) -> RequestOut:
    """A request, a place in line or an offer that is no longer wanted."""
    asked = mine.seen.request
    asking.withdraw(
        session,
        asked,
        actor=actor,
        now=clock.now(),
        today=clock.today(),
        revision=sent.revision,
        another=sent.another,
    )
    return shown(session, asked.id)


@router.get("/places")
def find_for(session: Db, person: ForPerson, asked: Annotated[SearchForm, Query()]) -> LooksOut:
    """Places as this person finds them: what is open to them, and why the rest is closed."""
    return places_for(session, person, asked)


@router.get("/requests")
def requests_for(session: Db, person: ForPerson) -> RequestsOut:
    """Everything this person asked for, or that was asked for them."""
    return all_of(session, person)


@router.post("/requests", status_code=201)
def ask_for(
    session: Db,
    person: ForPerson,
    actor: Actor,
    sent: AskForInput,
    idempotency_key: Annotated[Key, Header()],
) -> RequestOut:
    """Book a day at this person's wish. What the team asks of visitors is theirs to accept: they still will.

    Sent again with the same key it answers the same, once.
    """
    try:
        made = asking.ask(
            session,
            person,
            queries.find_place(session, sent.place_id),
            sent.day,
            idempotency_key,
            wait=sent.wait,
            in_their_place=True,
            actor=actor,
            now=clock.now(),
            today=clock.today(),
        )
    except (NotForYou, AlreadyAsked) as refused:
        refused.in_place_of = person.name
        raise
    return shown(session, made.id)


@router.get("/requests/{request_id}")
def request_for(session: Db, mine: ForRequest) -> RequestOut:
    """One request of this person."""
    return as_it_is(session, mine.seen)


@router.post("/requests/{request_id}/withdrawal")
def withdraw_for(session: Db, mine: ForRequest, actor: Actor, sent: GivingUpForm) -> RequestOut:
    """Give up a request that is no visit yet, at this person's wish; a visit is cancelled as such."""
    return given_up(session, mine, actor, sent)
