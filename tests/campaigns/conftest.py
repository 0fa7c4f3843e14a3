"""A company of two sides, an HR lead, and a campaign ready to open."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.sessions import Actor
from app.accounts.tables import Account
from app.campaigns.tables import Campaign, Status
from app.people.tables import Side
from tests.factories import make_account, make_campaign, make_person, make_team
from tests.support.accounts import SignIn
from tests.support.web import Clock

READY = {
    "status": Status.DRAFT,
    "information_sheet_on": date(2027, 2, 1),
    "representatives_informed_on": date(2027, 2, 15),
}


@pytest.fixture
def ready(session: Session) -> Campaign:
    """A draft with everything it needs to open, and one person invited on each side."""
    make_person(session, make_team(session, side=Side.BACK, department="Siège"))
    make_person(session, make_team(session, side=Side.FRONT))
    made = make_campaign(session, **READY)
    session.commit()
    return made


@pytest.fixture
def hr(session: Session) -> Actor:
    """The HR lead."""
    made = make_account(session, "Claire Morel", is_hr=True)
    session.commit()
    return actor_of(made)


def actor_of(account: Account) -> Actor:
    """An account as the services see it."""
    assert account.id is not None
    return Actor(account.id, account.name, None, account.is_hr, account.is_admin)


@pytest.fixture
def desk(clock: Clock, client: TestClient, account: Callable[..., Account], sign_in: SignIn) -> TestClient:
    """A browser in which HR is signed in, on 2 March 2027."""
    sign_in(client, account(is_hr=True))
    return client


@pytest.fixture
def committed_campaign(session: Session) -> Callable[..., Campaign]:
    """`committed_campaign(status=…)`: a campaign the application sees, one person invited on each side."""

    def make(**over: Any) -> Campaign:
        make_person(session, make_team(session, side=Side.BACK, department="Siège"))
        make_person(session, make_team(session, side=Side.FRONT))
        made = make_campaign(session, **over)
        session.commit()
        return made

    return make
