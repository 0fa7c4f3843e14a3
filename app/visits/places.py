"""Taking and giving back what is scarce: a person's day, and the places of a team's day.

Whatever makes, moves or cancels a visit goes through here. Two tables hold the scarcity, and the database
keeps it, not the reader of a page:

- `person_day`: its key gives each person one visit a day, across campaigns. An offer that waits for an answer
  holds the day as a visit would (`hold`).
- `team_day`: counters of who leaves and who comes, raised only by a conditional UPDATE that names the limit.

Rows are touched in one order (people, then teams, each sorted), so that two who want the same days wait for
one another instead of locking each other out.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, update

from app.campaigns.tables import Campaign
from app.people import queries as people_queries
from app.people.tables import Person, Team
from app.visits.errors import DayTaken, TeamShort, TeamTaken
from app.visits.limits import At, TeamRoom, taken_days, team_rooms
from app.visits.tables import PersonDay, TeamDay, Visit

NO_LIMIT = 1_000_000
FEW = 20
CHUNK = 10_000
"""Values named in one statement; SQLite takes 32,766."""


def take(session: Session, campaign: Campaign, visits: Collection[Visit], *, unlimited: bool = False) -> None:
    """Take the days of new visits, all or none.

    Raises `DayTaken` when somebody has another visit on one of the days, `TeamShort` when a team may let
    nobody more go, `TeamTaken` when a team receives nobody (more) that day; then nothing is taken.
    `unlimited`: the teams' limits do not count (somebody entitled took it upon themselves); a person still
    has one visit a day.
    """
    exchange(session, campaign, visits, given_back=(), unlimited=unlimited)


def give_back(session: Session, visit_ids: Collection[int]) -> None:
    """Give back what these visits hold; a visit that holds nothing any more changes nothing."""
    gone = _let_go(session, visit_ids)
    change: Counts = Counter()
    change.subtract(gone)
    _count(session, _lines(change, {}))


def exchange(
    session: Session,
    campaign: Campaign,
    visits: Collection[Visit],
    *,
    given_back: Collection[int],
    unlimited: bool = False,
) -> None:
    """Give back the days of some visits (by id), then take those of others, all or none. Raises as `take`.

    How a visit moves: its new day is in the row, its id in both. A place given back may be taken again.
    """
    _exchange(session, campaign, _person_days(session, visits), given_back, unlimited=unlimited)


def hold(
    session: Session, campaign: Campaign, held_for: str, *, visitor_id: int, host_id: int, day: date
) -> None:
    """Hold both people's day and both teams' for a visit that is offered; raises as `take`.

    What is held counts like a visit, so that whoever says yes in time cannot come too late.
    """
    team_of = _teams_of(session, [visitor_id, host_id])
    rows = [
        _row(one, day, team_of[one], leaves=one == visitor_id, held_for=held_for)
        for one in sorted((visitor_id, host_id))
    ]
    _exchange(session, campaign, rows, ())


def let_go(session: Session, held_for: str) -> None:
    """Give back what was held; what is held no more changes nothing."""
    change: Counts = Counter()
    change.subtract(_remove(session, col(PersonDay.held_for) == held_for))
    _count(session, _lines(change, {}))


def let_go_of(session: Session, person_id: int) -> None:
    """Give back whatever is held with a person: they are erased."""
    names = select(col(PersonDay.held_for)).where(
        col(PersonDay.person_id) == person_id, col(PersonDay.held_for).is_not(None)
    )
    for held_for in session.scalars(names).all():
        if held_for is not None:
            let_go(session, held_for)


def turn_into(session: Session, held_for: str, visit: Visit) -> bool:
    """What was held for these two on that day is the visit's from now on; False when it was not held."""
    two = (visit.visitor_id, visit.host_id)
    done = session.connection().execute(
        update(PersonDay)
        .where(
            col(PersonDay.held_for) == held_for,
            col(PersonDay.person_id).in_(two),
            col(PersonDay.day) == visit.day,
        )
        .values(visit_id=visit.id, held_for=None)
    )
    return done.rowcount == len(two)


def held_host(session: Session, held_for: str) -> int | None:
    """Whose day is held to receive; None when nothing is held."""
    return session.scalar(
        select(col(PersonDay.person_id)).where(
            col(PersonDay.held_for) == held_for, col(PersonDay.leaves).is_(False)
        )
    )


