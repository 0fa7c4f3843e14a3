"""From rows to `solver.Problem`: what the campaign, the company and the answers mean for the solver.

1. Days          the campaign's days that leave the notice; per team, those on which it is closed.
2. Teams         limits of the day (`visits.limits`): the team's and the campaign's, what minimum presence
                 leaves, less the visits that stand.
3. People        enrolled people on the days they offered and may work, less days that other visits take, or
                 that are held for an offer of a place.
4. Pairs         forbidden: kept apart by HR, or met already: in whatever campaign, unless this one allows
                 to meet again; then in this one.
5. Priority      people whom the last campaign left out count twice.
6. Own number   people who take part once more than the campaign asks of everybody, because HR asked them.
7. Kept visits   pins; the last plan's visits, so that recomputing moves as few people as it can.

A dozen queries, whatever the number of people.
"""

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from app.availability.colleagues import mutual_pairs
from app.availability.days import DayBook
from app.availability.matching import department_key, person_key, site_key, team_key
from app.availability.queries import EnrolledPerson, enrolled, forbidden_pairs
from app.availability.told import Hours, told_of_everybody
from app.campaigns.calendar import plannable_days
from app.campaigns.invited import invited_people
from app.campaigns.rules import team_limits
from app.campaigns.tables import Campaign
from app.people import queries as people_queries
from app.people.tables import Site, Team
from app.planning import queries
from app.planning.errors import NobodyEnrolled, NoDaysLeft
from app.planning.tables import Pin
from app.visits import queries as visits_queries
from app.visits.limits import taken_people, team_rooms
from app.visits.queries import StandingVisit
from solver.problem import Campaign as Rules
from solver.problem import Limit, Person, Problem, Visit, ordered
from solver.problem import Site as Place
from solver.problem import Team as Crew

LEFT_OUT = 2
"""Priority of people whom the last campaign left out; everybody else has 1."""

Leg = tuple[int, int, date]


@dataclass(frozen=True)
class Built:
    """A problem, and what had to be left out of it."""

    problem: Problem
    lost_pins: tuple[Pin, ...] = ()
    """Pins that no longer mean anything: somebody withdrew, or the day is gone."""


def build(
    session: Session,
    campaign: Campaign,
    today: date,
    *,
    previous: Iterable[Leg] = (),
    everybody: bool = False,
    days: list[date] | None = None,
    aside: Collection[int] = (),
    beyond: Collection[int] = (),
    hours: Mapping[int, Hours] | None = None,
) -> Built:
    """The problem of a campaign as of today. Raises `NoDaysLeft` and `NobodyEnrolled`.

    `everybody`: as if all who are invited took part, each on every day they work. `days`: these instead of
    those that leave the notice. `aside`: ids of visits that count as not made. `beyond`: people who
    count as free on whatever day they work. `hours`: of whoever is looked at for visits at other hours than a
    plan's, by person.
    """
    assert campaign.id is not None
    days = plannable_days(campaign, today) if days is None else days
    if not days:
        raise NoDaysLeft
    if everybody:
        people = as_if_enrolled(session, campaign)
    else:
        people = enrolled(session, campaign.id, beyond=beyond, hours=hours)
    if not people:
        raise NobodyEnrolled
    index = {day: number for number, day in enumerate(days)}
    everyone = {person.person_id for person in people}
    not_made = set(aside)
    everything = visits_queries.standing_visits(session, days[0], days[-1])
    rows = taken_people(session, days[0], days[-1], but=not_made)
    taken = {one: _days(on, index) for one, on in rows.items()}
    here = Counter(
        one.visitor_id
        for one in everything
        if one.visit_id not in not_made and one.campaign_id == campaign.id
    )
    freed = _freed(visit for visit in everything if visit.visit_id in not_made)
    teams = people_queries.teams_by_id(session)
    sites = people_queries.sites_by_id(session)
    needed = {person.team_id for person in people} | {wish for person in people for wish in person.wishes}
    crews = _crews(session, campaign, [teams[one] for one in sorted(needed)], sites, days, freed)
    places = {sites[teams[one].site_id].id for one in needed}
    kept, lost = _pins(queries.pins_of(session, campaign.id), everyone, index)
    apart = forbidden_pairs(session, campaign.id)
    met = visits_queries.met_pairs(
        session, campaign.id if campaign.allow_repeat_pairs else None, but=not_made
    )
    forbidden = {pair for pair in apart | met if pair[0] in everyone and pair[1] in everyone}
    minutes = people_queries.travel_minutes(session, sites)
    problem = Problem(
        campaign=_rules(campaign, days),
        sites=tuple(Place(site_key(one), sites[one].name) for one in sorted(sites) if one in places),
        teams=crews,
        people=_people(
            people,
            index,
            taken,
            here,
            campaign,
            visits_queries.left_out_last_time(session, campaign.id),
            places,
            queries.once_more_of(session, campaign.id),
        ),
        minutes={
            (site_key(a), site_key(b)): told
            for (a, b), told in minutes.items()
            if a != b and a in places and b in places
        },
        links=frozenset(
            (team_key(back), team_key(front))
            for back, front in people_queries.service_links(session)
            if back in needed and front in needed
        ),
        pinned=kept,
        previous=tuple(
            Visit(person_key(visitor), person_key(host), index[day])
            for visitor, host, day in previous
            if {visitor, host} <= everyone and day in index and _pair(visitor, host) not in forbidden
        ),
        forbidden=frozenset(ordered(person_key(a), person_key(b)) for a, b in forbidden),
        mutual=frozenset(
            ordered(person_key(a), person_key(b))
            for a, b in (set() if everybody else mutual_pairs(session, campaign.id))
            if a in everyone and b in everyone
        ),
    )
    return Built(problem, lost)


