"""Hours, tutors, absences: what the team that receives says of a day, and who did not come."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.availability.tables import Avoidance, Enrolment, ForbiddenPair
from app.campaigns.tables import Status
from app.core.db import open_session
from app.core.errors import Stale
from app.debriefs.jobs import open_forms
from app.messages.tables import Mail
from app.teams.tables import RosterDay, Shift
from app.visits import absences, hosting, moving, queries, service
from app.visits.changing import situation
from app.visits.errors import (
    AlreadyOver,
    AlreadyRuled,
    CampaignOver,
    DayNotCome,
    NotOfTheTeam,
    NotReported,
    NotYourPart,
    TutorBusy,
)
from app.visits.hosting import Hours
from app.visits.lifecycle import check
from app.visits.tables import By, ChangeKind, DayPart, Visit, VisitStatus
from tests.factories import make_enrolment, make_person
from tests.support.web import Clock
from tests.visits.life import (
    MONDAY,
    NEXT_MONDAY,
    NOW,
    TUESDAY,
    Company,
    fell,
    told,
)

pytestmark = pytest.mark.usefixtures("clock")


def test_the_team_gives_the_hours(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    with pytest.raises(NotYourPart):
        hosting.set_hours(
            session,
            company.before(visit, company.anna),
            Hours(DayPart.MORNING),
            company.hand(visit, company.anna),
            revision=0,
        )
    hosting.set_hours(
        session,
        company.before(visit, company.bruno),
        Hours(DayPart.MORNING),
        company.hand(visit, company.bruno),
        revision=0,
    )
    assert (visit.part, visit.ends_at.hour, visit.revision) == (DayPart.MORNING, 12, 1)
    assert told(engine, session) == [("Anna", "visit_changed"), ("Bruno", "visit_changed")]


def test_a_tutor_receives_and_no_limit_moves(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    counted = company.counted()

    def name(tutor: object, revision: int) -> None:
        hosting.name_tutor(
            session,
            company.before(visit, company.bruno),
            tutor,  # type: ignore[arg-type]
            company.hand(visit, company.bruno),
            revision=revision,
        )

    with pytest.raises(NotOfTheTeam):
        name(company.martine, 0)
    name(company.lea, 0)
    assert ("Léa", MONDAY) in company.days_taken()
    assert company.counted() == counted
    assert told(engine, session) == [
        ("Anna", "visit_changed"),
        ("Bruno", "visit_changed"),
        ("Léa", "visit_tutor"),
    ]
    fell(company)
    assert ("Léa", MONDAY) not in company.days_taken()
    assert ("Léa", "visit_cancelled") in told(engine, session)


def test_another_tutor_is_one_change_and_each_reads_what_is_true(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    gael = make_person(session, company.shop, first_name="Gaël", last_name="Sow")
    for revision, tutor in enumerate((company.lea, gael)):
        hosting.name_tutor(
            session,
            company.before(visit, company.bruno),
            tutor,
            company.hand(visit, company.bruno),
            revision=revision,
        )
        heard = told(engine, session)
    assert heard == [
        ("Anna", "visit_changed"),
        ("Bruno", "visit_changed"),
        ("Gaël", "visit_tutor"),
        ("Léa", "visit_tutor"),
    ]
    with Session(engine) as reading:
        last = reading.exec(select(Mail).order_by(col(Mail.id).desc()).limit(4)).all()
    bodies = {mail.to_name.split()[0]: mail.text for mail in last}
    assert "Gaël Sow reçoit Anna Roy" in bodies["Léa"]
    assert "Bruno Lam vous confie l’accueil" in bodies["Gaël"]
    for name in ("Anna", "Bruno"):
        assert "Gaël Sow" in bodies[name]
        assert "reçoit en personne" not in bodies[name]
    assert company.history(visit)[-2:] == ["tutor", "tutor"]
    assert ("Léa", MONDAY) not in company.days_taken()


def test_whoever_a_roster_has_off_is_not_offered_as_tutor(company: Company) -> None:
    seen = queries.visit(company.session, company.there.id or 0)
    assert company.lea in hosting.tutors_for(company.session, seen)
    company.session.add(RosterDay(person_id=company.lea.id or 0, day=company.there.day, shift=Shift.OFF))
    company.session.flush()
    assert company.lea not in hosting.tutors_for(company.session, seen)


def test_a_busy_colleague_is_no_tutor(company: Company) -> None:
    offered = queries.visit(company.session, company.there.id or 0)
    other = make_person(company.session, company.payroll)
    company.payroll.max_away = 2
    company.shop.max_visitors = 2
    company.session.flush()
    service.plan_visits(
        company.session, company.campaign, [(other.id or 0, company.lea.id or 0, MONDAY)], NOW
    )
    company.session.commit()
    with pytest.raises(TutorBusy):
        hosting.name_tutor(
            company.session,
            company.before(company.there, company.bruno),
            company.lea,
            company.hand(company.there, company.bruno),
            revision=0,
        )
    company.session.rollback()
    assert company.there.tutor_id is None
    assert company.lea not in hosting.tutors_for(company.session, offered)


@pytest.mark.parametrize("who", ["visitor", "tutor", "hr", "nobody"])
def test_who_is_kept_apart_from_the_visitor_is_no_tutor_and_looks_busy(company: Company, who: str) -> None:
    session, visit, lea, anna = company.session, company.there, company.lea, company.anna
    assert lea.id is not None
    assert anna.id is not None
    if who in ("visitor", "tutor"):
        says, avoided = (anna, lea.id) if who == "visitor" else (lea, anna.id)
        of = select(Enrolment).where(Enrolment.person_id == says.id)
        enrolment = session.exec(of).first() or make_enrolment(session, company.campaign, says)
        session.add(Avoidance(enrolment_id=enrolment.id or 0, person_id=avoided))
    elif who == "hr":
        a, b = sorted((lea.id, anna.id))
        session.add(ForbiddenPair(campaign_id=company.campaign.id or 0, a_id=a, b_id=b, created_at=NOW))
    session.commit()
    listed = hosting.tutors_for(session, queries.visit(session, visit.id or 0))
    assert (lea in listed) is (who == "nobody")
    hand = company.hand(visit, company.bruno)
    if who == "nobody":
        hosting.name_tutor(session, company.before(visit, company.bruno), lea, hand, revision=0)
        assert visit.tutor_id == lea.id
        return
    with pytest.raises(TutorBusy):
        hosting.name_tutor(session, company.before(visit, company.bruno), lea, hand, revision=0)


def test_a_tutor_who_is_not_free_on_the_new_day_is_released(company: Company, engine: Engine) -> None:
    session, visit = company.session, company.there
    company.payroll.max_away = company.shop.max_visitors = 2
    other = make_person(session, company.payroll)
    service.plan_visits(session, company.campaign, [(other.id or 0, company.lea.id or 0, TUESDAY)], NOW)
    hosting.name_tutor(
        session,
        company.before(visit, company.bruno),
        company.lea,
        company.hand(visit, company.bruno),
        revision=0,
    )
    told(engine, session)
    moving.move(session, company.before(visit, By.HR), TUESDAY, company.hand(visit, By.HR), revision=1)
    assert visit.tutor_id is None
    assert ("Léa", "visit_tutor") in told(engine, session)


def test_an_absence_is_said_and_answered(company: Company, engine: Engine, clock: Clock) -> None:
    session, visit = company.session, company.there
    with pytest.raises(DayNotCome):
        absences.report(session, company.before(visit, company.bruno), company.hand(visit, company.bruno))
    with pytest.raises(NotReported):
        absences.contest(
            session, company.before(visit, company.anna, TUESDAY), company.hand(visit, company.anna)
        )
    company.campaign.status = Status.CLOSED
    with pytest.raises(CampaignOver):
        absences.report(
            session, company.before(visit, company.bruno, TUESDAY), company.hand(visit, company.bruno)
        )
    company.campaign.status = Status.RUNNING
    absences.report(
        session, company.before(visit, company.bruno, TUESDAY), company.hand(visit, company.bruno)
    )
    assert told(engine, session) == [("Anna", "visit_absence")]
    absences.contest(
        session,
        company.before(visit, company.anna, TUESDAY),
        company.hand(visit, company.anna, words="J’étais là à neuf heures"),
    )
    assert told(engine, session) == [("Bruno", "visit_absence")]
    assert company.history(visit)[-2:] == ["absent", "contested"]
    with pytest.raises(NotReported):
        absences.contest(
            session, company.before(visit, company.anna, TUESDAY), company.hand(visit, company.anna)
        )


def test_a_day_that_somebody_missed_is_made_up_for_and_asks_for_no_debrief(
    company: Company, engine: Engine, clock: Clock
) -> None:
    session, missed = company.session, company.there
    company.campaign.notice_days, company.campaign.status = 2, Status.RUNNING
    absences.report(
        session, company.before(missed, company.bruno, TUESDAY), company.hand(missed, company.bruno)
    )
    told(engine, session)
    clock.set(datetime(2027, 4, 6, 8, 0, tzinfo=UTC))
    session.commit()
    open_forms(engine)
    assert "debrief_invitation" not in {kind for _name, kind in told(engine, session)}
    with pytest.raises(AlreadyOver):
        check(ChangeKind.CANCELLED, company.before(missed, By.HR, TUESDAY).asked)
    offer = moving.propose(
        session,
        company.before(missed, company.bruno, TUESDAY),
        NEXT_MONDAY,
        company.hand(missed, company.bruno),
        revision=missed.revision,
    )
    told(engine, session)
    asked = session.exec(select(Mail).where(Mail.kind == "visit_proposal")).one()
    assert "la journée reste prévue" not in asked.text + asked.html
    made = moving.accept(
        session,
        company.before(missed, company.anna, TUESDAY),
        offer.id or 0,
        company.hand(missed, company.anna),
    )
    session.refresh(missed)
    assert (made.day, made.swap_id) == (NEXT_MONDAY, missed.swap_id)
    assert missed.status == VisitStatus.CANCELLED
    assert company.history(missed)[-2:] == ["cancelled", "made_up"]
    assert ("Anna", MONDAY) not in company.days_taken()


def test_a_contested_absence_asks_for_the_debrief_once_hr_say_that_the_day_took_place(
    company: Company, engine: Engine, clock: Clock
) -> None:
    session, visit = company.session, company.there
    company.campaign.notice_days, company.campaign.status = 2, Status.RUNNING
    absences.report(
        session, company.before(visit, company.bruno, TUESDAY), company.hand(visit, company.bruno)
    )
    told(engine, session)
    [mail] = session.exec(select(Mail).where(Mail.kind == "visit_absence")).all()
    assert "C’est ce qu’en dit votre collègue" in mail.text
    assert "Si cette journée n’a en effet pas eu lieu" in mail.text
    assert "Cette journée n’a pas eu lieu" not in mail.text
    evening = company.hand(visit, company.anna, datetime(2027, 4, 5, 18, 0, tzinfo=UTC))
    absences.contest(session, company.before(visit, company.anna, TUESDAY), evening)
    told(engine, session)
    clock.set(datetime(2027, 4, 6, 8, 0, tzinfo=UTC))
    open_forms(engine)
    assert [one for one in told(engine, session) if one[1] == "debrief_invitation"] == []
    ruling = company.before(visit, By.HR, TUESDAY)
    absences.rule(
        session, ruling, (), company.hand(visit, By.HR), version=absences.said_so_far(visit, ruling.reports)
    )
    told(engine, session)
    open_forms(engine)
    assert [one for one in told(engine, session) if one[1] == "debrief_invitation"] == [
        ("Anna", "debrief_invitation"),
        ("Bruno", "debrief_invitation"),
    ]
    assert not company.before(visit, company.anna, TUESDAY).fallen


def test_hr_say_what_happened_where_the_two_do_not_agree_and_both_read_it(
    company: Company, engine: Engine
) -> None:
    session, visit = company.session, company.there
    for who in (company.bruno, company.anna):
        absences.report(session, company.before(visit, who, TUESDAY), company.hand(visit, who))
    for who in (company.bruno, company.anna):
        absences.contest(session, company.before(visit, who, TUESDAY), company.hand(visit, who))
    assert visit.disputed_at
    assert visit.missed_at is None
    told(engine, session)
    before, hand = company.before(visit, By.HR, TUESDAY), company.hand(visit, By.HR)
    absences.rule(session, before, {By.HOST}, hand, version=absences.said_so_far(visit, before.reports))
    assert visit.missed_at
    assert visit.disputed_at is None
    assert told(engine, session) == [("Anna", "visit_absence"), ("Bruno", "visit_absence")]
    mails = session.exec(select(Mail).where(Mail.kind == "visit_absence").order_by(col(Mail.id))).all()
    assert "la journée n’a pas eu lieu, Bruno Lam n’était pas là" in mails[-2].text
    assert "la journée n’a pas eu lieu, vous n’étiez pas là" in mails[-1].text
    assert company.history(visit)[-1] == "missed"
    for again in (ChangeKind.CONTESTED, ChangeKind.ABSENT):
        with pytest.raises(AlreadyRuled):
            check(again, company.before(visit, company.anna, TUESDAY).asked)
    with pytest.raises(Stale):
        absences.rule(session, before, [], hand, version=4)


@pytest.mark.database("sqlite", "postgresql")
def test_of_two_who_contest_at_once_the_second_sees_what_the_first_said(
    company: Company, engine: Engine
) -> None:
    """Each had read what was said of both before the other one answered."""
    session, visit = company.session, company.there
    for who in (company.bruno, company.anna):
        absences.report(session, company.before(visit, who, TUESDAY), company.hand(visit, who))
    assert visit.missed_at is not None
    before = {who.id: company.before(visit, who, TUESDAY) for who in (company.anna, company.bruno)}
    hands = {who.id: company.hand(visit, who) for who in (company.anna, company.bruno)}
    session.commit()
    with open_session(engine) as other:
        seen = queries.visit(other, visit.id or 0)
        absences.contest(
            other, situation(other, seen, By.HOST, company.bruno.id, TUESDAY), hands[company.bruno.id]
        )
    absences.contest(session, before[company.anna.id], hands[company.anna.id])
    session.commit()
    session.refresh(visit)
    assert visit.missed_at is None


def received_by_lea(company: Company, engine: Engine) -> Visit:
    """Léa receives Anna in Bruno's place."""
    visit = company.there
    hand = company.hand(visit, company.bruno)
    before = company.before(visit, company.bruno)
    hosting.name_tutor(company.session, before, company.lea, hand, revision=visit.revision)
    told(engine, company.session)
    return visit


