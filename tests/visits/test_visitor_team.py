"""Whoever visits changes team: their days count in the new one, and who leads either reads it."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.core.i18n import speaking
from app.messages.tables import Mail
from app.people.tables import Person, Side, Site, Team
from app.teams.tables import TeamPractice
from app.visits import hosting, moving, reading, service
from app.visits.history import told as told_to
from app.visits.tables import By, ChangeKind, Visit
from app.worker import drain
from tests.factories import make_person, make_team
from tests.support.accounts import SignIn
from tests.visits.life import FRIDAY, MONDAY, NEXT_MONDAY, NOW, Company, row
from tests.visits.test_other_team import previewed, read_by
from tests.visits.test_whereabouts import ticked

pytestmark = pytest.mark.usefixtures("clock")


def beside(company: Company, **limits: int) -> Team:
    """Another back office of the same site, led by Nina."""
    session = company.session
    site = session.get_one(Site, company.payroll.site_id)
    other = make_team(session, site, name="Achats", side=Side.BACK, department="Finance", **limits)
    nina = make_person(session, other, first_name="Nina", last_name="Chef")
    make_person(session, other, first_name="Zoé", last_name="Bel", manager_id=nina.id)
    company.lea.manager_id = company.marc.id
    make_person(session, company.payroll, first_name="Ida", manager_id=company.martine.id)
    session.commit()
    return other


def of(session: Session, name: str) -> Person:
    return session.exec(select(Person).where(Person.first_name == name)).one()


def away(company: Company, who: Person) -> None:
    """Somebody of the new team is away that Monday already."""
    session = company.session
    site = session.get_one(Site, company.payroll.site_id)
    there = make_person(session, make_team(session, site, name="Boutique Vaise"), first_name="Ugo")
    service.plan_visits(session, company.campaign, [(who.id or 0, there.id or 0, MONDAY)], NOW)
    session.commit()


def team_lines(session: Session, visit: Visit) -> list[str]:
    lines = reading.history_of(session, {visit.id or 0})
    with speaking("fr"):
        found = [one.sentence for one in told_to(lines, to_manager=True) if one.kind == ChangeKind.TEAM]
    return [one.replace("\u00a0", " ") for one in found]


@pytest.mark.parametrize("full", [True, False])
def test_the_visitor_changes_team_and_who_leads_either_reads_it_once(
    company: Company, engine: Engine, full: bool
) -> None:
    session, visit = company.session, company.there
    there = beside(company)
    if full:
        away(company, of(session, "Zoé"))
    company.anna.team_id = there.id or 0
    company.anna.manager_id = of(session, "Nina").id
    sent = ticked(engine, session)
    leads = read_by(sent, "team_moved")
    assert "un départ vers Achats" in leads.pop("Marc")  # of the Friday, on which Bruno goes there
    assert set(leads) == {"Martine", "Nina"}
    for text in leads.values():
        [monday] = [line for line in text.splitlines() if "5 avril" in line]
        assert "une visite dans l’équipe Boutique Bellecour : Paie → Achats" in monday
        assert ("au-delà des limites" in monday) is full
        [friday] = [line for line in text.splitlines() if "9 avril" in line]
        assert "une visite reçue de l’équipe Boutique Bellecour : Paie → Achats" in friday
        assert "Anna" not in text  # such a message outlives the forgotten
    assert team_lines(session, visit) == ["Anna Roy change d’équipe : Achats, et non plus Paie."]
    assert row(engine, visit).revision == 0  # nothing changes for the two that Monday
    assert len(read_by(sent, "visit_changed")) == 2  # of the Friday, which Anna hosts
    assert ticked(engine, session) == []


@pytest.mark.parametrize("by_roster", [True, False])
def test_whoever_joins_a_team_that_works_by_roster_reads_that_the_day_waits_for_it(
    company: Company, engine: Engine, by_roster: bool
) -> None:
    session = company.session
    there = beside(company)
    session.add(TeamPractice(team_id=there.id or 0, by_roster=by_roster))
    company.anna.team_id = there.id or 0
    told = [one.to_name for one in ticked(engine, session) if one.kind == "visit_provisional"]
    assert told == (["Anna Roy"] * 2 + ["Bruno Lam"] * 2 if by_roster else [])  # of each of the two days
    assert (row(engine, company.there).provisional_at is not None) is by_roster


def test_a_visitor_who_stays_in_the_team_disturbs_nobody(company: Company, engine: Engine) -> None:
    session = company.session
    of(session, "Martine").team_id = beside(company).id or 0
    assert ticked(engine, session) == []
    assert team_lines(session, company.there) == []


@pytest.mark.parametrize("leaves", [True, False])
def test_a_team_whose_presence_a_visit_would_break_reads_it(
    company: Company, engine: Engine, leaves: bool
) -> None:
    """Of Nina, Zoé and Anna, all are needed; or two of them."""
    there = beside(company, min_presence=3 if leaves else 2)
    company.anna.team_id = there.id or 0
    sent = ticked(engine, company.session)
    [monday] = [one for one in read_by(sent, "team_moved")["Nina"].splitlines() if "5 avril" in one]
    assert ("au-delà des limites" in monday) is leaves


@pytest.mark.parametrize("full", [True, False])
def test_hr_read_before_an_import_which_visitors_change_team(
    company: Company, client: TestClient, sign_in: SignIn, full: bool
) -> None:
    there = beside(company)
    if full:
        away(company, of(company.session, "Zoé"))
    page = previewed(company, client, sign_in, (company.anna, there))
    assert "2 journées à venir changeront d’équipe" in page
    lines = [one for one in page.splitlines() if "Anna Roy : Paie → Achats" in one]
    text = " ".join(lines)
    assert "Anna Roy chez Bruno Lam · Anna Roy : Paie → Achats" in text
    assert "Bruno Lam chez Anna Roy · Anna Roy : Paie → Achats" in text
    assert ("au-delà des limites de l’équipe" in page) is full


@pytest.mark.parametrize(("needed", "beyond"), [(2, False), (3, True)])
def test_whoever_comes_with_the_file_is_counted_as_present(
    company: Company, client: TestClient, sign_in: SignIn, needed: int, beyond: bool
) -> None:
    """Nina and Zoé are there; Anna comes, and goes out that Monday."""
    there = beside(company, min_presence=needed)
    page = previewed(company, client, sign_in, (company.anna, there))
    assert ("au-delà des limites de l’équipe" in page) is beyond


def test_both_of_a_day_change_team_and_each_reads_it_once(company: Company, engine: Engine) -> None:
    session = company.session
    there = beside(company)
    shop = make_team(session, session.get_one(Site, company.shop.site_id), name="Boutique Part-Dieu")
    company.anna.team_id, company.bruno.team_id = there.id or 0, shop.id or 0
    sent = ticked(engine, session)
    marc = read_by(sent, "team_moved")["Marc"]
    assert "une visite reçue de l’équipe Achats : Boutique Bellecour → Boutique Part-Dieu" in marc
    assert "Paie → Achats" not in marc  # that concerns Martine and Nina
    assert len([line for line in marc.splitlines() if "→" in line]) == 2
    assert len(team_lines(session, company.there)) == len(team_lines(session, company.back)) == 2
    assert (company.days_taken()) == {(name, day) for name in ("Anna", "Bruno") for day in (MONDAY, FRIDAY)}


@pytest.mark.parametrize("mover", ["Anna", "Bruno"])
def test_a_day_moved_before_the_clock_ticks_is_still_told_with_its_team(
    company: Company, engine: Engine, mover: str
) -> None:
    session, visit = company.session, company.there
    there = beside(company)
    shop = make_team(session, session.get_one(Site, company.shop.site_id), name="Boutique Part-Dieu")
    make_person(session, shop, manager_id=of(session, "Nina").id)
    of(session, mover).team_id = (there if mover == "Anna" else shop).id or 0
    session.commit()
    hand = company.hand(visit, By.HR)
    moving.move(session, company.before(visit, By.HR), NEXT_MONDAY, hand, revision=0)
    sent = [*written(engine, session), *ticked(engine, session)]
    [monday] = [
        one for one in sent if one.kind == "team_moved" and "12 avril" in one.text and is_to(one, "Nina")
    ]
    said = {"Anna": "Paie → Achats", "Bruno": "Boutique Bellecour → Boutique Part-Dieu"}[mover]
    assert said in monday.text
    line = "L’équipe qui reçoit change : Boutique Part-Dieu, et non plus Boutique Bellecour."
    invited = [one for one in sent if one.kind == "visit_invitation"]
    assert len(invited) == 2
    assert all((line in one.text.replace("\u00a0", " ")) is (mover == "Bruno") for one in invited)
    assert not [one for one in sent if one.kind == "visit_changed" and "12 avril" in one.text]
    assert company.history(visit)[-2:] == ["team", "moved"]


def test_a_day_that_moves_in_its_teams_says_nothing_of_them(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    hand = company.hand(visit, By.HR)
    moving.move(session, company.before(visit, By.HR), NEXT_MONDAY, hand, revision=0)
    assert "team_moved" not in {one.kind for one in [*written(engine, session), *ticked(engine, session)]}
    assert "team" not in company.history(visit)


def test_a_day_received_by_somebody_else_before_the_clock_ticks_is_still_told(
    company: Company, engine: Engine
) -> None:
    session, visit = company.session, company.there
    company.anna.team_id = beside(company).id or 0
    session.commit()
    hosting.name_tutor(
        session,
        company.before(visit, company.bruno),
        company.lea,
        company.hand(visit, company.bruno),
        revision=0,
    )
    sent = [*written(engine, session), *ticked(engine, session)]
    assert [one.to_name for one in sent if one.kind == "team_moved" and is_to(one, "Nina")]
    assert company.history(visit).count("team") == 1


def written(engine: Engine, session: Session) -> list[Mail]:
    """What follows by itself, before the clock ticks."""
    session.commit()
    known = set(session.exec(select(Mail.id)))
    session.commit()
    drain(engine)
    session.expire_all()
    return [one for one in session.exec(select(Mail)) if one.id not in known]


def is_to(mail: Mail, name: str) -> bool:
    return mail.to_name.startswith(name)
