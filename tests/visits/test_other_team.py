"""Whoever receives changes team: their days count in the new one, and those concerned read it, once."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.campaigns.tables import Status
from app.core.i18n import speaking
from app.messages.tables import Mail
from app.people.tables import Person, Side, Site, Team
from app.teams.tables import Shift
from app.visits import hosting, reading, service
from app.visits.history import told as told_to
from app.visits.tables import ChangeKind, Visit
from app.worker import drain
from tests.factories import make_person, make_roster, make_team
from tests.support.accounts import SignIn
from tests.visits.life import MONDAY, NOW, Company, row
from tests.visits.test_whereabouts import elsewhere, ticked

pytestmark = pytest.mark.usefixtures("clock")


def beside(company: Company, *, name: str = "Boutique Part-Dieu", most: int = 1) -> Team:
    """Another shop of the same site, led by Nina."""
    session = company.session
    other = make_team(session, name=name)
    other.site_id, other.max_visitors = company.shop.site_id, most
    nina = make_person(session, other, first_name="Nina", last_name="Chef")
    make_person(session, other, first_name="Zoé", last_name="Bel", manager_id=nina.id)
    session.commit()
    return other


def team_lines(session: Session, visit: Visit) -> list[str]:
    """The history's lines about the team, as the two people read it."""
    lines = reading.history_of(session, {visit.id or 0})
    with speaking("fr"):
        found = [one.sentence for one in told_to(lines, to_manager=False) if one.kind == ChangeKind.TEAM]
    return [one.replace("\u00a0", " ") for one in found]


def read_by(sent: list[Mail], kind: str) -> dict[str, str]:
    """What each read of one kind, by first name; nobody twice."""
    found = [one for one in sent if one.kind == kind]
    assert len({one.to_name for one in found}) == len(found)
    return {one.to_name.split()[0]: one.text.replace("\u00a0", " ") for one in found}


def taken_there(company: Company, team: Team) -> Person:
    """The new team receives somebody else that Monday already."""
    zoe = session_zoe(company, team)
    host_somebody(company, zoe)
    return zoe


def host_somebody(company: Company, host: Person) -> None:
    """Somebody of a third team comes that Monday."""
    session = company.session
    office = make_team(session, session.get_one(Site, company.shop.site_id), name="Achats", side=Side.BACK)
    guest, _colleague = (make_person(session, office, first_name=name) for name in ("Ugo", "Ida"))
    service.plan_visits(session, company.campaign, [(guest.id or 0, host.id or 0, MONDAY)], NOW)
    session.commit()


@pytest.mark.parametrize("full", [True, False])
def test_the_host_of_a_planned_day_changes_team_and_each_reads_it_once(
    company: Company, engine: Engine, full: bool
) -> None:
    session, visit = company.session, company.there
    company.lea.manager_id = company.marc.id  # the former team is still led
    there = beside(company)
    if full:
        taken_there(company, there)
    company.bruno.team_id = there.id or 0
    company.bruno.manager_id = session.exec(select(Person.id).where(Person.first_name == "Nina")).one()
    sent = ticked(engine, session)
    line = "L’équipe qui reçoit change : Boutique Part-Dieu, et non plus Boutique Bellecour."
    two = read_by(sent, "visit_changed")
    assert set(two) == {"Anna", "Bruno"}
    assert all(line in one for one in two.values())
    leads = read_by(sent, "team_moved")
    assert "un départ vers Boutique Part-Dieu" in leads.pop("Martine")
    assert set(leads) == {"Marc", "Nina"}
    for text in leads.values():
        assert "Boutique Bellecour → Boutique Part-Dieu" in text
        assert ("au-delà des limites" in text) is full
        assert "Bruno" not in text  # such a message outlives the forgotten
    assert team_lines(session, visit) == [line]
    assert row(engine, visit).revision == 1
    assert row(engine, company.back).revision == 0
    assert ticked(engine, session) == []


def test_a_host_who_stays_in_the_team_disturbs_nobody(company: Company, engine: Engine) -> None:
    session = company.session
    company.lea.team_id = beside(company).id or 0
    assert ticked(engine, session) == []
    assert team_lines(session, company.there) == []


