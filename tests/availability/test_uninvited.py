"""HR change whom a planned campaign invites: who had said yes, and is no longer invited, reads it once."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from app.availability.tables import Answer
from app.campaigns import service
from app.campaigns.schemas import Group
from app.campaigns.tables import Booking, Campaign, InvitedKind
from app.messages.tables import Mail
from app.people.tables import ContractKind, Person, Team
from tests.availability.conftest import TODAY, Company, Open
from tests.factories import NOW, make_enrolment

EVERYBODY = [Group(kind=InvitedKind.EVERYBODY)]
Run = Callable[[], list[str]]


def only(*teams: Team) -> list[Group]:
    return [Group(kind=InvitedKind.TEAM, ref=str(team.id)) for team in teams]


def edit(session: Session, company: Company, groups: list[Group] | None = None, **values: Any) -> None:
    campaign = session.get_one(Campaign, company.campaign.id)
    service.change(
        session, campaign, values, version=campaign.version, actor=company.actor, now=NOW, today=TODAY,
        groups=groups,
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
    assert [one.person_id for one in told(committed)] == [company.anna.id]


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
