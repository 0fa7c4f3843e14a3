"""What the two settle between them is repaired no more, and nobody waits for a search that is over."""

from collections.abc import Callable
from datetime import date, time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.accounts.sessions import Actor
from app.availability.tables import BusyCalendar, Enrolment
from app.campaigns.calendar import campaign_days
from app.core.db import open_session
from app.core.templating import long_day
from app.home.decisions import decisions
from app.messages.tables import Mail
from app.people.tables import Person
from app.planning.repairs import closing, service
from app.planning.tables import Repair, RepairKind, RepairStatus
from app.teams.tables import RosterDay, Shift
from app.visits import moving, queries
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.tables import By, CancelReason, DayPart, Proposal, ProposalStatus, Visit
from app.worker import drain
from tests.planning.repairs.broken import DAYS, NOW, TODAY, Published, accept, cancel, last_repair
from tests.support.accounts import SignIn


def agree(
    engine: Engine, fell: Visit, *, on_one: bool = False, on: date | None = None, answered: bool = True
) -> None:
    """The visitor proposes a day, the first that both work, or to leave it at one; the host says yes."""
    for by, person_id in ((By.VISITOR, fell.visitor_id), (By.HOST, fell.host_id)):
        with open_session(engine) as session:
            now = situation(session, queries.visit(session, fell.id or 0), by, person_id, TODAY)
            hand = Hand(by=by, actor=Actor(1, "", None, is_hr=False, is_admin=False), now=NOW)
            if by is By.VISITOR:
                day = None if on_one else on or moving.days_of(session, now).possible()[0].day
                moving.propose(session, now, day, hand, revision=now.visit.revision)
            elif answered:
                assert now.proposal is not None
                moving.accept(session, now, now.proposal.id or 0, hand)
    drain(engine)


def no_other_day(engine: Engine) -> None:
    """Rosters have everybody off but on the days of the first two visits."""
    with open_session(engine) as session:
        for row in session.exec(select(Enrolment)):
            row.visit_days, row.host_days = [DAYS[0].isoformat()], [DAYS[3].isoformat()]
            session.get_one(Person, row.person_id).worked_weekdays = "0000000"
            session.add_all(RosterDay(person_id=row.person_id, day=DAYS[n], shift=Shift.FULL) for n in (0, 3))


def told(engine: Engine, kind: str) -> list[Mail]:
    with open_session(engine) as session:
        return list(session.exec(select(Mail).where(Mail.kind == kind).order_by(col(Mail.id))))


@pytest.mark.parametrize("on_one", [True, False])
def test_a_day_that_the_two_settled_leaves_its_repair_which_closes_when_empty(
    engine: Engine, company: Published, on_one: bool
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell)
    agree(engine, fell, on_one=on_one)
    assert last_repair(engine).status == RepairStatus.SETTLED
    with open_session(engine) as session:
        assert decisions(session, today=TODAY) == []


def test_what_one_proposed_is_closed_when_hr_replace_the_day_and_both_read_it(
    engine: Engine, company: Published
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell)
    agree(engine, fell, on=DAYS[7], answered=False)
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    with open_session(engine) as session:
        proposal = session.exec(select(Proposal)).one()
        assert (proposal.status, proposal.answered_at) == (ProposalStatus.VOID, NOW)
    closed = [mail for mail in told(engine, "visit_proposal") if "n’a plus d’objet" in mail.text]
    assert {mail.person_id for mail in closed} == {fell.visitor_id, fell.host_id}
    assert all("Il reste à trouver" not in mail.text for mail in closed)


def test_the_others_stay_in_the_repair_and_hr_reads_nothing_twice(engine: Engine, company: Published) -> None:
    fell = company.visit(company.back[0], company.front[0])
    other = company.visit(company.back[1], company.front[1])
    cancel(engine, fell)
    cancel(engine, other)
    mails = len(told(engine, "repair_ready"))
    agree(engine, fell, on_one=False)
    repair = last_repair(engine)
    assert repair.status == RepairStatus.READY
    with open_session(engine) as session:
        assert service.queries.visit_ids(session, repair.id or 0) == [other.id]
    assert len(told(engine, "repair_ready")) == mails
    third = company.visit(company.front[1], company.back[1])
    cancel(engine, third)
    with open_session(engine) as session:  # a later one takes along what is still to repair, nothing settled
        ids = service.queries.visit_ids(session, last_repair(engine).id or 0)
    assert ids == sorted([other.id or 0, third.id or 0])


