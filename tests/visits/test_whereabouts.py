"""Whoever receives changes site: whoever was told where the day takes place reads where it does now, once."""

from typing import Any

import icalendar
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core.i18n import speaking
from app.messages.tables import Mail
from app.people.tables import Person, Team, TravelTime
from app.visits import hosting, moving, reading, service
from app.visits.history import told as told_to
from app.visits.jobs import follow_days
from app.visits.rearranging import Move, rearrange
from app.visits.tables import By, CancelReason, ChangeKind, DayPart, Visit
from app.worker import drain
from tests.booking.conftest import Shop
from tests.factories import make_person, make_site, make_team
from tests.support.accounts import SignIn
from tests.support.web import Clock
from tests.visits.life import FRIDAY, MONDAY, NEXT_MONDAY, NOW, TODAY, Company, row

pytestmark = pytest.mark.usefixtures("clock")


def elsewhere(session: Session, name: str = "Nantes") -> Team:
    """A shop at another site."""
    return make_team(session, make_site(session, name=name), name=f"Boutique {name}")


def ticked(engine: Engine, session: Session) -> list[Mail]:
    """The clock ticks twice, and what follows is done; what was written, by reader."""
    session.commit()
    drain(engine)
    known = set(session.exec(select(Mail.id)))
    session.commit()
    for _ in range(2):
        follow_days(engine)
        drain(engine)
    session.expire_all()
    mails = session.exec(select(Mail).order_by(col(Mail.to_name), col(Mail.id)))
    return [one for one in mails if one.id not in known]


def event(mail: Mail) -> icalendar.Event:
    found: icalendar.Event = icalendar.Calendar.from_ical(mail.calendar or "").walk("VEVENT")[0]
    return found


def told_where(session: Session, visit: Visit) -> list[str]:
    """The history's lines about the place, as the two people read it."""
    lines = reading.history_of(session, {visit.id or 0})
    with speaking("fr"):
        return [one.sentence for one in told_to(lines, to_manager=False) if one.kind == ChangeKind.PLACE]


def test_the_host_of_a_planned_day_changes_site_and_each_reads_it_once(
    company: Company, engine: Engine
) -> None:
    session, visit, back = company.session, company.there, company.back
    hosting.name_tutor(
        session,
        company.before(visit, company.bruno),
        company.lea,
        company.hand(visit, company.bruno),
        revision=0,
    )
    visit.visitor_confirmed_at = visit.host_confirmed_at = NOW
    session.commit()
    drain(engine)
    mails = session.exec(select(Mail).where(Mail.kind == "visit_changed")).all()
    [before] = [event(one) for one in mails if one.to_name.startswith("Anna")]
    company.bruno.team_id = company.lea.team_id = elsewhere(session).id or 0
    sent = ticked(engine, session)
    read_by_two = [one for one in sent if one.kind != "team_moved"]
    assert [(one.to_name.split()[0], one.kind) for one in read_by_two] == [
        (name, "visit_changed") for name in ("Anna", "Bruno", "Léa")
    ]
    for mail in read_by_two:
        after = event(mail)
        assert (str(after["UID"]), str(after["LOCATION"])) == (visit.uid, "Nantes")
        assert str(before["LOCATION"]) == "Lyon"
        assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
        assert "Le lieu change : Nantes, et non plus Lyon." in mail.text.replace("\u00a0", " ")
        assert "L’invitation jointe remplace la précédente" in mail.text
    assert visit.revision == 2
    assert visit.visitor_confirmed_at == visit.host_confirmed_at == NOW  # as after a change of hours
    assert [one.replace("\u00a0", " ") for one in told_where(session, visit)] == [
        "Le lieu change : Nantes, et non plus Lyon."
    ]
    assert told_where(session, back) == []  # Anna receives where she did
    assert back.revision == 0


@pytest.fixture
def booked(session: Session) -> Visit:
    shop = Shop(session)
    request = shop.ask(shop.askers[0], shop.offer())
    session.commit()
    return session.get_one(Visit, request.visit_id)


