"""A staff file, or a team's other side, leaves somebody uninvited: what they asked for is over as well, as
when HR change whom the campaign invites. Days that are booked stay."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, delete

from app.booking.errors import NotForYou
from app.booking.tables import BookingRequest, RefusalReason, RequestStatus
from app.campaigns.tables import InvitedGroup, InvitedKind
from app.people.tables import ContractKind, Person, Side
from app.worker import drain
from tests.booking.conftest import (
    TUESDAY,
    Shop,
    cancel,
    check_counts,
    let_go,
    mails,
    statuses,
    tick,
)

pytestmark = pytest.mark.usefixtures("clock")


def becomes(session: Session, person: Person, contract: ContractKind = ContractKind.TEMPORARY) -> None:
    """As a staff file says it."""
    row = session.get_one(Person, person.id)
    row.contract = contract
    session.add(row)
    session.commit()


@pytest.mark.parametrize("contract", [ContractKind.TEMPORARY, ContractKind.PERMANENT])
def test_what_waits_ends_with_the_invitation_and_its_asker_reads_it_once(
    engine: Engine, session: Session, asked_shop: Shop, contract: ContractKind
) -> None:
    shop = asked_shop
    place = shop.offer()
    asked, stays = shop.ask(shop.askers[0], place), shop.ask(shop.askers[1], place, TUESDAY)
    becomes(session, shop.askers[0], contract)
    tick(engine)
    over = contract == ContractKind.TEMPORARY
    expected = RequestStatus.EXPIRED if over else RequestStatus.REQUESTED
    assert statuses(session, asked, stays) == [expected, RequestStatus.REQUESTED]
    said = mails(session, "booking_expired")
    assert [one.person_id for one in said] == ([shop.askers[0].id] if over else [])
    if over:
        assert session.get_one(BookingRequest, asked.id).reason == RefusalReason.UNINVITED
        assert "La campagne ne vous invite plus." in said[0].text
        becomes(session, shop.askers[0], ContractKind.PERMANENT)
        tick(engine)
        assert statuses(session, asked) == [RequestStatus.EXPIRED]
    check_counts(session)


@pytest.mark.parametrize("side", [Side.FRONT, Side.BACK])
def test_a_team_that_leaves_the_side_that_is_invited_waits_for_nothing(
    engine: Engine, session: Session, asked_shop: Shop, side: Side
) -> None:
    shop = asked_shop
    asked = shop.ask(shop.askers[0], shop.offer())
    session.exec(delete(InvitedGroup).where(col(InvitedGroup.campaign_id) == shop.campaign.id))
    session.add(InvitedGroup(campaign_id=shop.campaign.id or 0, kind=InvitedKind.SIDE, ref=side.value))
    session.commit()
    tick(engine)
    over = side == Side.FRONT  # the asker's team is of the other one
    assert statuses(session, asked) == [RequestStatus.EXPIRED if over else RequestStatus.REQUESTED]


def test_a_place_that_was_kept_goes_to_the_next_and_a_booked_day_stays(
    engine: Engine, session: Session, shop: Shop
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    kept = shop.ask(shop.askers[3], shop.offer([TUESDAY], host_id=shop.hosts[1].id), TUESDAY)
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.OFFERED, RequestStatus.WAITING]
    becomes(session, shop.askers[1])
    becomes(session, shop.askers[3])
    tick(engine)
    expected = [RequestStatus.EXPIRED, RequestStatus.OFFERED, RequestStatus.BOOKED]
    assert statuses(session, first, second, kept) == expected
    check_counts(session)


def test_nobody_who_is_invited_no_more_is_offered_a_place_before_the_clock_ends_it(
    engine: Engine, session: Session, shop: Shop
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    becomes(session, shop.askers[1])
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.EXPIRED, RequestStatus.OFFERED]
    [said] = mails(session, "booking_expired")
    assert "La campagne ne vous invite plus." in said.text
    check_counts(session)


@pytest.mark.parametrize("contract", [ContractKind.TEMPORARY, ContractKind.PERMANENT])
def test_whoever_takes_their_place_too_late_reads_why_and_the_next_has_it(
    engine: Engine, session: Session, shop: Shop, as_: Callable[[Any], TestClient], contract: ContractKind
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    cancel(session, shop, booked)
    drain(engine)
    becomes(session, shop.askers[1], contract)
    session.refresh(first)
    revision, request_id = first.revision, first.id
    let_go(session, shop.askers[1])
    answer = as_(shop.askers[1]).post(
        f"/api/v1/booking/requests/{request_id}/acceptance", json={"revision": revision}
    )
    drain(engine)
    if contract == ContractKind.PERMANENT:
        assert answer.status_code == 200, answer.text
        assert statuses(session, first, second) == [RequestStatus.BOOKED, RequestStatus.WAITING]
    else:
        assert answer.status_code == 409
        assert "la campagne ne vous invite plus" in answer.text
        assert statuses(session, first, second) == [RequestStatus.EXPIRED, RequestStatus.OFFERED]
    check_counts(session)


@pytest.mark.parametrize("contract", [ContractKind.TEMPORARY, ContractKind.PERMANENT])
def test_a_team_says_yes_to_nobody_who_is_invited_no_more(
    session: Session, asked_shop: Shop, contract: ContractKind
) -> None:
    shop = asked_shop
    asked = shop.ask(shop.askers[0], shop.offer())
    becomes(session, shop.askers[0], contract)
    if contract == ContractKind.PERMANENT:
        shop.approve(asked)
        assert statuses(session, asked) == [RequestStatus.BOOKED]
        return
    with pytest.raises(NotForYou) as why:
        shop.approve(asked)
    assert "Les règles ne permettent plus cette journée à" in why.value.message()
    assert "invite" not in why.value.message()
    assert statuses(session, asked) == [RequestStatus.REQUESTED]


@pytest.mark.parametrize("contract", [ContractKind.TEMPORARY, ContractKind.PERMANENT])
def test_whoever_is_invited_no_more_is_put_in_no_line_when_another_takes_the_day(
    engine: Engine, session: Session, asked_shop: Shop, contract: ContractKind
) -> None:
    shop = asked_shop
    place = shop.offer(host_id=shop.hosts[0].id)
    first, loser = shop.ask(shop.askers[0], place), shop.ask(shop.askers[1], place)
    becomes(session, shop.askers[1], contract)
    shop.approve(first)
    session.commit()
    drain(engine)
    stays = contract == ContractKind.PERMANENT
    assert statuses(session, first, loser) == [
        RequestStatus.BOOKED,
        RequestStatus.WAITING if stays else RequestStatus.EXPIRED,
    ]
    assert len(mails(session, "booking_queued")) == (1 if stays else 0)
    said = mails(session, "booking_expired")
    assert ["La campagne ne vous invite plus." in one.text for one in said] == ([] if stays else [True])
    check_counts(session)


@pytest.mark.parametrize("contract", [ContractKind.TEMPORARY, ContractKind.PERMANENT])
def test_a_yes_that_is_too_late_for_whoever_is_invited_no_more_ends_the_request(
    engine: Engine,
    session: Session,
    asked_shop: Shop,
    as_: Callable[[Any], TestClient],
    contract: ContractKind,
) -> None:
    shop = asked_shop
    asked = shop.ask(shop.askers[0], shop.offer())
    revision, request_id = asked.revision, asked.id
    becomes(session, shop.askers[0], contract)
    let_go(session, shop.marc)
    as_(shop.marc).post(f"/booking/requests/{request_id}/approval", data={"revision": str(revision)})
    drain(engine)
    stays = contract == ContractKind.PERMANENT
    assert statuses(session, asked) == [RequestStatus.BOOKED if stays else RequestStatus.EXPIRED]
    assert len(mails(session, "booking_expired")) == (0 if stays else 1)
    check_counts(session)
