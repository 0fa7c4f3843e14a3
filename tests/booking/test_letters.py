"""On paper as well, what is said of a request is true: nobody hands over an offer that is over."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import jobs
from app.core.clock import today
from app.messages import queries as letters
from app.people.tables import Person
from app.worker import drain
from tests.booking.conftest import Shop, cancel
from tests.support.web import Clock


@pytest.mark.parametrize("over", [True, False])
def test_an_offer_that_is_over_is_handed_to_nobody(
    engine: Engine, session: Session, shop: Shop, clock: Clock, over: bool
) -> None:
    _place, (booked, waits) = shop.line_up()
    person = session.get_one(Person, waits.person_id)
    person.email = person.account_id = None
    session.commit()
    drain(engine)
    cancel(session, shop, booked)
    session.commit()
    drain(engine)
    session.refresh(waits)
    assert waits.due_at is not None
    if over:
        clock.set(waits.due_at + timedelta(minutes=1))
        session.commit()
        jobs.settle_due(engine)
        drain(engine)
    kinds = {one.kind for one in letters.letters_to(session, waits.person_id, today())}
    assert ("booking_offer" in kinds) is not over
    assert ("booking_expired" in kinds) is over
    assert "booking_queued" not in kinds