def test_the_host_of_a_booked_day_changes_site_and_each_reads_it_once(
    session: Session, engine: Engine, booked: Visit
) -> None:
    visit = booked
    host = session.get_one(Person, visit.host_id)
    visitor = session.get_one(Person, visit.visitor_id)
    host.team_id = elsewhere(session).id or 0
    sent = ticked(engine, session)
    assert [(one.person_id, one.kind) for one in sent] == [
        (visitor.id, "visit_changed"),
        (host.id, "visit_changed"),
        (visitor.manager_id, "team_moved"),
    ]
    assert {str(event(one)["LOCATION"]) for one in sent if one.calendar} == {"Nantes"}
    assert visit.revision == 1
    assert len(told_where(session, visit)) == 1


def test_a_team_that_moves_takes_its_days_along(company: Company, engine: Engine) -> None:
    session = company.session
    session.get_one(Team, company.shop.id).site_id = make_site(session, name="Nantes").id or 0
    sent = ticked(engine, session)
    assert {one.to_name.split()[0] for one in sent} == {"Anna", "Bruno", "Martine"}
    assert {str(event(one)["LOCATION"]) for one in sent if one.calendar} == {"Nantes"}


def test_who_comes_back_before_anybody_was_told_disturbs_nobody(company: Company, engine: Engine) -> None:
    session, shop = company.session, company.bruno.team_id
    company.bruno.team_id = elsewhere(session).id or 0
    session.commit()
    company.bruno.team_id = shop
    assert ticked(engine, session) == []


def test_each_site_after_the_other_is_told(company: Company, engine: Engine) -> None:
    session = company.session
    for name in ("Nantes", "Brest"):
        company.bruno.team_id = elsewhere(session, name).id or 0
        sent = ticked(engine, session)
        assert {str(event(one)["LOCATION"]) for one in sent if one.calendar} == {name}
    assert [one.split(":")[1].strip() for one in told_where(session, company.there)] == [
        "Nantes, et non plus Lyon.",
        "Brest, et non plus Nantes.",
    ]


@pytest.mark.parametrize("state", ["past", "goes_on", "cancelled"])
def test_a_day_that_is_over_begun_or_cancelled_is_told_to_nobody(
    company: Company, engine: Engine, clock: Clock, state: str
) -> None:
    session, visit = company.session, company.there
    if state == "cancelled":
        service.cancel_visit(session, visit, CancelReason.CLOSED, None, NOW, today=TODAY)
    else:
        clock.set(NOW.replace(month=4, day=MONDAY.day, hour=20 if state == "past" else 10))
    session.commit()
    revision = row(engine, visit).revision
    company.bruno.team_id = elsewhere(session).id or 0
    assert [one.kind for one in ticked(engine, session) if one.kind != "team_moved"] == []  # of the Friday
    assert row(engine, visit).revision == revision


@pytest.mark.parametrize("how", ["by HR", "by both", "by a repair"])
def test_a_day_moved_in_between_is_told_with_its_place_in_one_message(
    company: Company, engine: Engine, how: str
) -> None:
    session, visit = company.session, company.there
    nantes = elsewhere(session)
    first, second = sorted((company.shop.site_id, nantes.site_id))
    session.add(TravelTime(from_site_id=first, to_site_id=second, minutes=30, estimated=False))
    company.bruno.team_id = nantes.id or 0
    session.commit()
    drain(engine)
    known = set(session.exec(select(Mail.id)))
    hr = company.hand(visit, By.HR)
    if how == "by HR":
        moving.move(session, company.before(visit, By.HR), NEXT_MONDAY, hr, revision=0)
    elif how == "by both":
        asker, hand = company.before(visit, company.anna), company.hand(visit, company.anna)
        made = moving.propose(session, asker, NEXT_MONDAY, hand, revision=0)
        moving.accept(
            session, company.before(visit, company.bruno), made.id or 0, company.hand(visit, company.bruno)
        )
    else:
        move = Move(visit.id or 0, 0, NEXT_MONDAY, CancelReason.ROSTER)
        rearrange(session, company.campaign, [], [move], [], hr, TODAY)
    session.commit()
    drain(engine)
    told = [one for one in session.exec(select(Mail).order_by(col(Mail.to_name))) if one.id not in known]
    invited = [one for one in told if one.kind == "visit_invitation"]
    assert [one.to_name.split()[0] for one in invited] == ["Anna", "Bruno"]
    for mail in invited:
        for text in (mail.text, mail.html):
            assert "Le lieu change : Nantes, et non plus Lyon." in text.replace("\u00a0", " ")
        assert str(event(mail)["LOCATION"]) == "Nantes"
    assert {one.kind for one in ticked(engine, session)} == {"team_moved"}  # of the Friday
    assert company.history(visit)[-3:] == ["team", "place", "moved"]
    assert len(told_where(session, visit)) == 1


