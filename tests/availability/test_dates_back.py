"""Dates moved, then moved back, or enrolment reopened after them: whoever had read that days of theirs count
no more reads that they count again; whoever keeps too few is found and reminded by HR."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.availability import answers, reminding
from app.availability.answers import Asked, short_of_days
from app.availability.service import When
from app.availability.tables import Answer, Enrolment
from app.campaigns import service
from app.campaigns.tables import Booking, Campaign, Status
from app.messages.tables import Mail
from app.people.tables import Person
from tests.availability.conftest import TODAY, WHEN, Company, Open
from tests.factories import NOW, make_enrolment

Run = Callable[[], list[str]]
BEGINS, MOVED = date(2027, 4, 26), date(2027, 5, 3)
APRIL = ["2027-04-26", "2027-04-29"]
BOTH = ["2027-04-29", "2027-05-04", "2027-05-06"]
MAY = ["2027-05-04", "2027-05-06"]


@pytest.fixture
def given(company: Company, committed: Open) -> Company:
    """Anna gave days in April, Bruno in both months, Chloé in May; Max said no."""
    with committed() as session:
        for name, days in {"anna": APRIL, "bruno": BOTH, "chloe": MAY}.items():
            make_enrolment(session, company.campaign, getattr(company, name), visit_days=days)
        make_enrolment(session, company.campaign, company.manager, answer=Answer.NO, visit_days=APRIL)
    return company


@pytest.fixture
def begin(given: Company, committed: Open, run_jobs: Run) -> Callable[..., None]:
    """HR have the campaign begin on this day, and whoever is concerned is told."""

    def on(first: date, *, tell: bool = True, **values: Any) -> None:
        with committed() as session:
            campaign = session.get_one(Campaign, given.campaign.id)
            service.change(
                session, campaign, {"first_day": first, **values}, version=campaign.version,
                actor=given.actor, now=NOW, today=TODAY, loses_answers=True,
            )  # fmt: skip
        if tell:
            run_jobs()

    return on


def told(committed: Open, person: Person) -> list[str]:
    with committed() as session:
        query = select(Mail).where(Mail.kind == "days_lost", Mail.person_id == person.id)
        return [one.text.replace("\u00a0", " ") for one in session.exec(query.order_by(col(Mail.id)))]


def test_whoever_read_that_they_lost_days_reads_once_that_they_count_again(
    given: Company, committed: Open, run_jobs: Run, begin: Callable[..., None]
) -> None:
    begin(MOVED)
    begin(BEGINS)
    run_jobs()
    for one in (given.anna, given.bruno):
        lost, back = told(committed, one)
        assert "n’en font plus partie" in lost
        assert "lundi 26 avril" in back
        assert "Tous les jours que vous aviez donnés comptent de nouveau" in back
        assert "rien à faire" in back
    assert told(committed, given.chloe) == told(committed, given.manager) == []


def test_whoever_had_not_been_told_hears_nothing_of_days_that_come_back(
    given: Company, committed: Open, begin: Callable[..., None]
) -> None:
    begin(MOVED, tell=False)
    begin(BEGINS)
    assert told(committed, given.anna) == told(committed, given.bruno) == []


def test_whoever_has_enough_again_reads_so_and_whoever_always_had_enough_does_not(
    given: Company, committed: Open, begin: Callable[..., None]
) -> None:
    with committed() as session:
        enrolment = session.exec(select(Enrolment).where(Enrolment.person_id == given.anna.id)).one()
        enrolment.visit_days = ["2027-04-26", "2027-04-27", "2027-04-29"]
        other = session.exec(select(Enrolment).where(Enrolment.person_id == given.bruno.id)).one()
        other.visit_days = ["2027-04-26", *BOTH]
    begin(MOVED)
    begin(date(2027, 4, 27))
    _lost, back = told(committed, given.anna)
    assert "Vous en avez de nouveau assez" in back
    assert len(told(committed, given.bruno)) == 1


def test_whoever_keeps_too_few_days_all_the_same_is_told_nothing_that_is_not_so(
    given: Company, committed: Open, begin: Callable[..., None]
) -> None:
    begin(MOVED)
    begin(date(2027, 4, 28))
    assert len(told(committed, given.anna)) == 1


def test_days_that_come_back_and_go_again_are_each_told(
    given: Company, committed: Open, begin: Callable[..., None]
) -> None:
    for first in (MOVED, BEGINS, MOVED):
        begin(first)
    lost, back, again = told(committed, given.anna)
    assert ("n’en font plus partie" in lost, "n’en font plus partie" in back) == (True, False)
    assert "n’en font plus partie" in again


def reopened(given: Company, committed: Open) -> None:
    """The dates moved while enrolment was closed; then HR reopen it."""
    with committed() as session:
        session.get_one(Campaign, given.campaign.id).status = Status.OPEN


def short(committed: Open, given: Company) -> set[int]:
    with committed() as session:
        return short_of_days(session, session.get_one(Campaign, given.campaign.id))


def remind(session: Session, given: Company, *, days: int = 0) -> list[int]:
    when = When(WHEN.today + timedelta(days), WHEN.now + timedelta(days))
    return reminding.remind(
        session, session.get_one(Campaign, given.campaign.id), actor=given.actor, when=when
    )


def test_reminding_reaches_whoever_keeps_too_few_days(
    given: Company, committed: Open, run_jobs: Run, begin: Callable[..., None]
) -> None:
    with committed() as session:
        session.get_one(Campaign, given.campaign.id).status = Status.PLANNING
    begin(MOVED)
    reopened(given, committed)
    assert short(committed, given) == {given.anna.id}
    with committed() as session:
        assert set(remind(session, given)) == {given.anna.id, given.dora.id}
    run_jobs()
    closed, asked = told(committed, given.anna)
    assert "Les inscriptions sont closes" in closed
    assert "choisissez-en d’autres jusqu’au" in asked
    assert told(committed, given.bruno) != asked
    with committed() as session:
        assert remind(session, given) == []
        reminded = session.exec(select(Mail).where(Mail.kind == "enrolment_reminder")).all()
        assert [one.person_id for one in reminded] == [given.dora.id]
        assert remind(session, given, days=1) != []


def test_who_chose_other_days_since_is_reminded_of_nothing(
    given: Company, committed: Open, begin: Callable[..., None]
) -> None:
    begin(MOVED)
    with committed() as session:
        session.exec(select(Enrolment).where(Enrolment.person_id == given.anna.id)).one().visit_days = MAY
    assert short(committed, given) == set()
    with committed() as session:
        assert remind(session, given) == [given.dora.id]


def test_too_few_days_of_an_unchanged_campaign_are_asked_for_without_speaking_of_dates(
    given: Company, committed: Open, run_jobs: Run
) -> None:
    with committed() as session:
        session.exec(select(Enrolment).where(Enrolment.person_id == given.anna.id)).one().visit_days = []
        remind(session, given)
    run_jobs()
    [asked] = told(committed, given.anna)
    assert "ont changé les dates" not in asked
    assert "choisissez-en d’autres jusqu’au" in asked


def test_hr_read_who_keeps_too_few_days_and_reminds_them(
    given: Company, committed: Open, enter: Callable[..., TestClient], begin: Callable[..., None]
) -> None:
    here = f"/campaigns/{given.campaign.id}/answers"
    assert "trop peu de jours" not in enter(given.hr).get(here).text.split("<table")[0].split("</form>")[0]
    begin(MOVED)
    hr = enter(given.hr)
    page = hr.get(here).text
    assert "Une personne participe avec trop peu de jours" in page
    assert f'href="{here}?who=short"' in page
    listed = hr.get(f"{here}?who=short").text
    assert "Anna Bernard" in listed
    assert "Bruno" not in listed
    said = hr.post(f"{here}/reminders", follow_redirects=True).text
    assert "2 personnes vont être relancées" in said


def test_where_days_are_booked_nobody_is_short_of_them(given: Company, committed: Open) -> None:
    with committed() as session:
        campaign = session.get_one(Campaign, given.campaign.id)
        campaign.booking = Booking.OPEN
        campaign.first_day = MOVED
        assert short_of_days(session, campaign) == set()
        assert answers.asked_people(session, campaign, Asked(answered=True, only=frozenset())) == []
