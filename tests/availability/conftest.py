"""A small company in front of one open campaign."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.sessions import Actor
from app.accounts.tables import Account
from app.availability import queries
from app.availability.queries import Enrolling
from app.availability.service import When
from app.campaigns.tables import Campaign
from app.people.tables import Person, Side, Site, Team, TravelTime
from tests.factories import NOW, make_account, make_campaign, make_person, make_site, make_team
from tests.support.accounts import SignIn
from tests.support.web import Clock

TODAY = date(2027, 3, 2)
WHEN = When(TODAY, NOW)
Open = Callable[[], AbstractContextManager[Session]]


@dataclass
class Company:
    """Anna works in payroll in Lyon; the shops are in Lyon and Lille, Lille too far away."""

    campaign: Campaign
    lyon: Site
    lille: Site
    payroll: Team
    shop: Team
    call_centre: Team
    far_shop: Team
    anna: Person
    bruno: Person
    chloe: Person
    dora: Person
    hr: Account
    lead: Account
    manager: Person

    @property
    def actor(self) -> Actor:
        """HR, as services see them."""
        assert self.hr.id is not None
        return Actor(self.hr.id, self.hr.name, None, is_hr=True, is_admin=False)

    def enrolling(self, session: Session, person: Person | None = None) -> Enrolling:
        """Somebody (Anna) in front of the campaign, as they are now."""
        one = person or self.anna
        assert self.campaign.id is not None
        assert one.id is not None
        session.expire_all()
        found = queries.find_enrolling(session, self.campaign.id, one.id)
        assert found is not None
        return found


@pytest.fixture
def company(committed: Open, clock: Clock) -> Company:
    """The company, committed, on 2 March 2027."""
    with committed() as session:
        lyon, lille = make_site(session, name="Lyon Part-Dieu"), make_site(session, name="Lille Flandres")
        assert lyon.id is not None
        assert lille.id is not None
        first, second = sorted((lyon.id, lille.id))
        session.add(TravelTime(from_site_id=first, to_site_id=second, minutes=180))
        payroll = make_team(session, lyon, name="Paie", side=Side.BACK, department="Ressources")
        shop = make_team(session, lyon, name="Boutique Bellecour", closed_weekdays="1000000")
        call_centre = make_team(session, lyon, name="Centre d’appels", department="Relation client")
        far_shop = make_team(session, lille, name="Boutique Lille")
        manager = make_person(session, payroll, first_name="Max", last_name="Meneur")
        anna = make_person(
            session, payroll, first_name="Anna", last_name="Bernard", manager_id=manager.id, job="Comptable"
        )
        bruno = make_person(session, shop, first_name="Bruno", last_name="Élie", job="Vendeur")
        chloe = make_person(session, call_centre, first_name="Chloé", last_name="Roux", job="Téléconseillère")
        dora = make_person(session, far_shop, first_name="Dora", last_name="Noël", email=None)
        return Company(
            campaign=make_campaign(
                session,
                first_day=date(2027, 4, 26),
                last_day=date(2027, 5, 14),
                debrief_until=date(2027, 5, 28),
            ),
            lyon=lyon,
            lille=lille,
            payroll=payroll,
            shop=shop,
            call_centre=call_centre,
            far_shop=far_shop,
            anna=anna,
            bruno=bruno,
            chloe=chloe,
            dora=dora,
            hr=make_account(session, "Claire Morel", is_hr=True),
            lead=make_account(session, "Ada Admin", is_admin=True),
            manager=manager,
        )


@pytest.fixture
def enter(client: TestClient, committed: Open, sign_in: SignIn) -> Callable[..., TestClient]:
    """Sign the client in as a person or an account."""

    def as_one(one: Person | Account, **options: Any) -> TestClient:
        account = one
        if isinstance(one, Person):
            with committed() as session:
                account = session.get_one(Account, one.account_id)
        assert isinstance(account, Account)
        sign_in(client, account, **options)
        return client

    return as_one
