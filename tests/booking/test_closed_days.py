"""A team closes a day for which people wait: they keep their turn, read that nobody is received for now, and
once more when somebody is."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import asking, jobs_answers, jobs_days
from app.booking.tables import BookingRequest, RequestStatus, Silence
from app.messages.tables import Mail
from app.people.tables import Team
from app.teams import service as teams
from app.teams.days import practice_of
from app.teams.service import By, Mark
from app.worker import drain
from tests.booking.conftest import (
    MONDAY,
    NOW,
    TODAY,
    TUESDAY,
    Shop,
    cancel,
    check_counts,
    let_go,
    mails,
    statuses,
)
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")

WHO = {"host": "personne ne vient ce jour-là", "visitor": "personne ne part ce jour-là", "": ""}
SHUT = "l’équipe ne reçoit personne ce jour-là pour l’instant"


def say(session: Session, shop: Shop, mark: Mark, *days: date, team: Team | None = None) -> None:
    """What the shop's manager, or who leads another team, says of these days."""
    team_id = (team or shop.shop).id or 0
    version = practice_of(session, team_id).version
    by = By(shop.boss)
    teams.mark_days(session, team_id, days or (MONDAY,), mark, version=version, by=by, now=NOW, today=TODAY)
    session.commit()


def news(engine: Engine, session: Session) -> list[Mail]:
    """What people were told of closed days, once the clock has struck."""
    for _ in range(2):
        jobs_days.tell_closed_days(engine)
    return mails(session, "booking_days")


@pytest.mark.parametrize("mark", [Mark.NO_VISITORS, Mark.CLOSED])
def test_who_waits_for_a_closed_day_keeps_their_turn_and_is_told_once(
    engine: Engine, session: Session, shop: Shop, mark: Mark
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    say(session, shop, mark)
    drain(engine)
    told = news(engine, session)
    assert [one.person_id for one in told] == [first.person_id, second.person_id]
    assert all("ne reçoit personne" in text for one in told for text in (one.subject, one.text, one.html))
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.WAITING] * 2
    assert len(news(engine, session)) == 2
    check_counts(session)


@pytest.mark.parametrize("limits", [{"closed_weekdays": "1000000"}, {"max_visitors": 0}])
def test_the_same_of_a_weekday_that_hr_close_or_where_nobody_may_come(
    engine: Engine, session: Session, shop: Shop, limits: dict[str, Any]
) -> None:
    _place, (_booked, first, second) = shop.line_up(2)
    team = session.get_one(Team, shop.shop.id)
    before = {name: getattr(team, name) for name in limits}
    for now, word in ((limits, "ne reçoit personne"), (before, "reçoit de nouveau")):
        team.sqlmodel_update(now)
        session.commit()
        told = news(engine, session)[-2:]
        assert [one.person_id for one in told] == [first.person_id, second.person_id]
        assert all(word in one.text for one in told)
    assert len(news(engine, session)) == 4


def test_another_weekday_that_hr_close_tells_nobody(engine: Engine, session: Session, shop: Shop) -> None:
    shop.line_up(2)
    session.get_one(Team, shop.shop.id).closed_weekdays = "0111111"
    session.commit()
    assert news(engine, session) == []


def test_on_any_other_mark_nobody_who_waits_is_told_anything(
    engine: Engine, session: Session, shop: Shop
) -> None:
    shop.line_up(1)
    for mark in (Mark.NO_LEAVING, Mark.GOOD, Mark.ORDINARY):
        say(session, shop, mark)
        drain(engine)
        assert news(engine, session) == []


