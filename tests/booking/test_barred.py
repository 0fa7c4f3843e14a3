"""What the rules no longer allow its asker is over, and they read why: they changed team, or are too young
for what the team asks now."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import ending
from app.booking.tables import RefusalReason, RequestStatus
from app.core import jobs as events
from app.people.tables import Person, Side, Team
from app.teams.tables import TeamConditions
from app.worker import drain
from tests.booking.conftest import (
    NOW,
    TUESDAY,
    Shop,
    cancel,
    check_counts,
    let_go,
    mails,
    offers,
    statuses,
    tick,
)
from tests.booking.conftest import kept_next_day as kept_after_a_fall
from tests.factories import make_team
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")


def change(session: Session, row: Any, **values: Any) -> None:
    """As an import does."""
    row = session.get_one(type(row), row.id)
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.commit()


def adults_only(session: Session, team: Team) -> None:
    row = TeamConditions(team_id=team.id or 0, version=1, min_age=18, created_at=NOW)
    session.add(row)
    events.record(session, "team.conditions_changed", team_id=team.id, conditions_id=row.id)
    session.commit()


def test_nobody_is_promoted_past_somebody_who_reads_that_they_are_first(
    engine: Engine, session: Session, shop: Shop, as_: Callable[[Any], TestClient]
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    change(session, shop.askers[1], under_18=True)
    session.add(TeamConditions(team_id=shop.shop.id or 0, version=1, min_age=18, created_at=NOW))
    session.commit()
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.EXPIRED, RequestStatus.OFFERED]
    [said] = mails(session, "booking_expired")
    assert said.person_id == first.person_id
    assert "Les règles ne permettent plus votre journée" in said.text
    assert "ne reçoit que des adultes" in said.text
    check_counts(session)
    who, page = shop.askers[1], f"/booking/requests/{first.id}"
    let_go(session, who)
    read = as_(who).get(page).text
    assert "plus permise par les règles" in read
    assert "Cette équipe ne reçoit que des adultes." in read
    assert "en tête de la liste" not in read


def test_a_request_of_somebody_moved_into_the_team_is_over(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    shop = asked_shop
    place = shop.offer()
    moved, stays = shop.ask(shop.askers[0], place), shop.ask(shop.askers[1], place, TUESDAY)
    change(session, shop.askers[0], team_id=shop.shop.id)
    tick(engine)
    assert statuses(session, moved, stays) == [RequestStatus.EXPIRED, RequestStatus.REQUESTED]
    session.refresh(moved)
    assert moved.reason == RefusalReason.OWN_TEAM
    [said] = mails(session, "booking_expired")
    assert "C’est maintenant votre propre équipe." in said.text
    check_counts(session)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"side": Side.BACK}, RefusalReason.SAME_SIDE),
        ({"department": "Finance"}, RefusalReason.SAME_DEPARTMENT),
        ({"department": "Commerce"}, None),
    ],
)
def test_a_team_that_changes_side_or_department_ends_what_it_makes_impossible(
    engine: Engine, session: Session, asked_shop: Shop, values: dict[str, Any], reason: RefusalReason | None
) -> None:
    asked = asked_shop.ask(asked_shop.askers[0], asked_shop.offer())
    change(session, asked_shop.shop, **values)
    tick(engine)
    over = RequestStatus.REQUESTED if reason is None else RequestStatus.EXPIRED
    assert statuses(session, asked) == [over]
    session.refresh(asked)
    assert asked.reason == reason
    check_counts(session)


def test_a_named_host_who_becomes_the_askers_manager_does_not_receive_them(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    shop = asked_shop
    theirs = shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
    others = shop.ask(shop.askers[1], shop.offer(host_id=shop.hosts[1].id))
    for asker in shop.askers[:2]:
        change(session, asker, manager_id=shop.hosts[0].id)
    tick(engine)
    assert statuses(session, theirs, others) == [RequestStatus.EXPIRED, RequestStatus.REQUESTED]
    check_counts(session)


def test_a_minor_keeps_what_a_team_of_any_age_may_give(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    shop = asked_shop
    asked, grown = (shop.ask(one, shop.offer()) for one in shop.askers[:2])
    change(session, shop.askers[0], under_18=True)
    tick(engine)
    assert statuses(session, asked, grown) == [RequestStatus.REQUESTED] * 2
    adults_only(session, shop.shop)
    drain(engine)
    assert statuses(session, asked, grown) == [RequestStatus.EXPIRED, RequestStatus.REQUESTED]
    check_counts(session)


def test_somebody_who_moves_to_another_team_that_may_go_keeps_all(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    shop = asked_shop
    asked = shop.ask(shop.askers[0], shop.offer())
    other = make_team(session, shop.here, name="Achats", side=Side.BACK, department="Achats", max_away=9)
    change(session, shop.askers[0], team_id=other.id)
    tick(engine)
    assert statuses(session, asked) == [RequestStatus.REQUESTED]
    assert not mails(session, "booking_expired")


def test_a_place_kept_for_somebody_whom_the_rules_bar_goes_to_the_next(
    engine: Engine, session: Session, shop: Shop
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.OFFERED, RequestStatus.WAITING]
    change(session, shop.askers[1], team_id=shop.shop.id)
    tick(engine)
    assert statuses(session, first, second) == [RequestStatus.EXPIRED, RequestStatus.OFFERED]
    check_counts(session)


def test_what_was_kept_for_a_fallen_day_ends_with_the_rules_and_is_told(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    kept_after_a_fall(engine, session, shop)
    change(session, session.get_one(Person, shop.askers[0].id), team_id=shop.shop.id)
    tick(engine)
    assert [one.status for one in offers(session)] == [RequestStatus.EXPIRED]
    assert len(mails(session, "booking_expired")) == 1
    check_counts(session)


@pytest.mark.parametrize(
    ("by_rules", "said"), [(True, "les règles ne la permettent plus"), (False, "a expiré")]
)
def test_what_the_rules_ended_is_not_said_to_have_expired(
    engine: Engine,
    session: Session,
    asked_shop: Shop,
    as_: Callable[[Any], TestClient],
    clock: Clock,
    by_rules: bool,
    said: str,
) -> None:
    """Neither to the manager behind an old link nor to a program; that somebody is too young is theirs."""
    shop = asked_shop
    asked = shop.ask(shop.askers[0], shop.offer())
    if by_rules:
        change(session, shop.askers[0], under_18=True)
        adults_only(session, shop.shop)
        drain(engine)
    else:
        ending.expire(session, asked, now=NOW)
        session.commit()
    session.refresh(asked)
    assert asked.status == RequestStatus.EXPIRED
    request_id, revision = asked.id, asked.revision
    let_go(session, shop.marc, shop.askers[0])
    manager = as_(shop.marc)
    old = manager.get(f"/booking/requests/{request_id}/approval", follow_redirects=True).text
    api = f"/api/v1/booking/requests/{request_id}"
    tried = manager.post(f"{api}/approval", json={"revision": revision})
    assert tried.status_code == 409, tried.text
    for text in (old, tried.text):
        assert said in text
        assert ("a expiré" in text) is not by_rules
        assert "adulte" not in text
        assert "too_young" not in text
    own = as_(shop.askers[0]).post(f"{api}/withdrawal", json={"revision": revision})
    assert own.status_code == 409
    assert said in own.text
