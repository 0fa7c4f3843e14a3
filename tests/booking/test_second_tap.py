"""A form of booking sent twice: answered as the first time, and done once."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.booking import deciding
from app.booking.tables import BookingRequest, RefusalReason, RequestStatus
from app.visits.service import cancel_visit
from app.visits.tables import CancelReason, Visit
from app.worker import drain
from tests.booking.conftest import NOW, TODAY, Shop, let_go, statuses
from tests.booking.test_pages import As

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize("what", ["acceptance", "withdrawal"])
def test_whoever_is_offered_a_place_answers_twice(
    engine: Engine, session: Session, shop: Shop, as_: As, what: str
) -> None:
    _place, (booked, waits) = shop.line_up()
    visit = session.get_one(Visit, booked.visit_id)
    cancel_visit(session, visit, CancelReason.VISITOR_AWAY, None, NOW, today=TODAY)
    session.commit()
    drain(engine)
    assert statuses(session, waits) == [RequestStatus.OFFERED]
    session.refresh(waits)
    here, sent = f"/booking/requests/{waits.id}/{what}", {"revision": waits.revision}
    let_go(session, shop.askers[1], waits)
    asker = as_(shop.askers[1])
    first, again = (asker.post(here, data=sent) for _tap in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert again.headers["location"] == first.headers["location"]
    assert asker.post(here, data={"revision": 99}).status_code == 303


def test_whoever_leaves_a_line_is_not_told_that_a_day_is_free_again(
    session: Session, shop: Shop, as_: As
) -> None:
    _place, (_booked, waits) = shop.line_up()
    session.commit()
    here, sent = f"/booking/requests/{waits.id}/withdrawal", {"revision": waits.revision}
    let_go(session, shop.askers[1], waits)
    asker = as_(shop.askers[1])
    for _tap in range(2):
        page = asker.post(here, data=sent, follow_redirects=True).text
        assert "C’est retiré." in page
        assert "de nouveau libre" not in page


@pytest.mark.parametrize("what", ["approval", "refusal"])
def test_whoever_leads_answers_a_request_twice(
    session: Session, asked_shop: Shop, as_: As, what: str
) -> None:
    shop = asked_shop
    request = shop.ask(shop.askers[0], shop.offer())
    session.commit()
    here, sent = f"/booking/requests/{request.id}/{what}", {"revision": "0", "reason": "service"}
    if what == "approval":
        sent.pop("reason")
    let_go(session, shop.marc, request)
    marc, other = as_(shop.marc), as_(shop.hr)
    assert [marc.post(here, data=sent).status_code for _tap in range(2)] == [303, 303]
    assert other.post(here, data=sent).status_code == 409  # somebody else answered it
    many = {"request": f"{request.id}:0", "answer": "approve" if what == "approval" else "service"}
    page = marc.post("/team/requests/answers", data=many, follow_redirects=True)
    assert "1 demande a sa réponse" in page.text.replace("\u00a0", " ")


def test_an_answer_on_an_old_page_changes_nothing_and_says_so(
    session: Session, asked_shop: Shop, as_: As
) -> None:
    shop = asked_shop
    request = shop.ask(shop.askers[0], shop.offer())
    session.commit()
    here = f"/booking/requests/{request.id}/approval"
    let_go(session, shop.marc, request)
    marc = as_(shop.marc)
    assert marc.post(here, data={"revision": "0"}).status_code == 303
    many = {"request": f"{request.id}:99", "answer": "approve"}
    page = marc.post("/team/requests/answers", data=many, follow_redirects=True).text.replace("\u00a0", " ")
    assert "1 demande avait déjà votre réponse : rien ne change." in page
    assert "a sa réponse" not in page
    late = marc.get(here, follow_redirects=True).text.replace("\u00a0", " ")
    assert "Cette demande est déjà acceptée" in late


def test_another_answer_than_the_first_is_refused(session: Session, asked_shop: Shop, as_: As) -> None:
    shop = asked_shop
    request = shop.ask(shop.askers[0], shop.offer())
    actor = shop.actor(shop.marc)
    deciding.refuse(session, request, RefusalReason.SERVICE, actor=actor, now=NOW)
    session.commit()
    let_go(session, shop.marc, request)
    marc, here = as_(shop.marc), f"/booking/requests/{request.id}"
    assert marc.post(f"{here}/approval", data={"revision": "0"}).status_code == 409
    assert marc.post(f"{here}/refusal", data={"revision": "0", "reason": "no_host"}).status_code == 409
    kept = session.exec(select(BookingRequest).where(col(BookingRequest.status) == RequestStatus.REFUSED))
    assert len(kept.all()) == 1
