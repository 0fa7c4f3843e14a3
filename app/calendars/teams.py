"""Who leads the people of days that cannot take place reads it, and that they can again; who leads a team
reads which days came to it, or left it, with their host, and whoever leads the visitor where they go now: one
message for each closing, roster, opening or staff file, whatever their number. It names the days and the
teams, not the people. Who leads a team reads as well that HR changed the weekdays on which it receives, and
what stands on those it closes."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from app.core import clock
from app.core.db import open_session
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.queries import teams_by_id
from app.people.tables import Team
from app.people.words import weekday_names
from app.teams import queries as teams
from app.teams.rules import marked
from app.visits import reading
from app.visits.marks import against_limits
from app.visits.off_days import Cause
from app.visits.other_team import Joining, received
from app.visits.queries import SeenVisit, visits_with_ids
from app.visits.rosters import Conflict, conflicts_among, host_receives, mended_by_hours
from app.visits.rules import is_ahead
from app.visits.suspending import suspended_at
from app.visits.tables import VisitChange


@dataclass
class Mine:
    """A day as somebody reads of it who leads one of its two teams, or one of its two."""

    seen: SeenVisit
    sides: list[str] = field(default_factory=list)
    """Which of its two they lead."""
    moves: list[Joining] = field(default_factory=list)
    """Who went from where to where."""
    team: Joining | None = None
    """With their person's day, another team receives, ..."""
    place: VisitChange | None = None
    """... or it takes place elsewhere."""
    gone: bool = False
    """It came to nothing where it went, which those who lead the new team read by itself."""
    state: str = ""
    """`closed` or `suspended` where it cannot take place, `resumed` where it can again."""
    cause: Cause = Cause.ROSTER
    """What contradicts a suspended day."""


Led = dict[int, dict[int, Mine]]
"""By reader, then by visit."""


def tell_teams_suspended(engine: Engine, visit_ids: list[int], about: int) -> None:
    """Job of `visits.suspended`: those of the days that still cannot take place. Safe to run twice."""
    with open_session(engine) as session:
        _write(session, _suspended(session, _ahead(session, visit_ids)), about)


def tell_teams_resumed(engine: Engine, visit_ids: list[int], about: int) -> None:
    """Job of `visits.resumed`: those of the days against which nothing stands, to whoever read that they
    could not take place. Safe to run twice."""
    with open_session(engine) as session:
        _write(session, _resumed(session, _ahead(session, visit_ids)), about)


def tell_teams_carried(
    engine: Engine,
    lines: list[list[int]],
    suspended: Collection[int] = (),
    resumed: Collection[int] = (),
    about: int | None = None,
    places: Collection[int] = (),
) -> None:
    """Job of `visits.carried`: what one look found, in one message to each: those of the days whose visitor,
    or host, is still of the team that they joined, or that take place elsewhere, with whether each can take
    place; and the other days that it suspended, or that hold again. What falls is told by itself, but to who
    leads the team that it left. `lines`: of each day its line in the history, its visit, the two teams, and
    whether it is the visitor; `about`: names it all, the last of them where it is None; `places`: the lines
    of days that take place elsewhere. Safe to run twice."""
    with open_session(engine) as session:
        placed = [one.change for one in reading.changes_with_ids(session, places)]
        ids = {*(one[1] for one in lines), *(one.visit_id for one in placed), *suspended, *resumed}
        found = visits_with_ids(session, ids)
        ahead = [one for one in found if is_ahead(one.visit, clock.today())]
        against = {one.seen.visit.id: one for one in conflicts_among(session, ahead)}
        standing = {
            one.visit.id
            for one in ahead
            if (why := against.get(one.visit.id)) is None or not why.mends_itself
        }
        mine = _carried(session, [one for one in found if not one.is_past], lines, placed, standing)
        for days in mine.values():
            for visit_id, day in days.items():
                why = against.get(visit_id)
                if visit_id in standing and why is not None and not host_receives(why):
                    day.state, day.cause = _state(why)
        for others, which in ((_suspended, suspended), (_resumed, resumed)):
            found_since = others(session, [one for one in ahead if one.visit.id in set(which)])
            for reader, days in found_since.items():
                for visit_id, day in days.items():
                    own = mine.setdefault(reader, {}).setdefault(visit_id, day)
                    own.state, own.cause = day.state, day.cause
        _write(session, mine, about or max(line_id for line_id, *_rest in lines))


