"""HR change whom a planned campaign invites: who had said yes, and is no longer invited, reads it once."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.availability.jobs import follow_invitations
from app.availability.tables import Answer
from app.campaigns import service
from app.campaigns.errors import OutsideCampaign
from app.campaigns.schemas import Group
from app.campaigns.tables import Booking, Campaign, InvitedKind, Status
from app.messages.tables import Mail
from app.people.tables import ContractKind, Person, Team
from tests.availability.conftest import TODAY, Company, Open
from tests.factories import NOW, make_enrolment, make_visit
from tests.support.web import Clock

EVERYBODY = [Group(kind=InvitedKind.EVERYBODY)]
Run = Callable[[], list[str]]


def only(*teams: Team) -> list[Group]:
    return [Group(kind=InvitedKind.TEAM, ref=str(team.id)) for team in teams]


def edit(session: Session, company: Company, groups: list[Group] | None = None, **values: Any) -> None:
    campaign = session.get_one(Campaign, company.campaign.id)
    values = {"loses_answers": True, **values}
    confirmed = values.pop("loses_answers")
    service.change(
        session, campaign, values, version=campaign.version, actor=company.actor, now=NOW, today=TODAY,
        groups=groups, loses_answers=confirmed,
    )  # fmt: skip


def said_yes(committed: Open, company: Company, people: Iterable[Person]) -> None:
    with committed() as session:
        for one in people:
            make_enrolment(session, company.campaign, one)
        make_enrolment(session, company.campaign, company.bruno, answer=Answer.NO)


def told(committed: Open) -> list[Mail]:
    with committed() as session:
        query = select(Mail).where(Mail.kind == "invitation_changed").order_by(col(Mail.id))
        return list(session.exec(query))


def test_whoever_had_said_yes_reads_that_they_take_part_no_more(
    company: Company, committed: Open, run_jobs: Run
) -> None:
    said_yes(committed, company, [company.anna, company.dora])
    with committed() as session:
        edit(session, company, only(company.payroll, company.call_centre))
    run_jobs()
    [mail] = told(committed)
    assert mail.person_id == company.dora.id  # Bruno had said no, Anna is still invited, Chloé said nothing
    assert "Vous aviez dit oui à « Campagne de printemps »" in mail.text
    assert "vous n’en faites plus partie" in mail.text
    assert "rien à faire" in mail.text
    run_jobs()
    assert len(told(committed)) == 1


def test_their_own_pages_say_so_while_those_still_invited_read_their_answer(
    company: Company, committed: Open, as_: Callable[[Any], TestClient]
) -> None:
    said_yes(committed, company, [company.anna, company.dora])
    with committed() as session:
        edit(session, company, only(company.payroll, company.call_centre))
    here = f"/campaigns/{company.campaign.id}/enrolment"
    for who, left_out in ((company.anna, False), (company.dora, True)):
        home, page = (as_(who).get(path).text for path in ("/home", here))
        assert ("je participe" in home, "invitation retirée" in home) == (not left_out, left_out)
        assert ("Vous participez" in page, "vous n’en faites plus partie" in page) == (not left_out, left_out)
        assert "Les inscriptions sont closes" not in page


def test_enrolment_that_hr_closed_before_its_last_day_names_no_day_to_come(
    company: Company, committed: Open, as_: Callable[[Any], TestClient]
) -> None:
    said_yes(committed, company, [company.anna])
    with committed() as session:
        session.get_one(Campaign, company.campaign.id).status = Status.PLANNING
    page = as_(company.anna).get(f"/campaigns/{company.campaign.id}/enrolment").text
    assert "Les inscriptions sont closes" in page
    assert "closes depuis" not in page


def test_who_is_invited_again_reads_that_their_yes_stands(
    company: Company, committed: Open, run_jobs: Run
) -> None:
    said_yes(committed, company, [company.anna])
    for groups in (only(company.shop), EVERYBODY, only(company.shop)):
        with committed() as session:
            edit(session, company, groups)
        run_jobs()
    lost, again = "vous n’y participez plus", "votre oui vaut de nouveau"
    assert [one.subject.split("\u00a0: ")[1] for one in told(committed)] == [lost, again, lost]


def test_a_first_day_that_lies_beyond_somebody_s_contract_is_told_as_well(
    company: Company, committed: Open, run_jobs: Run
) -> None:
    said_yes(committed, company, [company.anna, company.dora])
    with committed() as session:
        session.get_one(Person, company.anna.id).contract_ends_on = date(2027, 4, 28)
        session.get_one(Person, company.dora.id).contract = ContractKind.TEMPORARY
    with committed() as session:
        edit(session, company, first_day=date(2027, 5, 3))
    run_jobs()
    assert [one.person_id for one in told(committed)] == [company.anna.id, company.dora.id]


def test_a_change_taken_back_before_anybody_was_told_is_no_news(
    company: Company, committed: Open, run_jobs: Run
) -> None:
    said_yes(committed, company, [company.anna])
    for groups in (only(company.shop), EVERYBODY):
        with committed() as session:
            edit(session, company, groups)
    run_jobs()
    assert told(committed) == []


def test_where_days_are_booked_nobody_said_yes(company: Company, committed: Open, run_jobs: Run) -> None:
    said_yes(committed, company, [company.anna])
    with committed() as session:
        session.get_one(Campaign, company.campaign.id).booking = Booking.OPEN
    with committed() as session:
        edit(session, company, only(company.shop))
    run_jobs()
    assert told(committed) == []


def test_nobody_who_said_yes_is_uninvited_until_hr_confirmed_it(company: Company, committed: Open) -> None:
    said_yes(committed, company, [company.anna, company.dora])
    with committed() as session, pytest.raises(OutsideCampaign) as why:
        edit(session, company, only(company.shop), loses_answers=False)
    assert set(why.value.faults) == {"loses_answers"}
    assert "2 personnes qui avaient dit oui ne seraient plus invitées" in why.value.faults["loses_answers"]
    with committed() as session:
        assert session.get_one(Campaign, company.campaign.id).version == 1
        edit(session, company, only(company.shop), loses_answers=True)


def test_those_who_said_no_or_nothing_are_uninvited_without_a_word(company: Company, committed: Open) -> None:
    said_yes(committed, company, [company.anna])
    with committed() as session:
        edit(session, company, only(company.payroll), loses_answers=False)
        assert session.get_one(Campaign, company.campaign.id).version == 2


def test_the_form_of_people_asks_with_the_number_and_programs_read_the_same(
    company: Company, committed: Open, enter: Callable[..., TestClient]
) -> None:
    said_yes(committed, company, [company.anna])
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/edit/people"
    typed = {"scope": "some", "teams": [str(company.shop.id)], "version": "1"}
    page = hr.post(here, data=typed)
    assert page.status_code == 422
    assert "Une personne qui avait dit oui ne serait plus invitée" in page.text
    assert 'name="loses_answers"' in page.text
    door = f"/api/v1/campaigns/{company.campaign.id}"
    sent = {"version": 1, "groups": [{"kind": "team", "ref": str(company.shop.id)}]}
    assert hr.patch(door, json=sent).status_code == 422
    assert hr.patch(door, json={**sent, "loses_answers": True}).status_code == 200
    assert hr.post(here, data={**typed, "version": "2"}).status_code == 303


@pytest.mark.parametrize("excluded", [True, False])
def test_who_is_invited_no_more_by_a_staff_file_reads_it_once(
    company: Company, committed: Open, engine: Engine, clock: Clock, excluded: bool
) -> None:
    clock.set(NOW)
    said_yes(committed, company, [company.anna, company.dora])
    becomes(committed, company.dora, ContractKind.TEMPORARY if excluded else ContractKind.PERMANENT)
    follow_invitations(engine)
    follow_invitations(engine)
    assert [one.person_id for one in told(committed)] == ([company.dora.id] if excluded else [])
    if excluded:
        clock.set(NOW + timedelta(days=1))
        becomes(committed, company.dora, ContractKind.PERMANENT)
        follow_invitations(engine)
        [_lost, again] = told(committed)
        assert "votre oui vaut de nouveau" in again.subject
        becomes(committed, company.dora, ContractKind.TEMPORARY)
        follow_invitations(engine)
        assert len(told(committed)) == 3


@pytest.mark.parametrize("why", ["left", "has a day", "campaign over"])
def test_who_left_or_keeps_a_day_reads_nothing_of_it(
    company: Company, committed: Open, engine: Engine, clock: Clock, why: str
) -> None:
    clock.set(NOW)
    said_yes(committed, company, [company.anna, company.dora])
    becomes(committed, company.dora, ContractKind.TEMPORARY)
    with committed() as session:
        campaign = session.get_one(Campaign, company.campaign.id)
        if why == "left":
            session.get_one(Person, company.dora.id).active = False
        elif why == "has a day":
            make_visit(session, campaign, company.anna, session.get_one(Person, company.dora.id))
        else:
            campaign.status = Status.CANCELLED
    follow_invitations(engine)
    assert told(committed) == []


def becomes(committed: Open, person: Person, contract: ContractKind) -> None:
    """As a staff file says it."""
    with committed() as session:
        session.get_one(Person, person.id).contract = contract
