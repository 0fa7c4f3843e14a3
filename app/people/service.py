"""Changes to the company: files kept between preview and confirmation, sites, teams, links."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, update

from app.accounts.audit import audit
from app.accounts.queries import done_by
from app.accounts.tables import ERASED
from app.core import jobs
from app.core.errors import NotFound, Stale
from app.people import queries, travel
from app.people.errors import ImportChanged, ImportGone, LeaversUncounted
from app.people.importing.report import ImportReport
from app.people.importing.run import fingerprint, run_import
from app.people.importing.teams import note_weekdays
from app.people.schemas import SiteForm, TeamForm
from app.people.tables import ImportFile, ImportKind, Person, ServiceLink, Side, Site, Team

KEPT = timedelta(days=1)
"""How long an uploaded file waits for its confirmation."""


def receive_file(
    session: Session, kind: ImportKind, name: str, content: bytes, *, by: int, full: bool, now: datetime
) -> ImportFile:
    """Keep a file for its preview, after making sure that it can be read. Raises Unreadable."""
    run_import(session, kind, content, now=now, apply=False)
    purge_files(session, now=now)
    kept = ImportFile(
        kind=kind,
        name=name[:200],
        content=content,
        account_id=by,
        full=full and kind == ImportKind.PEOPLE,
        created_at=now,
    )
    session.add(kept)
    session.flush()
    return kept


def preview(session: Session, kept: ImportFile, *, now: datetime) -> ImportReport:
    """What confirming the file would do."""
    return run_import(
        session, kept.kind, kept.content, now=now, apply=False, full=kept.full, by=kept.account_id
    )


def hold_file(session: Session, kept: ImportFile) -> None:
    """Until our commit nobody else confirms or drops the file. Raises ImportGone."""
    if not queries.hold_file(session, ImportFile, kept.id):
        raise ImportGone


def confirm_file(
    session: Session, kept: ImportFile, *, shown: str, leavers_go: bool, counted: int | None, now: datetime
) -> ImportReport:
    """Do what the preview with the fingerprint `shown` said, and forget the file.

    Where many people would leave, `counted` is their number, written by whoever confirms. Raises
    ImportChanged, ImportGone, LeaversUncounted: the caller rolls back.
    """
    hold_file(session, kept)
    report = run_import(
        session,
        kept.kind,
        kept.content,
        now=now,
        apply=True,
        full=kept.full,
        leavers_go=leavers_go,
        by=kept.account_id,
    )
    if fingerprint(report) != shown:
        raise ImportChanged
    if leavers_go and report.many_leave and counted != len(report.leavers):
        raise LeaversUncounted(len(report.leavers))
    session.exec(delete(ImportFile).where(col(ImportFile.id) == kept.id))
    by, file_id = kept.account_id, kept.id
    note_import(session, kept.kind, report, by=by, leavers_go=leavers_go, now=now, file_id=file_id)
    return report


@dataclass(frozen=True)
class Confirmed:
    """What the confirmation of a file did, once the file is forgotten."""

    kind: ImportKind
    done: int
    """Rows saved."""
    unchanged: int
    rejected: int
    left: int
    """Leavers whose accounts were closed."""


def confirmed_by(session: Session, account_id: int, file_id: int) -> Confirmed | None:
    """What an account did by confirming this file, if it did."""
    entries = done_by(session, account_id, "import.confirmed")
    entry = next((one for one in entries if one.details.get("file") == file_id), None)
    if entry is None:
        return None
    names = ("created", "updated", "unchanged", "rejected", "left")
    n = {name: int(str(entry.details[name])) for name in names}
    kind = ImportKind(entry.subject.partition(":")[2])
    return Confirmed(kind, n["created"] + n["updated"], n["unchanged"], n["rejected"], n["left"])


def note_import(
    session: Session,
    kind: ImportKind,
    report: ImportReport,
    *,
    by: int | None,
    leavers_go: bool,
    now: datetime,
    file_id: int | None = None,
) -> None:
    """Write an import into the audit trail: figures only. `file_id`: the preview that was confirmed."""
    of_file = {} if file_id is None else {"file": file_id}
    audit(
        session,
        by,
        "import.confirmed",
        f"import:{kind.value}",
        now=now,
        created=len(report.created),
        updated=len(report.updated),
        unchanged=report.unchanged,
        rejected=report.rejected_rows,
        left=len(report.leavers) if leavers_go else 0,
        **of_file,
    )


def drop_file(session: Session, kept: ImportFile) -> None:
    """Forget a file without importing it. Raises ImportGone when it was confirmed meanwhile."""
    if session.exec(delete(ImportFile).where(col(ImportFile.id) == kept.id)).rowcount != 1:
        raise ImportGone


def purge_files(session: Session, *, now: datetime) -> None:
    """Forget files that nobody confirmed within a day."""
    session.exec(delete(ImportFile).where(col(ImportFile.created_at) < now - KEPT))


def change_team(session: Session, team_id: int, wanted: TeamForm, *, by: int, now: datetime) -> Team:
    """Change a team's limits. Raises NotFound, Stale."""
    team, _site = queries.team(session, team_id)
    if team.version != wanted.version:
        raise Stale
    team.department = wanted.department
    team.max_away = wanted.max_away
    team.max_visitors = wanted.max_visitors
    team.min_presence = wanted.min_presence
    before = team.closed_weekdays
    team.closed_weekdays = "".join("1" if str(day) in wanted.closed else "0" for day in range(7))
    team.version += 1
    session.add(team)
    session.flush()
    note_weekdays(session, team, before)
    audit(session, by, "team.changed", f"team:{team_id}", now=now)
    jobs.record(session, "team.changed", team_id=team_id)
    return team