def test_a_team_of_another_site_is_told_with_its_place(company: Company, engine: Engine) -> None:
    """The two read where it takes place, in one message; who leads the teams reads that they changed."""
    session = company.session
    company.lea.manager_id = company.marc.id
    company.bruno.team_id = elsewhere(session).id or 0
    sent = ticked(engine, session)
    two = read_by(sent, "visit_changed")
    assert set(two) == {"Anna", "Bruno"}
    assert all("Le lieu change : Nantes, et non plus Lyon." in one for one in two.values())
    assert set(read_by(sent, "team_moved")) == {"Marc", "Martine"}
    assert len(team_lines(session, company.there)) == 1


def test_who_comes_back_to_the_team_before_anybody_was_told_disturbs_nobody(
    company: Company, engine: Engine
) -> None:
    session, shop = company.session, company.bruno.team_id
    company.bruno.team_id = beside(company).id or 0
    session.commit()
    company.bruno.team_id = shop
    assert ticked(engine, session) == []


def tutored(company: Company, engine: Engine) -> None:
    """Léa receives in Bruno's place."""
    visit, bruno = company.there, company.bruno
    hosting.name_tutor(
        company.session, company.before(visit, bruno), company.lea, company.hand(visit, bruno), revision=0
    )
    company.session.commit()
    drain(engine)


@pytest.mark.parametrize("site", ["same", "other"])
def test_a_tutor_who_changes_team_receives_no_more_and_each_reads_it_once(
    company: Company, engine: Engine, site: str
) -> None:
    session, visit = company.session, company.there
    tutored(company, engine)
    company.lea.team_id = (beside(company) if site == "same" else elsewhere(session)).id or 0
    sent = ticked(engine, session)
    two = read_by(sent, "visit_changed")
    assert set(two) == {"Anna", "Bruno"}
    assert "Léa Petit n’accueille plus : vous recevez vous-même." in two["Bruno"]
    assert set(read_by(sent, "visit_tutor")) == {"Léa"}
    assert len(sent) == 3
    assert visit.tutor_id is None
    assert company.history(visit)[-2:] == ["tutor", "released"]
    assert ("Léa", MONDAY) not in company.days_taken()
    assert row(engine, visit).told_site_id == company.shop.site_id


def test_a_tutor_stays_where_a_host_goes(company: Company, engine: Engine) -> None:
    """A tutor is of the host's team, whichever of the two leaves it."""
    tutored(company, engine)
    company.bruno.team_id = beside(company).id or 0
    sent = ticked(engine, company.session)
    assert company.there.tutor_id is None
    two = read_by(sent, "visit_changed")
    assert set(two) == {"Anna", "Bruno"}
    line = "L’équipe qui reçoit change : Boutique Part-Dieu, et non plus Boutique Bellecour."
    assert all(line in one and "Léa Petit n’accueille plus" in one for one in two.values())
    assert company.history(company.there)[-2:] == ["team", "released"]


@pytest.mark.parametrize("host", [Shift.OFF, Shift.FULL])
def test_a_day_whose_host_is_off_then_is_told_of_once(company: Company, engine: Engine, host: Shift) -> None:
    """The team, who receives no more, and that the day cannot be: one message."""
    company.campaign.status = Status.RUNNING
    tutored(company, engine)
    make_roster(
        company.session,
        company.shop.id,
        {(company.bruno.id, MONDAY): host, (company.lea.id, MONDAY): Shift.FULL},
    )
    company.session.commit()
    drain(engine)
    company.bruno.team_id = beside(company).id or 0
    sent = [one for one in ticked(engine, company.session) if one.to_name.split()[0] in {"Anna", "Bruno"}]
    kind = "visit_suspended" if host is Shift.OFF else "visit_changed"
    assert sorted((one.to_name.split()[0], one.kind) for one in sent) == [("Anna", kind), ("Bruno", kind)]
    for one in sent:
        assert "L’équipe qui reçoit change" in one.text
        assert "Léa Petit n’accueille plus" in one.text