def _exchange(
    session: Session,
    campaign: Campaign,
    rows: list[dict[str, Any]],
    given_back: Collection[int],
    *,
    unlimited: bool = False,
) -> None:
    wanted = _counted((row["team_id"], row["day"], row["leaves"]) for row in rows if row["counts"])
    ceilings = {} if unlimited else _ceilings(session, campaign, wanted)
    lines: list[dict[str, Any]] = []
    try:
        with session.begin_nested():
            change = Counter(wanted)
            change.subtract(_let_go(session, given_back))
            _take_people(session, rows)
            lines = _lines(change, ceilings)
            _count(session, lines)
    except _Full:
        raise _refusal(session, lines) from None
    except IntegrityError as twice:
        raise DayTaken(_who_is_taken(session, rows)) from twice


class _Full(Exception):
    """A counter stood at its ceiling."""


def rooms_of(session: Session, campaign: Campaign, at: Iterable[At]) -> dict[At, TeamRoom]:
    """The limits of some teams' days, and what is taken of them, as they are now."""
    wanted = set(at)
    ids = {team_id for team_id, _day in wanted}
    teams = session.scalars(select(Team).where(col(Team.id).in_(ids))).all()
    sites = people_queries.sites_by_id(session)
    rooms = team_rooms(session, campaign, teams, sites, sorted({day for _team_id, day in wanted}))
    return {one: rooms[one] for one in wanted}


class Carried(NamedTuple):
    """A day that somebody takes along to another team."""

    person_id: int
    day: date
    leaves: bool
    counts: bool
    visit_id: int | None
    left: int
    joined: int


def to_carry(session: Session, today: date, *which: ColumnElement[bool]) -> list[Carried]:
    """Days to come that still count in the team that somebody was of. One query."""
    of_day = (PersonDay.person_id, PersonDay.day, PersonDay.leaves, PersonDay.counts, PersonDay.visit_id)
    query = (
        select(*(col(one) for one in of_day), col(PersonDay.team_id), col(Person.team_id))
        .join(Person, col(Person.id) == col(PersonDay.person_id))
        .where(col(PersonDay.day) >= today, col(Person.team_id) != col(PersonDay.team_id), *which)
        .order_by(col(PersonDay.person_id), col(PersonDay.day))
    )
    return [Carried(*row) for row in session.execute(query)]


def follow_moves(session: Session, today: date, *which: ColumnElement[bool]) -> list[Carried]:
    """Who changed team takes their days to come along: the counters follow. Which days did."""
    moved = to_carry(session, today, *which)
    if moved:
        session.connection().execute(
            update(PersonDay)
            .where(col(PersonDay.person_id) == bindparam("who"), col(PersonDay.day) == bindparam("on"))
            .values(team_id=bindparam("joined")),
            [{"who": one.person_id, "on": one.day, "joined": one.joined} for one in moved],
        )
        counted = [one for one in moved if one.counts]
        change = _counted((one.joined, one.day, one.leaves) for one in counted)
        change.subtract(_counted((one.left, one.day, one.leaves) for one in counted))
        _count(session, _lines(change, {}))
    return moved


Counts = Counter[tuple[int, date, bool]]
"""People by team, day, and whether they leave (or come)."""


def _counted(rows: Iterable[tuple[int, date, bool]]) -> Counts:
    return Counter((team_id, day, bool(leaves)) for team_id, day, leaves in rows)


def _person_days(session: Session, visits: Iterable[Visit]) -> list[dict[str, Any]]:
    """The rows that visits take, by person and day; each counts in the team that is theirs today.

    A tutor's day is taken as well, and counts nowhere: the team receives one visitor, not two.
    """
    team_of = _teams_of(session, {person_id for visit in visits for person_id in _people_of(visit)})
    rows = [
        _row(
            person_id,
            visit.day,
            team_of[person_id],
            leaves=person_id == visit.visitor_id,
            visit_id=visit.id,
            counts=person_id != visit.tutor_id,
        )
        for visit in visits
        for person_id in _people_of(visit)
    ]
    return sorted(rows, key=lambda row: (row["person_id"], row["day"]))


def _teams_of(session: Session, person_ids: Collection[int]) -> dict[int, int]:
    people = sorted(person_ids)
    team_of: dict[int, int] = {}
    for start in range(0, len(people), CHUNK):
        chunk = people[start : start + CHUNK]
        found = session.execute(select(col(Person.id), col(Person.team_id)).where(col(Person.id).in_(chunk)))
        team_of |= {row[0]: row[1] for row in found}
    return team_of


def _row(
    person_id: int,
    day: date,
    team_id: int,
    *,
    leaves: bool,
    visit_id: int | None = None,
    held_for: str | None = None,
    counts: bool = True,
) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "day": day,
        "visit_id": visit_id,
        "held_for": held_for,
        "team_id": team_id,
        "leaves": leaves,
        "counts": counts,
    }


