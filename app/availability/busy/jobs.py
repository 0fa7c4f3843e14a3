"""Jobs of busy calendars: addresses fetched and read, outside of any transaction; what is over forgotten."""

from sqlalchemy import Engine

from app.availability.busy import service
from app.availability.busy.lines import Refused
from app.availability.busy.running import read_calendar
from app.core import clock
from app.core.db import open_session
from app.core.outbound import NotFetched, Why, fetch


def read_address(engine: Engine, *, enrolment_id: int) -> None:
    """Fetch somebody's calendar, and keep the busy days."""
    with open_session(engine, reads_only=True) as session:
        given = service.asked(session, enrolment_id)
    if given is None:
        return
    reading, fault = None, ""
    try:
        if given.address is None or not service.addresses_allowed():
            raise NotFetched(Why.NOT_ALLOWED)
        content = fetch(given.address, http=service.http_allowed())
        reading = read_calendar(content, given.first, given.last)
    except NotFetched as refused:
        fault = refused.why.value
    except Refused as refused:
        fault = refused.fault.value
    with open_session(engine) as session:
        service.take_reading(session, given, reading, fault, now=clock.now())


def ask_due(engine: Engine) -> None:
    """Addresses that are read each day, and readings that never came."""
    with open_session(engine) as session:
        service.ask_due(session, now=clock.now())


def forget_closed(engine: Engine) -> None:
    """Calendars of enrolments that have closed."""
    with open_session(engine) as session:
        service.forget_closed(session, today=clock.today())
