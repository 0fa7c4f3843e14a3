"""A roster covers half of a booked day: whoever may change its hours hears it, all hear that it holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.calendars.jobs import remind_half_covered
from app.core.templating import long_day
from app.home.tasks import asked_tasks
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.tables import BlackoutDay, Delegation, Shift
from app.visits import queries
from app.visits.tables import ChangeKind, VisitChange
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, Shop, let_go, mails
from tests.factories import make_roster
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")
As = Callable[..., TestClient]


def half_days(engine: Engine, session: Session, shop: Shop) -> list[int | None]:
    """Two days, by id, booked with Bruno Vend0, who works mornings alone, says the roster that arrives."""
    place = shop.offer(host_id=shop.hosts[0].id)
    asked = [shop.ask(shop.askers[n], place, day) for n, day in enumerate((MONDAY, TUESDAY))]
    visits = [one.visit_id for one in asked]
    session.commit()
    drain(engine)
    arrive(engine, session, shop, Shift.MORNING)
    return visits


def arrive(engine: Engine, session: Session, shop: Shop, shift: Shift) -> None:
    make_roster(session, shop.shop.id, {(shop.hosts[0].id, day): shift for day in (MONDAY, TUESDAY)})
    session.commit()
    drain(engine)
    session.expire_all()


def told(session: Session) -> list[Mail]:
    return mails(session, "hours_to_change")


def test_who_leads_the_team_reads_once_for_all_days_where_to_change_them(
    engine: Engine, session: Session, shop: Shop, as_: As
) -> None:
    delegate, marc = shop.hosts[3], shop.marc
    names = [one.last_name for one in shop.askers]
    lent = {"manager_id": marc.id, "delegate_id": delegate.id, "first_day": TODAY, "last_day": MONDAY}
    session.add(Delegation(**lent, created_at=NOW))
    two = {marc.id, delegate.id}
    visits = half_days(engine, session, shop)
    found = told(session)
    assert {mail.person_id for mail in found} == two
    assert len(found) == 2
    for mail in found:
        assert all(f"/visits/{one}/{what}" in mail.text for one in visits for what in ("hours", "tutor"))
        assert not any(name in mail.text + mail.html for name in names)
    session.refresh(marc)
    session.expunge(marc)
    session.commit()
    home = as_(marc).get("/home").text
    assert "2 journées prévues ne peuvent pas avoir lieu" in home
    assert "Une chose vous attend" in home
    assert as_(marc).get(f"/visits/{visits[0]}/hours").status_code == 200
    own = [one.text for one in mails(session, "visit_suspended") if "/hours" in one.text]
    assert len(own) == 2  # whoever receives may change them too


def test_whoever_could_change_the_hours_reads_that_the_team_closed_the_day(
    engine: Engine, session: Session, shop: Shop, as_: As
) -> None:
    shut = "a fermé ce jour"
    place = shop.offer(host_id=shop.hosts[0].id)
    for n, day in enumerate((MONDAY, TUESDAY)):
        shop.ask(shop.askers[n], place, day)
    session.add(BlackoutDay(team_id=shop.shop.id or 0, day=MONDAY, no_visitors=True, no_leaving=False))
    session.commit()
    drain(engine)
    arrive(engine, session, shop, Shift.MORNING)
    (mail,) = told(session)
    assert [one.count(shut) for one in (mail.text, mail.html)] == [1, 1]
    suspended = mails(session, "visit_suspended")
    assert len(suspended) == 4
    for one in suspended:
        on_monday = long_day(MONDAY) in one.text
        assert (shut in one.text) is (shut in one.html) is on_monday
    host = shop.hosts[0]
    session.refresh(host)
    session.expunge(host)
    session.commit()
    assert as_(host).get("/home").text.count(shut) == 1


def test_with_other_hours_all_read_that_the_day_holds_and_who_has_yet_to_say_yes(
    engine: Engine, session: Session, shop: Shop, as_: As
) -> None:
    [first, _second] = half_days(engine, session, shop)
    seen = queries.visit(session, first or 0)
    host, visitor, revision = seen.host, seen.visitor, seen.visit.revision
    session.expunge_all()
    session.commit()
    sent = as_(host).post(f"/visits/{first}/hours", data={"part": "morning", "revision": str(revision)})
    assert sent.status_code == 303
    drain(engine)
    found = {mail.person_id: mail for mail in mails(session, "visit_changed")}
    for who in (host, visitor):
        mail = found[who.id]
        assert "Plus rien ne contredit cette journée. Elle n’est pas encore confirmée" in mail.text
        assert ("La personne qui reçoit doit encore confirmer." in mail.text) is (who is visitor)
        asked = "Nous attendons encore votre accord" in mail.text
        assert asked == (f"/visits/{first}/confirmation" in mail.text) == (who is host)  # she booked
        assert mail.calendar_method == "REQUEST"
        assert "Un planning dit autre chose" not in (mail.calendar or "")
    assert "Plus rien ne contredit ce jour" in as_(visitor).get(f"/visits/{first}").text


@pytest.mark.parametrize("who", ["host", "visitor"])
def test_mail_home_and_page_name_the_same_first_step(
    engine: Engine, session: Session, shop: Shop, as_: As, who: str
) -> None:
    """Whoever receives changes the hours; the visitor, who said yes by booking, reads that they may."""
    [first, _second] = half_days(engine, session, shop)
    person = shop.hosts[0] if who == "host" else shop.askers[0]
    step = "Changez d’abord les heures, ou faites accueillir par un collègue."
    if who == "visitor":
        step = "L’équipe qui reçoit peut changer les heures, ou faire accueillir par un collègue."
    here = f"/visits/{first}"
    [mail, *_more] = [one for one in mails(session, "visit_suspended") if one.person_id == person.id]
    found = [one for one in asked_tasks(session, person, today=TODAY, now=NOW) if one.kind == "contradicted"]
    assert step in mail.text
    assert all(step in one.text for one in found)
    assert [one.href for one in found][:1] == [f"{here}/hours" if who == "host" else here]
    assert len(found) == (2 if who == "host" else 1)
    assert all(one.asks is (who == "host") for one in found)
    let_go(session, person)
    browser = as_(person)
    pages = [here, f"{here}/confirmation"] if who == "host" else [here]  # she said yes by booking
    for one in pages:
        page = browser.get(one).text
        assert step in page
        assert (f'href="{here}/hours"' in page) is (who == "host")


def test_a_day_whose_host_is_off_leads_to_no_other_hours(
    engine: Engine, session: Session, shop: Shop, as_: As
) -> None:
    half_days(engine, session, shop)
    arrive(engine, session, shop, Shift.OFF)
    found = asked_tasks(session, shop.hosts[0], today=TODAY, now=NOW)
    assert not [one for one in found if one.href.endswith("/hours")]


def test_hr_read_it_where_nobody_leads_the_team(engine: Engine, session: Session, shop: Shop) -> None:
    for one in session.exec(select(Person).where(col(Person.team_id) == shop.shop.id)):
        one.manager_id = None
    half_days(engine, session, shop)
    assert [mail.account_id for mail in told(session)] == [shop.hr.id]


def test_nobody_reads_it_of_a_day_whose_host_is_off(engine: Engine, session: Session, shop: Shop) -> None:
    place = shop.offer(host_id=shop.hosts[0].id)
    shop.ask(shop.askers[0], place)
    session.commit()
    arrive(engine, session, shop, Shift.OFF)
    assert told(session) == []


def test_who_may_change_the_hours_is_reminded_once_while_nobody_did(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    half_days(engine, session, shop)
    first = len(told(session))
    session.commit()
    remind_half_covered(engine)
    assert len(told(session)) == first
    clock.set(NOW + timedelta(days=3, minutes=1))
    for _tick in range(2):
        remind_half_covered(engine)
    again = told(session)[first:]
    assert [one.person_id for one in again] == [shop.marc.id]
    assert again[0].subject.replace("\u00a0", " ") == "Rappel : des heures à changer pour 2 journées"
    assert "toujours pas changées" in again[0].text


def test_two_rosters_of_one_second_are_both_reminded_of(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    visits = half_days(engine, session, shop)
    first = len(told(session))
    lines = session.exec(
        select(VisitChange).where(
            col(VisitChange.visit_id).in_(visits), VisitChange.kind == ChangeKind.SUSPENDED
        )
    ).all()
    for number, line in enumerate(lines):
        line.at += timedelta(milliseconds=number)
    session.commit()
    clock.set(NOW + timedelta(days=3, minutes=1))
    remind_half_covered(engine)
    again = told(session)[first:]
    assert [sum(f"/visits/{one}/hours" in mail.text for mail in again) for one in visits] == [1, 1]