def test_the_history_speaks_to_whoever_receives_as_to_themselves(
    company: Company, engine: Engine, as_: Callable[[Any], TestClient]
) -> None:
    visit = received_by_lea(company, engine)
    before = company.before(visit, company.lea)
    hand = company.hand(visit, company.lea)
    hosting.release_tutor(company.session, before, hand, revision=visit.revision)
    told(engine, company.session)
    own, other = "vous recevez vous-même", "l’hôte reçoit en personne"
    for who, said, unsaid in ((company.bruno, own, other), (company.anna, other, own)):
        page = as_(who).get(f"/visits/{visit.id}").text
        assert (said in page, unsaid in page) == (True, False)


@pytest.mark.parametrize("off", [True, False])
def test_a_tutor_who_cannot_receive_reads_what_becomes_of_the_day(
    company: Company, engine: Engine, as_: Callable[[Any], TestClient], off: bool
) -> None:
    visit = received_by_lea(company, engine)
    if off:
        company.session.merge(RosterDay(person_id=company.bruno.id or 0, day=visit.day, shift=Shift.OFF))
        company.session.commit()
    page = as_(company.lea).get(f"/visits/{visit.id}/tutor").text
    assert ("ne pourra pas avoir lieu comme prévu" in page, "accueille en personne" in page) == (off, not off)
