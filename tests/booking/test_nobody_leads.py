"""A team that nobody leads, since its manager left: HR are asked instead, at once and half-way."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.tables import Account
from app.booking import jobs_answers
from app.booking.tables import BookingRequest
from app.home.decisions import decisions
from app.messages.tables import Mail
from app.people.tables import Person, Team
from app.worker import drain
from tests.booking.conftest import TODAY, Shop, let_go, mails
from tests.booking.test_pages import As
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")


def ask(session: Session, shop: Shop, *, led: bool) -> BookingRequest:
    session.get_one(Person, shop.marc.id).active = led
    request = shop.ask(shop.askers[0], shop.offer())
    session.commit()
    return request


@pytest.mark.parametrize("led", [True, False])
def test_hr_is_asked_where_nobody_leads_the_team(
    engine: Engine, session: Session, asked_shop: Shop, led: bool
) -> None:
    ask(session, asked_shop, led=led)
    drain(engine)
    [mail] = mails(session, "booking_request")
    assert mail.to_name == ("Marc Chef" if led else "Claire Morel")
    assert ("personne n’encadre plus" in mail.text.replace("\n", " ")) is not led


@pytest.mark.parametrize("led", [True, False])
def test_hr_is_reminded_where_the_manager_left_meanwhile(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock, led: bool
) -> None:
    request = ask(session, asked_shop, led=True)
    drain(engine)
    session.get_one(Person, asked_shop.marc.id).active = led
    session.commit()
    clock.forward(days=3)
    jobs_answers.remind_managers(engine)
    jobs_answers.remind_managers(engine)
    names = [one.to_name for one in mails(session, "booking_request")]
    assert names == ["Marc Chef", "Marc Chef" if led else "Claire Morel"]
    session.refresh(request)
    assert request.reminded_at is not None


def test_no_reminder_is_noted_that_nobody_can_read(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock
) -> None:
    request = ask(session, asked_shop, led=False)
    session.get_one(Account, asked_shop.hr.id).active = False
    session.commit()
    clock.forward(days=3)
    jobs_answers.remind_managers(engine)
    session.refresh(request)
    assert (request.reminded_at, session.exec(select(Mail)).all()) == (None, [])
    session.get_one(Account, asked_shop.hr.id).active = True
    session.commit()
    jobs_answers.remind_managers(engine)
    session.refresh(request)
    assert request.reminded_at is not None
    assert [one.to_name for one in mails(session, "booking_request")] == ["Claire Morel"]


@pytest.mark.parametrize("led", [True, False])
def test_the_home_of_hr_says_which_requests_wait_for_it(
    session: Session, asked_shop: Shop, as_: As, led: bool
) -> None:
    ask(session, asked_shop, led=led)
    found = [one for one in decisions(session, today=TODAY) if one.kind == "unled_requests"]
    assert [one.href for one in found] == ([] if led else ["/team/requests"])
    let_go(session, asked_shop.hr)
    page = as_(asked_shop.hr).get("/team/requests").text
    assert ("Personne n’encadre cette équipe" in page) is not led


@pytest.mark.parametrize("instead", [True, False])
def test_the_preview_of_leavers_says_which_teams_are_left_without_a_manager(
    session: Session, asked_shop: Shop, as_: As, instead: bool
) -> None:
    ask(session, asked_shop, led=True)
    people = session.exec(select(Person, Team).join(Team, col(Team.id) == col(Person.team_id))).all()
    for person, _team in people:
        person.employee_number = f"N{person.id}"
    martine, marc = asked_shop.martine, asked_shop.marc
    leads = f"N{martine.id}" if instead else f"N{marc.id}"
    lines = [
        f"N{one.id};{one.first_name};{one.last_name};{team.name};{leads if one.manager_id == marc.id else ''}"
        for one, team in people
        if one.id != marc.id
    ]
    let_go(session, asked_shop.hr)
    content = "\n".join(["Matricule;Prénom;Nom;Équipe;Matricule du responsable", *lines]).encode()
    hr = as_(asked_shop.hr)
    sent = {"kind": "people", "full": "1"}
    told = hr.post("/people/import", data=sent, files={"file": ("rh.csv", content)})
    page = hr.get(told.headers["location"]).text.replace("\u00a0", " ")
    assert "1 personne n’est plus dans le fichier" in page
    assert ("1 équipe n’a plus de responsable" in page) is not instead
    assert ("<li>Boutique Bellecour · 1 demande attend</li>" in page) is not instead


@pytest.mark.parametrize("named", [True, False])
def test_the_preview_of_leavers_counts_whose_requests_end_with_the_named_host(
    session: Session, asked_shop: Shop, as_: As, named: bool
) -> None:
    gone, stays = asked_shop.hosts[:2]
    place = asked_shop.offer(host_id=gone.id if named else stays.id)
    asker = asked_shop.askers[0]
    asked_shop.ask(asker, place)
    people = session.exec(select(Person, Team).join(Team, col(Team.id) == col(Person.team_id))).all()
    for person, _team in people:
        person.employee_number = f"N{person.id}"
    lines = [f"N{one.id};{one.first_name};{one.last_name};{team.name}" for one, team in people if one != gone]
    let_go(session, asked_shop.hr, asker)
    content = "\n".join(["Matricule;Prénom;Nom;Équipe", *lines]).encode()
    hr = as_(asked_shop.hr)
    sent = {"kind": "people", "full": "1"}
    told = hr.post("/people/import", data=sent, files={"file": ("rh.csv", content)})
    page = hr.get(told.headers["location"]).text.replace("\u00a0", " ")
    assert ("1 demande ou attente d’une journée s’arrête" in page) is named
    assert (f"Un message le dit à : {asker.name}." in page) is named
