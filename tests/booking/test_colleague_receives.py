"""A day given by a team whose one host a roster has off: a colleague receives, or one message says all."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.sessions import Actor
from app.booking.jobs import follow_conflicts
from app.booking.tables import BookingRequest, RequestStatus
from app.home.personal_data import erase_person
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.tables import RosterDay, Shift
from app.visits.tables import CancelReason, Visit, VisitStatus
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TUESDAY, Shop, check_counts
from tests.factories import make_roster

pytestmark = pytest.mark.usefixtures("clock")


def roster(engine: Engine, session: Session, shop: Shop, **shifts: Shift) -> list[Mail]:
    """Monday's roster of the shop arrives and what follows is done; what was written."""
    session.commit()
    drain(engine)
    known = {one.id for one in session.exec(select(Mail))}
    team = session.exec(select(Person).where(Person.team_id == shop.shop.id)).all()
    make_roster(
        session,
        shop.shop.id,
        {(one.id, MONDAY): shifts[one.last_name] for one in team if one.last_name in shifts},
    )
    session.commit()
    drain(engine)
    session.expire_all()
    return [one for one in session.exec(select(Mail).order_by(col(Mail.id))) if one.id not in known]


def booked(session: Session, shop: Shop, **over: object) -> Visit:
    request = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY), **over))
    session.commit()
    return session.get_one(Visit, request.visit_id)


def test_a_colleague_who_works_becomes_the_host_and_each_reads_it_once(
    engine: Engine, session: Session, shop: Shop
) -> None:
    shop.marc.worked_weekdays = "0000000"  # he leads, and does not receive
    visit = booked(session, shop)
    former, uid, revision = visit.host_id, visit.uid, visit.revision
    off = {one.last_name: Shift.OFF for one in (*shop.hosts, shop.marc) if one.id != shop.hosts[2].id}
    sent = roster(engine, session, shop, **off, Vend2=Shift.FULL)
    assert (visit.status, visit.host_id, visit.uid) == (VisitStatus.PLANNED, shop.hosts[2].id, uid)
    assert (visit.revision, visit.host_confirmed_at) == (revision + 1, None)
    assert visit.visitor_confirmed_at is not None
    by_kind = sorted((one.kind, one.person_id) for one in sent)
    assert by_kind == sorted(
        [
            ("visit_changed", visit.visitor_id),
            ("visit_invitation", visit.host_id),
            ("visit_team", shop.marc.id),
            ("visit_tutor", former),
        ]
    )
    words = {one.kind: one.text for one in sent}
    assert "un collègue reçoit à sa place" in words["visit_changed"]
    assert "Bruno Vend2 vous reçoit" in words["visit_changed"]
    assert "La personne qui reçoit doit encore confirmer." in words["visit_changed"]
    assert "vous recevez à sa place" in words["visit_invitation"]
    assert f"/visits/{visit.id}/confirmation" in words["visit_invitation"]
    calendars = {one.kind: one.calendar or "" for one in sent}
    assert "METHOD:CANCEL" in calendars["visit_tutor"]
    assert all(uid in calendars[one] for one in ("visit_tutor", "visit_changed", "visit_invitation"))
    check_counts(session)


def test_a_colleague_whom_the_roster_has_at_work_comes_before_one_of_whom_it_says_nothing(
    engine: Engine, session: Session, shop: Shop
) -> None:
    visit = booked(session, shop)
    former = session.get_one(Person, visit.host_id)
    roster(engine, session, shop, **{former.last_name: Shift.OFF, "Vend3": Shift.FULL})
    assert (visit.status, visit.host_id) == (VisitStatus.PLANNED, shop.hosts[3].id)


def test_who_leads_the_team_and_receives_instead_reads_one_mail(
    engine: Engine, session: Session, shop: Shop
) -> None:
    visit = booked(session, shop)
    former, colleague = session.get_one(Person, visit.host_id), shop.hosts[3]
    for one in shop.hosts:
        one.manager_id = colleague.id if one.id != colleague.id else None
    sent = roster(engine, session, shop, **{former.last_name: Shift.OFF, "Vend3": Shift.FULL})
    assert visit.host_id == colleague.id
    assert [one.kind for one in sent if one.person_id == colleague.id] == ["visit_invitation"]


def test_a_day_that_moved_before_the_roster_was_followed_keeps_its_host(
    engine: Engine, session: Session, shop: Shop
) -> None:
    visit = booked(session, shop)
    former, number = visit.host_id, visit.id or 0
    session.commit()
    drain(engine)
    session.add(RosterDay(person_id=former, day=MONDAY, shift=Shift.OFF))
    visit.day = TUESDAY
    session.commit()
    follow_conflicts(engine, [number])
    session.expire_all()
    assert (visit.status, visit.host_id, visit.day) == (VisitStatus.PLANNED, former, TUESDAY)


def test_who_received_before_is_in_no_mail_once_they_are_forgotten(
    engine: Engine, session: Session, shop: Shop
) -> None:
    visit = booked(session, shop)
    former = session.get_one(Person, visit.host_id)
    former.first_name = name = "Zénobie"
    session.flush()
    assert roster(engine, session, shop, **{former.last_name: Shift.OFF, "Vend3": Shift.FULL})
    assert any(name in one.text for one in session.exec(select(Mail)))
    erase_person(
        session,
        former,
        by=Actor(shop.hr.id or 0, shop.hr.name, "fr", is_hr=True, is_admin=False),
        now=NOW,
        today=NOW.date(),
    )
    session.commit()
    assert not [one.kind for one in session.exec(select(Mail)) if name in one.text]


@pytest.mark.parametrize("why", ["named", "nobody", "busy"])
def test_it_falls_with_one_message_that_says_why_and_what_is_kept_instead(
    engine: Engine, session: Session, shop: Shop, why: str
) -> None:
    visit = booked(session, shop, **({"host_id": shop.hosts[0].id} if why == "named" else {}))
    former = session.get_one(Person, visit.host_id)
    rest = {one.last_name: Shift.OFF for one in (*shop.hosts, shop.marc)}
    if why != "nobody":
        rest["Vend3"] = Shift.FULL
    if why == "busy":  # an offer of another place holds the day
        other = shop.offer((MONDAY,), host_id=shop.hosts[3].id)
        assert shop.ask(shop.askers[1], other).visit_id is not None
    sent = [one for one in roster(engine, session, shop, **rest) if one.person_id == visit.visitor_id]
    assert (visit.status, visit.cancel_reason) == (VisitStatus.CANCELLED, CancelReason.ROSTER)
    [mail] = sent
    assert mail.kind == "visit_cancelled"
    assert f"{former.name} ne travaille pas ce jour-là." in mail.text
    assert ("Personne d’autre de l’équipe" in mail.text) == (why != "named")
    offered = session.exec(select(BookingRequest).where(BookingRequest.instead_of_id == visit.id)).one()
    assert (offered.status, offered.day) == (RequestStatus.OFFERED, TUESDAY)
    assert f"/booking/requests/{offered.id}" in mail.text
    assert "une place vous est gardée" in mail.text
    check_counts(session)
