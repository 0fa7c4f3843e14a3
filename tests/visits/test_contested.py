"""While HR are to say whether a day took place, nobody is asked for what cannot be done."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.campaigns.tables import Status
from app.core.db import open_session
from app.messages.tables import Mail
from app.visits import absences, moving, service
from app.visits.tables import By, CancelReason, Proposal, ProposalStatus, Visit
from tests.support.web import Clock
from tests.visits.life import MONDAY, NOW, TODAY, Company, told

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]
EVENING = datetime(2027, 4, 5, 18, 0, tzinfo=UTC)


@pytest.fixture
def missed(company: Company, clock: Clock) -> Visit:
    """Bruno says that Anna did not come on Monday."""
    company.campaign.status = Status.RUNNING
    clock.set(EVENING)
    absences.report(company.session, *asked(company, company.there, By.HOST))
    company.session.commit()
    return company.there


def asked(company: Company, visit: Visit, role: By) -> Any:
    """The visit in front of its visitor or its host, and their hand."""
    two = {company.anna.id: company.anna, company.bruno.id: company.bruno}
    who = two[visit.host_id if role is By.HOST else visit.visitor_id]
    return company.before(visit, who, MONDAY), company.hand(visit, who, EVENING)


def ruled(company: Company, visit: Visit, absent: set[By]) -> None:
    """HR say who was not there."""
    before = company.before(visit, By.HR, MONDAY)
    version = absences.said_so_far(before.visit, before.reports)
    absences.rule(company.session, before, absent, company.hand(visit, By.HR, EVENING), version=version)
    company.session.commit()


def proposed(company: Company, visit: Visit) -> Proposal:
    before, hand = asked(company, visit, By.VISITOR)
    day = moving.days_of(company.session, before).possible(1)[0].day
    return moving.propose(company.session, before, day, hand, revision=visit.revision)


def lapse_mails(engine: Engine) -> set[str]:
    with open_session(engine, reads_only=True) as session:
        mails = session.exec(select(Mail).where(Mail.kind == "visit_proposal")).all()
        return {mail.to_name.split()[0] for mail in mails if "n’a plus d’objet" in mail.text}


def test_contesting_closes_a_proposal_that_nobody_could_accept_any_more(
    company: Company, engine: Engine, as_: Enter, missed: Visit
) -> None:
    proposal = proposed(company, missed)
    told(engine, company.session)
    assert "vous propose" in as_(company.bruno).get("/home").text
    absences.contest(company.session, *asked(company, missed, By.VISITOR))
    assert ("Bruno", "visit_proposal") in told(engine, company.session)
    assert proposal.status is ProposalStatus.VOID
    assert lapse_mails(engine) == {"Bruno"}
    assert company.history(missed)[-2:] == ["contested", "lapsed"]
    company.session.commit()
    assert "vous propose" not in as_(company.bruno).get("/home").text
    with open_session(engine, reads_only=True) as session:
        texts = [mail.text for mail in session.exec(select(Mail).where(Mail.kind == "visit_proposal"))]
    assert all("reste prévue" not in text for text in texts)


def test_a_proposal_for_the_other_day_of_the_swap_stays_when_it_may_still_be_accepted(
    company: Company, engine: Engine, missed: Visit
) -> None:
    moves = proposed(company, company.back)
    absences.contest(company.session, *asked(company, missed, By.VISITOR))
    company.session.commit()
    assert moves.status is ProposalStatus.OPEN
    assert lapse_mails(engine) == set()


def test_a_report_closes_a_proposal_for_the_day_of_the_swap_that_fell(
    company: Company, engine: Engine, clock: Clock
) -> None:
    """Both days are lost then: nothing is left to make up for."""
    company.campaign.status = Status.RUNNING
    service.cancel_visit(company.session, company.back, CancelReason.CLOSED, None, NOW, today=TODAY)
    make_up = proposed(company, company.back)
    clock.set(EVENING)
    absences.report(company.session, *asked(company, company.there, By.HOST))
    told(engine, company.session)
    assert make_up.status is ProposalStatus.VOID
    assert lapse_mails(engine) == {"Anna"}


def test_hr_who_say_that_the_day_took_place_close_a_proposal_and_both_read_it(
    company: Company, engine: Engine, missed: Visit
) -> None:
    proposal = proposed(company, missed)
    ruled(company, missed, set())
    told(engine, company.session)
    assert proposal.status is ProposalStatus.VOID
    assert lapse_mails(engine) == {"Anna", "Bruno"}


def test_hr_who_say_that_somebody_was_absent_leave_the_proposal(company: Company, missed: Visit) -> None:
    proposal = proposed(company, missed)
    ruled(company, missed, {By.VISITOR})
    assert proposal.status is ProposalStatus.OPEN


def test_nobody_is_asked_whether_they_were_absent_once_hr_ruled(
    company: Company, as_: Enter, missed: Visit
) -> None:
    absences.contest(company.session, *asked(company, missed, By.VISITOR))
    absences.report(company.session, *asked(company, missed, By.VISITOR))
    company.session.commit()
    bruno = as_(company.bruno)
    assert "On vous a dit absent" in bruno.get("/home").text
    ruled(company, missed, set())
    assert "On vous a dit absent" not in bruno.get("/home").text
    kinds = [one["kind"] for one in bruno.get("/api/v1/me/tasks").json()["tasks"]]
    assert "absence" not in kinds


def test_a_day_that_both_speak_of_is_contested_and_no_day_is_looked_for(
    company: Company, as_: Enter, missed: Visit
) -> None:
    absences.contest(company.session, *asked(company, missed, By.VISITOR))
    absences.report(company.session, *asked(company, missed, By.VISITOR))
    company.session.commit()
    anna = as_(company.anna)
    for path in (f"/visits/{missed.id}", "/visits"):
        page = anna.get(path).text
        assert "absence contestée" in page
        assert "absence signalée" not in page
        assert "à retrouver" not in page
        assert "Voir les jours possibles" not in page
    assert "Que devient votre échange" not in anna.get("/home").text
    ruled(company, missed, {By.HOST})
    assert "à retrouver" in anna.get(f"/visits/{missed.id}").text
    assert "Que devient votre échange" in anna.get("/home").text


@pytest.mark.parametrize(
    ("absent", "status", "waits"),
    [
        (set(), Status.RUNNING, True),
        (set(), Status.CLOSED, False),
        ({By.VISITOR}, Status.RUNNING, False),
    ],
)
def test_the_mail_of_a_ruling_leads_to_the_debrief_that_waits_then(
    company: Company, engine: Engine, missed: Visit, absent: set[By], status: Status, waits: bool
) -> None:
    absences.contest(company.session, *asked(company, missed, By.VISITOR))
    told(engine, company.session)
    company.campaign.status = status
    ruled(company, missed, absent)
    told(engine, company.session)
    with open_session(engine, reads_only=True) as session:
        found = session.exec(select(Mail).where(Mail.kind == "visit_absence").order_by(col(Mail.id))).all()
    last = found[-2:]  # of the ruling, to both
    assert {mail.to_name.split()[0] for mail in last} == {"Anna", "Bruno"}
    for mail in last:
        assert (f"/debriefs/{missed.id}" in mail.text) is waits
        assert ("son bilan vous attend" in mail.text.replace("\u00a0", " ")) is waits


@pytest.mark.parametrize("absent", [set(), {By.VISITOR}])
def test_what_hr_ruled_stands_beside_what_the_two_said(
    company: Company, enter: Enter, missed: Visit, absent: set[By]
) -> None:
    absences.contest(company.session, *asked(company, missed, By.VISITOR))
    told_apart = "Ce qui s’est passé"
    before = enter(company.anna).get(f"/visits/{missed.id}").text
    assert "a tranché" not in before
    ruled(company, missed, absent)
    for who, says in ((company.anna, "vous n’étiez pas là"), (company.bruno, "Anna Roy n’était pas là")):
        page = enter(who).get(f"/visits/{missed.id}").text.split(told_apart)[0]
        assert "signale l’absence" in page
        assert f"Claire Morel a tranché : la journée {'n’a pas' if absent else 'a'} eu lieu" in page
        assert (says in page) is bool(absent)
    assert "a tranché" not in enter(company.marc).get(f"/visits/{missed.id}").text
