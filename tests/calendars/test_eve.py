"""The last working day before a day that cannot be as planned, and that nobody decided on: a word to each."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.calendars.eve import next_days, warn_undecided
from app.calendars.uncertain import ask_to_tell
from app.campaigns.tables import Status
from app.core import jobs
from app.core.db import open_session
from app.debriefs.jobs import open_forms
from app.messages.tables import Mail
from app.teams.tables import ClosedDay, Shift
from app.visits import suspending
from app.visits.history import Hand
from app.visits.tables import By, CancelReason
from app.worker import JOBS, drain
from tests.factories import make_person, make_roster, make_visit
from tests.support.web import Clock
from tests.visits.life import MONDAY, Company

pytestmark = pytest.mark.usefixtures("clock")
BEFORE = datetime(2027, 3, 30, 8, 0, tzinfo=UTC)
FRIDAY = datetime(2027, 4, 2, 6, 0, tzinfo=UTC)
EVENING = datetime(2027, 4, 5, 18, 0, tzinfo=UTC)
Close = Callable[[CancelReason, datetime], None]


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session, status=Status.RUNNING)


@pytest.fixture
def contradict(company: Company, clock: Clock) -> Close:
    """Monday at Bruno's cannot be as planned, as is said at some time; nobody wrote to anybody."""

    def act(why: CancelReason, at: datetime) -> None:
        clock.set(at)
        hand = Hand(By.SERVICE, None, at)
        session = company.session
        if why is CancelReason.CLOSED:
            hand = company.hand(company.there, By.HR, at)
            session.add(ClosedDay(site_id=company.shop.site_id, day=MONDAY))
        else:
            make_roster(session, company.shop.id, {(company.bruno.id, MONDAY): Shift.OFF}, now=at, told=False)
        suspending.suspend(session, [company.there.id or 0], hand)
        session.commit()

    return act


def wrote(engine: Engine, company: Company, kind: str) -> list[Mail]:
    """What is written, the clock ticking twice."""
    company.session.commit()
    for _ in range(2):
        warn_undecided(engine)
        ask_to_tell(engine)
    with open_session(engine, reads_only=True) as session:
        return list(session.exec(select(Mail).where(Mail.kind == kind).order_by(col(Mail.id))))


def plain(mail: Mail) -> str:
    """Its words, whatever kind of spaces they have."""
    return " ".join(mail.text.split())


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2027, 4, 1), [date(2027, 4, 2)]),
        (date(2027, 4, 2), [date(2027, 4, 3), date(2027, 4, 4), date(2027, 4, 5)]),
        (date(2027, 4, 4), [date(2027, 4, 5)]),
    ],
)
def test_on_friday_monday_is_the_next_working_day(today: date, days: list[date]) -> None:
    assert next_days(today) == days


@pytest.mark.parametrize("why", [CancelReason.ROSTER, CancelReason.CLOSED])
def test_both_read_once_that_it_is_not_certain_and_what_to_do(
    company: Company, engine: Engine, clock: Clock, contradict: Close, why: CancelReason
) -> None:
    contradict(why, BEFORE)
    assert wrote(engine, company, "visit_uncertain") == []
    clock.set(FRIDAY)
    found = {one.person_id: one for one in wrote(engine, company, "visit_uncertain")}
    assert sorted(found, key=str) == sorted([company.anna.id, company.bruno.id], key=str)
    because = "Lyon : fermé" if why is CancelReason.CLOSED else "Bruno Lam ne travaille pas ce jour-là"
    to_visitor, to_host = found[company.anna.id], found[company.bruno.id]
    assert because in plain(to_visitor)
    assert "rien n’est décidé" in plain(to_visitor)
    assert "Ne vous déplacez pas sans vous être mis d’accord avec Bruno Lam" in plain(to_visitor)
    assert "Nous avons écrit à Anna Roy de ne pas se déplacer" in plain(to_host)
    clock.set(FRIDAY.replace(day=5))
    assert len(wrote(engine, company, "visit_uncertain")) == 2


@pytest.mark.parametrize("late", [True, False])
def test_another_day_is_spoken_of_only_while_one_leaves_the_notice(
    company: Company, engine: Engine, clock: Clock, contradict: Close, *, late: bool
) -> None:
    campaign = company.campaign
    campaign.notice_days = (campaign.last_day - FRIDAY.date()).days + late
    contradict(CancelReason.ROSTER, BEFORE)
    clock.set(FRIDAY)
    found = wrote(engine, company, "visit_uncertain")
    assert len(found) == 2
    for mail in found:
        assert ("proposer un autre jour, ou annuler" in plain(mail)) is not late
        assert ("Vous pouvez aussi annuler, depuis la page" in plain(mail)) is late


def test_hr_read_of_all_such_days_in_one_mail(
    company: Company, engine: Engine, clock: Clock, contradict: Close
) -> None:
    contradict(CancelReason.CLOSED, BEFORE)
    clock.set(FRIDAY)
    (mail,) = wrote(engine, company, "days_undecided")
    assert mail.to_name == "Claire Morel"
    assert "lundi 5 avril" in mail.text
    assert "/team/conflicts" in mail.text  # what to do of each, booked ones too
    assert "Anna" not in mail.text + mail.subject
    clock.set(FRIDAY.replace(day=4))
    assert len(wrote(engine, company, "days_undecided")) == 1


