"""HR read in one mail which days wait for their ruling, when one more does and at most once a day."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.calendars.rulings import ask_hr
from app.campaigns.tables import Status
from app.messages.tables import Mail
from app.visits.tables import Visit
from tests.factories import make_account, make_campaign, make_person, make_visit
from tests.support.web import Clock

EVENING = datetime(2027, 4, 5, 18, 0, tzinfo=UTC)


@pytest.fixture
def days(session: Session, clock: Clock) -> list[Visit]:
    """Two past days of a campaign; the first is contested."""
    clock.set(EVENING)
    make_account(session, "Claire Morel", is_hr=True)
    campaign = make_campaign(session, status=Status.RUNNING)
    anna, bruno = make_person(session, first_name="Anna"), make_person(session, first_name="Bruno")
    first = make_visit(session, campaign, anna, bruno, day=EVENING.date())
    second = make_visit(session, campaign, bruno, anna, day=EVENING.date().replace(day=2))
    first.disputed_at = EVENING
    return [first, second]


def asked(engine: Engine, session: Session) -> list[Mail]:
    session.commit()
    for _ in range(2):
        ask_hr(engine)
    found = session.exec(select(Mail).where(Mail.kind == "rulings_due")).all()
    session.commit()
    return list(found)


def test_hr_are_asked_once_until_another_day_is_contested(
    engine: Engine, session: Session, clock: Clock, days: list[Visit]
) -> None:
    (mail,) = asked(engine, session)
    assert mail.to_name == "Claire Morel"
    assert "/absences" in mail.text
    clock.forward(hours=2)
    days[1].disputed_at = EVENING.replace(hour=20)
    assert len(asked(engine, session)) == 1  # together with what else is contested that day
    clock.forward(days=1)
    assert asked(engine, session)[-1].subject.startswith("2 journées")
    clock.forward(days=3)
    assert len(asked(engine, session)) == 2


def test_nobody_is_asked_once_hr_ruled(engine: Engine, session: Session, days: list[Visit]) -> None:
    days[0].disputed_at = None
    assert asked(engine, session) == []
