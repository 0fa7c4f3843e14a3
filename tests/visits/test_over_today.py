"""A day goes on until its last hour, and is over then: what is said of it when the other day of its swap
falls, or when one of the two leaves on that very day."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.availability.service import When
from app.campaigns.tables import Status
from app.core.db import open_session
from app.messages.tables import Mail
from app.visits import absences, leaving, service
from app.visits.errors import DayNotCome
from app.visits.tables import By, CancelReason
from tests.support.web import Clock
from tests.visits.life import TUESDAY, Company, told
from tests.visits.test_former_letters import move, on_paper, pile

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]
BEFORE, DURING, AFTER = (datetime(2027, 4, 6, hour, 0, tzinfo=UTC) for hour in (5, 12, 18))


@pytest.fixture
def lived(company: Company, engine: Engine) -> Company:
    """Anna, who has no address, is at Bruno's on Tuesday: her invitation was never handed over."""
    on_paper(company, company.anna)
    move(company, engine, company.there, TUESDAY)
    company.campaign.status = Status.RUNNING
    company.session.commit()
    return company


def leave(company: Company, now: datetime) -> None:
    actor = company.hand(company.back, By.HR, now).actor
    assert actor is not None
    row = company.enrolling(company.bruno)
    leaving.leave_campaign(company.session, row, actor, version=row.version, when=When(TUESDAY, now))


def fallen(engine: Engine) -> list[str]:
    """What the mails say of the days that fell."""
    with open_session(engine, reads_only=True) as session:
        return [one.text for one in session.exec(select(Mail).where(Mail.kind == "visit_cancelled"))]


def test_after_the_day_nobody_is_invited_to_it_nor_reads_that_it_holds(
    lived: Company, engine: Engine, clock: Clock
) -> None:
    [invited] = pile(engine, lived.anna, "visit_invitation")
    clock.set(AFTER)
    leave(lived, AFTER)
    told(engine, lived.session)
    assert pile(engine, lived.anna, "visit_invitation") == [invited]
    assert len(fallen(engine)) == 2
    assert all("le mardi 6 avril 2027, est passée" in one for one in fallen(engine))


def test_before_the_day_the_invitation_says_what_became_of_the_other_one(
    lived: Company, engine: Engine, clock: Clock
) -> None:
    [invited] = pile(engine, lived.anna, "visit_invitation")
    clock.set(BEFORE)
    service.cancel_visit(lived.session, lived.back, CancelReason.CLOSED, None, BEFORE, today=TUESDAY)
    told(engine, lived.session)
    [anew] = pile(engine, lived.anna, "visit_invitation")
    assert anew != invited
    assert all("le mardi 6 avril 2027, est maintenue" in one for one in fallen(engine))


def test_the_page_of_leaving_says_that_the_other_day_is_over(
    lived: Company, clock: Clock, as_: Enter
) -> None:
    clock.set(AFTER)
    page = as_(lived.bruno).get(f"/campaigns/{lived.campaign.id}/departure").text
    assert "L’autre journée de l’échange est passée" in page
    assert "n’est pas annulée" not in page


GOES_ON = "La journée d’aujourd’hui a commencé"


@pytest.mark.parametrize("now", [BEFORE, DURING, AFTER])
def test_leaving_while_a_day_goes_on_says_that_it_ends_there(
    lived: Company, engine: Engine, clock: Clock, as_: Enter, now: datetime
) -> None:
    clock.set(now)
    page = as_(lived.bruno).get(f"/campaigns/{lived.campaign.id}/departure").text
    assert (GOES_ON in page) is (now is DURING)
    leave(lived, now)
    told(engine, lived.session)
    said = "\n".join(fallen(engine))
    assert ("Elle avait commencé\xa0: elle s’arrête là." in said) is (now is DURING)


@pytest.mark.parametrize(("at", "begun"), [(BEFORE, False), (DURING, True), (AFTER, True)])
def test_nobody_is_absent_before_the_day_s_first_hour(
    lived: Company, engine: Engine, clock: Clock, as_: Enter, at: datetime, begun: bool
) -> None:
    clock.set(at)
    session, visit = lived.session, lived.there
    page = as_(lived.bruno).get(f"/visits/{visit.id}").text
    assert ("Signaler une absence" in page) is begun
    before, hand = lived.before(visit, lived.bruno, TUESDAY), lived.hand(visit, lived.bruno, at)
    if begun:
        absences.report(session, before, hand)
        assert told(engine, session) == [("Anna", "visit_absence")]
    else:
        with pytest.raises(DayNotCome):
            absences.report(session, before, hand)
