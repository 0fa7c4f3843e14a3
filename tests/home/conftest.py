"""A small company for the pages of home."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.campaigns.tables import Status
from app.core.db import open_session
from tests.factories import NOW, make_account, make_campaign, make_person, make_team, make_visit


class Company:
    """Anna (led by Martine) and Bruno; a campaign open, another lived."""

    def __init__(self, session: Session) -> None:
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        self.admin = make_account(session, "Alain Admin", is_admin=True)
        self.shop = shop = make_team(session, name="Boutique Bellecour", max_visitors=9)
        payroll = make_team(session, name="Paie", side="back", department="RH", max_away=9)
        self.martine = make_person(session, payroll, first_name="Martine", last_name="Chef")
        self.anna = make_person(
            session, payroll, first_name="Anna", last_name="Roy", manager_id=self.martine.id
        )
        self.bruno = make_person(session, shop, first_name="Bruno", last_name="Lam")
        self.open = make_campaign(session, name="Printemps ouvert")
        self.lived = make_campaign(session, name="Journées vécues", status=Status.RUNNING)
        self.visit = make_visit(
            session, self.lived, self.anna, self.bruno, visitor_confirmed_at=NOW, host_confirmed_at=NOW
        )


@pytest.fixture
def company(engine: Engine) -> Company:
    with open_session(engine) as session:
        return Company(session)