def test_whoever_reads_that_day_that_it_cannot_be_gets_no_second_mail(
    company: Company, engine: Engine, clock: Clock, contradict: Close
) -> None:
    contradict(CancelReason.ROSTER, FRIDAY)
    with open_session(engine) as session:
        jobs.record(session, "visit.suspended", visit_id=company.there.id, over=False)
    drain(engine)
    assert wrote(engine, company, "visit_uncertain") == []
    clock.set(FRIDAY.replace(day=3))
    assert len(wrote(engine, company, "visit_uncertain")) == 2


def test_nobody_reads_it_of_a_day_that_holds_again_or_that_has_begun(
    company: Company, engine: Engine, clock: Clock, contradict: Close
) -> None:
    contradict(CancelReason.ROSTER, BEFORE)
    clock.set(datetime(2027, 4, 5, 7, 30, tzinfo=UTC))
    assert wrote(engine, company, "visit_uncertain") == []
    clock.set(FRIDAY)
    full = {(company.bruno.id, MONDAY): Shift.FULL}
    make_roster(company.session, company.shop.id, full, now=FRIDAY, told=False)
    assert wrote(engine, company, "visit_uncertain") == wrote(engine, company, "days_undecided") == []


def test_who_has_no_email_is_told_by_hand_and_their_colleague_reads_it(
    company: Company, engine: Engine, clock: Clock, contradict: Close
) -> None:
    company.anna.email = company.anna.account_id = None
    company.session.commit()
    contradict(CancelReason.ROSTER, BEFORE)
    clock.set(FRIDAY)
    (to_anna,) = [
        one for one in wrote(engine, company, "visit_uncertain") if one.person_id == company.anna.id
    ]
    assert to_anna.until == MONDAY
    (to_bruno,) = [
        one for one in wrote(engine, company, "visit_uncertain") if one.person_id == company.bruno.id
    ]
    assert "Anna Roy n’a pas d’adresse de courriel : dites-lui de vive voix" in plain(to_bruno)
    (to_hr,) = wrote(engine, company, "letters_due")
    assert "Anna Roy" in to_hr.text
    assert "convention" not in to_hr.text


@pytest.mark.parametrize("receives", [True, False])
def test_hr_read_what_to_tell_whoever_travels_and_whoever_receives(
    company: Company, engine: Engine, clock: Clock, contradict: Close, *, receives: bool
) -> None:
    person = company.bruno if receives else company.anna
    person.email = person.account_id = None
    company.session.commit()
    contradict(CancelReason.ROSTER, BEFORE)
    clock.set(FRIDAY)
    (to_hr,) = wrote(engine, company, "letters_due")
    for said in (to_hr.text, to_hr.html):
        assert person.name in said
        assert ("dites-lui de ne pas se déplacer" in said) is not receives
        assert ("dites-lui que la personne attendue ce jour-là ne viendra peut-être pas" in said) is receives


def test_hr_read_in_one_mail_of_everybody_to_be_told_by_hand_whatever_stands_in_the_way(
    company: Company, engine: Engine, clock: Clock, contradict: Close
) -> None:
    session = company.session
    company.anna.email = company.anna.account_id = None
    zoe = make_person(session, company.payroll, first_name="Zoé", legal_entity="Vélo SA")
    zoe.email = zoe.account_id = None
    company.lea.legal_entity = "Vélo Services"
    make_visit(session, company.campaign, zoe, company.lea, day=MONDAY)
    session.commit()
    contradict(CancelReason.ROSTER, BEFORE)
    clock.set(FRIDAY)
    for job in JOBS["clock.tick"]:
        if job.__module__.startswith("app.calendars"):
            job(engine)
            clock.forward(seconds=1)
    with open_session(engine, reads_only=True) as reading:
        [mail] = reading.exec(select(Mail).where(Mail.kind == "letters_due")).all()
    assert "Anna Roy" in mail.text
    assert "Zoé" in mail.text


def test_whoever_receives_instead_later_reads_whether_to_tell_them(
    company: Company, engine: Engine, clock: Clock, contradict: Close
) -> None:
    company.anna.email = company.anna.account_id = None
    company.session.commit()
    contradict(CancelReason.CLOSED, BEFORE)
    clock.set(FRIDAY)
    wrote(engine, company, "visit_uncertain")
    company.there.tutor_id = company.lea.id
    found = {one.person_id: one for one in wrote(engine, company, "visit_uncertain")}
    assert "Anna Roy n’a pas d’adresse de courriel" in plain(found[company.lea.id])


def test_once_it_passed_undecided_both_are_told_so(
    company: Company, engine: Engine, clock: Clock, contradict: Close
) -> None:
    contradict(CancelReason.CLOSED, BEFORE)
    clock.set(EVENING)
    open_forms(engine)
    drain(engine)
    with open_session(engine, reads_only=True) as session:
        found = list(session.exec(select(Mail).where(Mail.kind == "debrief_invitation")))
    assert len(found) == 2
    assert all("Rien n’a été décidé avant ce jour." in one.text + one.html for one in found)
