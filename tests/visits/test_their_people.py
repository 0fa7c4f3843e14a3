"""Whoever manages only people of teams that others lead sees these people, their days to come and who leads
their teams; no team's calendar."""

from typing import Any

import pytest

from app.people.tables import Person
from tests.factories import make_person, make_team
from tests.visits.life import Company
from tests.visits.test_visitor_team import beside, of
from tests.visits.test_who_leads import make_reader

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def martine(company: Company) -> Person:
    """She works elsewhere since; Anna, whose manager she is still, is in Nina's team."""
    session = company.session
    company.anna.team_id = beside(company).id or 0
    for one in ("Ida", "Léa"):
        of(session, one).manager_id = None
    session.commit()
    return company.martine


def test_they_see_their_people_with_their_days_and_who_leads_them(
    company: Company, martine: Person, enter: Any
) -> None:
    reader = make_reader(company.session, martine)
    browser = enter(reader)
    page = browser.get("/team").text.replace("\u00a0", " ")
    assert "Anna Roy" in page
    assert "Achats" in page
    assert "Nina Chef" in page
    assert "Bruno" in page
    for visit_id in (1, 2):
        assert f'href="/visits/{visit_id}"' in page
        assert browser.get(f"/visits/{visit_id}").status_code == 200
    assert 'href="/team"' in browser.get("/home").text
    assert browser.get("/team/requests").status_code in {403, 404}


@pytest.mark.parametrize(("who", "status"), [("Marc", 200), ("Zoé", 403)])
def test_whoever_leads_a_team_sees_it_and_whoever_manages_nobody_sees_none(
    company: Company, martine: Person, enter: Any, who: str, status: int
) -> None:
    browser = enter(make_reader(company.session, of(company.session, who)))
    answer = browser.get("/team")
    assert answer.status_code == status
    assert ("Boutique Bellecour" in answer.text) is (status == 200)
    assert "Les personnes que vous encadrez" not in answer.text


def test_nobody_else_is_shown(company: Company, martine: Person, enter: Any) -> None:
    session = company.session
    make_person(session, make_team(session, name="Ailleurs"), first_name="Ugo", last_name="Loin")
    page = enter(make_reader(session, martine)).get("/team").text
    assert "Ugo" not in page
    assert "Léa Petit" not in page
