"""Whoever visits has farther to go than the campaign lets anybody travel, since one of the two changed site:
they read it, and say again whether they come."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.messages.tables import Mail
from app.people.tables import Side, Site, Team, TravelTime
from tests.factories import make_site, make_team
from tests.support.accounts import SignIn
from tests.visits.life import NOW, Company, row
from tests.visits.test_other_team import previewed
from tests.visits.test_whereabouts import ticked

pytestmark = pytest.mark.usefixtures("clock")

SAID = "Votre trajet est maintenant plus long que ce que prévoit la campagne."


def at(company: Company, minutes: int | None, side: Side = Side.FRONT) -> Team:
    """A team of another site, so far from Lyon; None where nobody knows."""
    session = company.session
    site = make_site(session, name="Nantes")
    if minutes is not None:
        first, second = sorted((company.shop.site_id, site.id or 0))
        session.add(TravelTime(from_site_id=first, to_site_id=second, minutes=minutes, estimated=False))
    return make_team(session, site, name="Nouvelle équipe", side=side)


def both_said_yes(company: Company) -> None:
    visit = company.there
    visit.visitor_confirmed_at = visit.host_confirmed_at = NOW
    company.session.commit()


def of_monday(sent: list[Mail], name: str) -> list[str]:
    return [
        one.text.replace("\u00a0", " ")
        for one in sent
        if one.kind == "visit_changed" and one.to_name.startswith(name) and "5 avril" in one.text
    ]


@pytest.mark.parametrize("mover", ["Anna", "Bruno"])
@pytest.mark.parametrize(("minutes", "far"), [(200, True), (30, False), (None, False)])
def test_whoever_has_too_far_to_go_reads_it_and_says_yes_or_no_again(
    company: Company, engine: Engine, mover: str, minutes: int | None, far: bool
) -> None:
    session = company.session
    both_said_yes(company)
    person = company.anna if mover == "Anna" else company.bruno
    person.team_id = at(company, minutes, Side.BACK if mover == "Anna" else Side.FRONT).id or 0
    sent = ticked(engine, session)
    visit = row(engine, company.there)
    assert (visit.visitor_confirmed_at is None) is far
    assert visit.host_confirmed_at == NOW
    told = of_monday(sent, "Anna")
    assert len(told) == (1 if far or mover == "Bruno" else 0)
    assert any(SAID in one for one in told) is far
    assert any(f"/visits/{visit.id}/confirmation" in one for one in told) is far
    assert not any(SAID in one for one in of_monday(sent, "Bruno"))
    assert ticked(engine, session) == []


def test_a_yes_to_the_longer_way_is_not_asked_again(company: Company, engine: Engine) -> None:
    session = company.session
    both_said_yes(company)
    company.bruno.team_id = at(company, 200).id or 0
    ticked(engine, session)
    both_said_yes(company)
    assert ticked(engine, session) == []
    assert row(engine, company.there).visitor_confirmed_at == NOW


def test_a_journey_that_stays_as_it_was_is_not_asked_about(company: Company, engine: Engine) -> None:
    """It was too long already when both said yes; Anna changes team at her own site."""
    session = company.session
    company.bruno.team_id = at(company, 200).id or 0
    ticked(engine, session)
    both_said_yes(company)
    home = session.get_one(Site, company.payroll.site_id)
    company.anna.team_id = make_team(session, home, name="Achats", side=Side.BACK).id or 0
    assert of_monday(ticked(engine, session), "Anna") == []
    assert row(engine, company.there).visitor_confirmed_at == NOW


@pytest.mark.parametrize(("minutes", "far"), [(200, True), (30, False)])
def test_hr_read_before_an_import_whose_journey_becomes_too_long(
    company: Company, client: TestClient, sign_in: SignIn, minutes: int, far: bool
) -> None:
    there = at(company, minutes, Side.BACK)
    page = previewed(company, client, sign_in, (company.anna, there))
    line = "Anna Roy chez Bruno Lam · Anna Roy : Paie → Nouvelle équipe · trajet au-delà de la limite"
    assert (line in page) is far


def test_the_preview_measures_the_way_between_the_new_sites_of_both(
    company: Company, client: TestClient, sign_in: SignIn
) -> None:
    """Anna goes where Bruno goes: it is far from here, and they meet there."""
    there = at(company, 200, Side.BACK)
    shop = make_team(company.session, company.session.get_one(Site, there.site_id), name="Nouvelle boutique")
    company.session.commit()
    page = previewed(company, client, sign_in, (company.anna, there), (company.bruno, shop))
    assert "Anna Roy : Paie → Nouvelle équipe" in page
    assert "trajet au-delà de la limite" not in page


@pytest.mark.parametrize(("minutes", "far"), [(200, True), (30, False)])
def test_a_whole_team_that_moves_has_the_journey_of_each_of_its_visitors_looked_at(
    company: Company, engine: Engine, client: TestClient, sign_in: SignIn, minutes: int, far: bool
) -> None:
    """A team is known by its name and site: one file brings the new one, another its people."""
    session = company.session
    both_said_yes(company)
    site = at(company, minutes).site_id
    code = session.get_one(Site, site).code
    people = (company.anna, company.martine)
    for number, person in enumerate(people):
        person.employee_number = f"N{number}"
    rows = [f"N{n};{one.first_name};{one.last_name};Paie;{code}" for n, one in enumerate(people)]
    session.commit()
    session.refresh(company.hr)
    session.commit()
    sign_in(client, company.hr)
    for kind, lines in (
        ("teams", ["Nom;Site;Côté;Service", f"Paie;{code};back;RH"]),
        ("people", ["Matricule;Prénom;Nom;Équipe;Site", *rows]),
    ):
        file = {"file": ("rh.csv", "\n".join(lines).encode())}
        done = client.post(f"/api/v1/imports/{kind}", files=file).json()
        assert (done["rejected"], done["created"] + done["updated"]) == ([], 1 if kind == "teams" else 2)
    sent = ticked(engine, session)
    assert any(SAID in one for one in of_monday(sent, "Anna")) is far
    assert (row(engine, company.there).visitor_confirmed_at is None) is far
    friday = [one for one in sent if one.kind == "visit_changed" and "9 avril" in one.text]
    assert {one.to_name.split()[0] for one in friday} == {"Anna", "Bruno"}  # she receives him there
