"""Rosters arrive: a file is kept for its preview, then written in one transaction, and the event recorded."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from app.accounts.audit import audit
from app.accounts.queries import done_by
from app.core import clock, jobs
from app.people import queries as people_queries
from app.people.importing.run import fingerprint
from app.teams.errors import RosterChanged, RosterGone
from app.teams.guards import RosterSender
from app.teams.importing.hours import Worked
from app.teams.importing.run import Key, RosterPlan, plan_roster
from app.teams.queries import led_teams, roster_file
from app.teams.tables import Roster, RosterDay, RosterFile, TeamPractice

KEPT = timedelta(days=1)
"""How long an uploaded file waits for its confirmation."""
DAYS_KEPT = timedelta(days=92)
"""After which a day of a roster is forgotten."""


def receive_file(
    session: Session, sender: RosterSender, name: str, content: bytes, *, now: datetime, today: date
) -> RosterFile:
    """Keep a file for its preview, after making sure that it can be read. Raises Unreadable."""
    plan_roster(session, content, team_ids=teams_of(session, sender), today=today)
    purge_files(session, now=now)
    kept = RosterFile(name=name[:200], content=content, account_id=sender.actor.account_id, created_at=now)
    session.add(kept)
    session.flush()
    return kept


def kept_file(session: Session, sender: RosterSender, roster_file_id: int) -> RosterFile:
    """A file that waits for its sender's confirmation. Raises NotFound."""
    since = clock.now() - KEPT
    return roster_file(session, roster_file_id, account_id=sender.actor.account_id, since=since)


def preview(session: Session, sender: RosterSender, content: bytes, *, today: date) -> RosterPlan:
    """What a roster would change. Raises Unreadable."""
    return plan_roster(session, content, team_ids=teams_of(session, sender), today=today)


def hold_file(session: Session, kept: RosterFile) -> None:
    """Until our commit nobody else confirms or drops the file. Raises RosterGone."""
    if not people_queries.hold_file(session, RosterFile, kept.id):
        raise RosterGone


def confirm_file(
    session: Session, sender: RosterSender, kept: RosterFile, *, shown: str, now: datetime, today: date
) -> RosterPlan:
    """Write what the preview with the fingerprint `shown` said, and forget the file.

    Raises RosterChanged, RosterGone: the caller rolls back.
    """
    hold_file(session, kept)
    plan = preview(session, sender, kept.content, today=today)
    if fingerprint(plan.report) != shown:
        raise RosterChanged
    session.exec(delete(RosterFile).where(col(RosterFile.id) == kept.id))
    take_in(session, sender, plan, now=now, file_id=kept.id)
    return plan


def days_confirmed(session: Session, sender: RosterSender, roster_file_id: int) -> int | None:
    """How many days changed when this sender confirmed this file, which is forgotten since; None: they did
    not."""
    entries = done_by(session, sender.actor.account_id, "roster.imported")
    found = (one.details.get("days") for one in entries if one.details.get("file") == roster_file_id)
    days = next(found, None)
    return days if isinstance(days, int) else None


def take_in(
    session: Session,
    sender: RosterSender | None,
    plan: RosterPlan,
    *,
    now: datetime,
    file_id: int | None = None,
) -> list[int]:
    """Write a plan; ids of the rosters that arrived. Raises RosterChanged when another one came first.

    Without a sender: the command line. `file_id`: the preview that was confirmed.
    """
    if not plan.spans:
        return []
    account_id = sender.actor.account_id if sender else None
    try:
        with session.begin_nested():
            _write_days(session, plan.added, plan.changed)
            _say_by_roster(session, plan.spans)
            rosters = [
                Roster(
                    team_id=team_id,
                    first_day=span.first_day,
                    last_day=span.last_day,
                    people=len(span.people),
                    received_at=now,
                    account_id=account_id,
                )
                for team_id, span in plan.spans.items()
            ]
            session.add_all(rosters)
    except IntegrityError as taken:
        raise RosterChanged from taken
    ids = [one.id for one in rosters if one.id is not None]
    details: dict[str, Any] = {"teams": len(rosters), "days": len(plan.added) + len(plan.changed)}
    if file_id is not None:
        details["file"] = file_id
    if sender and not sender.everybody:
        own = sender.person_id
        details["for_manager"] = sorted(one.id for one in sender.managers if one.id and one.id != own)
        if not details["for_manager"]:
            del details["for_manager"]
    audit(session, account_id, "roster.imported", "roster", now=now, **details)
    program = sender.actor.name if sender and sender.actor.program else ""
    jobs.record(session, "roster.imported", roster_ids=ids, by=account_id, program=program)
    return ids


def teams_of(session: Session, sender: RosterSender) -> Collection[int] | None:
    """The teams whose rosters a sender may send; None for all of them."""
    if sender.everybody:
        return None
    return {team.id for team, _site in led_teams(session, sender.managers) if team.id is not None}


def drop_file(session: Session, kept: RosterFile) -> None:
    """Forget a file without writing it. Raises RosterGone when it was confirmed meanwhile."""
    if session.exec(delete(RosterFile).where(col(RosterFile.id) == kept.id)).rowcount != 1:
        raise RosterGone


def purge_files(session: Session, *, now: datetime) -> None:
    """Forget files that nobody confirmed within a day."""
    session.exec(delete(RosterFile).where(col(RosterFile.created_at) < now - KEPT))


def forget_old_days(session: Session, *, today: date) -> None:
    """Forget the days of rosters three months after them."""
    before = today - DAYS_KEPT
    session.exec(delete(RosterDay).where(col(RosterDay.day) < before))
    session.exec(delete(Roster).where(col(Roster.last_day) < before))


def _write_days(session: Session, added: Mapping[Key, Worked], changed: Mapping[Key, Worked]) -> None:
    if added:
        session.execute(insert(RosterDay), [_row(key, worked) for key, worked in added.items()])
    if changed:
        session.execute(update(RosterDay), [_row(key, worked) for key, worked in changed.items()])


def _row(key: Key, worked: Worked) -> dict[str, Any]:
    return {
        "person_id": key[0],
        "day": key[1],
        "shift": worked.shift,
        "starts_at": worked.starts_at,
        "ends_at": worked.ends_at,
    }


def _say_by_roster(session: Session, teams: Collection[int]) -> None:
    """A team works by roster from the first one that it gets, until somebody says otherwise."""
    known = set(session.exec(select(TeamPractice.team_id).where(col(TeamPractice.team_id).in_(teams))))
    session.add_all(TeamPractice(team_id=team_id, by_roster=True) for team_id in sorted(set(teams) - known))
    session.exec(
        update(TeamPractice)
        .where(col(TeamPractice.team_id).in_(known), ~col(TeamPractice.by_roster))
        .values(by_roster=True, version=TeamPractice.version + 1)
        .execution_options(synchronize_session=False)
    )
