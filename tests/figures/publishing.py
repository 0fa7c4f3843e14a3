"""Figure 3: people change everything that may be changed while HR publishes the plan."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.sessions import Actor
from app.accounts.tables import Account
from app.availability.tables import Enrolment
from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.db import open_session
from app.people.importing.hiring import let_leave
from app.people.importing.report import Leaver
from app.people.tables import Person, Side
from app.planning import jobs, runs
from app.visits import jobs as visits_jobs
from app.visits.tables import Visit, VisitStatus
from tests.factories import make_account, make_campaign, make_enrolment, make_person, make_site, make_team
from tests.figures.access import engine_on
from tests.figures.progress import counted
from tests.figures.registry import Figure, Outcome
from tests.figures.service import Service, service
from tests.life.judge import faults

PAIRS = 12
EDITS = 20
"""Of one round: see `edits_of`."""
RACERS = 8
"""Requests under way at once, over four processes."""
PATIENCE = 10
"""How often HR reads the campaign again and publishes on its new version."""

Row = tuple[str, int]
Answer = tuple[Row | None, int]
"""What an edit changes (None: a row without a version), and the status that answered it."""


@dataclass
class Round:
    """One company with a plan that waits for its publication."""

    campaign_id: int
    version: int
    run_id: int
    hr: str
    tokens: dict[int, str]
    back: list[int]
    front: list[int]
    versions: dict[int, int]
    """Of each person's answer."""
    planned: int
    pairs: list[tuple[int, int]]
    published: list[int] = field(default_factory=list)
    """What publishing answered, in order."""


def begin(engine: Engine) -> Round:
    """A company of its own, everybody enrolled, the plan computed."""
    now, today = clock.now(), clock.today()
    monday = today + timedelta(days=70 - today.weekday())
    with open_session(engine) as session:
        here = make_site(session)
        payroll = make_team(session, here, side=Side.BACK, department="RH", max_away=9, max_visitors=9)
        shop = make_team(session, here, max_away=9, max_visitors=9)
        back = [make_person(session, payroll) for _ in range(PAIRS)]
        front = [make_person(session, shop) for _ in range(PAIRS)]
        campaign = make_campaign(
            session,
            status=Status.PLANNING,
            first_day=monday,
            last_day=monday + timedelta(days=18),
            enrol_until=today - timedelta(days=1),
            plan_by=today + timedelta(days=30),
            debrief_until=monday + timedelta(days=40),
        )
        answers = [make_enrolment(session, campaign, one) for one in (*back, *front)]
        chief = make_account(session, is_hr=True)
        actor = Actor(chief.id or 0, chief.name, None, is_hr=True, is_admin=False)
        run = runs.request_run(session, campaign, actor, now, today=today, time_limit=2)
        tokens = {
            one.id or 0: sessions.begin(session, session.get_one(Account, one.account_id), now=now)
            for one in (*back, *front)
        }
        hr = sessions.begin(session, chief, now=now)
    jobs.solve_run(engine, run.id or 0)
    with open_session(engine, reads_only=True) as session:
        legs = runs.legs_of(*runs.load(session, session.get_one(type(run), run.id)))
        version = session.get_one(Campaign, campaign.id).version
    return Round(
        campaign_id=campaign.id or 0,
        version=version,
        run_id=run.id or 0,
        hr=hr,
        tokens=tokens,
        back=[one.id or 0 for one in back],
        front=[one.id or 0 for one in front],
        versions={row.person_id: row.version for row in answers},
        planned=len(legs),
        pairs=sorted({(min(a, b), max(a, b)) for a, b, _day in legs}),
    )


def edits_of(engine: Engine, one: Round, ask: Callable[..., int]) -> list[Callable[[], Answer]]:
    """Twenty: people leave or pause the campaign, some on two devices at once, HR changes the campaign three
    times on one version and keeps three pairs apart, two people leave the company."""
    here = f"/api/v1/campaigns/{one.campaign_id}"
    today = clock.today()

    def leave(person: int) -> Answer:
        sent = {"version": one.versions[person]}
        return ("enrolment", person), ask(one.tokens[person], "POST", f"{here}/departure", json=sent)

    def pause(person: int) -> Answer:
        sent = {
            "version": one.versions[person],
            "first": str(today),
            "last": str(today + timedelta(days=200)),
        }
        return ("enrolment", person), ask(one.tokens[person], "POST", f"{here}/pause", json=sent)

    def change(number: int) -> Answer:
        sent = {"version": one.version, "story": f"Version {number}"}
        return ("campaign", one.campaign_id), ask(one.hr, "PATCH", here, json=sent)

    def keep_apart(pair: tuple[int, int]) -> Answer:
        path = f"/campaigns/{one.campaign_id}/planning/forbidden-pairs"
        return None, ask(one.hr, "POST", path, data={"one": pair[0], "other": pair[1]})

    def go(person: int) -> Answer:
        with open_session(engine) as session:
            let_leave(session, [Leaver(person, f"E{person}", "", "")])
        visits_jobs.leave_company(engine, person)
        return None, 200

    gone = {*one.back[:4], *one.back[7:8], *one.front[:4], *one.front[7:8]}
    apart = [pair for pair in one.pairs if not gone & set(pair)][:3]
    made: list[Callable[[], Answer]] = []
    made += [lambda p=person: leave(p) for person in (*one.back[:4], *one.front[:2] * 2)]  # type: ignore[misc]
    made += [lambda p=person: pause(p) for person in one.front[2:4] * 2]  # type: ignore[misc]
    made += [lambda n=number: change(n) for number in range(3)]  # type: ignore[misc]
    made += [lambda p=pair: keep_apart(p) for pair in apart]  # type: ignore[misc]
    made += [lambda p=person: go(p) for person in (one.back[7], one.front[7])]  # type: ignore[misc]
    return made