def _people_of(visit: Visit) -> list[int]:
    two = [visit.visitor_id, visit.host_id]
    return two if visit.tutor_id is None else [*two, visit.tutor_id]


def _let_go(session: Session, visit_ids: Collection[int]) -> Counts:
    """Remove what visits hold; what it was. Of two who remove at once, one finds it."""
    ids = sorted(visit_ids)
    found: Counts = Counter()
    for start in range(0, len(ids), CHUNK):
        found += _remove(session, col(PersonDay.visit_id).in_(ids[start : start + CHUNK]))
    return found


def _remove(session: Session, which: ColumnElement[bool]) -> Counts:
    gone = session.execute(
        delete(PersonDay)
        .where(which)
        .returning(col(PersonDay.team_id), col(PersonDay.day), col(PersonDay.leaves), col(PersonDay.counts)),
        execution_options={"synchronize_session": False},
    )
    return _counted((row[0], row[1], row[2]) for row in gone if row[3])


def _ceilings(session: Session, campaign: Campaign, wanted: Counts) -> dict[At, tuple[int, int]]:
    if not wanted:
        return {}
    rooms = rooms_of(session, campaign, {(team_id, day) for team_id, day, _leaves in wanted})
    return {at: (room.max_away, room.max_visitors if room.is_open else 0) for at, room in rooms.items()}


def _take_people(session: Session, rows: list[dict[str, Any]]) -> None:
    if len(rows) > FEW:
        session.connection().execute(insert(PersonDay), rows)
    elif rows:  # one statement: a refusal breaks off no batch
        session.connection().execute(insert(PersonDay).values(rows))


def _who_is_taken(session: Session, rows: list[dict[str, Any]]) -> set[int]:
    """Whose day is another visit's, once nothing is taken; named for a few people, not for a whole plan."""
    if len(rows) > FEW:
        return set()
    same = or_(
        *((col(PersonDay.person_id) == r["person_id"]) & (col(PersonDay.day) == r["day"]) for r in rows)
    )
    return set(session.scalars(select(col(PersonDay.person_id)).where(same)))


def _lines(change: Counts, ceilings: Mapping[At, tuple[int, int]]) -> list[dict[str, Any]]:
    """What becomes of each team's day, in order; only a counter that grows has a ceiling."""
    lines = []
    for at in sorted({(team_id, day) for (team_id, day, _leaves), count in change.items() if count}):
        away, received = change[*at, True], change[*at, False]
        most_away, most_received = ceilings.get(at, (NO_LIMIT, NO_LIMIT))
        lines.append(
            {
                "team": at[0],
                "on": at[1],
                "leave": away,
                "come": received,
                "most_away": most_away if away > 0 else NO_LIMIT,
                "most_received": most_received if received > 0 else NO_LIMIT,
            }
        )
    return lines


def _count(session: Session, lines: list[dict[str, Any]]) -> None:
    """Change the counters, all of them. Raises `_Full` when one stands at its ceiling."""
    if not lines:
        return
    connection = session.connection()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    begun = [{"team_id": line["team"], "day": line["on"], "away": 0, "received": 0} for line in lines]
    connection.execute(dialect.insert(TeamDay).on_conflict_do_nothing(), begun)
    done = connection.execute(
        update(TeamDay)
        .where(
            col(TeamDay.team_id) == bindparam("team"),
            col(TeamDay.day) == bindparam("on"),
            col(TeamDay.away) + bindparam("leave") <= bindparam("most_away"),
            col(TeamDay.received) + bindparam("come") <= bindparam("most_received"),
        )
        .values(
            away=col(TeamDay.away) + bindparam("leave"), received=col(TeamDay.received) + bindparam("come")
        ),
        lines,
    )
    if done.rowcount != len(lines):
        raise _Full


def _refusal(session: Session, lines: list[dict[str, Any]]) -> TeamShort | TeamTaken:
    """Which limit said no, once nothing is taken. Somebody may have given a place back since."""
    now = taken_days(session, {line["team"] for line in lines}, {line["on"] for line in lines})
    for line in lines:
        away, received = now.get((line["team"], line["on"]), (0, 0))
        if line["come"] > 0 and received + line["come"] > line["most_received"]:
            return TeamTaken(line["team"], line["on"])
        if line["leave"] > 0 and away + line["leave"] > line["most_away"]:
            return TeamShort(line["team"], line["on"])
    return TeamTaken(lines[0]["team"], lines[0]["on"])
