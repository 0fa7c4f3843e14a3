"""Who leads the people of days that cannot take place reads it, and that they can again; who leads a team
reads which days came to it, or left it, with their host: one message for each closing, roster, opening or
staff file, whatever their number. It names the days and the teams, not the people. Who leads a team reads as
well that HR changed the weekdays on which it receives, and what stands on those it closes."""

from collections import defaultdict
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
from app.people.words import weekday_names
from app.teams import queries as teams
from app.teams.rules import marked
from app.visits.marks import against_limits
from app.visits.other_team import Joining, received
from app.visits.queries import SeenVisit, visits_with_ids
from app.visits.rosters import conflicts_among, mended_by_hours
from app.visits.rules import is_ahead
from app.visits.suspending import suspended_at

Led = dict[int, dict[int, tuple[SeenVisit, list[str]]]]
"""By reader, then by visit: the day, and which of its two sides they lead."""


def tell_teams_suspended(engine: Engine, visit_ids: list[int], about: int) -> None:
    """Job of `visits.suspended`: those of the days that still cannot take place. Safe to run twice."""
    with open_session(engine) as session:
        found = conflicts_among(session, _ahead(session, visit_ids))
        closed = {one.seen.visit.id or 0 for one in found if one.closed}
        led = _led(session, [one.seen for one in found])
        for one in found:
            if mended_by_hours(one):  # whoever receives reads of the hours to change
                for mine in led.values():
                    _leave_out(mine, one.seen.visit.id or 0, "host")
        _write(session, led, about, closed)


def tell_teams_resumed(engine: Engine, visit_ids: list[int], about: int) -> None:
    """Job of `visits.resumed`: those of the days against which nothing stands, to whoever read that they
    could not take place. Safe to run twice."""
    with open_session(engine) as session:
        ahead = _ahead(session, visit_ids)
        against = {one.seen.visit.id for one in conflicts_among(session, ahead)}
        led = _led(session, [one for one in ahead if one.visit.id not in against])
        _keep_told(session, led)
        _write(session, led, about, None)


def tell_teams_carried(engine: Engine, lines: list[list[int]]) -> None:
    """Job of `visits.carried`: those of the days whose visitor, or host, is still of the team that they
    joined. `lines`: of each its line in the history, its visit, the two teams, and whether it is the visitor.
    Safe to run twice."""
    with open_session(engine) as session:
        ahead = {one.visit.id: one for one in _ahead(session, [visit_id for _line, visit_id, *_ in lines])}
        names = teams_by_id(session)
        coming = [
            Joining(ahead[visit_id], bool(leaves), names[left], names[joined])
            for _line, visit_id, left, joined, leaves in lines
            if visit_id in ahead
        ]
        coming = [one for one in coming if one.person.team_id == one.after.id]
        ids = {team.id or 0 for one in coming for team in (one.before, one.after)}
        leads = teams.leaders_of_teams(session, ids, clock.today())
        mine: dict[int, list[Joining]] = defaultdict(list)
        for one in received(session, coming):
            for reader_id in leads[one.before.id or 0] | leads[one.after.id or 0]:
                if not one.seen.has(reader_id):
                    mine[reader_id].append(one)
        about = max(line_id for line_id, *_rest in lines)
        for person_id, reader in sorted(mails.readers_of(session, mine).items()):
            days = mine[person_id]
            outbox.send(
                session,
                Kind.TEAM_MOVED,
                reader,
                key=f"{Kind.TEAM_MOVED}:{about}:{person_id}",
                now=clock.now(),
                context={"days": days},
                campaign=days[0].seen.campaign,
                reply_to=mails.reply_address(session, days[0].seen.campaign),
                until=days[-1].seen.visit.day,
            )


def tell_weekdays(engine: Engine, team_id: int, version: int, before: str) -> None:
    """Job of `team.weekdays`: whoever leads the team reads on which weekdays it receives no more, what stands
    on those days all the same, and on which it receives again. Safe to run twice; changed again meanwhile, it
    is told once, as it stands."""
    today = clock.today()
    with open_session(engine) as session:
        team = teams_by_id(session)[team_id]
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


def _write(session: Session, led: Led, about: int, closed: set[int] | None) -> None:
    """`closed`: which of the days are on a closed site; None: they can take place again."""
    for person_id, reader in sorted(mails.readers_of(session, [one for one in led if led[one]]).items()):
        mine = list(led[person_id].values())
        first, last = mine[0][0], mine[-1][0]
        outbox.send(
            session,
            Kind.TEAM_DAYS,
            reader,
            key=f"{Kind.TEAM_DAYS}:{about}:{person_id}",
            now=clock.now(),
            context={"days": mine, "closed": closed or set(), "resumed": closed is None},
            campaign=first.campaign,
            reply_to=mails.reply_address(session, first.campaign),
            until=last.visit.day,
        )


def _led(session: Session, days: list[SeenVisit]) -> Led:
    """Which of the days concern whom, by day, with the sides that are theirs; nobody reads of their own."""
    managers = {one for seen in days for one in (seen.visitor.manager_id, seen.host.manager_id) if one}
    lent = teams.delegates_of(session, managers, clock.today())
    led: Led = defaultdict(dict)
    for seen in sorted(days, key=lambda one: (one.visit.day, one.visit.id or 0)):
        for side, person in (("visitor", seen.visitor), ("host", seen.host)):
            if person.manager_id is None:
                continue
            for reader_id in {person.manager_id, *lent.get(person.manager_id, ())}:
                if not seen.has(reader_id):
                    led[reader_id].setdefault(seen.visit.id or 0, (seen, []))[1].append(side)
    return led


def _keep_told(session: Session, led: Led) -> None:
    """Leave out what somebody never read to be suspended."""
    since = suspended_at(session, {visit_id for mine in led.values() for visit_id in mine})
    told: dict[int, datetime] = {}
    for _key, person_id, at in mails.written_to(session, Kind.TEAM_DAYS, set(led)):
        told[person_id] = max(at, told.get(person_id, at))
    for person_id, mine in led.items():
        led[person_id] = {
            visit_id: one
            for visit_id, one in mine.items()
            if person_id in told and visit_id in since and told[person_id] >= since[visit_id]
        }


def _leave_out(mine: dict[int, tuple[SeenVisit, list[str]]], visit_id: int, side: str) -> None:
    if visit_id in mine and side in mine[visit_id][1]:
        mine[visit_id][1].remove(side)
        if not mine[visit_id][1]:
            del mine[visit_id]
