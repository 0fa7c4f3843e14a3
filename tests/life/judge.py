"""An independent judge of visits: the rules of the matching problem, read from rows, not from services.

The rows become a problem as its specification has it, which `solver.check` judges; the days of people and
teams are counted anew; what must agree between tables is compared. `told.py` judges messages.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app.availability.tables import Avoidance, Enrolment, ExcludedSite, ForbiddenPair
from app.booking.tables import Booker, BookingRequest, PlaceDay, RequestStatus
from app.campaigns.tables import Booking, Campaign, Exchange
from app.people.tables import Person, Team, TravelTime
from app.visits.tables import By, ChangeKind, PersonDay, Swap, TeamDay, Visit, VisitChange
from solver.check import violations
from solver.plan import FEASIBLE, Plan
from solver.problem import Problem
from solver.problem import Visit as Planned

COUNTED = (RequestStatus.OFFERED, RequestStatus.REQUESTED, RequestStatus.BOOKED)
FELL = (ChangeKind.CANCELLED, ChangeKind.DECLINED)
PLENTY = 9


class Company:
    """What does not change while visits do: the campaigns' rules, people, teams, journeys."""

    def __init__(self, session: Session, campaign_ids: Collection[int]) -> None:
        campaigns = session.exec(select(Campaign).where(col(Campaign.id).in_(campaign_ids)))
        self.campaigns = {row.id: row for row in campaigns}
        enrolled = select(Enrolment.person_id).where(col(Enrolment.campaign_id).in_(campaign_ids))
        visited = select(Visit.host_id).where(col(Visit.campaign_id).in_(campaign_ids))
        named = {*session.exec(enrolled), *session.exec(visited)}
        of_team = select(Person.team_id).where(col(Person.id).in_(named))
        found = session.exec(select(Person).where(col(Person.team_id).in_(of_team)))
        self.people = {row.id: row for row in found}
        teams = {row.team_id for row in self.people.values()}
        self.teams = {row.id: row for row in session.exec(select(Team).where(col(Team.id).in_(teams)))}
        sites = {row.site_id for row in self.teams.values()}
        self.travel = list(
            session.exec(select(TravelTime).where(col(TravelTime.from_site_id).in_(sites))).all()
        )
        apart = select(ForbiddenPair).where(col(ForbiddenPair.campaign_id).in_(campaign_ids))
        self.apart = list(session.exec(apart).all())


class Rows:
    """The rows of some campaigns and of their people, read anew."""

    def __init__(
        self, session: Session, campaign_ids: Collection[int], company: "Company | None" = None
    ) -> None:
        def all_of(table: type, *which: object) -> list[Any]:
            query = select(table).where(*which).execution_options(populate_existing=True)  # type: ignore[arg-type]
            return list(session.exec(query).all())

        session.flush()
        company = company or Company(session, campaign_ids)
        self.campaigns, self.people, self.teams = company.campaigns, company.people, company.teams
        self.travel, self.apart = company.travel, company.apart
        self.visits: list[Visit] = all_of(Visit, col(Visit.campaign_id).in_(campaign_ids))
        self.swaps = {row.id: row for row in all_of(Swap, col(Swap.campaign_id).in_(campaign_ids))}
        self.answers = {
            (row.campaign_id, row.person_id): row
            for row in all_of(Enrolment, col(Enrolment.campaign_id).in_(campaign_ids))
        }
        ids = {row.id: row.person_id for row in self.answers.values()}
        self.avoid = [
            (ids[row.enrolment_id], row.person_id)
            for row in all_of(Avoidance, col(Avoidance.enrolment_id).in_(ids))
        ]
        self.excluded = [
            (row.enrolment_id, row.site_id)
            for row in all_of(ExcludedSite, col(ExcludedSite.enrolment_id).in_(ids))
        ]
        self.person_days = all_of(PersonDay, col(PersonDay.person_id).in_(self.people))
        self.team_days = all_of(TeamDay, col(TeamDay.team_id).in_(self.teams))
        visit_ids = [visit.id for visit in self.visits]
        self.changes = all_of(VisitChange, col(VisitChange.visit_id).in_(visit_ids))
        self.requests = all_of(BookingRequest, col(BookingRequest.campaign_id).in_(campaign_ids))
        places = {row.place_id for row in self.requests}
        self.place_days = all_of(PlaceDay, col(PlaceDay.place_id).in_(places)) if places else []
        self.bookers = all_of(Booker, col(Booker.campaign_id).in_(campaign_ids))

    @property
    def standing(self) -> list[Visit]:
        """Visits that are to take place, or did."""
        return [visit for visit in self.visits if visit.status.value == "planned"]