def as_if_enrolled(session: Session, campaign: Campaign) -> list[EnrolledPerson]:
    """Everybody invited, with what the company knows of them and no answer of theirs."""
    book = DayBook(campaign)
    told = told_of_everybody(session, campaign)
    teams, sites = people_queries.teams_by_id(session), people_queries.sites_by_id(session)
    found = []
    for person in invited_people(session, campaign):
        assert person.id is not None
        team = teams[person.team_id]
        site = sites[team.site_id]
        found.append(
            EnrolledPerson(
                person_id=person.id,
                name=person.name,
                team_id=person.team_id,
                site_id=team.site_id,
                side=team.side,
                department=team.department,
                manager_id=person.manager_id,
                languages=tuple(person.languages),
                visit_days=book.dates(book.leaving(person, site, told(person.id, person.team_id))),
                host_days=book.dates(
                    book.receiving(person, site, team.closed_weekdays, told(person.id, person.team_id))
                ),
                wishes=(),
                avoid=frozenset(),
                excluded_sites=frozenset(),
            )
        )
    return found


def _rules(campaign: Campaign, days: list[date]) -> Rules:
    return Rules(
        days=tuple(days),
        exchange=campaign.exchange.value,
        max_swaps_per_person=campaign.max_swaps_per_person,
        min_gap_days=campaign.min_gap_days,
        max_gap_days=campaign.max_gap_days,
        max_travel_minutes=campaign.max_travel_minutes,
        link_points=campaign.link_points,
    )


def _freed(visits: Iterable[StandingVisit]) -> Counter[tuple[int, date, bool]]:
    """What visits take of their teams' days: by team, day, and whether somebody leaves (or comes)."""
    taken: Counter[tuple[int, date, bool]] = Counter()
    for visit in visits:
        taken[visit.visitor_team_id, visit.day, True] += 1
        taken[visit.host_team_id, visit.day, False] += 1
    return taken


def _crews(
    session: Session,
    campaign: Campaign,
    teams: list[Team],
    sites: Mapping[int, Site],
    days: list[date],
    freed: Counter[tuple[int, date, bool]],
) -> tuple[Crew, ...]:
    rooms = {
        (team_id, day): dataclasses.replace(
            room,
            away=room.away - freed[team_id, day, True],
            received=room.received - freed[team_id, day, False],
        )
        for (team_id, day), room in team_rooms(session, campaign, teams, sites, days).items()
    }
    crews = []
    for team in teams:
        assert team.id is not None
        limits = team_limits(campaign, team)
        usual = Limit(limits.max_away, limits.max_visitors)
        of_day = [rooms[team.id, day] for day in days]
        crews.append(
            Crew(
                id=team_key(team.id),
                name=team.name,
                side=team.side.value,
                department=department_key(team.department, team.id),
                site=site_key(team.site_id),
                max_away=usual.max_away,
                max_visitors=usual.max_visitors,
                closed=_mask(number for number, room in enumerate(of_day) if not room.is_open),
                good=_mask(number for number, room in enumerate(of_day) if room.is_good),
                limits_by_day={number: room.left for number, room in enumerate(of_day) if room.left != usual},
            )
        )
    return tuple(crews)


def _people(
    people: Iterable[EnrolledPerson],
    index: Mapping[date, int],
    taken: Mapping[int, int],
    here: Mapping[int, int],
    campaign: Campaign,
    left_out: set[int],
    places: set[int | None],
    more: Mapping[int, int],
) -> tuple[Person, ...]:
    return tuple(
        Person(
            id=person_key(row.person_id),
            team=team_key(row.team_id),
            available=_days(row.visit_days, index) & ~taken.get(row.person_id, 0),
            can_host=_days(row.host_days, index) & ~taken.get(row.person_id, 0),
            manager=None if row.manager_id is None else person_key(row.manager_id),
            wishes=tuple(team_key(wish) for wish in row.wishes),
            avoid=tuple(person_key(other) for other in sorted(row.avoid)),
            languages=row.languages,
            priority=LEFT_OUT if row.person_id in left_out else 1,
            excluded_sites=tuple(site_key(site) for site in sorted(row.excluded_sites) if site in places),
            max_swaps=max(0, at_most(campaign, more, row.person_id) - here.get(row.person_id, 0))
            if row.person_id in here or row.person_id in more
            else None,
        )
        for row in people
    )


def at_most(campaign: Campaign, more: Mapping[int, int], person_id: int) -> int:
    """So many exchanges (or visits made) somebody may have: the campaign's number, or their own."""
    return max(campaign.max_swaps_per_person, more.get(person_id, 0))


def _days(days: Iterable[date], index: Mapping[date, int]) -> int:
    return _mask(index[day] for day in days if day in index)


def _mask(numbers: Iterable[int]) -> int:
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def _pins(
    pins: Iterable[Pin], everyone: set[int], index: Mapping[date, int]
) -> tuple[tuple[Visit, ...], tuple[Pin, ...]]:
    kept, lost = [], []
    for pin in pins:
        if pin.visitor_id in everyone and pin.host_id in everyone and pin.day in index:
            kept.append(Visit(person_key(pin.visitor_id), person_key(pin.host_id), index[pin.day]))
        else:
            lost.append(pin)
    return tuple(kept), tuple(lost)


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def row_id(key: str) -> int:
    """The row behind one of the solver's ids: `p12` is person 12."""
    return int(key[1:])


def public(problem: Problem) -> Problem:
    """The problem as HR and programs may read it: nobody's avoided people or impossible places."""
    people = tuple(dataclasses.replace(person, avoid=(), excluded_sites=()) for person in problem.people)
    return dataclasses.replace(problem, people=people)


def without_secrets(problem: Problem) -> dict[str, Any]:
    """The document of `public`."""
    return public(problem).to_json()
