"""What a plan becomes, and what a cancellation leaves."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.accounts.sessions import Actor
from app.campaigns.tables import Exchange
from app.core import jobs
from app.core.errors import Stale
from app.visits import queries, service
from app.visits.errors import AlreadyCancelled, AlreadyOver, DayTaken
from app.visits.jobs import cancel_all
from app.visits.tables import CancelReason, PersonDay, Swap, Unmatched, Visit, VisitStatus
from tests.factories import make_account, make_campaign, make_person, make_visit
from tests.support.web import Clock

NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
MONDAY, TUESDAY, FRIDAY = date(2027, 4, 5), date(2027, 4, 6), date(2027, 4, 9)


@pytest.fixture
def hr(session: Session) -> Actor:
    made = make_account(session, is_hr=True)
    return Actor(account_id=made.id, name=made.name, language=None, is_hr=True, is_admin=False)


def test_two_reciprocal_visits_become_a_swap(session: Session) -> None:
    campaign, anna, bruno = make_campaign(session), make_person(session), make_person(session)
    made = service.plan_visits(
        session, campaign, [(anna.id, bruno.id, MONDAY), (bruno.id, anna.id, FRIDAY)], NOW
    )
    assert [(visit.visitor_id, visit.host_id, visit.day) for visit in made] == [
        (anna.id, bruno.id, MONDAY),
        (bruno.id, anna.id, FRIDAY),
    ]
    assert len({visit.swap_id for visit in made}) == 1
    assert made[0].swap_id is not None
    assert len(session.exec(select(PersonDay)).all()) == 4


def test_a_shadow_campaign_makes_single_visits(session: Session) -> None:
    campaign = make_campaign(session, exchange=Exchange.SHADOW)
    anna, bruno = make_person(session), make_person(session)
    made = service.plan_visits(
        session, campaign, [(anna.id, bruno.id, MONDAY), (bruno.id, anna.id, FRIDAY)], NOW
    )
    assert [visit.swap_id for visit in made] == [None, None]
    assert session.exec(select(Swap)).all() == []


def test_a_day_is_taken_once_across_campaigns(session: Session) -> None:
    spring, autumn = make_campaign(session), make_campaign(session)
    anna, bruno, chloe = (make_person(session) for _ in range(3))
    make_visit(session, spring, anna, bruno, day=MONDAY)
    with pytest.raises(DayTaken):
        service.plan_visits(session, autumn, [(chloe.id, anna.id, MONDAY), (anna.id, chloe.id, FRIDAY)], NOW)
    assert queries.visits_of_campaign(session, autumn.id) == []
    assert session.exec(select(Swap)).all() == []
    assert len(service.plan_visits(session, autumn, [(chloe.id, anna.id, TUESDAY)], NOW)) == 1


def test_a_cancelled_visit_gives_both_their_day_back(session: Session, hr: Actor) -> None:
    campaign, anna, bruno = make_campaign(session), make_person(session), make_person(session)
    there, back = service.plan_visits(
        session, campaign, [(anna.id, bruno.id, MONDAY), (bruno.id, anna.id, FRIDAY)], NOW
    )
    service.cancel_visit(session, there, CancelReason.SERVICE, hr, NOW, today=TODAY)
    assert (there.status, there.revision, there.cancel_reason) == (
        VisitStatus.CANCELLED,
        1,
        CancelReason.SERVICE,
    )
    assert {row.day for row in session.exec(select(PersonDay))} == {FRIDAY}
    assert back.status == VisitStatus.PLANNED
    session.commit()
    engine = session.get_bind()
    [(_id, name, payload)] = jobs.pending(engine)
    assert (name, payload["visit_id"], payload["revision"]) == ("visit.cancelled", there.id, 1)


def test_a_visit_is_cancelled_once(session: Session, hr: Actor) -> None:
    visit = make_visit(session, make_campaign(session), make_person(session), make_person(session))
    service.cancel_visit(session, visit, CancelReason.LEFT, hr, NOW, today=TODAY)
    with pytest.raises(AlreadyCancelled):
        service.cancel_visit(session, visit, CancelReason.LEFT, hr, NOW, today=TODAY)


def test_a_lived_day_is_not_cancelled(session: Session, hr: Actor) -> None:
    visit = make_visit(
        session, make_campaign(session), make_person(session), make_person(session), day=MONDAY
    )
    with pytest.raises(AlreadyOver):
        service.cancel_visit(session, visit, CancelReason.LEFT, hr, NOW, today=TUESDAY)
    service.cancel_visit(session, visit, CancelReason.LEFT, hr, NOW, today=MONDAY)


def test_a_stale_cancellation_changes_nothing(session: Session, hr: Actor) -> None:
    visit = make_visit(
        session, make_campaign(session), make_person(session), make_person(session), revision=3
    )
    with pytest.raises(Stale):
        service.cancel_visit(session, visit, CancelReason.LEFT, hr, NOW, today=TODAY, revision=2)
    assert session.get(Visit, visit.id).status == VisitStatus.PLANNED  # type: ignore[union-attr]


def test_reading_visits_takes_one_query_whatever_their_number(session: Session) -> None:
    campaign = make_campaign(session)
    people = [make_person(session) for _ in range(20)]
    for n in range(0, 20, 2):
        make_visit(session, campaign, people[n], people[n + 1])
    session.commit()
    session.expunge_all()
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda c, cur, sql, *rest: asked.append(sql))
    found = queries.visits_of_campaign(session, campaign.id)
    assert [seen.visitor.name for seen in found] == [people[n].name for n in range(0, 20, 2)]
    assert [seen.host_site.name for seen in found]
    assert len([sql for sql in asked if sql.lstrip().upper().startswith("SELECT")]) == 1


def test_a_cancelled_campaign_cancels_the_days_to_come(
    engine: Engine, session: Session, clock: Clock
) -> None:
    campaign, anna, bruno = make_campaign(session), make_person(session), make_person(session)
    lived = make_visit(session, campaign, anna, bruno, day=date(2027, 3, 1))
    coming = make_visit(session, campaign, bruno, anna, day=MONDAY)
    session.commit()
    for _ in range(2):
        cancel_all(engine, campaign.id)
    session.refresh(lived)
    session.refresh(coming)
    session.commit()
    assert (lived.status, coming.status) == (VisitStatus.PLANNED, VisitStatus.CANCELLED)
    assert [name for _id, name, _payload in jobs.pending(engine)] == ["visit.cancelled"]


def test_a_person_takes_their_data_along_and_is_forgotten(session: Session) -> None:
    campaign, anna, bruno = make_campaign(session), make_person(session), make_person(session)
    make_visit(session, campaign, anna, bruno, day=MONDAY)
    session.add(
        Unmatched(
            campaign_id=make_campaign(session).id,
            person_id=anna.id,
            reason="travel",
            text_fr="Trop loin.",
            text_en="Too far.",
            created_at=NOW,
        )
    )
    session.flush()
    given = service.export(session, anna)
    assert [(row.get("role"), row.get("reason")) for row in given] == [("visitor", None), (None, "travel")]
    assert [row["role"] for row in service.export(session, bruno)] == ["host"]
    service.erase(session, anna)
    assert [row.get("reason") for row in service.export(session, anna)] == [None]
