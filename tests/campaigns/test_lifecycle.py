"""The life of a campaign: each step allowed where the table says so, refused with its reasons elsewhere."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.sessions import Actor
from app.accounts.tables import AuditEntry
from app.campaigns.errors import ImpossibleStep, NotReady
from app.campaigns.jobs import take_due_steps
from app.campaigns.lifecycle import STEPS, By, find_step, refusals, transition
from app.campaigns.service import take_step
from app.campaigns.tables import Campaign, Status, StatusChange
from app.core import jobs
from app.core.db import open_session
from app.core.errors import Stale
from app.people.tables import Side
from tests.factories import make_campaign, make_person, make_team
from tests.support.web import Clock

NOW, TODAY = datetime(2027, 3, 2, 8, 0, tzinfo=UTC), date(2027, 3, 2)

ALLOWED = {
    ("draft", "open", "hr"),
    ("open", "planning", "hr"),
    ("open", "planning", "clock"),
    ("planning", "open", "hr"),
    ("planning", "published", "hr"),
    ("published", "running", "clock"),
    ("running", "debriefing", "clock"),
    ("debriefing", "closed", "hr"),
    ("debriefing", "closed", "clock"),
    *(
        (before, "cancelled", "hr")
        for before in ("draft", "open", "planning", "published", "running", "debriefing")
    ),
}
TRIPLES = [(before, after, by) for before in Status for after in Status for by in By]


def events(engine: Engine, session: Session) -> list[str]:
    session.commit()  # SQLite has one writer at a time
    return [name for _id, name, _payload in jobs.pending(engine)]


def when_due(campaign: Campaign) -> date:
    """A day on which the clock takes whatever step comes next."""
    return {
        Status.OPEN: date(2027, 3, 13),
        Status.PUBLISHED: campaign.first_day,
        Status.RUNNING: date(2027, 5, 1),
        Status.DEBRIEFING: date(2027, 5, 15),
    }.get(campaign.status, TODAY)


@pytest.mark.parametrize(("before", "after", "by"), TRIPLES)
@pytest.mark.database("sqlite")
def test_the_table_allows_these_steps_and_no_other(
    session: Session, ready: Campaign, hr: Actor, before: Status, after: Status, by: By
) -> None:
    ready.status = before
    session.commit()
    asked: dict[str, Any] = (
        {"actor": hr, "today": TODAY} if by == By.HR else {"actor": None, "today": when_due(ready)}
    )
    if (before.value, after.value, by.value) in ALLOWED:
        transition(session, ready, after, now=NOW, reason="Raison", **asked)
        assert ready.status == after
        assert ready.version == 2
        return
    with pytest.raises(ImpossibleStep) as refused:
        transition(session, ready, after, now=NOW, reason="Raison", **asked)
    assert refused.value.status == 409
    assert ready.status == before


def test_only_hr_takes_the_steps_of_people(session: Session, ready: Campaign) -> None:
    employee = Actor(1, "Yacine", None, is_hr=False, is_admin=True)
    with pytest.raises(ImpossibleStep):
        transition(session, ready, Status.OPEN, actor=employee, now=NOW, today=TODAY)


def test_opening_leaves_a_trace_and_records_its_event(
    engine: Engine, session: Session, ready: Campaign, hr: Actor
) -> None:
    transition(session, ready, Status.OPEN, actor=hr, now=NOW, today=TODAY)
    session.commit()
    change = session.exec(select(StatusChange)).one()
    assert (change.before, change.after, change.account_id, change.at) == (
        Status.DRAFT,
        Status.OPEN,
        hr.account_id,
        NOW,
    )
    entry = session.exec(select(AuditEntry)).one()
    assert (entry.action, entry.subject) == ("campaign.open", f"campaign:{ready.id}")
    session.commit()
    assert [(name, payload) for _id, name, payload in jobs.pending(engine)] == [
        ("campaign.opened", {"campaign_id": ready.id})
    ]


def test_every_event_of_the_table_is_recorded_once_by_the_step_itself() -> None:
    assert {(step.after.value, step.event) for step in STEPS if step.event} == {
        ("open", "campaign.opened"),
        ("planning", "campaign.planning"),
        ("published", "campaign.published"),
        ("running", "campaign.running"),
        ("debriefing", "campaign.debriefing"),
        ("closed", "campaign.closed"),
        ("cancelled", "campaign.cancelled"),
    }


@pytest.mark.parametrize(
    ("missing", "word"),
    [
        ({"information_sheet_on": None}, "fiche d’information"),
        ({"information_sheet_on": date(2027, 3, 3)}, "fiche d’information"),
        ({"representatives_informed_on": None}, "représentants du personnel"),
        ({"representatives_informed_on": date(2027, 3, 3)}, "représentants du personnel"),
        ({"enrol_until": date(2027, 3, 1)}, "déjà passée"),
        ({"notice_days": 30}, "30 jours avant le premier jour"),
        ({"first_day": date(2027, 4, 10), "last_day": date(2027, 4, 11)}, "aucun jour ouvert"),
    ],
)
def test_a_draft_opens_only_when_all_is_ready(
    session: Session, ready: Campaign, hr: Actor, missing: dict[str, Any], word: str
) -> None:
    for name, value in missing.items():
        setattr(ready, name, value)
    with pytest.raises(NotReady) as refused:
        transition(session, ready, Status.OPEN, actor=hr, now=NOW, today=TODAY)
    assert word in refused.value.message()
    assert ready.status == Status.DRAFT


def test_closing_days_may_not_cover_the_whole_campaign(session: Session, ready: Campaign) -> None:
    ready.first_day = ready.last_day = date(2027, 4, 30)
    ready.min_gap_days = 1
    ready.exchange = "shadow"  # type: ignore[assignment]
    assert refusals(session, ready, Status.OPEN, TODAY) == []
    ready.closing_days = ["2027-04-30"]
    assert len(refusals(session, ready, Status.OPEN, TODAY)) == 1


@pytest.mark.parametrize("side", list(Side))
def test_both_sides_must_be_invited(session: Session, hr: Actor, side: Side) -> None:
    make_person(session, make_team(session, side=side))
    campaign = make_campaign(
        session,
        status=Status.DRAFT,
        information_sheet_on=TODAY,
        representatives_informed_on=TODAY,
    )
    reasons = refusals(session, campaign, Status.OPEN, TODAY)
    assert len(reasons) == 1
    assert ("front-office" if side == Side.BACK else "back-office") in reasons[0]


@pytest.mark.database("sqlite", "postgresql")
def test_of_two_who_open_at_once_one_wins(
    engine: Engine, session: Session, ready: Campaign, hr: Actor
) -> None:
    with open_session(engine) as other:
        same = other.get(Campaign, ready.id)
        assert same is not None
        transition(other, same, Status.OPEN, actor=hr, now=NOW, today=TODAY)
    with pytest.raises(Stale):
        transition(session, ready, Status.OPEN, actor=hr, now=NOW, today=TODAY)
    session.rollback()
    assert events(engine, session) == ["campaign.opened"]


def test_a_step_asked_on_an_older_version_is_refused(session: Session, ready: Campaign, hr: Actor) -> None:
    with pytest.raises(Stale):
        take_step(session, ready, Status.OPEN, version=7, actor=hr, now=NOW, today=TODAY)
    take_step(session, ready, Status.OPEN, version=1, actor=hr, now=NOW, today=TODAY)
    assert ready.status == Status.OPEN


def test_enrolment_reopens_with_a_new_end(session: Session, ready: Campaign, hr: Actor) -> None:
    ready.status = Status.PLANNING
    ready.enrol_until = date(2027, 3, 1)
    session.commit()
    with pytest.raises(NotReady):
        take_step(session, ready, Status.OPEN, version=1, actor=hr, now=NOW, today=TODAY)
    with pytest.raises(NotReady):
        take_step(
            session,
            ready,
            Status.OPEN,
            version=1,
            actor=hr,
            now=NOW,
            today=TODAY,
            enrol_until=date(2027, 3, 19),
        )
    take_step(
        session, ready, Status.OPEN, version=1, actor=hr, now=NOW, today=TODAY, enrol_until=date(2027, 3, 18)
    )
    assert (ready.status, ready.enrol_until) == (Status.OPEN, date(2027, 3, 18))


def test_a_published_campaign_never_reopens() -> None:
    assert find_step(Status.PUBLISHED, Status.OPEN) is None


def test_publication_needs_a_day_that_leaves_the_notice(session: Session, ready: Campaign, hr: Actor) -> None:
    ready.status = Status.PLANNING
    session.commit()
    with pytest.raises(NotReady):
        transition(session, ready, Status.PUBLISHED, actor=hr, now=NOW, today=date(2027, 4, 17))
    transition(session, ready, Status.PUBLISHED, actor=hr, now=NOW, today=date(2027, 4, 16))
    assert ready.status == Status.PUBLISHED


def test_a_campaign_is_cancelled_with_a_reason(session: Session, ready: Campaign, hr: Actor) -> None:
    with pytest.raises(NotReady):
        transition(session, ready, Status.CANCELLED, actor=hr, now=NOW, today=TODAY, reason="  ")
    transition(session, ready, Status.CANCELLED, actor=hr, now=NOW, today=TODAY, reason=" Déménagement. ")
    assert session.exec(select(StatusChange.reason)).one() == "Déménagement."


@pytest.mark.parametrize(
    ("status", "last_day_before", "first_day_after", "after"),
    [
        (
            Status.OPEN,
            datetime(2027, 3, 12, 22, 59, tzinfo=UTC),
            datetime(2027, 3, 12, 23, 0, tzinfo=UTC),
            "planning",
        ),
        (
            Status.PUBLISHED,
            datetime(2027, 4, 4, 21, 59, tzinfo=UTC),
            datetime(2027, 4, 4, 22, 0, tzinfo=UTC),
            "running",
        ),
        (
            Status.RUNNING,
            datetime(2027, 4, 30, 12, tzinfo=UTC),
            datetime(2027, 5, 1, 6, tzinfo=UTC),
            "debriefing",
        ),
        (
            Status.DEBRIEFING,
            datetime(2027, 5, 14, 12, tzinfo=UTC),
            datetime(2027, 5, 15, 6, tzinfo=UTC),
            "closed",
        ),
    ],
)
def test_the_clock_takes_each_step_on_its_day_in_paris_and_not_before(
    engine: Engine,
    session: Session,
    ready: Campaign,
    clock: Clock,
    status: Status,
    last_day_before: datetime,
    first_day_after: datetime,
    after: str,
) -> None:
    ready.status = status
    session.commit()
    clock.set(last_day_before)
    take_due_steps(engine)
    session.refresh(ready)
    assert ready.status == status
    session.commit()
    clock.set(first_day_after)
    take_due_steps(engine)
    take_due_steps(engine)
    session.refresh(ready)
    assert ready.status == after
    assert events(engine, session) == [f"campaign.{after}"]
    assert session.exec(select(StatusChange.account_id)).all() == [None]


def test_after_a_long_sleep_the_clock_takes_the_steps_one_after_the_other(
    engine: Engine, session: Session, ready: Campaign, clock: Clock
) -> None:
    ready.status = Status.PUBLISHED
    session.commit()
    clock.set(datetime(2027, 8, 1, tzinfo=UTC))
    take_due_steps(engine)
    session.refresh(ready)
    assert ready.status == Status.CLOSED
    assert events(engine, session) == ["campaign.running", "campaign.debriefing", "campaign.closed"]


def test_the_clock_leaves_drafts_and_unpublished_plans_alone(
    engine: Engine, session: Session, committed_campaign: Callable[..., Campaign], clock: Clock
) -> None:
    draft, planned = committed_campaign(status=Status.DRAFT), committed_campaign(status=Status.PLANNING)
    clock.set(datetime(2028, 1, 1, tzinfo=UTC))
    take_due_steps(engine)
    for campaign, status in ((draft, Status.DRAFT), (planned, Status.PLANNING)):
        session.refresh(campaign)
        assert campaign.status == status
