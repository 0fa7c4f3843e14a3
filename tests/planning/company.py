"""A small company that plans: payroll in the back office, a shop in front, enrolment just closed."""

from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.sessions import Actor
from app.accounts.tables import Account
from app.campaigns.tables import Campaign, Status
from app.people.tables import Person, Side, TravelTime
from tests.factories import make_account, make_campaign, make_enrolment, make_person, make_site, make_team

MONDAY = date(2027, 4, 5)
TUESDAY = date(2027, 4, 6)
THURSDAY = date(2027, 4, 8)
WEEK = [date(2027, 4, day).isoformat() for day in (6, 7, 8, 9, 12, 13, 14, 15, 16)]
"""The first days of the campaign that are no holiday (Easter Monday is on 29 March)."""


class Company:
    """`pairs` people on each side, all free the same days."""

    def __init__(self, session: Session, pairs: int = 2, **campaign: Any) -> None:
        self.session = session
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        self.here = make_site(session, name="Siège")
        self.there = make_site(session, name="Lyon")
        first, second = sorted((self.here.id, self.there.id))  # type: ignore[type-var]
        session.add(TravelTime(from_site_id=first, to_site_id=second, minutes=30, estimated=False))
        self.payroll = make_team(
            session, self.here, name="Paie", side=Side.BACK, department="RH", max_away=9, max_visitors=9
        )
        self.shop = make_team(session, self.there, name="Boutique", max_away=9, max_visitors=9)
        self.campaign: Campaign = make_campaign(session, **{"status": Status.PLANNING, **campaign})
        self.back = [self.enrol(self.payroll, "Anna", f"Back{n}") for n in range(pairs)]
        self.front = [self.enrol(self.shop, "Bruno", f"Front{n}") for n in range(pairs)]
        session.flush()

    @property
    def actor(self) -> Actor:
        """HR, as services take it."""
        assert self.hr.id is not None
        return Actor(self.hr.id, self.hr.name, None, is_hr=True, is_admin=False)

    def enrol(self, team: Any, first: str = "Camille", last: str = "Martin", **over: Any) -> Person:
        """One more person who said yes; `over` holds columns of the enrolment."""
        account: Account = make_account(self.session, f"{first} {last}")
        person: Person = make_person(self.session, team, first_name=first, last_name=last, account=account)
        make_enrolment(self.session, self.campaign, person, **{"visit_days": WEEK, **over})
        return person