def test_the_day_opened_again_is_offered_to_the_first_at_once_and_the_others_are_told(
    engine: Engine, session: Session, shop: Shop
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    say(session, shop, Mark.NO_VISITORS)
    cancel(session, shop, booked)
    drain(engine)
    before = len(news(engine, session))
    say(session, shop, Mark.ORDINARY)
    drain(engine)  # no tick of the clock
    assert statuses(session, first, second) == [RequestStatus.OFFERED, RequestStatus.WAITING]
    assert [one.person_id for one in mails(session, "booking_offer")] == [first.person_id]
    told = news(engine, session)[before:]
    assert [one.person_id for one in told] == [second.person_id]
    assert "reçoit de nouveau" in told[0].text
    check_counts(session)


def test_a_tap_taken_back_before_the_clock_strikes_writes_to_nobody(
    engine: Engine, session: Session, shop: Shop
) -> None:
    shop.line_up(1)
    say(session, shop, Mark.NO_VISITORS)
    drain(engine)
    say(session, shop, Mark.ORDINARY)
    drain(engine)
    assert news(engine, session) == []


def test_several_days_closed_at_once_are_one_message(engine: Engine, session: Session, shop: Shop) -> None:
    place = shop.offer(host_id=shop.hosts[0].id)
    for day, asker in ((MONDAY, shop.askers[0]), (TUESDAY, shop.askers[1])):
        shop.ask(asker, place, day)
        shop.ask(shop.askers[2], place, day, wait=True)
    say(session, shop, Mark.CLOSED, MONDAY, TUESDAY)
    drain(engine)
    [told] = news(engine, session)
    assert told.person_id == shop.askers[2].id
    assert all(day in told.text for day in ("lundi 5 avril", "mardi 6 avril"))


def test_pages_and_programs_say_that_the_day_is_closed_for_now(
    engine: Engine, session: Session, shop: Shop, as_: Callable[[Any], TestClient]
) -> None:
    _place, (_booked, first, _second) = shop.line_up(2)
    asker, waits = shop.askers[1], first.id
    session.commit()
    pages = ("/home", "/booking/requests", f"/booking/requests/{waits}")
    for shut in (False, True):
        if shut:
            say(session, shop, Mark.NO_VISITORS)
            drain(engine)
        let_go(session, asker)
        client = as_(asker)
        assert [SHUT in client.get(page).text for page in pages] == [shut] * 3
        one = client.get(f"/api/v1/booking/requests/{waits}").json()
        assert (one["status"], one["day_closed"]) == ("waiting", shut)
        asker = session.merge(asker)


def test_who_asked_reads_that_the_team_closed_the_day_and_cannot_say_yes(
    engine: Engine, session: Session, asked_shop: Shop, as_: Callable[[Any], TestClient]
) -> None:
    asked: BookingRequest = asked_shop.ask(asked_shop.askers[0], asked_shop.offer())
    session.commit()
    drain(engine)
    say(session, asked_shop, Mark.NO_VISITORS)
    drain(engine)
    [told] = news(engine, session)
    assert told.person_id == asked.person_id
    assert "ne peut plus dire oui" in told.text
    asker, here = asked_shop.askers[0], f"/booking/requests/{asked.id}"
    let_go(session, asker)
    assert "ne peut plus dire oui" in as_(asker).get(here).text
    say(session, asked_shop, Mark.ORDINARY)
    drain(engine)
    assert "peut de nouveau" in news(engine, session)[-1].text
    assert "ne peut plus dire oui" not in as_(asker).get(here).text


@pytest.mark.parametrize("closes", ["host", "visitor", ""])
def test_a_reminder_for_a_closed_day_says_that_only_a_no_is_possible(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock, closes: str
) -> None:
    asked_shop.terms.silence = Silence.APPROVE
    asked_shop.ask(asked_shop.askers[0], asked_shop.offer())
    session.commit()
    drain(engine)
    if closes:
        team = asked_shop.shop if closes == "host" else asked_shop.accounts
        say(session, asked_shop, Mark.CLOSED, team=team)
    clock.forward(days=3)
    jobs_answers.remind_managers(engine)
    first, again = mails(session, "booking_request")
    assert first.person_id == again.person_id == asked_shop.marc.id
    for text in (again.text, again.html):
        assert ("Vous ne pouvez que refuser" in text) is bool(closes)
        assert ("la demande est acceptée, s’il reste une place" in text) is not bool(closes)
        assert WHO[closes] in text


@pytest.mark.parametrize("shut", [True, False])
def test_whoever_has_a_place_kept_reads_that_the_team_closed_its_day_since(
    engine: Engine, session: Session, shop: Shop, as_: Callable[[Any], TestClient], *, shut: bool
) -> None:
    _place, (booked, kept) = shop.line_up()
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, kept) == [RequestStatus.OFFERED]
    if shut:
        say(session, shop, Mark.NO_VISITORS)
    let_go(session, shop.askers[1], kept)
    page = as_(shop.askers[1]).get(f"/booking/requests/{kept.id}").text
    assert ("L’équipe a fermé ce jour depuis" in page) is shut
    assert "Prendre cette place" in page


@pytest.mark.parametrize("shut", [True, False])
def test_a_kept_place_taken_on_a_day_closed_since_says_so_to_everybody(
    engine: Engine, session: Session, shop: Shop, as_: Callable[[Any], TestClient], *, shut: bool
) -> None:
    _place, (booked, kept) = shop.line_up()
    cancel(session, shop, booked)
    drain(engine)
    if shut:
        say(session, shop, Mark.NO_VISITORS)
    asker, marc = shop.askers[1], shop.marc
    session.refresh(kept)
    asking.accept(
        session, kept, asker, actor=shop.actor(asker), now=NOW, today=NOW.date(), revision=kept.revision
    )
    session.commit()
    drain(engine)
    told = [one for kind in ("visit_invitation", "visit_team") for one in mails(session, kind)]
    told = [one for one in told if one.key.split(":")[1] == str(kept.visit_id)]
    people = {
        one.person_id for one in told if "a fermé ce jour" in one.text and "a fermé ce jour" in one.html
    }
    everybody = {asker.id, shop.hosts[0].id, marc.id, shop.martine.id}
    assert {one.person_id for one in told} == everybody
    assert people == (everybody if shut else set())
    let_go(session, asker, marc, kept)
    for who, page in (
        (asker, f"/booking/requests/{kept.id}"),
        (asker, f"/visits/{kept.visit_id}"),
        (marc, f"/visits/{kept.visit_id}"),
    ):
        text = as_(who).get(page).text
        assert ("a fermé ce jour" in text) is shut
        assert ("La place est à vous. La journée n’est pas encore certaine" in text) is ("requests" in page)
