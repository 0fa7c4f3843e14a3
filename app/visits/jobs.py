"""What follows for visits from what happens to their campaign."""

from sqlalchemy import Engine

from app.core import clock
from app.core.db import open_session
from app.people.tables import Person
from app.visits import leaving, moving, places, queries, reading, service
from app.visits.history import Hand
from app.visits.tables import By, CancelReason


def cancel_all(engine: Engine, campaign_id: int) -> None:
    """Job of `campaign.cancelled`: its visits to come are cancelled, everybody told. Safe to run twice."""
    now, today = clock.now(), clock.today()
    with open_session(engine) as session:
        for visit in queries.coming_visits(session, campaign_id, today):
            service.cancel_visit(session, visit, CancelReason.CAMPAIGN, None, now, today=today)


def leave_company(engine: Engine, person_id: int) -> None:
    """Job of `person.left`: their days to come fall in every campaign, everybody told. Safe to run twice."""
    with open_session(engine) as session:
        person = session.get(Person, person_id)
        if person is not None and not person.active:
            leaving.leave_company(session, person, clock.now(), clock.today())


def void_stale_proposals(engine: Engine) -> None:
    """Job of `clock.tick`: a proposal whose day came without an answer means nothing any more; both know."""
    hand = Hand(by=By.SERVICE, actor=None, now=clock.now())
    with open_session(engine) as session:
        for proposal, visit in reading.stale_proposals(session, clock.today()):
            moving.lapse(session, visit, proposal, hand)


def follow_moves(engine: Engine) -> None:
    """Job of `clock.tick`: the days of whoever changed team count in the new one."""
    with open_session(engine) as session:
        places.follow_moves(session, clock.today())