def faults(
    session: Session, campaign_ids: Collection[int], today: date, company: Company | None = None
) -> list[str]:
    """Every broken rule, in words; empty when all hold."""
    rows = Rows(session, campaign_ids, company)
    found = [*_one_a_day(rows), *_swaps(rows), *_counters(rows), *_tables(rows), *_requests(rows)]
    for campaign in rows.campaigns.values():
        found += _checked(rows, campaign, today)
    return found


def _checked(rows: Rows, campaign: Campaign, today: date) -> list[str]:
    """What `solver.check` says of one campaign's visits to come, each as a visit of its own; `_swaps` judges
    what belongs together. What other campaigns take lowers the limits, as the specification has it."""
    problem = Problem.from_json(_problem(rows, campaign))
    index = {day: number for number, day in enumerate(problem.campaign.days)}
    coming = [one for one in rows.standing if one.campaign_id == campaign.id and one.day >= today]
    visits = tuple(
        Planned(f"p{one.visitor_id}", f"p{one.host_id}", index.get(one.day, PLENTY**3)) for one in coming
    )
    return violations(problem, Plan(status=FEASIBLE, visits=visits))


def _problem(rows: Rows, campaign: Campaign) -> dict[str, Any]:
    span = (campaign.last_day - campaign.first_day).days + 1
    every = [campaign.first_day + timedelta(days=number) for number in range(span)]
    days = [day for day in every if day.weekday() < 5]
    away: Counter[tuple[int, date]] = Counter()
    come: Counter[tuple[int, date]] = Counter()
    for visit in rows.standing:
        if visit.campaign_id != campaign.id:
            away[rows.people[visit.visitor_id].team_id, visit.day] += 1
            come[rows.people[visit.host_id].team_id, visit.day] += 1
    return {
        "format": "vis-ma-vie/problem/1",
        "campaign": {
            "days": [day.isoformat() for day in days],
            "exchange": "shadow",
            "max_swaps_per_person": PLENTY,
            "min_gap_days": 1,
            "max_gap_days": PLENTY,
            "max_travel_minutes": campaign.max_travel_minutes,
        },
        "sites": [{"id": f"s{one}", "name": ""} for one in sorted({t.site_id for t in rows.teams.values()})],
        "travel_minutes": [
            {"from": f"s{row.from_site_id}", "to": f"s{row.to_site_id}", "minutes": row.minutes}
            for row in rows.travel
        ],
        "teams": [
            {
                "id": f"t{team.id}",
                "name": team.name,
                "side": team.side.value,
                "department": team.department,
                "site": f"s{team.site_id}",
                "max_away": team.max_away,
                "max_visitors": team.max_visitors,
                "closed_days": [d.isoformat() for d in days if team.closed_weekdays[d.weekday()] == "1"],
                "limits_by_day": {
                    day.isoformat(): {
                        "max_away": max(0, team.max_away - away[team.id, day]),
                        "max_visitors": max(0, team.max_visitors - come[team.id, day]),
                    }
                    for day in days
                },
            }
            for team in rows.teams.values()
        ],
        "people": [_person(rows, campaign, one, days) for one in rows.people.values()],
        "service_links": [],
        "pinned": [],
        "previous": [],
        "forbidden": [
            {"a": f"p{row.a_id}", "b": f"p{row.b_id}"} for row in rows.apart if row.campaign_id == campaign.id
        ],
    }


