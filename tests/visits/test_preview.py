"""What HR read of days to come before they import a staff file: each day once, in their words."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.campaigns.tables import Status
from app.people.tables import Person
from tests.support.accounts import SignIn
from tests.visits.life import NOW, Company
from tests.visits.test_other_team import beside
from tests.visits.test_whereabouts import ticked

pytestmark = pytest.mark.usefixtures("clock")

WITHOUT_MONDAY = "mar, mer, jeu, ven"
WHOLE = "lun, mar, mer, jeu, ven"


def previewed(
    company: Company, client: TestClient, sign_in: SignIn, weeks: dict[str, str], team: str = ""
) -> str:
    """`weeks`: the working days of Anna and Bruno; `team`: where both go."""
    lines = ["Matricule;Prénom;Nom;Équipe;Jours travaillés"]
    people: dict[str, Person] = {"Anna": company.anna, "Bruno": company.bruno}
    for name, person in people.items():
        person.employee_number = f"N{person.id}"
        own = company.payroll if name == "Anna" else company.shop
        days = weeks.get(name, WHOLE)
        lines.append(f"{person.employee_number};{name};{person.last_name};{team or own.name};{days}")
    return preview_of(company, client, sign_in, lines)


def preview_of(company: Company, client: TestClient, sign_in: SignIn, lines: list[str]) -> str:
    company.session.refresh(company.hr)
    company.session.commit()
    sign_in(client, company.hr)
    file = {"file": ("rh.csv", "\n".join(lines).encode())}
    answer: Any = client.post("/people/import", data={"kind": "people"}, files=file)
    page = client.get(str(answer.headers["location"])).text
    return " ".join(page.replace("\u00a0", " ").split())


def test_a_day_on_which_neither_works_is_listed_once(
    company: Company, client: TestClient, sign_in: SignIn
) -> None:
    page = previewed(company, client, sign_in, {"Anna": WITHOUT_MONDAY, "Bruno": WITHOUT_MONDAY})
    assert "1 journée à venir tombe un jour où l’on ne travaillera plus" in page
    why = "ne travaille pas ce jour de la semaine"
    assert f"Anna Roy chez Bruno Lam · Anna Roy : {why}, Bruno Lam : {why}" in page
    assert page.count(f"Anna Roy : {why}") == 1


def test_a_day_whose_two_change_team_is_listed_once(
    company: Company, client: TestClient, sign_in: SignIn
) -> None:
    there = beside(company)
    page = previewed(company, client, sign_in, {}, there.name)
    assert "2 journées à venir changeront d’équipe" in page
    line = (
        "Anna Roy chez Bruno Lam · Anna Roy : Paie → Boutique Part-Dieu · Bruno Lam : Boutique Bellecour → "
    )
    assert page.count(line) == 1


@pytest.mark.parametrize("back", ["Bruno", "nobody"])
@pytest.mark.parametrize("other", ["works", "is off"])
def test_hr_read_which_suspended_days_hold_again(
    company: Company, engine: Engine, client: TestClient, sign_in: SignIn, back: str, other: str
) -> None:
    company.campaign.status = Status.RUNNING
    company.bruno.worked_weekdays = "0111100"
    if other == "is off":
        company.anna.worked_weekdays = "0111100"
    ticked(engine, company.session)
    weeks = {"Bruno": WHOLE if back == "Bruno" else WITHOUT_MONDAY}
    weeks["Anna"] = WHOLE if other == "works" else WITHOUT_MONDAY
    page = previewed(company, client, sign_in, weeks)
    holds = back == "Bruno" and other == "works"
    assert ("1 journée suspendue pourra de nouveau avoir lieu" in page) is holds


@pytest.mark.parametrize("active", [True, False])
def test_whoever_comes_back_is_said_in_words(
    company: Company, client: TestClient, sign_in: SignIn, active: bool
) -> None:
    company.anna.active = active
    page = previewed(company, client, sign_in, {"Anna": WITHOUT_MONDAY})
    assert ("Dans l’entreprise</span> <del>parti</del>" in page) is not active
    assert ">active<" not in page


@pytest.mark.parametrize(
    ("anna", "bruno", "voided"), [("C", "B", True), ("B", "A", False), ("A", "B", False), ("B", "B", False)]
)
def test_hr_read_which_agreements_a_change_of_company_voids(
    company: Company, client: TestClient, sign_in: SignIn, anna: str, bruno: str, voided: bool
) -> None:
    visit = company.there
    company.anna.legal_entity, company.bruno.legal_entity = "A", "B"
    visit.agreement_at, visit.signed_visitor, visit.signed_host = NOW, "A", "B"
    lines = ["Matricule;Prénom;Nom;Équipe;Entité juridique"]
    for person, team, entity in ((company.anna, "Paie", anna), (company.bruno, "Boutique Bellecour", bruno)):
        person.employee_number = f"N{person.id}"
        lines.append(f"{person.employee_number};{person.first_name};{person.last_name};{team};{entity}")
    page = preview_of(company, client, sign_in, lines)
    assert ("1 journée à venir demandera une nouvelle convention" in page) is voided
