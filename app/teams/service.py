"""Every change of what teams decide, but rosters (`rosters.py`)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, or_, select, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.core import jobs
from app.core.errors import NotFound, Stale
from app.people.tables import Person
from app.teams import days as team_days
from app.teams import queries
from app.teams.errors import DaysOutOfReach, DelegateNotPossible, DelegationOverlaps, DelegationTooLong
from app.teams.queries import Lead
from app.teams.schemas import ConditionsForm
from app.teams.tables import (
    BlackoutDay,
    ClosedDay,
    Delegation,
    GoodDay,
    RosterDay,
    TeamConditions,
    TeamPractice,
)

MOST_DAYS = 92
"""Days marked at once."""
AHEAD = timedelta(days=366)
LONGEST_DELEGATION = timedelta(days=184)
DELEGATIONS_KEPT = timedelta(days=92)
"""After their last day; the audit trail keeps who acted for whom."""


class Mark(StrEnum):
    """What a team says of a day."""

    CLOSED = "closed"
    """Nobody comes, nobody goes."""
    NO_VISITORS = "no_visitors"
    NO_LEAVING = "no_leaving"
    GOOD = "good"
    """Good to receive."""
    ORDINARY = "ordinary"


@dataclass(frozen=True)
class By:
    """Who decides: an account, and how it leads the team (None: HR)."""

    actor: Actor
    lead: Lead | None = None

    def note(self, session: Session, action: str, subject: str, *, now: datetime, **details: Any) -> None:
        """Write a decision into the audit trail; a delegate's says for whom."""
        if self.lead is not None and self.lead.by_delegation:
            details["for_manager"] = self.lead.manager.id
        audit(session, self.actor.account_id, action, subject, now=now, **details)


def mark_days(
    session: Session, team_id: int, days: Iterable[date], mark: Mark, *, version: int, by: By, now: datetime,
    today: date,
) -> TeamPractice:  # fmt: skip
    """Say the same of some days; what the team said of them before is replaced. Raises DaysOutOfReach,
    Stale.

    Visits that stand on them stay: the manager sees them, and cancels or moves what must not be. A site that
    HR closed stays closed, whatever its teams say (`close_site`).
    """
    wanted = sorted(set(days))
    if not wanted or len(wanted) > MOST_DAYS or wanted[0] < today or wanted[-1] > today + AHEAD:
        raise DaysOutOfReach(MOST_DAYS)
    practice = _change_practice(session, team_id, version)
    for table in (BlackoutDay, GoodDay):
        session.exec(delete(table).where(col(table.team_id) == team_id, col(table.day).in_(wanted)))
    if mark == Mark.GOOD:
        session.add_all(GoodDay(team_id=team_id, day=day) for day in wanted)
    elif mark != Mark.ORDINARY:
        session.add_all(
            BlackoutDay(
                team_id=team_id,
                day=day,
                no_visitors=mark != Mark.NO_LEAVING,
                no_leaving=mark != Mark.NO_VISITORS,
            )
            for day in wanted
        )
    session.flush()
    by.note(
        session, "team.days_marked", f"team:{team_id}", now=now, mark=mark.value, first=wanted[0].isoformat(),
        last=wanted[-1].isoformat(), days=len(wanted),
    )  # fmt: skip
    jobs.record(
        session, "team.days_marked", team_id=team_id, first=wanted[0].isoformat(), last=wanted[-1].isoformat()
    )
    return practice


def close_day(session: Session, team_id: int, day: date, mark: Mark, *, actor: Actor, now: datetime) -> None:
    """A reason given for a day that falls closes it: nobody comes (`NO_VISITORS`) or nobody goes
    (`NO_LEAVING`), beside what the team said before. Its calendar opens it again."""
    query = select(TeamPractice).where(col(TeamPractice.team_id) == team_id).with_for_update()
    before = session.scalars(query.execution_options(populate_existing=True)).first()
    _change_practice(session, team_id, before.version if before is not None else 0)
    session.exec(delete(GoodDay).where(col(GoodDay.team_id) == team_id, col(GoodDay.day) == day))
    row = session.get(BlackoutDay, (team_id, day), populate_existing=True)
    row = row or BlackoutDay(team_id=team_id, day=day, no_visitors=False, no_leaving=False)
    row.no_visitors = row.no_visitors or mark == Mark.NO_VISITORS
    row.no_leaving = row.no_leaving or mark == Mark.NO_LEAVING
    session.add(row)
    session.flush()
    By(actor).note(
        session, "team.days_marked", f"team:{team_id}", now=now, mark=mark.value, first=day.isoformat(),
        last=day.isoformat(), days=1, **actor.on_behalf,
    )  # fmt: skip
    jobs.record(session, "team.days_marked", team_id=team_id, first=day.isoformat(), last=day.isoformat())