def test_a_tutor_who_goes_with_the_host_receives_still(company: Company, engine: Engine) -> None:
    tutored(company, engine)
    company.bruno.team_id = company.lea.team_id = beside(company).id or 0
    sent = ticked(engine, company.session)
    assert set(read_by(sent, "visit_changed")) == {"Anna", "Bruno", "Léa"}
    assert company.there.tutor_id == company.lea.id


@pytest.mark.parametrize("host", [Shift.OFF, Shift.FULL])
@pytest.mark.parametrize("together", [False, True])
def test_hr_read_before_an_import_which_tutors_receive_no_more(
    company: Company, engine: Engine, client: TestClient, sign_in: SignIn, *, host: Shift, together: bool
) -> None:
    session = company.session
    tutored(company, engine)
    there = beside(company)
    make_roster(
        session, company.shop.id, {(company.bruno.id, MONDAY): host, (company.lea.id, MONDAY): Shift.FULL}
    )
    movers = [company.lea, company.bruno] if together else [company.lea]
    page = previewed(company, client, sign_in, *((one, there) for one in movers))
    assert ("1 journée à venir ne sera plus accueillie par la personne choisie" in page) is not together
    off = not together and host is Shift.OFF
    assert ("Anna Roy chez Bruno Lam · Léa Petit n’accueillera plus : l’hôte recevra" in page) is (
        not together and not off
    )
    assert ("Léa Petit n’accueillera plus, et l’hôte n’est pas au travail" in page) is off


def previewed(company: Company, client: TestClient, sign_in: SignIn, *rows: tuple[Person, Team]) -> str:
    """What HR read before a staff file gives these people these teams."""
    lines = ["Matricule;Prénom;Nom;Équipe"]
    for number, (person, team) in enumerate(rows):
        person.employee_number = f"N{number}"
        lines.append(f"N{number};{person.first_name};{person.last_name};{team.name}")
    company.session.commit()
    sign_in(client, company.hr)
    file = {"file": ("rh.csv", "\n".join(lines).encode())}
    answer: Any = client.post("/people/import", data={"kind": "people"}, files=file)
    return client.get(str(answer.headers["location"])).text.replace("\u00a0", " ")


@pytest.mark.parametrize("full", [True, False])
def test_hr_read_before_an_import_which_days_change_team(
    company: Company, client: TestClient, sign_in: SignIn, full: bool
) -> None:
    there = beside(company)
    if full:
        taken_there(company, there)
    page = previewed(company, client, sign_in, (company.bruno, there))
    assert "2 journées à venir changeront d’équipe" in page
    assert "Anna Roy chez Bruno Lam · Bruno Lam : Boutique Bellecour → Boutique Part-Dieu" in page
    assert ("au-delà des limites de l’équipe" in page) is full


def test_two_hosts_that_one_file_moves_are_counted_together(
    company: Company, client: TestClient, sign_in: SignIn
) -> None:
    """Neither team was full: the file fills the one."""
    first, second = beside(company), beside(company, name="Boutique Perrache")
    zoe = session_zoe(company, first)
    host_somebody(company, zoe)
    page = previewed(company, client, sign_in, (company.bruno, second), (zoe, second))
    assert "3 journées à venir changeront d’équipe" in page
    assert page.count("au-delà des limites de l’équipe") == 2
    page = previewed(company, client, sign_in, (company.bruno, first), (zoe, second))
    assert "3 journées à venir changeront d’équipe" in page
    assert "au-delà des limites de l’équipe" not in page  # one comes as the other goes


def session_zoe(company: Company, team: Team) -> Person:
    query = select(Person).where(Person.first_name == "Zoé", Person.team_id == team.id)
    return company.session.exec(query).one()


def test_an_import_that_moves_nobody_says_nothing_of_teams(
    company: Company, client: TestClient, sign_in: SignIn
) -> None:
    page = previewed(company, client, sign_in, (company.bruno, company.shop))
    assert "changera d’équipe" not in page