def _carried(
    session: Session,
    days: Collection[SeenVisit],
    lines: list[list[int]],
    placed: Collection[VisitChange],
    standing: Collection[int | None],
) -> Led:
    """Who leads the former and the new team of somebody reads of their days. Of where the host is now, those
    who lead the visitor do as well. Of a day that does not stand, those alone who will not read its fall."""
    names, seen = teams_by_id(session), {one.visit.id: one for one in days}
    coming = [
        Joining(seen[visit_id], bool(leaves), names[left], names[joined])
        for _line, visit_id, left, joined, leaves in lines
        if visit_id in seen
    ]
    coming = [one for one in coming if one.person.team_id == one.after.id]
    ids = {team.id or 0 for one in coming for team in (one.before, one.after)}
    leads = teams.leaders_of_teams(session, ids, clock.today())
    led = _led(session, days)
    mine: Led = defaultdict(dict)

    def of(reader_id: int, one: SeenVisit) -> Mine:
        sides = led.get(reader_id, {}).get(one.visit.id or 0, Mine(one)).sides
        return mine[reader_id].setdefault(one.visit.id or 0, Mine(one, sides))

    for one in received(session, coming):
        stands = one.seen.visit.id in standing
        movers = leads[one.before.id or 0] | leads[one.after.id or 0]
        for reader_id in movers:
            if not one.seen.has(reader_id) and (stands or one.seen.visit.id not in led.get(reader_id, {})):
                day = of(reader_id, one.seen)
                day.moves.append(one)
                day.gone = not stands
        if not one.leaves and stands:
            for reader_id in _to_visit(led, one.seen) - movers:
                of(reader_id, one.seen).team = one
    for line in placed:
        there = seen.get(line.visit_id)
        if there is not None and line.visit_id in standing and there.host_site.name == line.place_after:
            for reader_id in _to_visit(led, there):
                of(reader_id, there).place = line
    return mine


def _to_visit(led: Led, seen: SeenVisit) -> set[int]:
    """Who leads the visitor of a day."""
    return {
        reader for reader, days in led.items() if "visitor" in days.get(seen.visit.id or 0, Mine(seen)).sides
    }


def _suspended(session: Session, days: list[SeenVisit]) -> Led:
    """Those of the days that still cannot take place."""
    found = conflicts_among(session, days)
    led = _led(session, [one.seen for one in found])
    states = {one.seen.visit.id: _state(one) for one in found}
    for mine in led.values():
        for visit_id, day in mine.items():
            day.state, day.cause = states[visit_id]
    for one in found:
        if mended_by_hours(one):  # whoever receives reads of the hours to change
            for mine in led.values():
                _leave_out(mine, one.seen.visit.id or 0, "host")
    return led


def _state(found: Conflict) -> tuple[str, Cause]:
    return "closed" if found.closed else "suspended", found.cause


def _resumed(session: Session, days: list[SeenVisit]) -> Led:
    """Those of the days against which nothing stands, to whoever read that they could not take place."""
    against = {one.seen.visit.id for one in conflicts_among(session, days)}
    led = _led(session, [one for one in days if one.visit.id not in against])
    _keep_told(session, led)
    for mine in led.values():
        for day in mine.values():
            day.state = "resumed"
    return led


