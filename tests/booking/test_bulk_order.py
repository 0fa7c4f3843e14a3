"""Of several requests answered at once, whoever asked first comes first."""

from sqlalchemy import Engine
from sqlmodel import col, select

from app.booking.tables import Approval, BookingRequest, RequestStatus
from app.core.db import open_session
from tests.booking.conftest import MONDAY, NOW
from tests.booking.test_pages import As, build


def test_the_ninth_request_is_answered_before_the_tenth(engine: Engine, as_: As) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    with open_session(engine) as session:
        for number, asker in ((9, shop.askers[0]), (10, shop.askers[1])):
            values = {
                "campaign_id": shop.campaign.id,
                "place_id": place_id,
                "person_id": asker.id,
                "day": MONDAY,
                "key": f"key-{number}",
            }
            row = BookingRequest(id=number, status=RequestStatus.REQUESTED, asked_at=NOW, **values)
            session.add(row)
    ticked = {"request": ["9:0", "10:0"], "answer": "approve"}
    assert as_(shop.marc).post("/team/requests/answers", data=ticked).status_code == 303
    with open_session(engine, reads_only=True) as session:
        found = session.exec(select(BookingRequest.status).order_by(col(BookingRequest.id))).all()
    assert found == [RequestStatus.BOOKED, RequestStatus.WAITING]
