"""Teams: where, which side, limits per day, closed weekdays."""

from typing import Any

from sqlmodel import Session, select

from app.core import jobs
from app.core.i18n import _
from app.people.importing import values
from app.people.importing.columns import Table, plain
from app.people.importing.places import Sites
from app.people.importing.report import ImportReport
from app.people.importing.rows import check, differences, note
from app.people.tables import Site, Team

REFUSE = ("max_away", "max_visitors", "closed_weekdays")
"""What says that a team receives nobody, or lets nobody leave."""
LIMITS = {"max_away": 1, "max_visitors": 1, "min_presence": 0}


def import_teams(session: Session, table: Table, report: ImportReport, *, apply: bool) -> None:
    """Plan, and with `apply` do. A team is known by its name and site."""
    sites = Sites(session.exec(select(Site)).all())
    known = {(team.site_id, plain(team.name)): team for team in session.exec(select(Team))}
    parsers = {
        "name": values.needed,
        "site": sites.find,
        "side": values.side,
        "department": values.text,
        **{field: _limit(default) for field, default in LIMITS.items()},
        "closed_weekdays": values.closed_weekdays,
    }
    seen: set[tuple[int, str]] = set()
    for row in table.rows:
        wanted = check(table, row, parsers, report.rejected)
        if wanted is None:
            continue
        wanted["site_id"] = wanted.pop("site").id
        key = (wanted["site_id"], plain(wanted["name"]))
        if key in seen:
            sentence = _(
                "Cette équipe est déjà plus haut dans le fichier, pour le même site : gardez une seule ligne."
            )
            report.rejected.append(table.remark(row, "name", sentence))
            continue
        seen.add(key)
        before = known.get(key)
        changed = differences(before, wanted)
        if before is not None and "name" in changed:
            report.renamed.append((before.name, changed["name"]))
        if before is not None and (limits := {one: changed[one] for one in REFUSE if one in changed}):
            report.limits[before.id or 0] = limits
        note(
            report,
            table,
            row,
            wanted["name"],
            before,
            changed,
            {"site_id": lambda id_: sites.by_id[id_].code},
        )
        if apply and changed:
            closed = before.closed_weekdays if before is not None else None
            team = _write(before, changed)
            session.add(team)
            if closed is not None:
                note_weekdays(session, team, closed)
    if apply:
        session.flush()


def note_weekdays(session: Session, team: Team, before: str) -> None:
    """Whoever leads the team reads that it receives on other weekdays now."""
    if team.closed_weekdays != before:
        jobs.record(session, "team.weekdays", team_id=team.id, version=team.version, before=before)


def _limit(default: int) -> Any:
    return lambda cell: values.count(cell) if cell else default


def _write(before: Team | None, changed: dict[str, Any]) -> Team:
    if before is None:
        return Team(**changed)
    for name, value in changed.items():
        setattr(before, name, value)
    before.version += 1
    return before
