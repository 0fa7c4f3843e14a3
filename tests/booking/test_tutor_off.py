"""A roster says that whoever receives in the host's place is off: a booked day stays where its host works."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.importing.run import plan_roster
from app.teams.tables import Shift
from app.visits import hosting, queries
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.roster_remarks import remarks_on
from app.visits.tables import By, CancelReason, Visit, VisitStatus
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, Shop, check_counts
from tests.factories import make_roster

pytestmark = pytest.mark.usefixtures("clock")


def received_by_a_tutor(engine: Engine, session: Session, shop: Shop) -> Visit:
    """Bruno Vend0 is booked for Monday, and asks Bruno Vend1 to receive."""
    request = shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
    visit = session.get_one(Visit, request.visit_id)
    seen = queries.visit(session, visit.id or 0)
    before = situation(session, seen, By.HOST, shop.hosts[0].id, TODAY)
    hand = Hand(By.HOST, shop.actor(shop.hosts[0]), NOW)
    hosting.name_tutor(session, before, shop.hosts[1], hand, revision=visit.revision)
    session.commit()
    drain(engine)
    return visit


def roster(engine: Engine, session: Session, shop: Shop, **shifts: Shift) -> None:
    """Monday's roster arrives: who works how, and what follows is done."""
    people = {"host": shop.hosts[0], "tutor": shop.hosts[1], "visitor": shop.askers[0]}
    make_roster(session, shop.shop.id, {(people[who].id, MONDAY): shift for who, shift in shifts.items()})
    session.commit()
    drain(engine)
    session.expire_all()


def mails(session: Session) -> list[tuple[int | None, str]]:
    return [(one.person_id, one.kind) for one in session.exec(select(Mail).order_by(Mail.id))]  # type: ignore[arg-type]


@pytest.mark.parametrize("tutor", [Shift.OFF, Shift.MORNING])
@pytest.mark.parametrize("told_of_host", [True, False])
def test_the_host_receives_instead_and_each_reads_it_in_one_mail(
    engine: Engine, session: Session, shop: Shop, tutor: Shift, told_of_host: bool
) -> None:
    visit = received_by_a_tutor(engine, session, shop)
    before, revision = len(mails(session)), visit.revision
    roster(engine, session, shop, tutor=tutor, **({"host": Shift.FULL} if told_of_host else {}))
    assert (visit.status, visit.tutor_id, visit.revision) == (VisitStatus.PLANNED, None, revision + 1)
    assert sorted(mails(session)[before:], key=str) == sorted(
        [
            (visit.visitor_id, "visit_changed"),
            (visit.host_id, "visit_changed"),
            (shop.hosts[1].id, "visit_tutor"),
        ],
        key=str,
    )
    check_counts(session)


@pytest.mark.parametrize("off", ["host", "visitor", "usually"])
def test_the_day_falls_where_the_host_or_the_visitor_is_off_too(
    engine: Engine, session: Session, shop: Shop, off: str
) -> None:
    visit = received_by_a_tutor(engine, session, shop)
    if off == "usually":
        session.get_one(Person, visit.host_id).worked_weekdays = "0111100"
    roster(engine, session, shop, tutor=Shift.OFF, **({off: Shift.OFF} if off != "usually" else {}))
    assert (visit.status, visit.cancel_reason) == (VisitStatus.CANCELLED, CancelReason.ROSTER)


def test_the_preview_says_that_the_host_receives(engine: Engine, session: Session, shop: Shop) -> None:
    shop.hosts[0].employee_number, shop.hosts[1].employee_number = "B0", "B1"
    received_by_a_tutor(engine, session, shop)

    def looked_at(host: str) -> str:
        sent = f"Matricule;Jour;Horaires\nB0;{MONDAY};{host}\nB1;{MONDAY};repos\n".encode()
        plan = plan_roster(session, sent, team_ids=None, today=TODAY)
        return " ".join(one.message for one in remarks_on(session, plan, TODAY))

    assert "1 journée tient" in looked_at("J")
    assert "1 journée réservée tombe" in looked_at("repos")


@pytest.mark.parametrize(
    ("tutor", "host", "label", "meanwhile"),
    [
        ("repos", "J", "Réservée : l’hôte reçoit", "Aucune journée ne contredit un planning"),
        ("M", "M", "Réservée : heures à changer, ou un collègue", "Une journée prévue ne peut pas"),
        ("repos", "repos", "Réservée : elle tombe", "Une autre solution est cherchée pour une journée"),
    ],
)
def test_the_page_says_what_becomes_of_each_booked_day(
    engine: Engine, session: Session, shop: Shop, as_: Callable[..., TestClient], *, tutor: str, host: str,
    label: str, meanwhile: str,
) -> None:  # fmt: skip
    shop.hosts[0].employee_number, shop.hosts[1].employee_number = "B0", "B1"
    received_by_a_tutor(engine, session, shop)
    session.refresh(shop.hr)
    session.expunge(shop.hr)
    session.commit()
    hr = as_(shop.hr)
    content = f"Matricule;Jour;Horaires\nB0;{MONDAY};{host}\nB1;{MONDAY};{tutor}\n".encode()
    sent = hr.post("/team/rosters", data={}, files={"file": ("avril.csv", content)})
    page = hr.get(sent.headers["location"]).text.replace("\u00a0", " ")
    assert label in page
    assert "Du plan" not in page
    shown = re.search(r'name="shown" value="([^"]+)"', page)
    assert shown is not None
    hr.post(f"{sent.headers['location']}/confirmation", data={"shown": shown[1]})
    after = hr.get("/team/conflicts").text  # nothing of what follows has run yet
    assert meanwhile in after
