"""Which repair a message is about, which one it goes on with, and what HR's list says of days without one."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.core.db import open_session
from app.core.templating import long_day
from app.messages.tables import Mail
from app.planning.repairs import chain, jobs, opening, service
from app.planning.tables import Repair, RepairCause, RepairStatus, RepairVisit
from app.visits import service as visits
from app.visits.tables import CancelReason, Visit
from app.worker import drain
from tests.planning.repairs.broken import NOW, TODAY, Published, campaign_of, cancel, contradict, last_repair
from tests.support.web import Clock


def told(engine: Engine) -> list[Mail]:
    with open_session(engine) as session:
        query = select(Mail).where(Mail.kind == "repair_ready").order_by(col(Mail.id))
        return list(session.exec(query))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\xa0", " ").replace("\u202f", " "))


def two_falls(company: Published) -> tuple[Visit, Visit]:
    return company.visit(company.back[0], company.front[0]), company.visit(company.back[1], company.front[1])


def test_repairs_that_nobody_decided_on_are_told_apart(
    engine: Engine, company: Published, clock: Clock
) -> None:
    """One of a fallen day, one of a day that a roster contradicts: both are late on the same morning."""
    fell, contrary = two_falls(company)
    cancel(engine, fell)
    with open_session(engine) as session:
        contradict(session, contrary)
    drain(engine)
    clock.set(NOW + service.KEPT + timedelta(minutes=1))
    jobs.expire(engine)
    drain(engine)
    late = [mail for mail in told(engine) if mail.key.endswith(":late")]
    assert len({mail.subject for mail in late}) == len(late) == 2
    for mail, visit in zip(late, (fell, contrary), strict=True):
        assert plain(mail.subject).startswith(f"Réparation {mail.key.split(':')[1]} restée sans décision")
        said = f"le {plain(long_day(visit.day))}"
        assert said in plain(mail.text)
        assert said in plain(mail.html)


def test_a_chain_of_searches_names_the_repair_that_hr_read_of(engine: Engine, company: Published) -> None:
    """The second is taken over by the third before anything was found for it."""
    first, second = two_falls(company)
    cancel(engine, first)
    former, third = last_repair(engine), company.visit(company.front[1], company.back[1])
    with open_session(engine) as session:
        campaign, ids = campaign_of(session, company), [first.id or 0]
        for n, visit in enumerate((second, third)):
            row = session.get_one(Visit, visit.id)
            visits.cancel_visit(session, row, CancelReason.UNAVAILABLE, company.actor, NOW, today=TODAY)
            ids.append(visit.id or 0)
            at = NOW + timedelta(minutes=n + 1)
            opening.open_repair(session, campaign, ids, RepairCause.FALLEN, None, at)
    drain(engine)
    mail = told(engine)[-1]
    assert f":{last_repair(engine).id}:" in mail.key
    assert f"Elle continue la réparation {former.id}, ouverte le" in plain(mail.text)


def test_a_repair_names_the_one_that_took_most_of_its_days(engine: Engine, company: Published) -> None:
    """A later one about a single day of it says nothing of the others."""
    days = [one.id or 0 for one in company.visits[:3]]
    with open_session(engine) as session:
        made = []
        for about in (days, days, days[:1]):
            one = Repair(
                campaign_id=company.campaign.id or 0,
                cause=RepairCause.FALLEN,
                status=RepairStatus.EXPIRED,
                requested_at=NOW,
            )
            session.add(one)
            session.flush()
            session.add_all(
                RepairVisit(repair_id=one.id or 0, visit_id=visit_id, waits=False) for visit_id in about
            )
            made.append(one)
        session.flush()
        first, second, third = (one.id or 0 for one in made)
        assert chain.taken_over(session, made) == {first: second, second: third}


def test_who_looks_again_reads_which_repair_it_goes_on_with(
    engine: Engine, company: Published, hr: TestClient, clock: Clock
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    former = last_repair(engine)
    here = f"/campaigns/{company.campaign.id}/repairs"
    assert "Elle continue" not in hr.get(f"{here}/{former.id}").text
    clock.set(NOW + service.KEPT + timedelta(minutes=1))
    jobs.expire(engine)
    drain(engine)
    hr.post(f"{here}/{former.id}/repetition")
    drain(engine)
    later = last_repair(engine)
    assert later.id != former.id
    mail = told(engine)[-1]
    assert f":{later.id}:" in mail.key
    said = f"la réparation {former.id}, ouverte le"
    assert said in plain(mail.text)
    assert said in plain(mail.html)
    page = hr.get(f"{here}/{later.id}").text
    assert f'href="{here}/{former.id}"' in page
    assert f"la réparation {former.id}, ouverte le" in plain(page)


@pytest.mark.parametrize("status", [RepairStatus.READY, RepairStatus.EXPIRED, RepairStatus.DISMISSED, None])
def test_the_list_says_that_no_repair_is_about_a_day_only_where_none_is(
    engine: Engine, company: Published, hr: TestClient, clock: Clock, status: RepairStatus | None
) -> None:
    visit = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        contradict(session, visit)
    if status is not None:
        drain(engine)
    if status is RepairStatus.EXPIRED:
        clock.set(NOW + service.KEPT + timedelta(minutes=1))
        jobs.expire(engine)
        drain(engine)
        assert last_repair(engine).status == status
    here = f"/campaigns/{company.campaign.id}/repairs"
    if status is RepairStatus.DISMISSED:
        hr.post(f"{here}/{last_repair(engine).id}/dismissal")
    alone = status in (None, RepairStatus.DISMISSED)
    assert ("aucune réparation n’est en cours" in plain(hr.get(here).text)) is alone
