"""The history of a day says who asked, who said yes and for whom, who settled it, and which program acted."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.sessions import Actor
from app.accounts.tables import Account
from app.booking import deciding
from app.booking.tables import Approval
from app.core import jobs
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.tables import Shift
from app.visits import history, reading
from app.visits.service import cancel_visit
from app.visits.tables import By, CancelReason, Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, Shop
from tests.factories import make_roster
from tests.visits.life import Company


def said(session: Session, visit: Visit) -> list[str]:
    lines = history.told(reading.history_of(session, [visit.id or 0]), to_manager=False)
    return [one.sentence for one in lines]


def test_a_booked_day_names_who_asked_and_who_said_yes(session: Session) -> None:
    shop = Shop(session, approval=Approval.MANAGER)
    place, (anna, bea) = shop.offer(per_day=2), shop.askers[:2]
    delegate = replace(shop.actor(shop.hosts[0]), acts_for=shop.marc.id)
    by_delegate = deciding.approve(session, shop.ask(anna, place), actor=delegate, now=NOW, today=TODAY)
    by_silence = deciding.approve(session, shop.ask(bea, place, TUESDAY), actor=None, now=NOW, today=TODAY)
    assert said(session, by_delegate)[0].startswith(f"{anna.name} avait demandé le lundi 5 avril 2027")
    assert said(session, by_delegate)[0].endswith(f"{shop.hosts[0].name} (pour {shop.marc.name}) accepte.")
    assert said(session, by_silence)[0].endswith("sans réponse à temps, c’est accepté.")


def test_a_day_booked_at_once_names_its_visitor_and_a_cancellation_its_program(session: Session) -> None:
    shop = Shop(session)
    request = shop.ask(shop.askers[0], shop.offer(), MONDAY)
    visit = session.get_one(Visit, request.visit_id)
    robot = replace(shop.boss, name="Planning des boutiques", program=True)
    cancel_visit(session, visit, CancelReason.SERVICE, robot, NOW, today=TODAY, by=By.HR)
    person = session.get_one(Person, request.person_id)
    assert said(session, visit)[0].startswith(f"{person.name} réserve la journée")
    assert said(session, visit)[-1] == "Annulée par le programme «\u00a0Planning des boutiques\u00a0»."


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("by", [By.HR, By.MANAGER, By.HOST])
def test_words_that_go_with_a_cancellation_are_signed(company: Company, engine: Engine, by: By) -> None:
    account = {By.HOST: company.bruno.account_id, By.MANAGER: company.marc.account_id}.get(by, company.hr.id)
    actor = Actor(account_id=account or 0, name="", language=None, is_hr=by is By.HR, is_admin=False)
    visit, said = company.there, "arrêt maladie"
    cancel_visit(company.session, visit, CancelReason.UNAVAILABLE, actor, NOW, today=TODAY, by=by, words=said)
    company.session.commit()
    drain(engine)
    company.session.expire_all()
    mails = company.session.exec(select(Mail).where(Mail.kind == "visit_cancelled"))
    [text] = [one.text for one in mails if one.person_id == visit.visitor_id]
    signed = {By.HR: "Message des RH", By.MANAGER: "Message de Marc Chef", By.HOST: "Message de Bruno Lam"}
    assert f"{signed[by]}\u00a0: «\u00a0{said}\u00a0»" in text
    assert "Son message" not in text


@pytest.mark.usefixtures("clock")
def test_what_a_roster_did_to_a_day_names_who_sent_it_in_its_history_alone(
    company: Company, engine: Engine
) -> None:
    session, day = company.session, (company.bruno.id, company.there.day)
    manager = session.get_one(Account, company.marc.account_id)
    for shift, sender in ((Shift.OFF, manager), (Shift.FULL, company.hr), (Shift.OFF, None)):
        make_roster(session, company.shop.id, {day: shift}, sender=sender)
        session.commit()
        drain(engine)
        session.expire_all()
    contradicted, resumed, unsigned = said(session, company.there)[-3:]
    assert contradicted.startswith("Le planning envoyé par Marc Chef contredit ce jour")
    assert resumed.startswith("Avec le planning envoyé par Claire Morel, plus aucun ne contredit ce jour")
    assert unsigned.startswith("Un planning contredit ce jour")
    assert not [one for one in session.exec(select(Mail)) if "envoyé par" in one.text]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("program", ["", "Planning des boutiques"])
def test_a_booked_day_that_falls_with_a_roster_names_who_sent_it(engine: Engine, program: str) -> None:
    with open_session(engine) as session:
        shop = Shop(session)
        asked = shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
        make_roster(session, shop.shop.id, {(shop.hosts[0].id, MONDAY): Shift.OFF}, told=False)
        ids = {"visit_ids": [asked.visit_id], "by": shop.hr.id, "program": program}
        jobs.record(session, "visits.in_conflict", **ids)
        visit_id = asked.visit_id
    drain(engine)
    with open_session(engine) as session:
        last = said(session, session.get_one(Visit, visit_id))[-1]
    who = f"le programme «\u00a0{program}\u00a0»" if program else "Claire Morel"
    assert last == f"Annulée par le planning envoyé par {who}."