def test_a_day_moved_where_it_was_says_nothing_of_its_place(company: Company, engine: Engine) -> None:
    visit = company.there
    hand = company.hand(visit, By.HR)
    moving.move(company.session, company.before(visit, By.HR), NEXT_MONDAY, hand, revision=0)
    company.session.commit()
    drain(engine)
    mails = company.session.exec(select(Mail).where(Mail.kind == "visit_invitation")).all()
    assert mails
    assert not any("Le lieu change" in one.text for one in mails)
    assert "place" not in company.history(visit)


def test_a_day_made_since_is_told_with_its_place(company: Company, engine: Engine) -> None:
    """A plan, a repair, a make-up day: the invitation says where."""
    session = company.session
    nantes = elsewhere(session)
    zoe = make_person(session, nantes, first_name="Zoé", last_name="Bel")
    [made] = service.plan_visits(
        session,
        company.campaign,
        [(company.anna.id or 0, zoe.id or 0, FRIDAY.replace(day=16))],
        NOW,
    )
    assert made.told_site_id == nantes.site_id
    assert ticked(engine, session) == []


def test_hours_set_meanwhile_leave_the_place_to_its_own_word(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    company.bruno.team_id = elsewhere(session).id or 0
    session.commit()
    hosting.set_hours(
        session,
        company.before(visit, company.bruno),
        hosting.Hours(DayPart.MORNING),
        company.hand(visit, company.bruno),
        revision=0,
    )
    session.commit()
    sent = ticked(engine, session)
    assert len([one for one in sent if "Le lieu change" in one.text]) == 3  # Anna's manager too
    assert len(told_where(session, visit)) == 1


@pytest.mark.parametrize(("moves", "minutes"), [(True, 30), (True, 200), (True, None), (False, 30)])
def test_hr_read_before_an_import_which_days_change_place(
    company: Company,
    engine: Engine,
    client: TestClient,
    sign_in: SignIn,
    moves: bool,
    minutes: int | None,
) -> None:
    session = company.session
    nantes = elsewhere(session)
    first, second = sorted((company.shop.site_id, nantes.site_id))
    if minutes is not None:
        session.add(TravelTime(from_site_id=first, to_site_id=second, minutes=minutes, estimated=False))
    company.bruno.employee_number = "N7"
    team = nantes.name if moves else company.shop.name
    content = f"Matricule;Prénom;Nom;Équipe\nN7;Bruno;Lame;{team}\n".encode()
    session.commit()
    sign_in(client, company.hr)
    answer: Any = client.post("/people/import", data={"kind": "people"}, files={"file": ("rh.csv", content)})
    page = client.get(str(answer.headers["location"])).text.replace("\u00a0", " ")
    assert ("1 journée à venir changera de lieu" in page) is moves
    line = "Anna Roy chez Bruno Lam · Bruno Lam : Boutique Bellecour → Boutique Nantes · Lyon → Nantes"
    assert (line in page) is moves
    assert ("trajet au-delà de la limite" in page) is (moves and minutes != 30)
