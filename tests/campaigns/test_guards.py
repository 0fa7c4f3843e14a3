"""Who enters a campaign as an employee, and what a page of many campaigns costs."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import Session

from app.campaigns.guards import open_campaign
from app.campaigns.tables import Campaign, InvitedGroup, InvitedKind, Status
from app.core.errors import NotFound
from tests.factories import make_campaign, make_person


@pytest.mark.parametrize("status", list(Status))
def test_an_invited_employee_enters_once_the_campaign_has_opened(session: Session, status: Status) -> None:
    person = make_person(session)
    campaign = make_campaign(session, status=status)
    assert campaign.id is not None
    if status == Status.DRAFT:
        with pytest.raises(NotFound):
            open_campaign(person, session, campaign.id)
        return
    entered = open_campaign(person, session, campaign.id)
    assert (entered.campaign, entered.person) == (campaign, person)


def test_somebody_who_is_not_invited_finds_nothing(session: Session) -> None:
    person, other = make_person(session), make_person(session)
    campaign = make_campaign(session, invited=False)
    session.add(InvitedGroup(campaign_id=campaign.id, kind=InvitedKind.TEAM, ref=str(other.team_id)))
    session.flush()
    assert campaign.id is not None
    for campaign_id in (campaign.id, campaign.id + 1):
        with pytest.raises(NotFound):
            open_campaign(person, session, campaign_id)


def test_the_list_asks_the_database_as_often_for_one_campaign_as_for_ten(
    desk: TestClient, engine: Engine, committed_campaign: Callable[..., Campaign]
) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    committed_campaign(status=Status.DRAFT)
    desk.get("/campaigns")
    asked.clear()
    desk.get("/campaigns")
    for_one = len(asked)
    for status in [Status.DRAFT, Status.OPEN, Status.PUBLISHED] * 3:
        committed_campaign(status=status)
    asked.clear()
    page = desk.get("/campaigns")
    assert page.text.count("<h2>") == 10
    assert len(asked) == for_one
