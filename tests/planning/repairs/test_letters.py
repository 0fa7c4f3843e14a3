"""Letters that ask for what was answered already, or that a later one says better, are not handed over."""

import pytest
from sqlalchemy import Engine

from app.accounts.sessions import Actor
from app.core.db import open_session
from app.people.tables import Person
from app.planning.repairs import service
from app.planning.tables import RepairKind
from app.visits import moving, queries
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.tables import By, Visit
from app.worker import drain
from tests.planning.repairs.broken import DAYS, NOW, TODAY, Published, accept, cancel, last_repair
from tests.planning.repairs.test_closing import close, letters
from tests.planning.repairs.test_settled import agree


@pytest.fixture
def fell(engine: Engine, company: Published) -> Visit:
    """The day of a swap whose host has no address: it fell, and the visitor proposes another one."""
    fell = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        host = session.get_one(Person, fell.host_id)
        host.email = host.account_id = None
    cancel(engine, fell)
    agree(engine, fell, on=DAYS[7], answered=False)
    return fell


def asked(engine: Engine) -> list[str]:
    """The subjects of the letters to hand over that ask for an answer."""
    return [one.subject for one in letters(engine) if one.kind == "visit_proposal" and "/answer" in one.text]


def hand_of(by: By) -> Hand:
    return Hand(by=by, actor=Actor(1, "", None, is_hr=False, is_admin=False), now=NOW)


def answer(engine: Engine, fell: Visit, *, yes: bool) -> None:
    with open_session(engine) as session:
        now = situation(session, queries.visit(session, fell.id or 0), By.HOST, fell.host_id, TODAY)
        assert now.proposal is not None
        act = moving.accept if yes else moving.refuse
        act(session, now, now.proposal.id or 0, hand_of(By.HOST))
    drain(engine)


def test_a_letter_that_asks_is_handed_over_while_nobody_answered(engine: Engine, fell: Visit) -> None:
    assert len(asked(engine)) == 1


@pytest.mark.parametrize("yes", [True, False])
def test_a_proposal_that_was_answered_is_handed_over_no_more(engine: Engine, fell: Visit, yes: bool) -> None:
    answer(engine, fell, yes=yes)
    assert asked(engine) == []
    invited = [one for one in letters(engine) if one.kind == "visit_invitation"]
    assert bool(invited) is yes


def test_one_that_the_other_day_s_fall_voids_is_handed_over_no_more(
    engine: Engine, company: Published, fell: Visit
) -> None:
    cancel(engine, company.visit(company.front[0], company.back[0]))
    assert asked(engine) == []


def test_one_that_a_repair_replaces_is_handed_over_no_more(
    engine: Engine, company: Published, fell: Visit
) -> None:
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    assert asked(engine) == []


def test_another_proposal_after_the_first_was_refused_is_handed_over(engine: Engine, fell: Visit) -> None:
    answer(engine, fell, yes=False)
    agree(engine, fell, on=DAYS[6], answered=False)
    assert len(asked(engine)) == 1


def test_of_two_letters_about_a_day_that_cannot_be_the_later_one_is_handed_over(
    engine: Engine, company: Published
) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        host = session.get_one(Person, there.host_id)
        host.email = host.account_id = None
    close(engine, company, there.day)
    assert len(letters(engine)) == 1
    with open_session(engine) as session:
        repair = session.get_one(type(last_repair(engine)), last_repair(engine).id)
        service.dismiss(session, repair, company.actor, NOW, TODAY, cancel_visits=False)
    drain(engine)
    (last,) = letters(engine)
    assert last.key.endswith(":over")
