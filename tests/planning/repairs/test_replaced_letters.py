"""Two people whose swaps fell apart meet in a new one: who is invited is handed the invitation alone, which
says what it replaces; who has nothing instead, and who left, are told that their day fell."""

import pytest
from sqlalchemy import Engine

from app.core import clock
from app.core.db import open_session
from app.core.templating import long_day
from app.messages import queries as mails
from app.messages.tables import Mail
from app.people.tables import Person
from app.worker import drain
from tests.planning.repairs.broken import Published, accept
from tests.planning.repairs.test_independent import STILL, WORKED, fall_apart


@pytest.fixture
def fell(engine: Engine) -> Published:
    """The days that fell apart, of people without an address."""
    return fall_apart(engine, on_paper=True)


def pile(engine: Engine, person: Person) -> list[Mail]:
    with open_session(engine, reads_only=True) as session:
        return mails.letters_to(session, person.id or 0, clock.today())


def fallen(engine: Engine, person: Person) -> set[str]:
    """The visits that the letters to somebody say are off."""
    return {one.key.split(":")[1] for one in pile(engine, person) if one.kind == "visit_cancelled"}


def days_of(company: Published, n: int) -> set[str]:
    there = company.visit(company.back[n], company.front[n])
    return {str(there.id), str(company.visit(company.front[n], company.back[n]).id)}


def test_the_invitation_alone_is_handed_to_those_who_meet_instead(engine: Engine, fell: Published) -> None:
    assert fallen(engine, fell.back[1]) == days_of(fell, 1)
    assert fallen(engine, fell.front[2]) == days_of(fell, 2)
    accept(engine, fell, WORKED)
    drain(engine)
    for person, n in ((fell.back[1], 1), (fell.front[2], 2)):
        letters = pile(engine, person)
        assert [one.kind for one in letters] == ["visit_invitation"] * 2
        said = "\n".join(one.text for one in letters)
        for one in (fell.visit(fell.back[n], fell.front[n]), fell.visit(fell.front[n], fell.back[n])):
            assert f"remplace celle du {long_day(one.day)}" in said


def test_who_left_is_still_told_that_the_days_fell(engine: Engine, fell: Published) -> None:
    accept(engine, fell, WORKED)
    drain(engine)
    assert fallen(engine, fell.front[1]) == days_of(fell, 1)
    assert fallen(engine, fell.back[2]) == days_of(fell, 2)


def test_who_has_nothing_instead_is_still_told(engine: Engine, fell: Published) -> None:
    day = str(fell.visit(fell.back[0], fell.front[0]).id)
    accept(engine, fell, STILL)
    drain(engine)
    assert fallen(engine, fell.back[0]) == {day}
    assert fallen(engine, fell.front[0]) == {day}
    assert fallen(engine, fell.back[1]) == set()
