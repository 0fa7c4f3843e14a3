"""Who leads a team, where the managers that a staff file names for its people are several."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.tables import Account
from app.people.tables import Person, Side, Team
from app.teams import queries
from app.teams.rules import Tally, leading
from app.teams.tables import Delegation
from tests.factories import make_account, make_person, make_team
from tests.support.accounts import SignIn
from tests.visits.life import MONDAY, NOW, TODAY, Company

pytestmark = pytest.mark.usefixtures("clock")

INSIDE, OUTSIDE = True, False


@pytest.mark.parametrize(
    ("tallies", "who"),
    [
        ([("head", 5, INSIDE)], {"head"}),
        ([("director", 4, OUTSIDE)], {"director"}),  # who works in no team of theirs
        ([("head", 5, INSIDE), ("deputy", 2, INSIDE)], {"head", "deputy"}),
        ([("head", 5, INSIDE), ("former", 1, OUTSIDE)], {"head"}),  # the file lags behind
        ([("head", 1, INSIDE), ("former", 1, OUTSIDE)], {"head"}),
        ([("head", 5, INSIDE), ("director", 1, OUTSIDE)], {"head"}),  # the head's own manager
        ([("tutor", 1, INSIDE), ("director", 4, OUTSIDE)], {"tutor", "director"}),
        ([("director", 4, OUTSIDE), ("former", 1, OUTSIDE)], {"director"}),
        ([("one", 3, OUTSIDE), ("other", 3, OUTSIDE)], {"one", "other"}),
        ([], set()),
    ],
)
def test_who_works_in_the_team_or_manages_most_of_it_leads_it(
    tallies: list[tuple[str, int, bool]], who: set[str]
) -> None:
    names = {name: number for number, (name, _people, _inside) in enumerate(tallies)}
    found = leading(Tally(7, names[name], people, inside) for name, people, inside in tallies)
    assert found == ({7: {names[name] for name in who}} if who else {})


@pytest.fixture
def moved(company: Company) -> Team:
    """Anna works in Nina's team since; the file still says that Martine, who leads the payroll, is her
    manager."""
    session = company.session
    there = make_team(session, name="Achats", side=Side.BACK)
    nina = make_person(session, there, first_name="Nina", last_name="Chef")
    make_person(session, there, first_name="Zoé", manager_id=nina.id)
    for name in ("Ida", "Ugo"):
        make_person(session, company.payroll, first_name=name, manager_id=company.martine.id)
    company.anna.team_id = there.id or 0
    session.commit()
    return there


def led_by(session: Session, person: Person) -> set[str]:
    managers = queries.acting_for(session, person, TODAY)
    return {team.name for team, _site in queries.led_teams(session, managers)}


def named(session: Session, name: str) -> Person:
    return session.exec(select(Person).where(Person.first_name == name)).one()


def test_the_former_manager_leads_nothing_of_the_team_that_somebody_joined(
    company: Company, moved: Team
) -> None:
    session, nina = company.session, named(company.session, "Nina")
    assert queries.leaders_of(session, moved.id or 0, TODAY) == {nina.id}
    assert queries.find_lead(session, company.martine, moved.id or 0, TODAY) is None
    assert queries.find_lead(session, nina, moved.id or 0, TODAY) is not None
    assert led_by(session, company.martine) == {"Paie"}
    assert led_by(session, nina) == {"Achats"}


def test_nor_does_whoever_decides_in_their_place(company: Company, moved: Team) -> None:
    session = company.session
    company.session.add(
        Delegation(
            manager_id=company.martine.id or 0,
            delegate_id=company.lea.id or 0,
            first_day=TODAY,
            last_day=MONDAY,
            created_at=NOW,
        )
    )
    session.commit()
    assert queries.find_lead(session, company.lea, moved.id or 0, TODAY) is None
    assert led_by(session, company.lea) == {"Paie"}


@pytest.mark.parametrize("who", ["martine", "nina", "marc"])
def test_their_own_manager_still_opens_the_day_of_somebody_who_changed_team(
    company: Company, moved: Team, who: str, enter: Any
) -> None:
    browser = enter(make_reader(company.session, named(company.session, who.title())))
    assert browser.get(f"/visits/{company.there.id}").status_code == 200
    assert browser.get(f"/team/{moved.id}").status_code == (200 if who == "nina" else 404)


def make_reader(session: Session, person: Person) -> Any:
    if person.account_id is None:
        account = make_account(session, person.name)
        person.account_id = account.id
        session.commit()
    return session.get_one(Account, person.account_id)


def previewed(company: Company, client: TestClient, sign_in: SignIn, team: str, manager: str) -> str:
    session = company.session
    for number, person in enumerate((company.anna, company.martine, named(session, "Nina"))):
        person.employee_number = f"N{number}"
    session.commit()
    sign_in(client, company.hr)
    content = f"Matricule;Prénom;Nom;Équipe;Responsable\nN0;Anna;Roy;{team};{manager}\n".encode()
    answer: Any = client.post("/people/import", data={"kind": "people"}, files={"file": ("rh.csv", content)})
    page = client.get(str(answer.headers["location"])).text
    return " ".join(page.replace("\u00a0", " ").split())


@pytest.mark.parametrize("how", ["lags", "follows", "takes", "stays"])
def test_hr_read_who_leads_what_once_a_file_is_imported(
    company: Company, client: TestClient, sign_in: SignIn, how: str
) -> None:
    """Only Anna has a manager in the payroll; Zoé has one in the other team."""
    session = company.session
    there = make_team(session, name="Achats", side=Side.BACK)
    nina = make_person(session, there, first_name="Nina", last_name="Chef")
    if how != "takes":
        make_person(session, there, first_name="Zoé", manager_id=nina.id)
    team = {"stays": "Paie"}.get(how, "Achats")
    page = previewed(company, client, sign_in, team, "N2" if how == "follows" else "N1")
    assert ("Paie : Martine Chef → personne" in page) is (how != "stays")
    assert ("Achats : personne → Martine Chef" in page) is (how == "takes")
    lags = "Anna Roy · Achats · Martine Chef" in page
    assert lags is (how == "lags")
