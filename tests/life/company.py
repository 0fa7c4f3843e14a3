"""The company that the machine plays with: two teams, two campaigns, and what it knows of each visit."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize
from sqlalchemy import Engine
from sqlmodel import Session

from app.accounts.sessions import Actor
from app.booking import offering
from app.booking.tables import Approval, BookingRules, Place, Silence
from app.campaigns.tables import Booking, Exchange, Status
from app.core import clock
from app.people.tables import Person, Side, TravelTime
from tests.factories import (
    NOW,
    make_account,
    make_campaign,
    make_enrolment,
    make_person,
    make_site,
    make_team,
)
from tests.life import judge

FIRST, LAST = date(2027, 4, 5), date(2027, 4, 30)
DAYS = [FIRST + timedelta(days=n) for n in range(26) if (FIRST + timedelta(days=n)).weekday() < 5]
MIN_GAP, MAX_GAP = 1, 10
NOTICE = 3
AWAY, RECEIVED = 1, 2
"""Limits of every team."""

OFFERED = [day for day in DAYS if day.day % 2]
BOOKED_DAYS = DAYS[6:9]
TWO_DAYS = [
    (one, other) for one in OFFERED for other in OFFERED if MIN_GAP <= abs((one - other).days) <= MAX_GAP
]
days = st.sampled_from(DAYS)
two_days = st.sampled_from(TWO_DAYS)
picks = st.integers(0, 30)
sides = st.sampled_from(["visitor", "host"])


@dataclass
class Leg:
    """A visit as the model knows it."""

    visitor: int
    host: int
    day: date
    swap: int | None
    """None: a day that was booked."""
    revision: int = 0
    standing: bool = True
    left: bool = False
    """It fell because somebody left."""
    yes: set[str] = field(default_factory=set)
    part: str = "full"
    tutor: int | None = None
    missed: set[str] = field(default_factory=set)
    """Whose absence was reported and not contested."""
    reported: set[str] = field(default_factory=set)
    """Whose absence was ever reported."""
    proposal: tuple[str, date | None] | None = None
    """Who proposed, and which day."""
    makes_up: bool = False
    """The proposal was made for a visit that fell, or was missed."""

    @property
    def lost(self) -> bool:
        """It fell, or somebody did not come."""
        return not self.standing or bool(self.missed)


class Company(RuleBasedStateMachine):
    """A campaign of swaps and one of booked days, among the same people."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.frozen = clock.frozen(lambda: self.now)
        self.frozen.__enter__()
        self.session = Session(self.engine, expire_on_commit=False)
        self.legs: dict[int, Leg] = {}
        self.one_way: set[int] = set()
        self.gone: set[int] = set()
        self.pauses: dict[int, tuple[date, date]] = {}
        self.pairs: set[frozenset[int]] = set()
        self.shut: set[tuple[str, date]] = set()
        self.stirred = False
        """Something happened that ends proposals once what follows is done."""
        """Days on which a side receives nobody: its site is closed."""
        self.held: list[tuple[int, date, bool]] = []
        """Days held for offers: whose, which, and whether they leave."""
        self.done: Counter[str] = Counter()
        """What was accepted, refused, booked, offered, repaired."""

    @property
    def today(self) -> date:
        """The day it is."""
        return self.now.date()

    @initialize(
        first=two_days, second=two_days, approval=st.sampled_from(Approval), silence=st.sampled_from(Silence)
    )
    def company(
        self,
        first: tuple[date, date],
        second: tuple[date, date],
        approval: Approval,
        silence: Silence,
    ) -> None:
        """Three people of each side, one team a side, at two sites; swaps planned, two places offered."""
        session, here, there = self.session, make_site(self.session), make_site(self.session)
        ends = sorted((here.id or 0, there.id or 0))
        session.add(TravelTime(from_site_id=ends[0], to_site_id=ends[1], minutes=30, estimated=False))
        back = make_team(session, here, side=Side.BACK, department="RH", max_away=AWAY, max_visitors=RECEIVED)
        front = make_team(session, there, max_away=AWAY, max_visitors=RECEIVED)
        boss = make_person(session, front)
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        made = [make_person(session, back) for _ in range(3)]
        made += [make_person(session, front, manager_id=boss.id) for _ in range(2)]
        made.append(make_person(session, front, manager_id=boss.id, account=None, email=None))
        self.people: dict[int, Person] = {person.id or 0: person for person in (*made, boss)}
        self.enrolled = [person.id or 0 for person in made]
        self.back = [person.id or 0 for person in made[:3]]
        self.front = [person.id or 0 for person in (*made[3:], boss)]
        self.sites = {"back": here.id or 0, "front": there.id or 0}
        rules = {
            "first_day": FIRST,
            "last_day": LAST,
            "notice_days": NOTICE,
            "status": Status.RUNNING,
            "created_by": self.hr.id,
        }
        self.campaign = make_campaign(
            session, min_gap_days=MIN_GAP, max_gap_days=MAX_GAP, max_swaps_per_person=2, **rules
        )
        self.market = make_campaign(session, exchange=Exchange.SHADOW, booking=Booking.OPEN, **rules)
        session.add(
            BookingRules(
                campaign_id=self.market.id or 0,
                approval=approval,
                silence=silence,
                max_per_person=2,
                notice_days=NOTICE,
            )
        )
        for person in made:
            make_enrolment(session, self.campaign, person, visit_days=[day.isoformat() for day in OFFERED])
        session.flush()
        self.judged = judge.Company(session, self.campaigns)
        self.places = [self.offer(front, made[4].id), self.offer(front, None)]
        self.plan_two(self.back[0], self.front[0], first)
        self.plan_two(self.back[1], self.front[1], second)
        session.commit()

    def offer(self, team: Any, host_id: int | None) -> Place:
        """A place at the shop, with or without a host by name."""
        return offering.offer_place(
            self.session,
            self.market,
            team,
            BOOKED_DAYS,
            actor=self.boss,
            now=self.now,
            today=self.today,
            host_id=host_id,
            per_day=1,
            job="Vente",
            seen="La caisse.",
            bring="",
            starts_at=time(9),
            ends_at=time(17),
        )

    @property
    def boss(self) -> Actor:
        """HR."""
        return Actor(self.hr.id or 0, self.hr.name, None, is_hr=True, is_admin=False)

    def actor(self, person_id: int) -> Actor:
        """Somebody at work here; HR's account where they have none."""
        account = self.people[person_id].account_id
        return Actor(account or self.hr.id or 0, "", None, is_hr=False, is_admin=False)

    @property
    def campaigns(self) -> list[int]:
        """Both, by id."""
        return [self.campaign.id or 0, self.market.id or 0]

    def plan_two(self, a: int, b: int, two: tuple[date, date]) -> None:
        """Plan a swap, as the model has it."""
        raise NotImplementedError