def _person(rows: Rows, campaign: Campaign, person: Person, days: list[date]) -> dict[str, Any]:
    answer = rows.answers.get((campaign.id, person.id))
    if answer is None:  # in an open campaign nobody needs to answer
        leaves = hosts = [day.isoformat() for day in days] if campaign.booking == Booking.OPEN else []
    elif answer.answer is None or answer.answer.value != "yes":
        leaves = hosts = []
    else:
        first, last = answer.paused_from, answer.paused_until
        pause = {day.isoformat() for day in days if first and last and first <= day <= last}
        leaves = [day for day in answer.visit_days if day not in pause]
        offered = answer.visit_days if answer.host_days is None else answer.host_days
        hosts = [day for day in offered if day not in pause]
    return {
        "id": f"p{person.id}",
        "team": f"t{person.team_id}",
        "manager": f"p{person.manager_id}" if person.manager_id in rows.people else None,
        "available": leaves,
        "can_host": hosts,
        "wishes": [],
        "avoid": sorted(f"p{other}" for one, other in rows.avoid if one == person.id),
        "excluded_sites": sorted(f"s{site}" for one, site in rows.excluded if answer and one == answer.id),
        "languages": list((answer.languages if answer else None) or person.languages),
        "priority": 1,
    }


def _one_a_day(rows: Rows) -> Iterable[str]:
    """Rule 1: a person takes part in at most one visit a day."""
    taken = Counter(
        (person_id, visit.day)
        for visit in rows.standing
        for person_id in (visit.visitor_id, visit.host_id, visit.tutor_id)
        if person_id is not None
    )
    for (person_id, day), count in taken.items():
        if count > 1:
            yield f"person {person_id} has {count} visits on {day}"


def _swaps(rows: Rows) -> Iterable[str]:
    """Rule 2: reciprocal, on two days, the gap within bounds; once together; so many each."""
    by_swap = defaultdict(list)
    for visit in rows.standing:
        if rows.campaigns[visit.campaign_id].exchange == Exchange.SWAP:
            by_swap[visit.swap_id].append(visit)
    pairs: Counter[tuple[int, int]] = Counter()
    each: Counter[int] = Counter()
    for swap_id, legs in by_swap.items():
        if swap_id is None:
            yield f"a visit of a swap campaign without a swap: {[leg.id for leg in legs]}"
            continue
        two = {legs[0].visitor_id, legs[0].host_id}
        pairs[min(two), max(two)] += 1
        each.update(two)
        if len(legs) > 2 or any({leg.visitor_id, leg.host_id} != two for leg in legs):
            yield f"swap {swap_id} is no pair"
        campaign = rows.campaigns[legs[0].campaign_id]
        if len(legs) == 2:
            gap = abs((legs[0].day - legs[1].day).days)
            if legs[0].visitor_id == legs[1].visitor_id:
                yield f"swap {swap_id} goes one way twice"
            if not gap or not campaign.min_gap_days <= gap <= campaign.max_gap_days:
                yield f"swap {swap_id}: {gap} days between its visits"
            if rows.swaps[swap_id].one_way_at is not None:
                yield f"swap {swap_id} was to stay one way"
    yield from (f"pair {pair} swaps {count} times" for pair, count in pairs.items() if count > 1)
    most = max(
        (one.max_swaps_per_person for one in rows.campaigns.values() if one.exchange == Exchange.SWAP),
        default=0,
    )
    yield from (f"person {one} has {count} swaps" for one, count in each.items() if count > most)


def _counters(rows: Rows) -> Iterable[str]:
    """What `team_day` and `person_day` count is what stands, and what is held for an offer."""
    away: Counter[tuple[int, date]] = Counter()
    received: Counter[tuple[int, date]] = Counter()
    due = set()
    for visit in rows.standing:
        away[rows.people[visit.visitor_id].team_id, visit.day] += 1
        received[rows.people[visit.host_id].team_id, visit.day] += 1
        three = (visit.visitor_id, visit.host_id, visit.tutor_id)
        due |= {(one, visit.day, visit.id) for one in three if one is not None}
    for row in rows.person_days:
        if row.held_for is not None:
            (away if row.leaves else received)[row.team_id, row.day] += 1
    for (team_id, day), count in away.items():
        if count > rows.teams[team_id].max_away:
            yield f"team {team_id}: {count} away on {day}"
    for (team_id, day), count in received.items():
        if count > rows.teams[team_id].max_visitors:
            yield f"team {team_id}: {count} visitors on {day}"
    counted = {(row.team_id, row.day): (row.away, row.received) for row in rows.team_days}
    for at in {*away, *received, *counted}:
        if counted.get(at, (0, 0)) != (away[at], received[at]):
            yield f"team's day {at}: counted {counted.get(at)}, is {(away[at], received[at])}"
    taken = {(row.person_id, row.day, row.visit_id) for row in rows.person_days if row.held_for is None}
    if taken != due:
        yield f"days taken without a visit {taken - due}, visits without their day {due - taken}"