def test_hr_reads_what_the_two_are_choosing_and_what_was_tried(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn
) -> None:
    """Nobody has another day, but for what a calendar says: the two may still agree."""
    fell = company.visit(company.back[0], company.front[0])
    taken = [day.isoformat() for day in campaign_days(company.campaign)]
    with open_session(engine) as session:
        for row in session.exec(select(Enrolment)):
            row.visit_days, row.host_days = [fell.day.isoformat()], [DAYS[3].isoformat()]
            session.add(BusyCalendar(enrolment_id=row.id, days=taken, read_at=NOW))
    cancel(engine, fell)
    sign_in(client, company.hr)
    here = f"/campaigns/{company.campaign.id}/repairs/{last_repair(engine).id}"
    page = client.get(here).text
    assert "sur tous ceux où ils travaillent" in page
    assert "Les deux peuvent aussi choisir un jour entre eux." in page
    agree(engine, fell, on=DAYS[7], answered=False)
    assert "propose le" in client.get(here).text


@pytest.mark.parametrize("on_one", [True, False])
def test_two_who_had_left_it_at_one_read_that_they_have_two_again(
    engine: Engine, company: Published, on_one: bool
) -> None:
    fell, back = (
        company.visit(company.back[0], company.front[0]),
        company.visit(company.front[0], company.back[0]),
    )
    cancel(engine, fell)
    if on_one:
        agree(engine, fell, on_one=True)
    cancel(engine, back)
    before = len(told(engine, "visit_invitation"))
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    made = told(engine, "visit_invitation")[before:]
    assert len(made) == 4
    for mail in made:
        for words in (mail.text, mail.html):
            assert ("votre échange en compte de nouveau deux" in words) is on_one
            assert "Et réciproquement" in words


