"""What the demo company lived: a campaign closed and told, one running, one open, one booked by hand.

Told through the product's own services, with the clock set to each moment; every date moves with today.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from app import worker
from app.accounts.sessions import Actor
from app.availability.days import possible_days
from app.availability.service import may_wish
from app.availability.tables import Answer, ColleagueWish, Enrolment, Wish
from app.campaigns.invited import invited_people
from app.campaigns.lifecycle import transition
from app.campaigns.service import new_campaign
from app.campaigns.tables import Campaign, Status
from app.core import clock, jobs
from app.core.db import open_session
from app.core.settings import settings
from app.demo.company import SEED, Company
from app.demo.daily import DailyLife
from app.demo.words import DebriefWriter
from app.people.queries import sites_by_id, teams_by_id, travel_minutes
from app.people.tables import Person, Team
from app.planning import publishing, queries, runs
from app.visits import agreements
from app.visits.confirming import record_agreements
from app.visits.history import Hand
from app.visits.tables import By, Visit

SOLVER_SECONDS = 5

MAILS_KEPT = 50
"""Days of mails in the demo's outbox."""
MAILING = {"campaign.opened", "campaign.published", "debrief.opened", "visit.agreed"}
SIGNED = timedelta(days=4)
"""Agreements between companies are recorded up to so many days from today; later ones wait for HR."""

STORY = (
    "Passez une journée dans le métier d’un collègue que vous ne croisez jamais, puis accueillez-le dans "
    "le vôtre. Une caisse qui ferme, un litige qui s’éteint, une paie qui tombe juste : on comprend mieux "
    "quand on l’a vu."
)


@dataclass(frozen=True)
class Dates:
    """Days from today."""

    created: int
    enrol_until: int
    plan_by: int
    first_day: int
    last_day: int
    debrief_until: int