def _requests(rows: Rows) -> Iterable[str]:
    """What booking counts is what was asked; an offer holds its two people, a booked day has its visit."""
    holds = Counter((one.place_id, one.day) for one in rows.requests if one.holds)
    for row in rows.place_days:
        if row.taken != holds[row.place_id, row.day]:
            yield f"place {row.place_id} on {row.day}: {row.taken} taken, {holds[row.place_id, row.day]} hold"
    each = Counter((one.campaign_id, one.person_id) for one in rows.requests if one.status in COUNTED)
    for row in rows.bookers:
        if row.held != each[row.campaign_id, row.person_id]:
            yield f"person {row.person_id}: {row.held} counted, has {each[row.campaign_id, row.person_id]}"
    held = Counter(row.held_for for row in rows.person_days if row.held_for is not None)
    offered = [one for one in rows.requests if one.status == RequestStatus.OFFERED]
    asked = {f"booking:{one.id}": 2 for one in offered}
    if dict(held) != asked:
        yield f"days are held for {dict(held)}, due for {asked}"
    due = {one.id for one in rows.requests if one.status in (RequestStatus.OFFERED, RequestStatus.BOOKED)}
    # A booked day that a repair moved holds the place's day no more; any other moves with what it holds.
    if not {one.id for one in offered} <= {one.id for one in rows.requests if one.holds} <= due:
        yield "a request holds a place, or holds none, against its state"
    yield from _order(rows)
    booked = {one.visit_id for one in rows.requests if one.status == RequestStatus.BOOKED}
    lived = {
        one.id: one.day for one in rows.standing if rows.campaigns[one.campaign_id].booking == Booking.OPEN
    }
    for one in rows.requests:
        if one.status == RequestStatus.BOOKED and one.day != lived.get(one.visit_id, one.day):
            yield f"request {one.id} is booked on {one.day}, its visit is on {lived[one.visit_id]}"
    single = set(lived)
    if not single <= booked:
        yield f"booked {booked}, standing {single}"


def _order(rows: Rows) -> Iterable[str]:
    """Nobody is offered a day twice instead of the same one, nor a day they gave up; one offer at a time."""
    given_up = {line.visit_id for line in rows.changes if line.by is By.VISITOR and line.kind in FELL}
    instead = [one for one in rows.requests if one.instead_of_id is not None]
    twice = Counter((one.instead_of_id, one.place_id, one.day) for one in instead)
    yield from (f"{what} offered {count} times" for what, count in twice.items() if count > 1)
    open_now = Counter(one.instead_of_id for one in instead if one.status == RequestStatus.OFFERED)
    yield from (f"{count} days offered instead of {what}" for what, count in open_now.items() if count > 1)
    yield from (f"{one.instead_of_id} was given up" for one in instead if one.instead_of_id in given_up)


def _tables(rows: Rows) -> Iterable[str]:
    """What must agree between tables."""
    fell = {line.visit_id for line in rows.changes if line.kind in FELL}
    for visit in rows.visits:
        if (visit.status.value == "cancelled") != (visit.id in fell):
            yield f"{visit.id}: its history does not say whether it stands"
    for visit in rows.standing:
        if visit.told_site_id != rows.teams[rows.people[visit.host_id].team_id].site_id:
            yield f"{visit.id}: its people were told another place"
    if len({visit.uid for visit in rows.visits}) != len(rows.visits):
        yield "two visits share a UID"
