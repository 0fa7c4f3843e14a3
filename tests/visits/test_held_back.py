"""A day that a roster contradicts, or whose site is closed, and that passed before anybody decided: nobody
knows whether it took place, either of the two or HR may say so, and nobody is accused."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlalchemy import Engine
from sqlmodel import col, select

from app.campaigns.tables import Status
from app.core.db import open_session
from app.debriefs.jobs import open_forms
from app.messages.tables import Mail
from app.visits import absences, suspending
from app.visits.errors import NobodyWasToCome, NothingInTheWay
from app.visits.history import Hand
from app.visits.tables import By, CancelReason, Visit
from tests.support.web import Clock
from tests.visits.life import MONDAY, Company, told

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]
BEFORE = datetime(2027, 4, 3, 8, 0, tzinfo=UTC)
EVENING = datetime(2027, 4, 5, 18, 0, tzinfo=UTC)
LATER = datetime(2027, 4, 23, 18, 0, tzinfo=UTC)
WORDS = {
    CancelReason.ROSTER: "Un planning contredisait cette journée.",
    CancelReason.CLOSED: "Le site était fermé ce jour-là.",
}


@pytest.fixture(params=[CancelReason.ROSTER, CancelReason.CLOSED])
def why(request: pytest.FixtureRequest) -> CancelReason:
    """What stands in the way."""
    return CancelReason(request.param)


@pytest.fixture
def day(company: Company, clock: Clock, why: CancelReason) -> Visit:
    """Monday evening: Anna was to be at Bruno's, and it was said that the day cannot be."""
    company.campaign.status = Status.RUNNING
    clock.set(BEFORE)
    closing = company.hand(company.there, By.HR, BEFORE)
    hand = closing if why is CancelReason.CLOSED else Hand(By.SERVICE, None, BEFORE)
    suspending.suspend(company.session, [company.there.id or 0], hand)
    company.session.commit()
    clock.set(EVENING)
    return company.there


def asked(company: Company, visit: Visit, who: Any) -> Any:
    return company.before(visit, who, MONDAY), company.hand(visit, who, EVENING)


def test_page_mail_home_and_calendar_ask_and_name_the_cause(
    company: Company, engine: Engine, enter: Enter, day: Visit, why: CancelReason
) -> None:
    open_forms(engine)
    told(engine, company.session)
    anna = enter(company.anna)
    for address in (f"/visits/{day.id}", "/home", f"/debriefs/{day.id}"):
        page = anna.get(address).text
        assert "a-t-elle eu lieu" in page, address
        assert WORDS[why] in page, address
    assert "Signaler une absence" not in anna.get(f"/visits/{day.id}").text
    with open_session(engine, reads_only=True) as session:
        found = session.exec(select(Mail).where(Mail.kind == "debrief_invitation")).all()
        assert len(found) == 2
        for mail in found:
            assert WORDS[why] in mail.text
            assert "vous avez passé la journée" not in mail.text
            assert "vous avez accueilli" not in mail.text
    (event,) = Calendar.from_ical(anna.get(f"/visits/{day.id}.ics").text).walk("VEVENT")
    assert str(event["STATUS"]) == "TENTATIVE"
    assert WORDS[why] in str(event["DESCRIPTION"])


def test_hr_find_it_in_their_list_and_say_what_happened(
    company: Company, enter: Enter, day: Visit, why: CancelReason
) -> None:
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/absences"
    assert "a-t-elle eu lieu" in hr.get("/home").text
    assert WORDS[why] in hr.get(here).text
    form = hr.get(f"/visits/{day.id}/ruling").text
    assert 'value="visitor"' not in form
    version = absences.said_so_far(day, ())
    hr.post(f"/visits/{day.id}/ruling", data={"outcome": "held", "version": version})
    company.session.refresh(day)
    assert day.ruled_at is not None
    assert "a-t-elle eu lieu" not in hr.get("/home").text
    assert WORDS[why] not in hr.get(here).text
    assert "a-t-elle eu lieu" not in enter(company.anna).get(f"/debriefs/{day.id}").text


def test_a_reported_absence_stands_beside_a_day_that_nobody_knows_of(
    company: Company, clock: Clock, enter: Enter, day: Visit, why: CancelReason
) -> None:
    clock.set(LATER)
    absences.report(
        company.session,
        company.before(company.back, company.anna, LATER.date()),
        company.hand(company.back, company.anna, LATER),
    )
    company.session.commit()
    page = enter(company.hr).get(f"/campaigns/{company.campaign.id}/absences")
    assert page.status_code == 200
    assert "a-t-elle eu lieu" in page.text
    assert "Une journée n’a pas eu lieu, selon quelqu’un" in page.text


def test_one_tap_says_that_it_was_not_held_and_accuses_nobody(
    company: Company, engine: Engine, enter: Enter, day: Visit, why: CancelReason
) -> None:
    with pytest.raises(NobodyWasToCome):
        absences.report(company.session, *asked(company, day, company.anna))
    enter(company.anna).post(f"/visits/{day.id}/not-held")
    told(engine, company.session)
    with open_session(engine, reads_only=True) as session:
        mail = session.exec(select(Mail).where(Mail.kind == "visit_absence").order_by(col(Mail.id))).one()
        assert "Personne n’est en cause" in mail.text
        assert "convention" not in mail.text + mail.subject
    page = enter(company.bruno).get(f"/visits/{day.id}").text
    assert "n’a pas eu lieu, personne n’est en cause" in page
    assert "convention" not in page


def test_a_day_that_holds_again_is_lived_as_any_other(
    company: Company, enter: Enter, clock: Clock, day: Visit
) -> None:
    clock.set(BEFORE)
    suspending.lift(company.session, [day.id or 0], company.hand(day, By.HR, BEFORE))
    day.visitor_confirmed_at = day.host_confirmed_at = BEFORE
    company.session.commit()
    clock.set(EVENING)
    assert "a-t-elle eu lieu" not in enter(company.anna).get(f"/visits/{day.id}").text
    with pytest.raises(NothingInTheWay):
        absences.say_not_held(company.session, *asked(company, day, company.anna))
