"""The history of a day says who asked, who said yes and for whom, who settled it, and which program acted."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.sessions import Actor
from app.booking import deciding
from app.booking.tables import Approval
from app.messages.tables import Mail
from app.people.tables import Person
from app.visits import history, reading
from app.visits.service import cancel_visit
from app.visits.tables import By, CancelReason, Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, Shop
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
