"""HR move the dates of a planned campaign after people gave their days: HR confirm whom it touches, whoever
loses days reads it, and whoever keeps too few is asked for others."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.availability.busy.service import chosen
from app.availability.own import own_answers
from app.availability.queries import campaigns_short_of_days
from app.availability.tables import Answer
from app.campaigns import service
from app.campaigns.errors import OutsideCampaign
from app.campaigns.tables import Booking, Campaign, Exchange, Status
from app.messages.tables import Mail
from app.people.tables import Person
from tests.availability.conftest import TODAY, Company, Open
from tests.factories import NOW, make_enrolment

Run = Callable[[], list[str]]
FIRST = date(2027, 5, 3)
"""The campaign begins on 26 April."""
APRIL = ["2027-04-26", "2027-04-29"]
BOTH = ["2027-04-29", "2027-05-04", "2027-05-06"]
MAY = ["2027-05-04", "2027-05-06"]


def give(committed: Open, company: Company, given: dict[Any, list[str]], **terms: Any) -> None:
    """These people say yes, on these days."""
    with committed() as session:
        campaign = session.get_one(Campaign, company.campaign.id)
        for name, value in terms.items():
            setattr(campaign, name, value)
        for name, days in given.items():
            make_enrolment(session, company.campaign, getattr(company, name), visit_days=days)
        make_enrolment(session, company.campaign, company.manager, answer=Answer.NO, visit_days=APRIL)


def edit(session: Session, company: Company, **values: Any) -> list[str]:
    campaign = session.get_one(Campaign, company.campaign.id)
    confirmed = values.pop("loses_answers", False)
    return service.change(
        session, campaign, values, version=campaign.version, actor=company.actor, now=NOW, today=TODAY,
        loses_answers=confirmed,
    )  # fmt: skip


def refused(committed: Open, company: Company, **values: Any) -> str:
    with committed() as session, pytest.raises(OutsideCampaign) as why:
        edit(session, company, **values)
    assert set(why.value.faults) == {"loses_answers"}
    with committed() as session:
        assert session.get_one(Campaign, company.campaign.id).version == 1
    return why.value.faults["loses_answers"].replace("\u00a0", " ")


def told(committed: Open) -> dict[int | None, str]:
    with committed() as session:
        query = select(Mail).where(Mail.kind == "days_lost").order_by(col(Mail.id))
        return {one.person_id: one.text.replace("\u00a0", " ") for one in session.exec(query)}


def test_days_given_are_not_left_outside_until_hr_confirmed_it(company: Company, committed: Open) -> None:
    give(committed, company, {"anna": APRIL, "bruno": BOTH, "chloe": MAY})
    said = refused(committed, company, first_day=FIRST)
    assert "Réponses oui : 3." in said
    assert "2 personnes perdent des jours qu’elles avaient donnés, et le lisent." in said
    assert "Une personne n’en garde pas assez pour participer : le message lui en demande d’autres." in said
    with committed() as session:
        assert edit(session, company, first_day=FIRST, loses_answers=True) == ["first_day"]


def test_dates_that_keep_every_day_given_are_confirmed_by_nobody(
    company: Company, committed: Open, run_jobs: Run
) -> None:
    give(committed, company, {"chloe": MAY})
    with committed() as session:
        assert edit(session, company, first_day=FIRST, closing_days=[date(2027, 5, 5)])
    run_jobs()
    assert told(committed) == {}


def test_a_closing_day_takes_days_as_other_dates_do(company: Company, committed: Open) -> None:
    give(committed, company, {"bruno": BOTH})
    assert "Une personne perd" in refused(committed, company, closing_days=[date(2027, 4, 29)])


def test_one_day_is_too_few_for_an_exchange_and_enough_for_a_single_visit(
    company: Company, committed: Open
) -> None:
    give(committed, company, {"bruno": ["2027-04-29", "2027-05-04"]})
    assert "pas assez pour participer" in refused(committed, company, first_day=FIRST)
    with committed() as session:
        session.get_one(Campaign, company.campaign.id).exchange = Exchange.SHADOW
    assert "pas assez pour participer" not in refused(committed, company, first_day=FIRST)


def test_whoever_loses_days_reads_it_and_is_asked_for_others_where_too_few_are_left(
    company: Company, committed: Open, run_jobs: Run
) -> None:
    give(committed, company, {"anna": APRIL, "bruno": BOTH, "chloe": MAY})
    with committed() as session:
        edit(session, company, first_day=FIRST, loses_answers=True)
    run_jobs()
    run_jobs()
    mails = told(committed)
    assert set(mails) == {company.anna.id, company.bruno.id}
    assert "lundi 3 mai" in mails[company.anna.id]
    assert "choisissez-en d’autres jusqu’au" in mails[company.anna.id]
    assert "Vous en gardez assez" in mails[company.bruno.id]


def test_dates_put_back_before_anybody_was_told_are_no_news(
    company: Company, committed: Open, run_jobs: Run
) -> None:
    give(committed, company, {"anna": APRIL})
    with committed() as session:
        edit(session, company, first_day=FIRST, loses_answers=True)
    with committed() as session:
        edit(session, company, first_day=date(2027, 4, 26))
    run_jobs()
    assert told(committed) == {}


def test_once_enrolment_is_closed_nobody_is_asked_for_days_they_cannot_give(
    company: Company, committed: Open, run_jobs: Run
) -> None:
    give(committed, company, {"anna": APRIL}, status=Status.PLANNING)
    assert "les inscriptions sont closes" in refused(committed, company, first_day=FIRST)
    with committed() as session:
        edit(session, company, first_day=FIRST, loses_answers=True)
    run_jobs()
    [text] = told(committed).values()
    assert "choisissez-en d’autres" not in text
    assert "Les inscriptions sont closes" in text
    assert waiting(committed, company.anna) == []


def waiting(committed: Open, person: Person) -> list[bool]:
    """For each campaign short of days: whether any is left."""
    with committed() as session:
        found = campaigns_short_of_days(session, session.get_one(Person, person.id), TODAY)
        return [given.any for _campaign, given in found]


def test_home_asks_for_days_and_counts_only_those_of_the_campaign(company: Company, committed: Open) -> None:
    give(committed, company, {"anna": APRIL, "bruno": BOTH})
    assert waiting(committed, company.anna) == []
    with committed() as session:
        edit(session, company, first_day=FIRST, loses_answers=True)
    assert waiting(committed, company.anna) == [False]
    assert waiting(committed, company.bruno) == []
    counted = []
    with committed() as session:
        for one in (company.anna, company.bruno):
            [answer] = own_answers(session, session.get_one(Person, one.id))
            counted.append((answer.leaves, answer.receives))
    assert counted == [(0, 0), (2, 2)]


def test_days_booked_one_by_one_are_nobody_s_answer(company: Company, committed: Open, run_jobs: Run) -> None:
    give(committed, company, {"anna": APRIL}, booking=Booking.OPEN)
    with committed() as session:
        assert edit(session, company, first_day=FIRST) == ["first_day"]
    run_jobs()
    assert told(committed) == {}


def dates(company: Company, **over: Any) -> dict[str, Any]:
    names = ("first_day", "last_day", "enrol_until", "plan_by", "debrief_until", "version")
    return {**{name: str(getattr(company.campaign, name)) for name in names}, **over}


def test_the_form_of_dates_asks_with_numbers_and_programs_read_the_same(
    company: Company, committed: Open, enter: Callable[..., TestClient]
) -> None:
    give(committed, company, {"anna": APRIL})
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/edit/dates"
    assert 'name="loses_answers"' not in hr.get(here).text
    page = hr.post(here, data=dates(company, first_day="2027-05-03"))
    assert page.status_code == 422
    assert page.text.count("Une personne perd") == 1
    assert 'href="#f-loses_answers"' in page.text
    assert 'name="loses_answers"' in page.text
    door = f"/api/v1/campaigns/{company.campaign.id}"
    answer = hr.patch(door, json={"version": 1, "first_day": "2027-05-03"})
    assert answer.status_code == 422
    assert "Une personne perd" in answer.text
    typed = dates(company, first_day="2027-05-03", loses_answers="1")
    assert hr.post(here, data=typed).status_code == 303
    sent = {"version": 2, "first_day": "2027-05-05", "last_day": "2027-05-14", "loses_answers": True}
    assert hr.patch(door, json=sent).status_code == 200


def test_home_says_why_days_are_asked_for(
    company: Company, committed: Open, enter: Callable[..., TestClient]
) -> None:
    give(committed, company, {"anna": APRIL, "chloe": ["2027-05-04"]})
    with committed() as session:
        edit(session, company, first_day=FIRST, loses_answers=True)
    page = enter(company.anna).get("/home").text.replace("\u00a0", " ")
    assert "Choisissez vos jours pour « Campagne de printemps »" in page
    assert "aucun de vos jours n’y tombe plus" in page
    assert "0 jour pour partir" in page
    assert "ne suffisent pas pour un échange" in enter(company.chloe).get("/home").text


def test_what_a_calendar_leaves_is_counted_within_the_campaign(company: Company, committed: Open) -> None:
    give(committed, company, {"bruno": BOTH}, first_day=FIRST)
    with committed() as session:
        [answer] = own_answers(session, session.get_one(Person, company.bruno.id))
        assert chosen(answer.campaign, answer.enrolment) == 2
        assert chosen(answer.campaign, None) == 0
