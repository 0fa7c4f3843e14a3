"""A letter says where a swap stands: once that is over, the next one says it, and the former is handed over
no more."""

from sqlalchemy import Engine

from app.core.db import open_session
from app.core.templating import long_day
from app.messages.tables import MailStatus
from app.people.tables import Person
from app.planning.tables import RepairKind
from app.visits import moving, queries
from app.visits.changing import situation
from app.visits.hosting import Hours, set_hours
from app.visits.tables import By, DayPart, Visit
from app.worker import drain
from tests.planning.repairs.broken import DAYS, TODAY, Published, accept, cancel, contradict
from tests.planning.repairs.test_closing import letters
from tests.planning.repairs.test_letters import answer, fell, hand_of
from tests.planning.repairs.test_settled import agree

__all__ = ["fell"]
STANDS = "L’autre journée de votre échange, le {}, est maintenue."
CHOOSE = "Vous pouvez choisir ensemble un autre jour"
WITHDRAWN = "retire sa proposition"


def pile(engine: Engine) -> str:
    """Everything that waits to be handed over."""
    return "\n".join(one.text for one in letters(engine))


def hand_over(engine: Engine) -> None:
    with open_session(engine) as session:
        for one in letters(engine):
            session.get_one(type(one), one.id).status = MailStatus.TOLD


def withdraw(engine: Engine, fell: Visit) -> None:
    with open_session(engine) as session:
        seen = queries.visit(session, fell.id or 0)
        now = situation(session, seen, By.VISITOR, fell.visitor_id, TODAY)
        assert now.proposal is not None
        moving.withdraw(session, now, now.proposal.id or 0, hand_of(By.VISITOR))
    drain(engine)


def back_of(company: Published) -> Visit:
    return company.visit(company.front[0], company.back[0])


def test_while_the_other_day_stands_the_letter_says_so_with_its_date(
    engine: Engine, company: Published, fell: Visit
) -> None:
    assert STANDS.format(long_day(back_of(company).day)) in pile(engine)
    assert CHOOSE in pile(engine)


def test_once_the_other_day_fell_too_no_letter_says_that_it_stands(
    engine: Engine, company: Published, fell: Visit
) -> None:
    cancel(engine, back_of(company), by=By.HOST)
    assert "est maintenue" not in pile(engine)
    assert CHOOSE not in pile(engine)
    told = [one.key.split(":")[1] for one in letters(engine) if one.kind == "visit_cancelled"]
    assert sorted(told) == sorted([str(fell.id), str(back_of(company).id)])


def test_while_a_roster_contradicts_the_other_day_no_letter_says_that_it_stands(
    engine: Engine, company: Published, fell: Visit
) -> None:
    with open_session(engine) as session:
        contradict(session, session.get_one(Visit, back_of(company).id))
    drain(engine)
    assert "est maintenue" not in pile(engine)
    assert "ne peut pas avoir lieu comme prévu" in pile(engine)


def test_once_they_chose_a_day_no_letter_asks_to_choose(engine: Engine, fell: Visit) -> None:
    answer(engine, fell, yes=True)
    assert CHOOSE not in pile(engine)
    assert [one.kind for one in letters(engine)] == ["visit_invitation"]


def test_once_they_left_it_at_one_no_letter_asks_to_choose(engine: Engine, fell: Visit) -> None:
    withdraw(engine, fell)
    agree(engine, fell, on_one=True)
    assert CHOOSE not in pile(engine)
    assert "Vous en restez tous deux à une seule journée" in pile(engine)


def test_once_they_left_it_at_one_and_that_one_fell_no_letter_says_that_one_is_left(
    engine: Engine, company: Published, fell: Visit
) -> None:
    withdraw(engine, fell)
    agree(engine, fell, on_one=True)
    cancel(engine, back_of(company), by=By.HOST)
    assert "Vous en restez tous deux" not in pile(engine)


def test_once_hr_replaced_it_no_letter_asks_to_choose(
    engine: Engine, company: Published, fell: Visit
) -> None:
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    assert CHOOSE not in pile(engine)
    assert "n’a pas lieu" in pile(engine)


def test_a_proposal_that_nobody_handed_over_is_not_said_to_be_withdrawn(engine: Engine, fell: Visit) -> None:
    withdraw(engine, fell)
    assert WITHDRAWN not in pile(engine)


def test_one_that_was_handed_over_is_said_to_be_withdrawn_until_they_settle(
    engine: Engine, fell: Visit
) -> None:
    hand_over(engine)
    withdraw(engine, fell)
    assert WITHDRAWN in pile(engine)
    agree(engine, fell, on=DAYS[6], answered=False)
    assert WITHDRAWN not in pile(engine)
    answer(engine, fell, yes=True)
    assert [one.kind for one in letters(engine)] == ["visit_invitation"]


def test_a_withdrawal_is_not_handed_over_once_the_other_day_fell(
    engine: Engine, company: Published, fell: Visit
) -> None:
    hand_over(engine)
    withdraw(engine, fell)
    cancel(engine, back_of(company), by=By.HOST)
    assert WITHDRAWN not in pile(engine)


def test_new_hours_reach_the_letter_that_says_the_former(engine: Engine, company: Published) -> None:
    there = back_of(company)
    with open_session(engine) as session:
        visitor = session.get_one(Person, there.visitor_id)
        visitor.email = visitor.account_id = None
    for part in (DayPart.MORNING, DayPart.AFTERNOON):
        with open_session(engine) as session:
            seen = queries.visit(session, there.id or 0)
            now = situation(session, seen, By.HOST, there.host_id, TODAY)
            set_hours(session, now, Hours(part), hand_of(By.HOST), revision=now.visit.revision)
        drain(engine)
    changed = [one.text for one in letters(engine) if one.kind == "visit_changed"]
    assert len(changed) == 1
    assert "après-midi" in changed[0]