class Story:
    """Lives campaigns in the demo company."""

    def __init__(self, engine: Engine, company: Company, today: date) -> None:
        assert company.hr is not None
        assert company.hr.id is not None
        self.engine = engine
        self.company = company
        self.today = today
        self.rng = random.Random(SEED)
        self.hr = Actor(
            account_id=company.hr.id, name=company.hr.name, language=None, is_hr=True, is_admin=False
        )

    def tell(self) -> None:
        """All of them, oldest first."""
        past = Dates(-190, -160, -150, -129, -96, -75)
        closed = self.campaign(past, answering=0.55)
        self.plan_and_publish(closed, past)
        self.live(closed, past)
        now = Dates(-75, -45, -33, -12, 23, 40)
        running = self.campaign(now, answering=0.5)
        self.plan_and_publish(running, now)
        self.jobs(0)
        DebriefWriter(self.engine, self.rng).write(running, clock.now())
        self.campaign(Dates(-9, 20, 33, 55, 96, 117), answering=0.4, declining=0.08)
        DailyLife(self).tell()

    def at(self, days: int, hour: int = 9) -> datetime:
        """The instant `days` from today at `hour` o'clock, local time."""
        local = datetime.combine(self.today + timedelta(days=days), time(hour), ZoneInfo(settings().timezone))
        return local.astimezone(UTC)

    @contextmanager
    def moment(self, days: int, hour: int = 9) -> Iterator[tuple[Session, datetime, date]]:
        """A transaction of that moment."""
        instant = self.at(days, hour)
        with clock.frozen(lambda: instant), open_session(self.engine) as session:
            yield session, instant, self.today + timedelta(days=days)

    def jobs(self, days: int, hour: int = 10, *, mailing: bool = True) -> None:
        """Let the worker's jobs run as of that moment. Mails of long ago are not written."""
        instant = self.at(days, hour)
        if days < -MAILS_KEPT or not mailing:
            waiting = jobs.pending(self.engine)
            jobs.forget(self.engine, [job_id for job_id, name, _payload in waiting if name in MAILING])
        with clock.frozen(lambda: instant):
            worker.drain(self.engine)

    def campaign(self, dates: Dates, *, answering: float, declining: float = 0.05) -> int:
        """A campaign opened on its day, to which a share of the people has answered."""
        with self.moment(dates.created) as (session, now, today):
            campaign = new_campaign(
                session,
                name=self._name(dates),
                story=STORY,
                actor=self.hr,
                now=now,
                today=today,
                first_day=self.today + timedelta(days=dates.first_day),
                last_day=self.today + timedelta(days=dates.last_day),
                enrol_until=self.today + timedelta(days=dates.enrol_until),
                plan_by=self.today + timedelta(days=dates.plan_by),
                debrief_until=self.today + timedelta(days=dates.debrief_until),
                saturdays=True,
                information_sheet_on=today,
                representatives_informed_on=today,
            )
            transition(session, campaign, Status.OPEN, actor=self.hr, now=now, today=today)
            assert campaign.id is not None
            campaign_id = campaign.id
        self.jobs(dates.created)
        with self.moment(min(dates.created + 6, -1)) as (session, now, today):
            self._answer(session, session.get_one(Campaign, campaign_id), answering, declining, now)
        return campaign_id

    def _name(self, dates: Dates) -> str:
        middle = self.today + timedelta(days=(dates.first_day + dates.last_day) // 2)
        season = ("d’hiver", "de printemps", "d’été", "d’automne")[middle.month % 12 // 3]
        return f"Vis ma vie {season} {middle.year}"

    def _answer(
        self, session: Session, campaign: Campaign, answering: float, declining: float, now: datetime
    ) -> None:
        teams, sites, travel = teams_by_id(session), sites_by_id(session), travel_minutes(session)
        enrolments: list[tuple[Enrolment, Person]] = []
        for person in invited_people(session, campaign):
            roll = self.rng.random()
            if roll > answering + declining:
                continue
            assert person.id is not None
            assert campaign.id is not None
            takes_part = roll < answering
            days = possible_days(campaign, person, sites[teams[person.team_id].site_id])
            offered = self.rng.sample(days, min(len(days), self.rng.randint(4, 14))) if takes_part else []
            enrolments.append(
                (
                    Enrolment(
                        campaign_id=campaign.id,
                        person_id=person.id,
                        answer=Answer.YES if takes_part else Answer.NO,
                        visit_days=sorted(day.isoformat() for day in offered),
                        languages=person.languages,
                        answered_at=now + timedelta(minutes=self.rng.randint(0, 600)),
                    ),
                    person,
                )
            )
        session.add_all(enrolment for enrolment, _ in enrolments)
        session.flush()
        near = self._near(campaign, teams, travel)
        for enrolment, person in enrolments:
            if enrolment.answer is not Answer.YES:
                continue
            own = teams[person.team_id]
            choices = [team for team in near(own) if may_wish(own, team)]
            for rank, team in enumerate(
                self.rng.sample(choices, min(len(choices), self.rng.randint(0, 3))), 1
            ):
                assert enrolment.id is not None
                assert team.id is not None
                session.add(Wish(enrolment_id=enrolment.id, rank=rank, team_id=team.id))
        self._name_each_other(
            session, [one for one in enrolments if one[0].answer is Answer.YES], teams, near
        )

    @staticmethod
    def _name_each_other(
        session: Session,
        taking_part: list[tuple[Enrolment, Person]],
        teams: dict[int, Team],
        near: Callable[[Team], list[Team]],
    ) -> None:
        """Two colleagues name one another: the first two who may, and who have two days in common."""
        for (mine, me), (theirs, other) in combinations(taking_part, 2):
            own, their = teams[me.team_id], teams[other.team_id]
            common = set(mine.visit_days) & set(theirs.visit_days)
            managed = me.manager_id == other.id or other.manager_id == me.id
            if len(common) >= 2 and not managed and may_wish(own, their) and their in near(own):
                for enrolment, named in ((mine, other), (theirs, me)):
                    assert enrolment.id is not None
                    assert named.id is not None
                    session.add(ColleagueWish(enrolment_id=enrolment.id, person_id=named.id))
                return

    @staticmethod
    def _near(
        campaign: Campaign, teams: dict[int, Team], travel: dict[tuple[int, int], int]
    ) -> Callable[[Team], list[Team]]:
        def near(own: Team) -> list[Team]:
            return [
                team
                for team in teams.values()
                if team.site_id == own.site_id
                or travel.get((own.site_id, team.site_id), campaign.max_travel_minutes + 1)
                <= campaign.max_travel_minutes
            ]

        return near

    def plan_and_publish(self, campaign_id: int, dates: Dates) -> None:
        """Enrolment ends, the solver pairs people, HR publishes."""
        with self.moment(dates.enrol_until + 1) as (session, now, today):
            campaign = session.get_one(Campaign, campaign_id)
            transition(session, campaign, Status.PLANNING, actor=None, now=now, today=today)
            runs.request_run(session, campaign, self.hr, now, today=today, time_limit=SOLVER_SECONDS)
        self.jobs(dates.enrol_until + 1)
        with self.moment(dates.plan_by - 1) as (session, now, today):
            campaign = session.get_one(Campaign, campaign_id)
            [run] = queries.finished_runs(session, campaign_id, limit=1)
            publishing.publish(
                session, campaign, run, self.hr, version=campaign.version, now=now, today=today
            )
        self.jobs(dates.plan_by - 1)
        with self.moment(dates.plan_by) as (session, now, today):
            soon = self.today + SIGNED
            waiting = [
                seen.visit.id or 0
                for seen in agreements.waiting(session, campaign_id, today)
                if seen.visit.day <= soon
            ]
            record_agreements(session, campaign_id, waiting, Hand(By.HR, self.hr, now), today)
        self.jobs(dates.plan_by, mailing=False)
        with self.moment(dates.first_day) as (session, now, today):
            campaign = session.get_one(Campaign, campaign_id)
            transition(session, campaign, Status.RUNNING, actor=None, now=now, today=today)
            session.exec(
                update(Visit)
                .where(col(Visit.campaign_id) == campaign_id, col(Visit.day) < self.today)
                .values(visitor_confirmed_at=now, host_confirmed_at=now)
            )
        self.jobs(dates.first_day)

    def live(self, campaign_id: int, dates: Dates) -> None:
        """The days pass, debriefs come in, the campaign is closed."""
        with self.moment(dates.last_day + 1) as (session, now, today):
            campaign = session.get_one(Campaign, campaign_id)
            transition(session, campaign, Status.DEBRIEFING, actor=None, now=now, today=today)
        self.jobs(dates.last_day + 1)
        DebriefWriter(self.engine, self.rng).write(campaign_id, self.at(dates.last_day + 4))
        with self.moment(dates.debrief_until + 1) as (session, now, today):
            campaign = session.get_one(Campaign, campaign_id)
            transition(session, campaign, Status.CLOSED, actor=None, now=now, today=today)
        self.jobs(dates.debrief_until + 1)
