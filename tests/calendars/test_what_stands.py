"""When a day falls, whoever has other days in the campaign reads which: the loss is not the whole of it."""

from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.templating import long_day
from app.messages.tables import Mail
from app.people.tables import Person
from app.visits import service
from app.visits.tables import CancelReason, Visit
from app.worker import drain
from tests.visits.life import FRIDAY, NEXT_MONDAY, NOW, WEDNESDAY, Company, fell

pytestmark = pytest.mark.usefixtures("clock")
SAID = "Ce qui reste prévu pour vous dans cette campagne"


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


def planned(company: Company, visitor: Person, host: Person, day: date) -> Visit:
    session = company.session
    [made] = service.plan_visits(session, company.campaign, [(visitor.id or 0, host.id or 0, day)], NOW)
    session.commit()
    return made


def read(engine: Engine, company: Company) -> dict[int | None, Mail]:
    """The day there falls: who reads what of it."""
    fell(company)
    drain(engine)
    with Session(engine) as session:
        return {
            one.person_id: one for one in session.exec(select(Mail).where(Mail.kind == "visit_cancelled"))
        }


def test_who_has_other_days_reads_which_and_who_has_none_does_not(engine: Engine, company: Company) -> None:
    planned(company, company.anna, company.lea, NEXT_MONDAY)
    said = read(engine, company)
    for words in (said[company.anna.id].text, said[company.anna.id].html):
        assert SAID in words
        assert f"{long_day(NEXT_MONDAY)}\xa0: vous allez chez Léa Petit" in words
        assert long_day(FRIDAY) in words.split(SAID)[0]  # the other day of the swap has its own sentence
    assert f"{SAID}\xa0:\n- {long_day(NEXT_MONDAY)}" in said[company.anna.id].text
    assert SAID not in said[company.bruno.id].text + said[company.bruno.id].html


def test_who_receives_reads_whom(engine: Engine, company: Company) -> None:
    planned(company, company.martine, company.bruno, WEDNESDAY)
    said = read(engine, company)
    assert f"{long_day(WEDNESDAY)}\xa0: vous recevez Martine Chef" in said[company.bruno.id].text
    assert SAID not in said[company.anna.id].text


def test_a_day_that_cannot_take_place_is_not_said_to_stand(engine: Engine, company: Company) -> None:
    other = planned(company, company.anna, company.lea, NEXT_MONDAY)
    other.suspended_for = CancelReason.ROSTER
    company.session.add(other)
    company.session.commit()
    assert SAID not in read(engine, company)[company.anna.id].text
