"""One staff file changes several things of a day: each reads once how the day stands at the end, and why."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.calendars.jobs import invite_participants
from app.campaigns.tables import Status
from app.messages.tables import Mail
from app.people.tables import Person, Site, TravelTime
from app.teams.tables import Delegation
from app.visits import service
from app.visits.tables import CancelReason, Visit, VisitStatus
from app.worker import drain
from tests.booking.conftest import Shop
from tests.factories import make_person, make_team
from tests.visits.life import FRIDAY, MONDAY, NOW, TODAY, Company, told
from tests.visits.test_former_letters import on_paper, pile
from tests.visits.test_other_team import beside, read_by, tutored
from tests.visits.test_whereabouts import elsewhere, ticked

pytestmark = pytest.mark.usefixtures("clock")

WITHOUT_MONDAY = "0111100"
TEAM = "L’équipe qui reçoit change : Boutique Part-Dieu, et non plus Boutique Bellecour."


@pytest.fixture
def running(company: Company, engine: Engine) -> Company:
    company.campaign.status = Status.RUNNING
    company.lea.manager_id = company.marc.id  # the former team is still led
    company.session.commit()
    drain(engine)
    return company


def of_two(sent: list[Mail], day: str = "5 avril") -> list[tuple[str, str]]:
    """Who of the two read what of that day."""
    two = [one for one in sent if one.to_name.split()[0] in {"Anna", "Bruno"} and is_of(one, day)]
    return sorted((one.to_name.split()[0], one.kind) for one in two)


def is_of(mail: Mail, day: str = "5 avril") -> bool:
    return day in mail.text.replace("\u00a0", " ")


def off(person: Person, how: str) -> None:
    """They do not work on Monday any more."""
    if how == "contract":
        person.contract_ends_on = MONDAY - timedelta(days=1)
    elif how == "weekday":
        person.worked_weekdays = WITHOUT_MONDAY


@pytest.mark.parametrize("how", ["contract", "weekday", "nothing"])
def test_a_team_that_changes_as_the_day_becomes_impossible_is_one_message(
    running: Company, engine: Engine, how: str
) -> None:
    running.bruno.team_id = beside(running).id or 0
    off(running.bruno, how)
    sent = ticked(engine, running.session)
    kind = "visit_changed" if how == "nothing" else "visit_suspended"
    assert of_two(sent) == [("Anna", kind), ("Bruno", kind)]
    assert all(TEAM in text for text in read_by([one for one in sent if is_of(one)], kind).values())
    assert ticked(engine, running.session) == []


@pytest.mark.parametrize("impossible", [True, False])
def test_a_place_that_changes_as_the_day_becomes_impossible_is_one_message(
    running: Company, engine: Engine, impossible: bool
) -> None:
    """Too far as well: whoever is asked nothing meanwhile is not asked whether they keep it."""
    session, there = running.session, elsewhere(running.session)
    first, second = sorted((running.shop.site_id, there.site_id))
    session.add(TravelTime(from_site_id=first, to_site_id=second, minutes=300, estimated=False))
    running.bruno.team_id = there.id or 0
    off(running.bruno, "weekday" if impossible else "nothing")
    sent = ticked(engine, session)
    kind = "visit_suspended" if impossible else "visit_changed"
    assert of_two(sent) == [("Anna", kind), ("Bruno", kind)]
    for text in read_by([one for one in sent if is_of(one)], kind).values():
        assert "Le lieu change : Nantes, et non plus Lyon." in text
        assert "L’équipe qui reçoit change : Boutique Nantes, et non plus Boutique Bellecour." in text
    assert ("c’est vous qui décidez" in read_by([one for one in sent if is_of(one)], kind)["Anna"]) is not (
        impossible
    )


def test_a_day_that_holds_again_with_its_new_team_is_one_message(running: Company, engine: Engine) -> None:
    off(running.bruno, "weekday")
    ticked(engine, running.session)
    running.bruno.worked_weekdays = "1111100"
    running.bruno.team_id = beside(running).id or 0
    sent = ticked(engine, running.session)
    assert of_two(sent) == [("Anna", "visit_changed"), ("Bruno", "visit_changed")]
    for text in read_by(sent, "visit_changed").values():
        assert TEAM in text
        assert "Plus rien ne contredit cette journée" in text


def test_a_company_that_changes_with_the_team_is_one_message(running: Company, engine: Engine) -> None:
    visit, session = running.there, running.session
    running.anna.legal_entity, running.bruno.legal_entity = "Alpha", "Beta"
    visit.agreement_at, visit.signed_visitor, visit.signed_host = NOW, "Alpha", "Beta"
    session.commit()
    running.bruno.legal_entity, running.bruno.team_id = "Gamma", beside(running).id or 0
    sent = ticked(engine, session)
    assert of_two(sent) == [("Anna", "visit_changed"), ("Bruno", "visit_changed")]
    for text in read_by(sent, "visit_changed").values():
        assert TEAM in text
        assert "il en faut une nouvelle" in text


def test_a_tutor_left_at_another_site_is_one_message(running: Company, engine: Engine) -> None:
    tutored(running, engine)
    running.bruno.team_id = elsewhere(running.session).id or 0
    sent = ticked(engine, running.session)
    assert of_two(sent) == [("Anna", "visit_changed"), ("Bruno", "visit_changed")]
    for text in read_by(sent, "visit_changed").values():
        assert "Le lieu change : Nantes, et non plus Lyon." in text
        assert "Léa Petit n’accueille plus" in text
    assert set(read_by(sent, "visit_tutor")) == {"Léa"}


@pytest.mark.parametrize("impossible", [True, False])
def test_managers_read_once_how_each_day_stands_at_the_end(
    running: Company, engine: Engine, impossible: bool
) -> None:
    """Bruno goes with both of his days; one of them cannot be."""
    running.bruno.team_id = beside(running).id or 0
    off(running.bruno, "weekday" if impossible else "nothing")
    sent = [one for one in ticked(engine, running.session) if one.kind in {"team_moved", "team_days"}]
    read = read_by(sent, "team_moved")
    assert set(read) >= {"Marc", "Nina"}
    for text in (read["Marc"], read["Nina"]):
        [monday] = [line for line in text.splitlines() if "5 avril" in line]
        [friday] = [line for line in text.splitlines() if "9 avril" in line]
        assert ("Elle ne peut pas avoir lieu comme prévu" in monday) is impossible
        assert "ne peut pas" not in friday
        assert ("vous n’avez rien à faire" in text) is not impossible
    others = {
        one.to_name.split()[0]: one.kind for one in sent if one.to_name.split()[0] not in {"Marc", "Nina"}
    }
    assert others == {"Martine": "team_moved"}
    assert ("Elle ne peut pas avoir lieu comme prévu" in read["Martine"]) is impossible


@pytest.mark.parametrize("falls", [True, False])
def test_a_booked_day_that_falls_is_told_as_fallen_alone(
    session: Session, engine: Engine, falls: bool
) -> None:
    shop = Shop(session)
    request = shop.ask(shop.askers[0], shop.offer(host=shop.hosts[0]))
    session.commit()
    drain(engine)
    visit = session.get_one(Visit, request.visit_id)
    host = session.get_one(Person, visit.host_id)
    there = make_team(session, session.get_one(Site, shop.shop.site_id), name="Boutique Part-Dieu")
    nina = make_person(session, there, first_name="Nina", last_name="Chef")
    host.team_id, host.manager_id = there.id or 0, nina.id
    if falls:
        host.contract_ends_on = visit.day - timedelta(days=1)
    sent = ticked(engine, session)
    assert visit.status is (VisitStatus.CANCELLED if falls else VisitStatus.PLANNED)
    two = [one.kind for one in sent if one.person_id in (visit.visitor_id, visit.host_id)]
    assert two == ["visit_cancelled" if falls else "visit_changed"] * 2
    nina_read = [one.kind for one in sent if one.person_id == nina.id]
    assert nina_read == ["visit_team" if falls else "team_moved"]


CANNOT_BE = "ne peut pas avoir lieu comme prévu"


@pytest.mark.parametrize("days", [{MONDAY}, {FRIDAY}, {MONDAY, FRIDAY}, set()])
@pytest.mark.parametrize("moves", [True, False])
def test_no_letter_invites_to_a_day_that_the_file_makes_impossible(
    company: Company, engine: Engine, days: set[date], moves: bool
) -> None:
    session = company.session
    company.campaign.status = Status.RUNNING
    on_paper(company, company.anna, company.bruno)
    invite_participants(engine, company.campaign.id or 0)
    assert len(pile(engine, company.bruno, "visit_invitation")) == 2
    week = list("1111100")
    for day in days:
        week[day.weekday()] = "0"
    company.bruno.worked_weekdays = "".join(week)
    if moves:
        company.bruno.team_id = beside(company).id or 0
    for step in ("one tick", "another"):
        ticked(engine, session)
        for person in (company.anna, company.bruno):
            invited = pile(engine, person, "visit_invitation")
            for text in invited:
                said = text.replace("\u00a0", " ").split("L’autre journée de votre échange")[0]
                off = [day for day in days if f"{day.day} avril" in said.split("Et réciproquement")[0]]
                assert not off or CANNOT_BE in said, step
                other = [day for day in days if f"{day.day} avril" in text.partition("Et réciproquement")[2]]
                assert not other
            suspended = pile(engine, person, "visit_suspended")
            assert len(suspended) == len(days)
            assert len(invited) == 2 - len(days)


@pytest.mark.parametrize("impossible", [True, False])
def test_a_letter_written_anew_before_anybody_read_says_what_is_so(
    company: Company, engine: Engine, impossible: bool
) -> None:
    """Friday falls while Monday, which is suspended already, is still to be told."""
    session, monday = company.session, company.there
    company.campaign.status = Status.RUNNING
    on_paper(company, company.anna, company.bruno)
    invite_participants(engine, company.campaign.id or 0)
    off(company.bruno, "weekday" if impossible else "nothing")
    service.cancel_visit(session, company.back, CancelReason.CLOSED, None, NOW, today=TODAY)
    told(engine, session)
    [text] = [one.replace("\u00a0", " ") for one in pile(engine, company.bruno, "visit_invitation")]
    assert (CANNOT_BE in text) is impossible
    assert ("Vous faites découvrir votre métier" in text) is not impossible
    assert (f"/visits/{monday.id}/confirmation" in text) is False  # the plan's letter asks on its page


@pytest.mark.parametrize("named", ["the former leader", "the new one"])
def test_whoever_leads_the_team_reads_that_its_day_is_suspended_and_that_it_holds_again(
    running: Company, engine: Engine, named: str
) -> None:
    """Whatever the file says of Bruno's own manager; and who decides in Nina's place."""
    session = running.session
    there = beside(running)
    running.bruno.team_id = there.id or 0
    nina = session.exec(select(Person).where(Person.first_name == "Nina")).one()
    deputy = make_person(session, there, first_name="Dora")
    session.add(
        Delegation(
            manager_id=nina.id or 0,
            delegate_id=deputy.id or 0,
            first_day=TODAY,
            last_day=FRIDAY,
            created_at=NOW,
        )
    )
    if named == "the new one":
        running.bruno.manager_id = nina.id
    ticked(engine, session)
    off(running.bruno, "weekday")
    own = {"Marc"} if named == "the former leader" else set()
    suspended = read_by(ticked(engine, session), "team_days")
    assert set(suspended) == {"Nina", "Dora", "Martine"} | own
    assert "une visite reçue de l’équipe Paie" in suspended["Nina"]
    running.bruno.worked_weekdays = "1111100"
    assert set(read_by(ticked(engine, session), "team_days")) == {"Nina", "Dora", "Martine"} | own