def close_site(session: Session, site_id: int, days: Iterable[date]) -> None:
    """HR closes a site: nobody comes on these days. What its teams say of them stands beside, untouched."""
    already = team_days.closed_days(session, site_id)
    session.add_all(ClosedDay(site_id=site_id, day=day) for day in sorted(set(days) - already))
    session.flush()


def reopen_site(session: Session, site_id: int, days: Collection[date]) -> None:
    """HR opens a site again on days on which it was closed. What its teams said of them holds again."""
    session.exec(delete(ClosedDay).where(col(ClosedDay.site_id) == site_id, col(ClosedDay.day).in_(days)))
    session.flush()


def work_by_roster(
    session: Session, team_id: int, *, by_roster: bool, version: int, by: By, now: datetime
) -> TeamPractice:
    """Say whether a team's days are provisional until a roster covers them. Raises Stale."""
    practice = _change_practice(session, team_id, version, by_roster=by_roster)
    by.note(session, "team.by_roster", f"team:{team_id}", now=now, by_roster=by_roster)
    jobs.record(session, "team.by_roster", team_id=team_id)
    return practice


def _change_practice(session: Session, team_id: int, version: int, **values: Any) -> TeamPractice:
    """Change the row made on `version` and no other; make it at the first change."""
    if version == 0:
        made = TeamPractice(team_id=team_id, version=1, **values)
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError as taken:
            raise Stale from taken
        return made
    changed = session.exec(
        update(TeamPractice)
        .where(col(TeamPractice.team_id) == team_id, col(TeamPractice.version) == version)
        .values(version=version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise Stale
    return session.get_one(TeamPractice, team_id, populate_existing=True)


def ask_of_visitors(
    session: Session, team_id: int, wanted: ConditionsForm, *, by: By, now: datetime
) -> TeamConditions:
    """Write a new version of what a team asks; the same words again write nothing. Raises Stale.

    Acknowledgements name the version they were given on: a new one asks visitors again.
    """
    latest = next(iter(queries.latest_conditions(session, [team_id])), None)
    if (latest.version if latest else 0) != wanted.version:
        raise Stale
    values = wanted.model_dump(exclude={"version"})
    if latest is not None and all(getattr(latest, name) == value for name, value in values.items()):
        return latest
    made = TeamConditions(
        team_id=team_id,
        version=wanted.version + 1,
        account_id=by.actor.account_id,
        created_at=now,
        **values,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as taken:
        raise Stale from taken
    by.note(session, "team.conditions_changed", f"team:{team_id}", now=now, version=made.version)
    jobs.record(session, "team.conditions_changed", team_id=team_id, conditions_id=made.id)
    return made


def delegate(
    session: Session, manager: Person, delegate_id: int, first_day: date, last_day: date, *, actor: Actor,
    now: datetime, today: date,
) -> Delegation:  # fmt: skip
    """Let a colleague decide in one's place between two days, both included.

    A delegation is not passed on: a delegate acts for managers of their own. The same one given twice, also
    at once, is one: taken back, it is gone. Raises DelegateNotPossible, DelegationTooLong, and
    DelegationOverlaps where the same colleague has some of the days already.
    """
    if (
        last_day < max(first_day, today)
        or last_day - first_day > LONGEST_DELEGATION
        or first_day > today + AHEAD
    ):
        raise DelegationTooLong
    members, others = queries.possible_delegates(session, manager)
    colleague = next((one for one in (*members, *others) if one.id == delegate_id), None)
    if colleague is None:
        raise DelegateNotPossible
    session.exec(select(Person.id).where(col(Person.id) == manager.id).with_for_update(key_share=True)).one()
    same = select(Delegation).where(
        Delegation.manager_id == manager.id,
        Delegation.delegate_id == delegate_id,
        Delegation.first_day <= last_day,
        Delegation.last_day >= first_day,
        col(Delegation.ended_at).is_(None),
    )
    for given in session.exec(same.order_by(col(Delegation.first_day))):
        if (given.first_day, given.last_day) == (first_day, last_day):
            return given
        raise DelegationOverlaps(colleague.name, given.first_day, given.last_day)
    made = Delegation(
        manager_id=_id(manager), delegate_id=_id(colleague), first_day=first_day, last_day=last_day,
        created_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit(
        session, actor.account_id, "delegation.given", f"person:{manager.id}", now=now,
        delegate=colleague.id, first=first_day.isoformat(), last=last_day.isoformat(),
    )  # fmt: skip
    jobs.record(session, "delegation.given", delegation_id=made.id)
    return made


def end_delegation(
    session: Session, manager: Person, delegation_id: int, *, actor: Actor, now: datetime
) -> str:
    """Take a delegation back, begun or not: the row stays, so that an old link says who answers now. The name
    of who decides no more. Raises NotFound for one that is not theirs, or was taken back before."""
    found = queries.find_delegation(session, delegation_id, manager)
    if found is None:
        raise NotFound
    audit(
        session, actor.account_id, "delegation.ended", f"person:{manager.id}", now=now,
        delegate=found.delegate_id,
    )  # fmt: skip
    if found.last_day >= now.date():
        jobs.record(
            session, "delegation.ended", delegation_id=found.id, manager_id=found.manager_id,
            delegate_id=found.delegate_id, given_at=found.created_at.isoformat(),
        )  # fmt: skip
    found.ended_at = now
    session.flush()
    return session.get_one(Person, found.delegate_id).name


def end_with(session: Session, person: Person, *, actor: Actor | None, now: datetime) -> None:
    """Somebody left: the delegations they gave or received end with them; the other one reads it. Twice is
    once. The row stays, as of one that is taken back."""
    for seen in queries.delegations_of(session, person, now.date()):
        audit(
            session, actor.account_id if actor else None, "delegation.ended", f"person:{seen.manager.id}",
            now=now, delegate=seen.delegate.id,
        )  # fmt: skip
        jobs.record(
            session, "delegation.ended", delegation_id=seen.delegation.id, manager_id=seen.manager.id,
            delegate_id=seen.delegate.id, given_at=seen.delegation.created_at.isoformat(), left_id=person.id,
        )  # fmt: skip
        seen.delegation.ended_at = now
    session.flush()


def export(session: Session, person: Person) -> list[dict[str, object]]:
    """What this feature keeps of a person: their days in rosters, and delegations given or received."""
    found: list[dict[str, object]] = [
        {
            "day": row.day.isoformat(),
            "shift": row.shift.value,
            "starts_at": row.starts_at.isoformat("minutes") if row.starts_at else None,
            "ends_at": row.ends_at.isoformat("minutes") if row.ends_at else None,
        }
        for row in team_days.roster_of(session, _id(person), date.min, date.max)
    ]
    found += [
        {
            "delegation": "given" if seen.manager.id == person.id else "received",
            "with": seen.delegate.name if seen.manager.id == person.id else seen.manager.name,
            "first_day": seen.delegation.first_day.isoformat(),
            "last_day": seen.delegation.last_day.isoformat(),
            "taken_back_at": seen.delegation.ended_at.isoformat() if seen.delegation.ended_at else None,
        }
        for seen in queries.all_delegations_of(session, person)
    ]
    return found


def erase(session: Session, person: Person) -> None:
    """Forget a person's days in rosters and their delegations."""
    session.exec(delete(RosterDay).where(col(RosterDay.person_id) == person.id))
    session.exec(
        delete(Delegation).where(
            or_(col(Delegation.manager_id) == person.id, col(Delegation.delegate_id) == person.id)
        )
    )


def tidy(session: Session, *, today: date) -> None:
    """Forget delegations and marked days long over."""
    before = today - DELEGATIONS_KEPT
    session.exec(delete(Delegation).where(col(Delegation.last_day) < before))
    for table in (BlackoutDay, ClosedDay, GoodDay):
        session.exec(delete(table).where(col(table.day) < before))


def _id(person: Person) -> int:
    assert person.id is not None
    return person.id
