"""Figures 1, 2 and 4: more bookings than places, overlapping approvals, posts sent again and again."""

import random
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import httpx2
from sqlmodel import Session, func, select

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.sessions import Actor
from app.accounts.tables import Account
from app.booking import asking, offering, queries
from app.booking.tables import Approval, BookingRequest, BookingRules, PlaceDay, RequestStatus
from app.campaigns.tables import Booking, Campaign
from app.core import clock
from app.core.db import open_session
from app.people.holidays import public_holidays
from app.people.tables import Holidays, Person, Side, Team
from app.visits.tables import PersonDay, TeamDay, Visit
from tests.factories import make_account, make_campaign, make_person, make_site, make_team
from tests.figures.access import engine_on
from tests.figures.progress import counted
from tests.figures.registry import Figure, Outcome
from tests.figures.service import Service, service

RACERS = 32
"""Requests under way at once, over four processes."""


@dataclass(frozen=True)
class Size:
    """How large a company one scale takes."""

    askers: int
    days: int
    per_day: int

    @property
    def places(self) -> int:
        """Places in all."""
        return self.days * self.per_day


def size_of(scale: float) -> Size:
    """A thousand askers for a hundred places, or a small company for the ordinary test run."""
    return Size(1_000, 10, 10) if scale >= 0.1 else Size(40, 2, 2)


@dataclass
class Crowd:
    """Askers in the back office, a shop that receives, everybody signed in."""

    size: Size
    shop: Team
    people: list[Person]
    tokens: list[str]
    hr: Actor
    hr_token: str


