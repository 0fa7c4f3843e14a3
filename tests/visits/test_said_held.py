"""Whoever sends the debrief of a day without its agreement says that it took place: who says the contrary
later does not stand alone, and nobody reads from it whether a debrief was sent."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.core.db import open_session
from app.debriefs.tables import Debrief
from app.messages.tables import Mail
from app.visits import absences
from app.visits.errors import AlreadyRuled, NothingToTakeBack
from app.visits.tables import By, Visit, VisitChange
from tests.visits.life import BEFORE, PAIR, Company, asked, told

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]


def as_it_is(company: Company, day: Visit) -> tuple[By | None, bool, bool]:
    """Who says that it was not held, whether it counts so, whether HR are to say."""
    company.session.commit()
    company.session.refresh(day)
    return day.not_held_by, day.missed_at is not None, day.disputed_at is not None


def debrief(who: TestClient, day: Visit) -> int:
    return who.post(f"/debriefs/{day.id}/sending", data={"thanks": "Merci"}).status_code


def last_mail(engine: Engine) -> Mail:
    with open_session(engine, reads_only=True) as session:
        found = session.exec(select(Mail).where(Mail.kind == "visit_absence").order_by(col(Mail.id))).all()
    return found[-1]


@pytest.mark.parametrize("says", ["sent", "said"])
def test_not_held_against_a_word_that_it_took_place_is_contested_at_once(
    company: Company, engine: Engine, enter: Enter, day: Visit, says: str
) -> None:
    bruno, anna, hr = enter(company.bruno), enter(company.anna), enter(company.hr)
    form = bruno.get(f"/debriefs/{day.id}").text
    assert "Envoyer ce bilan, c’est dire que la journée a eu lieu" in form
    if says == "sent":
        assert debrief(bruno, day) == 303
    else:
        answer = bruno.post(f"/visits/{day.id}/held")
        assert answer.headers["location"] == f"/debriefs/{day.id}"
    assert as_it_is(company, day) == (None, False, False)
    for who in (anna, hr):
        assert "Bruno Lam dit" not in who.get(f"/visits/{day.id}").text
    flash = anna.post(f"/visits/{day.id}/not-held", follow_redirects=True).text
    assert as_it_is(company, day) == (By.VISITOR, False, True)
    assert "vos RH lisent les deux versions" in flash
    both = "Anna Roy dit que la journée n’a pas eu lieu"
    opposed = "Bruno Lam dit qu’elle a eu lieu"
    for text in (
        hr.get(f"/campaigns/{company.campaign.id}/absences").text,
        bruno.get(f"/visits/{day.id}").text,
    ):
        assert both in text
        assert opposed in text
    assert "attend votre avis" in hr.get("/home").text
    assert told(engine, company.session)[-1] == ("Bruno", "visit_absence")
    mail = last_mail(engine)
    assert "ne s’accordent pas" in mail.subject
    assert "vous n’avez rien à répondre" not in mail.text
    assert "Vos RH lisent les deux versions" in mail.text
    version = absences.said_so_far(day, ())
    hr.post(f"/visits/{day.id}/ruling", data={"outcome": "held", "version": version})
    assert as_it_is(company, day) == (None, False, False)


def test_what_is_read_does_not_tell_whether_a_debrief_was_sent(
    company: Company, enter: Enter, day: Visit
) -> None:
    """The word alone leaves the same rows and lines as a sent form, but for the ledger nobody reads."""
    enter(company.bruno).post(f"/visits/{day.id}/held")
    lines = company.session.exec(select(VisitChange.kind).where(VisitChange.visit_id == day.id)).all()
    before = (len(lines), day.changed_at, day.revision)
    company.session.refresh(day)
    assert day.host_says_held
    assert (
        company.session.exec(select(Debrief).where(Debrief.visit_id == day.id, col(Debrief.sent))).all() == []
    )
    assert debrief(enter(company.bruno), day) == 303
    lines = company.session.exec(select(VisitChange.kind).where(VisitChange.visit_id == day.id)).all()
    company.session.refresh(day)
    assert (len(lines), day.changed_at, day.revision) == before


def test_ones_own_word_may_be_changed_and_is_no_contradiction(
    company: Company, enter: Enter, day: Visit
) -> None:
    anna = enter(company.anna)
    anna.post(f"/visits/{day.id}/held")
    anna.post(f"/visits/{day.id}/not-held")
    assert as_it_is(company, day) == (By.VISITOR, True, False)
    assert not day.visitor_says_held


def test_hr_who_say_not_held_against_such_a_word_are_to_rule(
    company: Company, enter: Enter, day: Visit
) -> None:
    enter(company.anna).post(f"/visits/{day.id}/held")
    here = f"/campaigns/{company.campaign.id}/agreements"
    enter(company.hr).post(here, data={**PAIR, "visit_ids": [day.id], "what": "not_held"})
    assert as_it_is(company, day) == (By.HR, False, True)


def test_it_is_said_by_the_two_of_a_day_that_nobody_knows_of(
    company: Company, enter: Enter, day: Visit
) -> None:
    assert enter(company.martine).post(f"/visits/{day.id}/held").status_code in {403, 404}
    assert enter(company.hr).post(f"/visits/{day.id}/held").status_code == 403
    assert enter(company.bruno).post(f"/visits/{company.back.id}/held").status_code == 409  # to come
    enter(company.anna).post(f"/visits/{day.id}/not-held")
    assert enter(company.bruno).post(f"/visits/{day.id}/held").status_code == 409  # said so: contest
    assert debrief(enter(company.bruno), day) == 409
    company.session.refresh(day)
    assert not day.host_says_held


def test_a_contested_day_is_taken_back_by_who_said_it_until_hr_rule(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    absences.say_not_held(company.session, *asked(company, day, company.anna))
    absences.contest(company.session, *asked(company, day, company.bruno))
    anna, bruno, hr = enter(company.anna), enter(company.bruno), enter(company.hr)
    told(engine, company.session)
    assert "C’était une erreur" in anna.get(f"/visits/{day.id}").text
    assert "C’était une erreur" not in bruno.get(f"/visits/{day.id}").text
    with pytest.raises(NothingToTakeBack):
        absences.take_back(company.session, *asked(company, day, company.bruno))
    anna.post(f"/visits/{day.id}/absence/withdrawal")
    assert as_it_is(company, day) == (None, False, False)
    assert told(engine, company.session) == [("Bruno", "visit_absence")]
    assert "attend votre avis" not in hr.get("/home").text
    assert "versions opposées" not in hr.get(f"/campaigns/{company.campaign.id}/absences").text
    assert "Faire mon bilan" in last_mail(engine).text
    anna.post(f"/visits/{day.id}/not-held")  # Bruno's word stays
    assert as_it_is(company, day) == (By.VISITOR, False, True)
    version = absences.said_so_far(day, ())
    hr.post(f"/visits/{day.id}/ruling", data={"outcome": "not_held", "version": version})
    with pytest.raises(AlreadyRuled):
        absences.take_back(company.session, *asked(company, day, company.anna))


def test_a_contested_absence_is_taken_back_by_who_reported_it_until_hr_rule(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    day.agreement_at = BEFORE
    company.session.flush()
    absences.report(company.session, *asked(company, day, company.bruno))
    absences.contest(company.session, *asked(company, day, company.anna))
    bruno, anna = enter(company.bruno), enter(company.anna)
    told(engine, company.session)
    version = absences.said_so_far(day, absences.reports_of(company.session, day.id or 0))
    assert "C’était une erreur" in bruno.get(f"/visits/{day.id}").text
    assert "C’était une erreur" not in anna.get(f"/visits/{day.id}").text
    bruno.post(f"/visits/{day.id}/absence/withdrawal")
    assert as_it_is(company, day) == (None, False, False)
    assert absences.reports_of(company.session, day.id or 0) == ()
    assert told(engine, company.session) == [("Anna", "visit_absence")]
    late = enter(company.hr).post(f"/visits/{day.id}/ruling", data={"outcome": "held", "version": version})
    assert late.status_code == 409  # nothing is left to rule on
    absences.report(company.session, *asked(company, day, company.bruno))
    version = absences.said_so_far(day, absences.reports_of(company.session, day.id or 0))
    enter(company.hr).post(f"/visits/{day.id}/ruling", data={"outcome": "visitor", "version": version})
    with pytest.raises(AlreadyRuled):
        absences.take_back(company.session, *asked(company, day, company.bruno))
