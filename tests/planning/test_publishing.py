"""A plan is published once, whole, and only while it holds."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.availability.tables import Answer, Enrolment
from app.campaigns.tables import Campaign, Status
from app.core import jobs as events
from app.core.db import open_session
from app.core.errors import Refusal, Stale
from app.planning import jobs, publishing, queries, runs
from app.planning.errors import NoLongerHolds, NothingToPublish
from app.planning.tables import PlanningRun
from app.visits.tables import PersonDay, Swap, Unmatched, Visit
from tests.factories import make_campaign, make_person, make_visit
from tests.planning.company import Company

NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
TODAY = date(2027, 3, 2)

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def company(engine: Engine) -> Company:
    """Two pairs and one person too many in the shop, with a finished plan."""
    with open_session(engine) as session:
        made = Company(session)
        made.enrol(made.shop, "Zoé", "Seule")
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, made.campaign.id)
        run = runs.request_run(session, campaign, made.actor, NOW, today=TODAY)
    events.forget(engine, [job_id for job_id, _name, _payload in events.pending(engine)])
    assert run.id is not None
    jobs.solve_run(engine, run.id)
    return made


def publish(engine: Engine, company: Company, *, today: date = TODAY, version: int | None = None) -> bool:
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, company.campaign.id)
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
        return publishing.publish(
            session,
            campaign,
            run,
            company.actor,
            version=campaign.version if version is None else version,
            now=NOW,
            today=today,
        )


def rows(engine: Engine, table: Any) -> int:
    with open_session(engine) as session:
        return len(session.exec(select(table)).all())


def test_publishing_makes_the_visits_and_tells_it(engine: Engine, company: Company) -> None:
    assert publish(engine, company)
    assert (rows(engine, Visit), rows(engine, Swap), rows(engine, PersonDay)) == (4, 2, 8)
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, company.campaign.id)
        assert campaign.status == Status.PUBLISHED
        alone = session.exec(select(Unmatched)).one()
        assert alone.reason == "all_taken"
        assert (alone.text("fr"), alone.text("en")) != (alone.text("en"), alone.text("fr"))
    assert [name for _id, name, _payload in events.pending(engine)] == ["campaign.published"]


def test_publishing_twice_does_it_once(engine: Engine, company: Company) -> None:
    assert publish(engine, company) is True
    assert publish(engine, company) is False
    assert rows(engine, Visit) == 4
    assert len(events.pending(engine)) == 1


def test_an_old_version_of_the_campaign_is_refused(engine: Engine, company: Company) -> None:
    with pytest.raises(Stale):
        publish(engine, company, version=0)
    assert rows(engine, Visit) == 0


def test_who_withdrew_is_named_and_nothing_is_kept(engine: Engine, company: Company) -> None:
    with open_session(engine) as session:
        row = session.exec(select(Enrolment).where(Enrolment.person_id == company.back[0].id)).one()
        row.answer, row.visit_days = Answer.NO, []
    with pytest.raises(NoLongerHolds) as refused:
        publish(engine, company)
    assert refused.value.reasons == ["Anna Back0 ne participe plus."]
    assert (rows(engine, Visit), rows(engine, Unmatched)) == (0, 0)


def test_who_left_the_company_is_named(engine: Engine, company: Company) -> None:
    with open_session(engine) as session:
        session.merge(company.front[0]).active = False
        person = company.front[0]
    matched = person.id in planned_people(engine, company)
    if matched:
        with pytest.raises(NoLongerHolds, match="ne participe plus"):
            publish(engine, company)
    else:
        assert publish(engine, company)


def planned_people(engine: Engine, company: Company) -> set[int]:
    with open_session(engine) as session:
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
        return {leg[0] for leg in runs.legs_of(*runs.load(session, run))}


def test_a_plan_without_notice_is_refused(engine: Engine, company: Company) -> None:
    with pytest.raises(NoLongerHolds, match="jours de prévenance"):
        publish(engine, company, today=date(2027, 4, 1))


Change = Callable[[Session, Company], None]


def _take_a_day(session: Session, company: Company) -> None:
    other = make_campaign(session)
    for number in range(9):
        day = date(2027, 4, 6 + number)
        if day.weekday() < 5:
            make_visit(session, other, company.back[0], make_person(session), day=day)


def _close_the_shop(session: Session, company: Company) -> None:
    session.merge(company.shop).max_visitors = 0


def _keep_everybody(session: Session, company: Company) -> None:
    session.merge(company.payroll).min_presence = 2


def _become_the_manager(session: Session, company: Company) -> None:
    for person in company.front:
        session.merge(person).manager_id = company.back[0].id
    for person in company.back:
        session.merge(person).manager_id = company.front[0].id


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_take_a_day, "n’est plus libre ce jour-là"),
        (_close_the_shop, "ne peut plus recevoir"),
        (_keep_everybody, "ne peut plus laisser partir"),
        (_become_the_manager, "l’une encadre maintenant l’autre"),
    ],
)
def test_each_change_since_is_said(engine: Engine, company: Company, change: Change, why: str) -> None:
    with open_session(engine) as session:
        change(session, company)
    before = rows(engine, Visit)
    with pytest.raises(NoLongerHolds) as refused:
        publish(engine, company)
    assert any(why in reason for reason in refused.value.reasons), refused.value.reasons
    assert rows(engine, Visit) == before


def test_an_open_campaign_is_not_published(engine: Engine, company: Company) -> None:
    with open_session(engine) as session:
        session.get_one(Campaign, company.campaign.id).status = Status.OPEN
    with pytest.raises(Refusal):
        publish(engine, company)
    assert rows(engine, Visit) == 0


def test_an_unfinished_run_is_not_published(engine: Engine, company: Company) -> None:
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, company.campaign.id)
        run = PlanningRun(campaign_id=campaign.id, requested_at=NOW)
        session.add(run)
        session.flush()
        with pytest.raises(NothingToPublish):
            publishing.publish(
                session, campaign, run, company.actor, version=campaign.version, now=NOW, today=TODAY
            )


@pytest.mark.database("sqlite", "postgresql")
def test_of_two_who_publish_at_once_one_does(engine: Engine, company: Company) -> None:
    barrier, outcomes = Barrier(2), []

    def hurry() -> None:
        barrier.wait(30)
        try:
            outcomes.append(publish(engine, company))
        except Refusal as refused:
            outcomes.append(refused.code)

    both = [Thread(target=hurry) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert outcomes.count(True) == 1
    assert set(outcomes) <= {True, False, "Stale", "ImpossibleStep"}
    assert (rows(engine, Visit), rows(engine, Unmatched)) == (4, 1)
    assert len(events.pending(engine)) == 1


def test_what_publishing_does_is_told_before(engine: Engine, company: Company) -> None:
    with open_session(engine) as session:
        session.merge(company.back[1]).email = None
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, company.campaign.id)
        run = queries.finished_runs(session, company.campaign.id or 0)[0]
        told = publishing.announcement(session, campaign, run, TODAY)
    assert (told.matched, told.unmatched, told.mails, told.reasons) == (4, 1, 4, [])
    assert [one.person.id for one in told.on_paper] == [company.back[1].id]