def gather(session: Session, size: Size) -> Crowd:
    """The company; the caller commits."""
    now = clock.now()
    here = make_site(session)
    shop = make_team(session, here, max_visitors=size.per_day, max_away=50)
    for _ in range(2 * size.per_day + 1):
        make_person(session, shop)
    backs = [
        make_team(session, here, side=Side.BACK, department="Finance", max_away=size.askers)
        for _ in range(max(1, size.askers // 100))
    ]
    people = [make_person(session, backs[n % len(backs)]) for n in range(size.askers)]
    chief = make_account(session, "Claire Morel", is_hr=True)
    tokens = [sessions.begin(session, _account(session, one), now=now) for one in people]
    actor = Actor(chief.id or 0, chief.name, None, is_hr=True, is_admin=False)
    return Crowd(size, shop, people, tokens, actor, sessions.begin(session, chief, now=now))


def _account(session: Session, person: Person) -> Account:
    return session.get_one(Account, person.account_id)


def open_booking(
    session: Session, crowd: Crowd, number: int, approval: Approval, places: int = 1
) -> tuple[Campaign, list[int], list[date]]:
    """Campaign `number`, in weeks of its own, with places on each of its days."""
    today = clock.today()
    monday = today + timedelta(days=14 - today.weekday(), weeks=3 * number)
    feasts = public_holidays(Holidays.ALSACE_MOSELLE, (monday.year, monday.year + 1))
    span = [monday + timedelta(days=n) for n in range(21)]
    days = [day for day in span if day.weekday() < 5 and day not in feasts][: crowd.size.days]
    campaign = make_campaign(
        session,
        booking=Booking.OPEN,
        first_day=monday,
        last_day=span[-1],
        debrief_until=monday + timedelta(days=30),
        allow_repeat_pairs=True,
    )
    session.add(
        BookingRules(campaign_id=campaign.id or 0, approval=approval, max_per_person=1, notice_days=0)
    )
    made = [
        offering.offer_place(
            session,
            campaign,
            crowd.shop,
            days,
            actor=crowd.hr,
            now=clock.now(),
            today=today,
            job="Vendeur",
            starts_at=time(9),
            ends_at=time(17),
            per_day=crowd.size.per_day // places,
        )
        for _ in range(places)
    ]
    return campaign, [place.id or 0 for place in made], days


def raced(target: Service, posts: Iterable[tuple[str, str, dict[str, Any], str]]) -> list[httpx2.Response]:
    """Send posts (token, path, body, key) as fast as they go, each by a browser of its own."""
    numbered = list(enumerate(posts))

    def send(one: tuple[int, tuple[str, str, dict[str, Any], str]]) -> httpx2.Response:
        number, (token, path, body, key) = one
        headers = {"cookie": f"{COOKIE}={token}", "idempotency-key": key}
        return target.client(number).post(path, json=body, headers=headers)

    with ThreadPoolExecutor(RACERS) as pool:
        return list(counted(pool.map(send, numbered), len(numbered), "answers"))


def miscounted(session: Session) -> int:
    """Counters that differ from a recount of the rows."""
    taken = {(row.place_id, row.day): row.taken for row in session.exec(select(PlaceDay)) if row.taken}
    holding = Counter((row.place_id, row.day) for row in session.exec(select(BookingRequest)) if row.holds)
    counted = Counter((row.team_id, row.day, row.leaves) for row in session.exec(select(PersonDay)))
    wrong = sum(
        (row.away, row.received)
        != (counted[row.team_id, row.day, True], counted[row.team_id, row.day, False])
        for row in session.exec(select(TeamDay))
    )
    return wrong + (taken != dict(holding))


def more_bookings_than_places(url: str, scale: float) -> Outcome:
    """A thousand people want a hundred places at once."""
    runs = max(1, round(50 * scale))
    answers, sold, wrong = Counter[int](), list[int](), Counter[str]()
    with engine_on(url) as engine, service(url, scale) as target:
        with open_session(engine) as session:
            crowd = gather(session, size_of(scale))
        for run in counted(range(runs), runs, "runs", wrong.total):
            with open_session(engine) as session:
                campaign, [place], days = open_booking(session, crowd, run, Approval.AT_ONCE)
            posts = [
                (
                    token,
                    f"/api/v1/booking/places/{place}/requests",
                    {"day": str(days[n % len(days)])},
                    f"run{run:05}",
                )
                for n, token in enumerate(crowd.tokens)
            ]
            random.Random(run).shuffle(posts)
            answers.update(answer.status_code for answer in raced(target, posts))
            with open_session(engine, reads_only=True) as session:
                sold.append(visits_of(session, campaign.id or 0))
                wrong["counters"] += miscounted(session)
    size = size_of(scale)
    return Outcome(
        f"{runs} runs of {size.askers} bookings for {size.places} places: sold {sorted(set(sold))} in each; "
        f"answers {dict(answers)}; {wrong.total()} counters wrong",
        sold == [size.places] * runs
        and answers == {201: runs * size.places, 409: runs * (size.askers - size.places)}
        and not wrong.total(),
    )


def visits_of(session: Session, campaign_id: int) -> int:
    """How many visits a campaign has."""
    return session.exec(select(func.count()).where(Visit.campaign_id == campaign_id)).one()


def overlapping_approvals(url: str, scale: float) -> Outcome:
    """Two requests for each place, all approved at once: one of each stands."""
    size = size_of(scale)
    pairs = size.places
    with engine_on(url) as engine, service(url, scale) as target:
        with open_session(engine) as session:
            crowd = gather(session, size)
        with open_session(engine) as session:
            _campaign, places, days = open_booking(session, crowd, 0, Approval.MANAGER, places=size.per_day)
            slots = [(place, day) for place in places for day in days]
            asked = [
                asking.ask(
                    session,
                    crowd.people[2 * n + rival],
                    queries.find_place(session, place),
                    day,
                    f"key{rival:05}",
                    wait=False,
                    actor=crowd.hr,
                    now=clock.now(),
                    today=clock.today(),
                ).id
                for n, (place, day) in enumerate(slots)
                for rival in range(2)
            ]
        posts = [
            (crowd.hr_token, f"/api/v1/booking/requests/{one}/approval", {"revision": 0}, "not-asked")
            for one in asked
        ]
        random.Random(2).shuffle(posts)
        answers = Counter(answer.status_code for answer in raced(target, posts))
        with open_session(engine, reads_only=True) as session:
            booked = Counter(
                (row.place_id, row.day)
                for row in session.exec(select(BookingRequest))
                if row.status == RequestStatus.BOOKED
            )
            wrong = miscounted(session)
    return Outcome(
        f"{len(posts)} approvals of {pairs} overlapping pairs: {len(booked)} pairs with a booking, "
        f"at most {max(booked.values(), default=0)} each; answers {dict(answers)}; {wrong} counters wrong",
        len(booked) == pairs
        and set(booked.values()) == {1}
        and answers == {200: pairs, 409: pairs}
        and wrong == 0,
    )


def replayed_posts(url: str, scale: float) -> Outcome:
    """Each asker's post arrives two to five times at once, under one key."""
    size = size_of(scale)
    chance = random.Random(4)
    with engine_on(url) as engine, service(url, scale) as target:
        with open_session(engine) as session:
            crowd = gather(session, size)
            _campaign, [place], days = open_booking(session, crowd, 0, Approval.AT_ONCE)
        path = f"/api/v1/booking/places/{place}/requests"
        posts = [
            (token, path, {"day": str(days[n % len(days)]), "wait": True}, f"key{n:05}")
            for n, token in enumerate(crowd.tokens)
            for _again in range(chance.randint(2, 5))
        ]
        said: dict[str, set[tuple[int, str]]] = {}
        for (_token, _path, _body, key), answer in zip(posts, raced(target, posts), strict=True):
            said.setdefault(key, set()).add((answer.status_code, answer.text))
        with open_session(engine, reads_only=True) as session:
            made = session.exec(select(func.count()).select_from(BookingRequest)).one()
            wrong = miscounted(session)
    differ = sum(len(answers) != 1 for answers in said.values())
    statuses = Counter(status for answers in said.values() for status, _text in answers)
    return Outcome(
        f"{size.askers} posts sent {len(posts)} times: {made} requests made, {differ} answered in several "
        f"ways; answers {dict(statuses)}; {wrong} counters wrong",
        made == size.askers and differ == 0 and set(statuses) == {201} and wrong == 0,
    )


FIGURES = {
    1: Figure("more bookings than places", more_bookings_than_places),
    2: Figure("overlapping approvals", overlapping_approvals),
    4: Figure("posts replayed under one key", replayed_posts),
}