def asker(target: Service) -> Callable[..., int]:
    """`ask(token, method, path, json=…)`: the status, by one process after another."""
    numbers = iter(range(10**9))

    def ask(token: str, method: str, path: str, **sent: Any) -> int:
        client = target.client(next(numbers))
        return int(client.request(method, path, headers={"cookie": f"{COOKIE}={token}"}, **sent).status_code)

    return ask


def publish(engine: Engine, one: Round, ask: Callable[..., int]) -> None:
    """HR publishes; where somebody changed the campaign meanwhile, reads it again and publishes that."""
    version = one.version
    for _again in range(PATIENCE):
        sent = {"run": one.run_id, "version": version}
        path = f"/api/v1/campaigns/{one.campaign_id}/planning/publication"
        one.published.append(ask(one.hr, "POST", path, json=sent))
        with open_session(engine, reads_only=True) as session:
            now = session.get_one(Campaign, one.campaign_id)
        if one.published[-1] != 409 or now.version == version:
            return
        version = now.version


def race(engine: Engine, one: Round, ask: Callable[..., int], chance: random.Random) -> list[Answer]:
    """Everything at once; half of the time HR is a page ahead of the others."""
    edits = edits_of(engine, one, ask)
    chance.shuffle(edits)

    def publishes() -> Answer:
        publish(engine, one, ask)
        return None, 200

    def reads() -> Answer:
        return None, ask(one.hr, "GET", f"/api/v1/campaigns/{one.campaign_id}")

    if chance.random() < 0.5:
        line = [publishes, *[reads] * (RACERS - 1), *edits]
    else:
        edits.insert(chance.randrange(RACERS), publishes)
        line = edits
    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(lambda step: step(), line))


def misjudged(session: Session, one: Round, answers: list[Answer], today: date) -> list[str]:
    """What is wrong after a round: versions that do not match what was accepted, and broken rules."""
    accepted = Counter(row for row, status in answers if row is not None and status < 400)
    campaign = session.get_one(Campaign, one.campaign_id)
    was_published = one.published[-1] == 200
    grown = {
        ("enrolment", row.person_id): row.version - one.versions[row.person_id]
        for row in session.exec(select(Enrolment).where(Enrolment.campaign_id == one.campaign_id))
    }
    grown["campaign", one.campaign_id] = campaign.version - one.version - was_published
    found = [
        f"{row}: {accepted[row]} accepted, {by} versions" for row, by in grown.items() if by != accepted[row]
    ]
    found += [f"{row}: {many} accepted on one version" for row, many in accepted.items() if many > 1]
    rows = session.exec(select(Visit).where(Visit.campaign_id == one.campaign_id)).all()
    if (campaign.status == Status.PUBLISHED) != was_published or len(rows) != one.planned * was_published:
        found.append(f"answered {one.published}, {campaign.status}, {len(rows)} of {one.planned} visits")
    gone = set(session.exec(select(Person.id).where(col(Person.active).is_(False))))
    for row in rows:
        if row.status == VisitStatus.PLANNED and {row.visitor_id, row.host_id} & gone:
            found.append(f"visit {row.id} of somebody who left")
    return found + (faults(session, [one.campaign_id], today) if was_published else [])


def edits_while_publishing(url: str, scale: float) -> Outcome:
    """Rounds of twenty changes and one publication."""
    rounds = max(2, round(500 / EDITS * scale))
    chance = random.Random(3)
    said: Counter[int] = Counter()
    published: Counter[str] = Counter()
    wrong: list[str] = []
    standing = fallen = 0
    with engine_on(url) as engine, service(url, scale) as target:
        ask = asker(target)
        for _round in counted(range(rounds), rounds, "rounds", wrong.__len__):
            one = begin(engine)
            answers = race(engine, one, ask, chance)
            said.update(status for _row, status in answers)
            published["published" if one.published[-1] == 200 else "refused"] += 1
            said.update(one.published)
            with open_session(engine, reads_only=True) as session:
                wrong += misjudged(session, one, answers, clock.today())
                for row in session.exec(select(Visit).where(Visit.campaign_id == one.campaign_id)):
                    standing += row.status == VisitStatus.PLANNED
                    fallen += row.status != VisitStatus.PLANNED
    return Outcome(
        f"{rounds * EDITS} edits while {rounds} plans were published: {dict(published)}; "
        f"answers {dict(said)}; {standing} visits stand, {fallen} fell; "
        f"{len(wrong)} rules broken or versions wrong {wrong[:5]}",
        not wrong and set(said) <= {200, 303, 409} and (scale < 0.1 or published["published"] >= 3),
    )


FIGURES = {3: Figure("changes while a plan is published", edits_while_publishing)}
