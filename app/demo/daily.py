"""The daily life of the demo company: days that teams mark, rosters that arrive, places booked by hand."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from app.accounts.sessions import Actor
from app.booking import asking, deciding, offering, queries
from app.booking.looking import DayOption, look
from app.booking.tables import Approval, BookingRequest, RefusalReason, RequestStatus, Silence
from app.campaigns.calendar import campaign_days, closed_reason
from app.campaigns.lifecycle import transition
from app.campaigns.service import new_campaign
from app.campaigns.tables import Booking, Campaign, Status
from app.core.errors import Refusal
from app.people.tables import Person, Side, Site
from app.teams import rosters, service
from app.teams.guards import RosterSender
from app.teams.schemas import ConditionsForm
from app.visits.conditions import conditions_of
from app.visits.queries import visits_of_teams

if TYPE_CHECKING:
    from app.demo.story import Story

DOORS = (
    ("Boutique Bercy", "Vente et caisse", "L’ouverture, les conseils en rayon, les retours du samedi.", 1),
    ("Boutique Lyon 1", "Vente", "Une livraison du matin, la mise en rayon, la clientèle de midi.", 1),
    ("SAV Créteil", "Réparation", "Le diagnostic d’un lave-linge, l’appel au client, la pièce.", 1),
    ("Centre d’appels Nantes", "Conseil au téléphone", "Une heure de double écoute, puis les dossiers.", 2),
    ("Centre d’appels Roubaix", "Conseil au téléphone", "La file d’attente du lundi, les rappels.", 2),
    ("Comptabilité clients", "Comptabilité", "Le chemin d’un avoir, de la caisse au virement.", 2),
    ("Caisses et magasins", "Développement", "Comment naît une correction de la caisse.", 1),
    ("Réclamations écrites", "Relation client", "Les lettres du jour, et ce qu’on y répond.", 2),
)  # fmt: skip
"""Team, job, what one sees, visitors a day."""

ROSTERED = ("Boutique Bercy", "Boutique Créteil")
ROSTER_DAYS = 28
ASKING = 36
"""How many people look for a day."""


class DailyLife:
    """Told through the same services as the pages use; dates move with today."""

    def __init__(self, story: "Story") -> None:
        self.story = story
        self.keys = (f"demo-request-{n}" for n in count(1))

    def tell(self) -> None:
        """What teams say of their days, then what people book."""
        self.mark_days()
        campaign_id = self.open_doors()
        self.story.jobs(-10, mailing=False)
        self.ask(campaign_id)
        self.story.jobs(-4)
        self.answer(campaign_id)
        self.send_rosters()
        self.story.jobs(-1)

    def mark_days(self) -> None:
        """Stocktaking, good days to receive, and what two teams ask of visitors."""
        by = service.By(self.story.hr)
        marks: dict[str, dict[service.Mark, tuple[int, ...]]] = {
            "Boutique Bercy": {service.Mark.CLOSED: (9,), service.Mark.GOOD: (12, 13, 19, 20)},
            "Boutique Lyon 1": {service.Mark.NO_VISITORS: (14, 15), service.Mark.GOOD: (18, 21)},
            "Comptabilité clients": {service.Mark.NO_LEAVING: (5, 6, 7)},
        }
        with self.story.moment(-10) as (session, now, today):
            for name, said in marks.items():
                version = 0
                for mark, after in said.items():
                    days = [self.story.today + timedelta(days=n) for n in after]
                    row = service.mark_days(
                        session, self._team_id(name), days, mark, version=version, by=by, now=now, today=today
                    )
                    version = row.version
            asked = {
                "SAV Créteil": ConditionsForm(
                    safety="Consignes de l’atelier, dix minutes à l’arrivée.",
                    equipment="Chaussures fermées. Les gants sont prêtés.",
                    min_age=18,
                    version=0,
                ),
                "Centre d’appels Nantes": ConditionsForm(
                    confidentiality=True,
                    charter="On écoute, on ne note rien sur les clients.",
                    version=0,
                ),
            }  # fmt: skip
            for name, wanted in asked.items():
                service.ask_of_visitors(session, self._team_id(name), wanted, by=by, now=now)

    def send_rosters(self) -> None:
        """Two shops send four weeks; one day of a visit to come is a rest day there, to be solved."""
        first = self.story.today
        last = first + timedelta(days=ROSTER_DAYS)
        ids = {self._team_id(name) for name in ROSTERED}
        with self.story.moment(-2) as (session, now, today):
            people = list(session.exec(select(Person).where(col(Person.team_id).in_(ids))))
            own = {person.id for person in people}
            busy = [
                (person_id, seen.visit.day)
                for seen in visits_of_teams(session, ids, first + timedelta(days=4), last)
                for person_id in (seen.visitor.id, seen.host.id)
                if person_id in own
            ]
            lines = list(_roster(people, first, last, set(busy[1:]), set(busy[:1])))
            sender = RosterSender(self.story.hr, None, [])
            content = "\n".join(["Matricule;Jour;Horaires", *lines, ""]).encode()
            rosters.take_in(session, sender, rosters.preview(session, sender, content, today=today), now=now)

    def open_doors(self) -> int:
        """A campaign without a plan: eight teams open their door."""
        hr, base = self.story.hr, self.story.today
        with self.story.moment(-12) as (session, now, today):
            campaign = new_campaign(
                session,
                name="Portes ouvertes",
                story="Une équipe, un jour : allez voir. La place est à vous quand l’équipe dit oui.",
                actor=hr,
                now=now,
                today=today,
                first_day=base + timedelta(days=10),
                last_day=base + timedelta(days=52),
                enrol_until=base - timedelta(days=6),
                plan_by=base - timedelta(days=5),
                debrief_until=base + timedelta(days=66),
                saturdays=True,
                information_sheet_on=today,
                representatives_informed_on=today,
            )  # fmt: skip
            terms = {
                "approval": Approval.MANAGER,
                "max_per_person": 2,
                "notice_days": 5,
                "answer_days": 7,
                "silence": Silence.EXPIRE,
                "accept_hours": 72,
            }
            offering.set_terms(
                session,
                campaign,
                Booking.OPEN,
                terms,
                version=campaign.version,
                actor=hr,
                now=now,
                today=today,
            )
            transition(session, campaign, Status.OPEN, actor=hr, now=now, today=today)
            for name, job, seen, per_day in DOORS:
                team = session.merge(self.story.company.teams[name])
                site = session.get_one(Site, team.site_id)
                days = [
                    day for day in campaign_days(campaign) if not closed_reason(campaign, team, site, day)
                ]
                offering.offer_place(
                    session,
                    campaign,
                    team,
                    days[::3][:9],
                    actor=hr,
                    now=now,
                    today=today,
                    job=job,
                    seen=seen,
                    bring="Présentez-vous à l’accueil et demandez l’équipe.",
                    starts_at=time(9, 30),
                    ends_at=time(17),
                    per_day=per_day,
                )
            assert campaign.id is not None
            return campaign.id

    def ask(self, campaign_id: int) -> None:
        """People choose a day; on the most wanted one, some stand in line."""
        with self.story.moment(-4) as (session, now, today):
            campaign = session.get_one(Campaign, campaign_id)
            places = queries.places_of_campaign(session, campaign_id)
            for number, person in enumerate(self._askers(session)):
                looks = look(session, campaign, person, places, 5, today)
                first = number % len(looks)
                for found in [*looks[first:], *looks[:first]]:
                    if free := [one for one in found.days if one.is_free][:3]:
                        self._ask(session, person, found.seen, free[number % len(free)], now, today)
                        break

    def _ask(
        self,
        session: Session,
        person: Person,
        seen: queries.SeenPlace,
        option: DayOption,
        now: datetime,
        today: date,
        *,
        wait: bool = False,
    ) -> BookingRequest:
        asks = conditions_of(session, seen.team)
        return asking.ask(
            session, person, seen, option.day, next(self.keys), wait=wait,
            conditions_id=asks.id if asks else None, actor=_actor(person), now=now, today=today,
        )  # fmt: skip

    def answer(self, campaign_id: int) -> None:
        """Teams answer half of what waits; then some stand in line for the days that are gone."""
        hr = self.story.hr
        bercy = self._team_id("Boutique Bercy")
        with self.story.moment(-1) as (session, now, today):
            taken: set[tuple[int, date]] = set()
            for number, seen in enumerate(queries.requests_of_campaign(session, campaign_id)):
                asked = seen.request
                if asked.status != RequestStatus.REQUESTED or (seen.place.team_id == bercy and number % 3):
                    continue
                key = (asked.place_id, asked.day)
                if number % 2 == 0 and key not in taken:
                    taken.add(key)
                    with suppress(Refusal):  # a team that can let nobody else go leaves it waiting
                        deciding.approve(session, asked, actor=hr, now=now, today=today)
                elif number % 7 == 3:
                    deciding.refuse(session, asked, RefusalReason.OTHER_DAY, actor=hr, now=now)
        with self.story.moment(-1, 10) as (session, now, today):
            campaign = session.get_one(Campaign, campaign_id)
            places = queries.places_of_campaign(session, campaign_id)
            for person in self._askers(session)[:8]:
                for found in look(session, campaign, person, places, 5, today):
                    full = next((one for one in found.days if one.may_wait and one.mine is None), None)
                    if full is not None:
                        self._ask(session, person, found.seen, full, now, today, wait=True)
                        break

    def _askers(self, session: Session) -> list[Person]:
        """The people whom the demo's links let in first, then others, in an order that never changes."""
        everybody = list(session.exec(select(Person).where(col(Person.active)).order_by(col(Person.id))))
        managers = {person.manager_id for person in everybody}
        staff = [person for person in everybody if person.id not in managers]
        sides = {team.id: team.side for team in self.story.company.teams.values()}
        first = [next(one for one in staff if sides[one.team_id] == side) for side in (Side.BACK, Side.FRONT)]
        return [*first, *[one for one in staff[3 :: len(staff) // ASKING] if one not in first]]

    def _team_id(self, name: str) -> int:
        team_id = self.story.company.teams[name].id
        assert team_id is not None
        return team_id


def _actor(person: Person) -> Actor:
    assert person.account_id is not None
    return Actor(person.account_id, person.name, None, is_hr=False, is_admin=False)


def _roster(
    people: Iterable[Person],
    first: date,
    last: date,
    kept: set[tuple[int | None, date]],
    lost: set[tuple[int | None, date]],
) -> Iterator[str]:
    """Lines of the file: hours on worked days, a rest day now and then; `kept` are worked, `lost` are not."""
    for number, person in enumerate(people):
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            at = (person.id, day)
            works = person.worked_weekdays[day.weekday()] == "1" and (n + number) % 11 != 0
            hours = "9h30-18h" if (n + number) % 2 else "10h-19h"
            works = (works or at in kept) and at not in lost
            yield f"{person.employee_number};{day.isoformat()};{hours if works else 'Repos'}"