def change_site(session: Session, site_id: int, wanted: SiteForm, *, by: int, now: datetime) -> Site:
    """Change a site; estimates of journeys follow it when it moves. Raises NotFound, Stale."""
    site = queries.site(session, site_id)
    if site.version != wanted.version:
        raise Stale
    moved = (site.latitude, site.longitude) != (wanted.latitude, wanted.longitude)
    site.name = wanted.name
    site.latitude, site.longitude = wanted.latitude, wanted.longitude
    site.holidays = wanted.holidays
    site.version += 1
    session.add(site)
    session.flush()
    if moved:
        travel.forget_misplaced(session)
        travel.estimate_missing(session)
    audit(session, by, "site.changed", f"site:{site_id}", now=now)
    return site


def add_link(session: Session, back_team_id: int, front_team_id: int, *, by: int, now: datetime) -> None:
    """Say that a back-office team serves a front-office team; saying it twice changes nothing. Raises
    NotFound."""
    back, _back_site = queries.team(session, back_team_id)
    front, _front_site = queries.team(session, front_team_id)
    if back.side != Side.BACK or front.side != Side.FRONT:
        raise NotFound
    if session.get(ServiceLink, (back_team_id, front_team_id)) is None:
        session.add(ServiceLink(back_team_id=back_team_id, front_team_id=front_team_id))
        audit(session, by, "link.added", f"team:{back_team_id}", now=now, front=front_team_id)


def remove_link(session: Session, back_team_id: int, front_team_id: int, *, by: int, now: datetime) -> None:
    """Say that a team no longer serves another."""
    link = session.get(ServiceLink, (back_team_id, front_team_id))
    if link is not None:
        session.delete(link)
        audit(session, by, "link.removed", f"team:{back_team_id}", now=now, front=front_team_id)


def erase(session: Session, person: Person, *, needed: bool) -> None:
    """Forget a person: the row goes, unless it is `needed` by days that others lived; then it says nothing
    but the team and who led them, who still has to read of the days that fall.

    Whoever they managed has no known manager until the next import. Files of people that wait for their
    confirmation name them as well, and are forgotten. The newest row stays, empty: SQLite would give its id
    to the next person, whom old plans would then name.
    """
    assert person.id is not None
    session.exec(delete(ImportFile).where(col(ImportFile.kind) == ImportKind.PEOPLE))
    session.exec(update(Person).where(col(Person.manager_id) == person.id).values(manager_id=None))
    if not needed and not queries.is_newest(session, person):
        session.delete(person)
        session.flush()
        return
    nobody = Person(
        employee_number=f"{ERASED}{person.id}",
        first_name="Personne",
        last_name="effacée",
        team_id=person.team_id,
        manager_id=person.manager_id,
        languages=[],
        active=False,
    )
    session.exec(
        update(Person).where(col(Person.id) == person.id).values(**nobody.model_dump(exclude={"id"}))
    )
    session.refresh(person)
