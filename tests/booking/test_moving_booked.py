"""A booked day moves among the days that its place offers, with the notice that booking promises; its place
moves with it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.booking import deciding
from app.booking.tables import Approval, BookingRequest, PlaceDay, RefusalReason, RequestStatus
from app.core.db import open_session
from app.visits import bookings
from app.visits.errors import DayNotPossible
from app.visits.tables import Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, WEDNESDAY, Shop, check_counts

pytestmark = pytest.mark.usefixtures("clock")

As = Callable[[Any], TestClient]


def build(engine: Engine, *, refused: bool = False, notice: int = 3) -> Shop:
    """Anna's Monday is booked and approved; the place offers Tuesday as well, Bruno receives."""
    with open_session(engine) as session:
        shop = Shop(session, approval=Approval.MANAGER, notice_days=30)
        shop.terms.notice_days, shop.terms.max_per_person = 3, 3
        place = shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id)
        if refused:
            no = shop.ask(shop.askers[0], place, TUESDAY)
            deciding.refuse(session, no, RefusalReason.SERVICE, actor=shop.boss, now=NOW)
        shop.approve(shop.ask(shop.askers[0], place))
        shop.terms.notice_days = notice
    drain(engine)
    return shop


def proposed(as_: As, who: Any) -> str:
    return as_(who).get("/visits/1/days").text


def move(as_: As, shop: Shop, day: Any) -> int:
    """Anna proposes, Bruno says yes; the status of her post."""
    sent = {"revision": 0, "choice": "other", "other": str(day)}
    answer = as_(shop.askers[0]).post("/visits/1/proposals", data=sent)
    if answer.status_code == 303:
        yes = as_(shop.hosts[0]).post("/visits/1/proposals/1/acceptance", data={})
        assert yes.status_code == 303
    return int(answer.status_code)


def taken(session: Session) -> list[int]:
    return list(session.exec(select(PlaceDay.taken).order_by(col(PlaceDay.day))))


def test_a_booked_day_moves_with_its_place_on_the_hosts_yes(engine: Engine, as_: As) -> None:
    shop = build(engine)
    page = proposed(as_, shop.askers[0])
    assert "on réserve au moins 3 jours à l’avance" in page
    assert f'value="{TUESDAY}"' in page
    assert f'value="{WEDNESDAY}"' not in page
    assert move(as_, shop, TUESDAY) == 303
    drain(engine)
    with open_session(engine) as session:
        request = session.exec(select(BookingRequest)).one()
        assert (request.day, request.holds, session.exec(select(Visit)).one().day) == (TUESDAY, True, TUESDAY)
        assert taken(session) == [0, 1]
        check_counts(session)
    # Nobody else comes where it is now; whoever comes where it was is welcome.
    asked = {day: as_(shop.askers[1]).get(f"/booking/places/1?day={day}").text for day in (MONDAY, TUESDAY)}
    assert "Demander cette journée" in asked[MONDAY]
    assert "M’inscrire en liste d’attente" in asked[TUESDAY]


def test_a_booked_day_moves_to_no_day_that_is_not_offered(engine: Engine, as_: As) -> None:
    shop = build(engine)
    assert move(as_, shop, WEDNESDAY) == 422
    page = as_(shop.hr).get("/visits/1/move").text
    assert f'value="{TUESDAY}"' in page
    assert f'value="{WEDNESDAY}"' not in page
    forced = as_(shop.hr).post("/visits/1/move", data={"revision": 0, "day": str(WEDNESDAY)})
    assert forced.status_code == 422
    assert as_(shop.hr).post("/visits/1/move", data={"revision": 0, "day": str(TUESDAY)}).status_code == 303


def test_a_booked_day_moves_to_no_day_for_which_the_team_refused_its_visitor(engine: Engine, as_: As) -> None:
    shop = build(engine, refused=True)
    assert f'value="{TUESDAY}"' not in proposed(as_, shop.askers[0])
    assert move(as_, shop, TUESDAY) == 422


def test_the_notice_of_booking_holds_for_a_move(engine: Engine, as_: As) -> None:
    shop = build(engine, notice=90)
    assert (TUESDAY - TODAY).days < 90
    assert move(as_, shop, TUESDAY) == 422


def test_a_booked_day_moves_to_no_day_that_is_full(engine: Engine, as_: As) -> None:
    shop = build(engine)
    with open_session(engine) as session:
        full = session.get_one(PlaceDay, (1, TUESDAY))
        full.taken = 1
        session.add(full)
        session.commit()
        # The look says so; whoever is faster than the look is not overtaken either.
        with pytest.raises(DayNotPossible):
            bookings.follow(session, session.get_one(Visit, 1), TUESDAY)
        assert taken(session) == [1, 1]
        assert session.get_one(BookingRequest, 1).day == MONDAY
    assert f'value="{TUESDAY}"' not in proposed(as_, shop.askers[0])
    assert move(as_, shop, TUESDAY) == 422


def test_nobody_in_line_is_overtaken_by_a_move(engine: Engine, as_: As) -> None:
    shop = build(engine)
    with open_session(engine) as session:
        request = session.exec(select(BookingRequest)).one()
        waits = BookingRequest(
            campaign_id=request.campaign_id,
            place_id=request.place_id,
            person_id=shop.askers[2].id or 0,
            day=TUESDAY,
            key="w" * 8,
            status=RequestStatus.WAITING,
            asked_at=NOW,
        )
        session.add(waits)
    assert move(as_, shop, TUESDAY) == 422


@pytest.mark.parametrize(("per_day", "answer"), [(1, 422), (2, 303)])
def test_a_booked_day_does_not_overtake_whoever_asked_before(
    engine: Engine, as_: As, per_day: int, answer: int
) -> None:
    with open_session(engine) as session:
        shop = Shop(session, approval=Approval.MANAGER, notice_days=30)
        shop.terms.notice_days, shop.terms.max_per_person = 3, 3
        place = shop.offer((MONDAY, TUESDAY), per_day=per_day)
        shop.approve(shop.ask(shop.askers[0], place))
        shop.ask(shop.askers[1], place, TUESDAY)
    drain(engine)
    assert (f'value="{TUESDAY}"' in proposed(as_, shop.askers[0])) is (answer == 303)
    sent = {"revision": 0, "choice": "other", "other": str(TUESDAY)}
    assert as_(shop.askers[0]).post("/visits/1/proposals", data=sent).status_code == answer


def test_whoever_a_moved_day_leaves_without_a_place_waits_in_line(engine: Engine, as_: As) -> None:
    """Another place of the same host."""
    shop = build(engine)
    with open_session(engine) as session:
        shop.session = session
        other = shop.offer((TUESDAY,), host_id=shop.hosts[0].id, job="Caisse")
        rival = shop.ask(shop.askers[1], other, TUESDAY)
        assert rival.status == RequestStatus.REQUESTED
        rival_id = rival.id
    drain(engine)
    assert move(as_, shop, TUESDAY) == 303
    drain(engine)
    with open_session(engine) as session:
        assert session.get_one(BookingRequest, rival_id).status == RequestStatus.WAITING
