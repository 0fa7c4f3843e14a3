"""Hours that a known roster contradicts are refused, with what it says; those that fit are noted."""

from collections.abc import Callable
from datetime import time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.people.tables import Person
from app.planning.tables import Repair
from app.teams.tables import RosterDay, Shift
from app.visits import hosting
from app.visits.errors import HoursDoNotFit
from app.visits.hosting import Hours
from app.visits.tables import DayPart, Visit
from app.worker import drain
from tests.visits.life import MONDAY, Company

pytestmark = pytest.mark.usefixtures("clock")


def says(company: Company, who: Person, shift: Shift) -> None:
    row = RosterDay(person_id=who.id or 0, day=MONDAY, shift=shift)
    if shift is Shift.HOURS:
        row.starts_at, row.ends_at = time(13), time(17)
    company.session.add(row)
    company.session.commit()


def change(company: Company, hours: Hours, by: Person | None = None) -> Visit:
    who = by or company.bruno
    return hosting.set_hours(
        company.session,
        company.before(company.there, who),
        hours,
        company.hand(company.there, who),
        revision=company.there.revision,
    )


@pytest.mark.parametrize("whose", ["visitor", "host"])
@pytest.mark.parametrize("shift", [Shift.AFTERNOON, Shift.HOURS])
def test_hours_against_a_roster_are_refused_with_what_it_says(
    company: Company, engine: Engine, whose: str, shift: Shift
) -> None:
    who = company.anna if whose == "visitor" else company.bruno
    says(company, who, shift)
    assert change(company, Hours(DayPart.AFTERNOON)).part is DayPart.AFTERNOON
    revision = company.there.revision
    for part in (DayPart.MORNING, DayPart.FULL):
        with pytest.raises(HoursDoNotFit) as refused:
            change(company, Hours(part))
        name = "Anna Roy travaille" if whose == "visitor" else "Vous travaillez"
        said = "l’après-midi" if shift is Shift.AFTERNOON else "de 13"
        assert f"Ces heures ne vont pas avec le planning. {name} {said}" in refused.value.message()
    company.session.commit()
    drain(engine)
    company.session.expire_all()
    assert (company.there.part, company.there.revision) == (DayPart.AFTERNOON, revision)
    assert company.session.exec(select(Repair)).all() == []


def test_hours_are_free_where_rosters_know_nothing_or_the_whole_day(company: Company) -> None:
    says(company, company.anna, Shift.FULL)
    for part in (DayPart.MORNING, DayPart.AFTERNOON, DayPart.FULL):
        assert change(company, Hours(part)).part is part


def test_what_the_one_who_receives_instead_works_counts_and_not_what_the_host_does(company: Company) -> None:
    hosting.name_tutor(
        company.session,
        company.before(company.there, company.bruno),
        company.lea,
        company.hand(company.there, company.bruno),
        revision=company.there.revision,
    )
    says(company, company.bruno, Shift.OFF)
    says(company, company.lea, Shift.AFTERNOON)
    with pytest.raises(HoursDoNotFit) as refused:
        change(company, Hours(DayPart.MORNING))
    assert "Léa Petit travaille" in refused.value.message()
    assert change(company, Hours(DayPart.AFTERNOON)).part is DayPart.AFTERNOON


def test_hours_at_which_one_more_is_there_are_a_step_before_a_colleague_receives(company: Company) -> None:
    says(company, company.anna, Shift.MORNING)
    says(company, company.bruno, Shift.AFTERNOON)
    assert change(company, Hours(DayPart.MORNING)).part is DayPart.MORNING
    with pytest.raises(HoursDoNotFit) as refused:
        change(company, Hours(DayPart.AFTERNOON))
    assert "Anna Roy travaille" in refused.value.message()


def test_who_is_off_all_day_is_in_the_way_of_no_hours(company: Company) -> None:
    """A colleague who works the morning alone may then receive."""
    says(company, company.bruno, Shift.OFF)
    assert change(company, Hours(DayPart.MORNING)).part is DayPart.MORNING


def test_the_page_says_why(company: Company, as_: Callable[[Person], TestClient]) -> None:
    says(company, company.anna, Shift.AFTERNOON)
    there = f"/visits/{company.there.id}/hours"
    page = as_(company.bruno).post(there, data={"part": "morning", "revision": "0"})
    assert page.status_code == 422
    assert "Ces heures ne vont pas avec le planning. Anna Roy travaille" in page.text