def tell_weekdays(engine: Engine, team_id: int, version: int, before: str) -> None:
    """Job of `team.weekdays`: whoever leads the team reads on which weekdays it receives no more, what stands
    on those days all the same, and on which it receives again. Safe to run twice; changed again meanwhile, it
    is told once, as it stands."""
    today = clock.today()
    with open_session(engine) as session:
        team = session.get_one(Team, team_id)
        shut, opened = (
            "".join(
                str(int(one == mark != other))
                for one, other in zip(team.closed_weekdays, before, strict=True)
            )
            for mark in "10"
        )
        if "1" not in shut + opened:
            return
        staying = [
            one for one in against_limits(session, team, today) if marked(shut, one.day) and not one.leaves
        ]
        leads = teams.leaders_of_teams(session, {team_id}, today)[team_id]
        for person_id, reader in sorted(mails.readers_of(session, leads).items()):
            with speaking(reader.language):
                said = {"shut": weekday_names(shut), "opened": weekday_names(opened)}
            outbox.send(
                session,
                Kind.TEAM_WEEKDAYS,
                reader,
                key=f"{Kind.TEAM_WEEKDAYS}:{team_id}:{team.version}:{person_id}",
                now=clock.now(),
                context={"team": team, "staying": staying, **said},
            )


def _ahead(session: Session, visit_ids: list[int]) -> list[SeenVisit]:
    return [one for one in visits_with_ids(session, visit_ids) if is_ahead(one.visit, clock.today())]


def _write(session: Session, led: Led, about: int) -> None:
    """One message to each: of days that can take place no more, or again, or of whatever became of them."""
    for person_id, reader in sorted(mails.readers_of(session, [one for one in led if led[one]]).items()):
        mine = sorted(led[person_id].values(), key=lambda one: (one.seen.visit.day, one.seen.visit.id or 0))
        states = {one.state == "resumed" for one in mine}
        moved = any(one.moves or one.team or one.place for one in mine)
        kind = Kind.TEAM_MOVED if len(states) > 1 or moved else Kind.TEAM_DAYS
        campaign = mine[0].seen.campaign
        outbox.send(
            session,
            kind,
            reader,
            key=f"{kind}:{about}:{person_id}",
            now=clock.now(),
            context={"days": mine, "resumed": states == {True}},
            campaign=campaign,
            reply_to=mails.reply_address(session, campaign),
            until=mine[-1].seen.visit.day,
        )


def _led(session: Session, days: Collection[SeenVisit]) -> Led:
    """Which of the days concern whom, with the sides that are theirs (`teams.queries.readers_about`); nobody
    reads of their own. Two queries."""
    about = teams.readers_about(
        session, [person for seen in days for person in (seen.visitor, seen.host)], clock.today()
    )
    led: Led = defaultdict(dict)
    for seen in days:
        for side, person in (("visitor", seen.visitor), ("host", seen.host)):
            for reader_id in about[person.id or 0]:
                if not seen.has(reader_id):
                    led[reader_id].setdefault(seen.visit.id or 0, Mine(seen)).sides.append(side)
    return led


def _keep_told(session: Session, led: Led) -> None:
    """Leave out what somebody never read to be suspended."""
    since = suspended_at(session, {visit_id for mine in led.values() for visit_id in mine})
    told: dict[int, datetime] = {}
    for kind in (Kind.TEAM_DAYS, Kind.TEAM_MOVED):
        for _key, person_id, at in mails.written_to(session, kind, set(led)):
            told[person_id] = max(at, told.get(person_id, at))
    for person_id, mine in led.items():
        led[person_id] = {
            visit_id: one
            for visit_id, one in mine.items()
            if person_id in told and visit_id in since and told[person_id] >= since[visit_id]
        }


def _leave_out(mine: dict[int, Mine], visit_id: int, side: str) -> None:
    if visit_id in mine and side in mine[visit_id].sides:
        mine[visit_id].sides.remove(side)
        if not mine[visit_id].sides:
            del mine[visit_id]