@pytest.mark.parametrize("is_one", [True, False])
def test_hr_reads_that_the_two_may_choose_a_day_only_where_one_suits_both(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn, is_one: bool
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    if not is_one:
        no_other_day(engine)
    cancel(engine, fell)
    sign_in(client, company.hr)
    page = client.get(f"/campaigns/{company.campaign.id}/repairs/{last_repair(engine).id}").text
    assert ("Les deux peuvent aussi choisir un jour entre eux." in page) is is_one
    assert ("ils peuvent s’en tenir à une seule journée" in page) is not is_one
    assert "un jour que leur agenda donne pour pris" not in page


def test_hr_reads_that_two_had_left_it_at_one_visit(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn
) -> None:
    """The one that was left falls: a repair would give them two days again: HR know that they chose one."""
    chose = "avaient choisi de s’en tenir à une visite"
    fell = company.visit(company.back[0], company.front[0])
    cancel(engine, fell)
    agree(engine, fell, on_one=True)
    sign_in(client, company.hr)
    cancel(engine, company.visit(company.back[1], company.front[1]))

    def page() -> str:
        return client.get(f"/campaigns/{company.campaign.id}/repairs/{last_repair(engine).id}").text

    assert chose not in page()
    cancel(engine, company.visit(company.front[0], company.back[0]))
    assert page().count("repair-lost") == 1
    assert page().count(chose) == 1  # of one pair, though the repair is about both


def test_a_search_that_ends_without_result_is_told_once_to_those_who_wait(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    no_other_day(engine)
    there = company.visit(company.back[0], company.front[0])
    cancel(engine, there)
    client = as_(company.back[0])
    ended = "la recherche a pris fin sans résultat"
    assert ended not in client.get(f"/visits/{there.id}").text
    assert told(engine, "search_over") == []  # the other day of the swap stands: the two may choose one
    cancel(engine, company.visit(company.front[0], company.back[0]))
    over = told(engine, "search_over")
    assert sorted(mail.person_id or 0 for mail in over) == sorted((there.visitor_id, there.host_id))
    names = {there.visitor_id: company.front[0].name, there.host_id: company.back[0].name}
    for mail in over:  # of both days at once
        assert f"votre échange avec {names[mail.person_id or 0]}, le {long_day(there.day)} et le" in mail.text
        assert mail.html.count("Rien à la place") == 1  # its title, the subject's words
    page = client.get(f"/visits/{there.id}").text
    assert ended in page
    assert "Une autre rencontre a été cherchée à la place, sans résultat." in page
    with open_session(engine) as session:
        repair = session.get_one(Repair, last_repair(engine).id)
        service.dismiss(session, repair, company.actor, NOW, TODAY, cancel_visits=False)
    drain(engine)
    assert len(told(engine, "search_over")) == len(over)


@pytest.mark.parametrize("cancelled", [True, False])
def test_nobody_is_promised_a_search_that_hr_has_ended(
    engine: Engine, company: Published, cancelled: bool
) -> None:
    """A day that falls of itself is looked for; one that HR cancels without another is not."""
    there = company.visit(company.back[0], company.front[0])
    cancel(engine, company.visit(company.front[0], company.back[0]), CancelReason.SERVICE)
    if cancelled:
        with open_session(engine) as session:
            closing.close_site(
                session, company.there.id or 0, there.day, there.day, company.actor, NOW, TODAY
            )
        drain(engine)
        with open_session(engine) as session:
            repair = session.get_one(Repair, last_repair(engine).id)
            service.dismiss(session, repair, company.actor, NOW, TODAY, cancel_visits=True)
        drain(engine)
    else:
        cancel(engine, there)
    [mail] = [
        mail
        for mail in told(engine, "visit_cancelled")
        if mail.key.startswith(f"visit_cancelled:{there.id}:") and mail.person_id == there.visitor_id
    ]
    assert ("est cherchée pour vous" in mail.text) is not cancelled
    assert ("Elle n’est pas remplacée" in mail.text) is cancelled


@pytest.mark.parametrize(
    ("part", "visit", "works", "against"),
    [
        (DayPart.FULL, (time(9), time(17)), (), True),
        (DayPart.AFTERNOON, (time(13, 30), time(17)), (), False),
        (DayPart.FULL, (time(9, 30), time(17)), (time(13), time(17)), True),
        (DayPart.FULL, (time(9, 30), time(17)), (time(12, 30), time(20)), True),
        (DayPart.FULL, (time(9, 30), time(17)), (time(16), time(17)), True),
        (DayPart.FULL, (time(9, 30), time(17)), (time(9, 30), time(16, 30)), False),
        (DayPart.FULL, (time(9, 30), time(17)), (time(10), time(19)), False),
        (DayPart.AFTERNOON, (time(13, 30), time(17)), (time(13), time(17)), False),
        (DayPart.AFTERNOON, (time(13, 30), time(17)), (time(16), time(20)), True),
    ],
)
def test_half_a_day_at_work_is_no_whole_day_be_it_told_in_hours_and_says_what_mends_it(
    engine: Engine,
    company: Published,
    client: TestClient,
    sign_in: SignIn,
    part: DayPart,
    visit: tuple[time, time],
    works: tuple[time, ...],
    against: bool,
) -> None:
    there = company.visit(company.back[0], company.front[0])
    shift = Shift.HOURS if works else Shift.AFTERNOON
    at = dict(zip(("starts_at", "ends_at"), works, strict=False))
    with open_session(engine) as session:
        row = session.get_one(Visit, there.id)
        row.part, (row.starts_at, row.ends_at) = part, visit
        session.add(RosterDay(person_id=there.host_id, day=there.day, shift=shift, **at))  # type: ignore[arg-type]
    sign_in(client, company.hr)
    assert ("ne couvre qu’une partie de cette journée" in client.get(f"/visits/{there.id}").text) is against
    assert (f"/visits/{there.id}/hours" in client.get("/team/conflicts").text) is against
