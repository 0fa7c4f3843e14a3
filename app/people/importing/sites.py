"""Sites: code, name, coordinates, public holidays."""

from functools import partial
from typing import Any

from sqlmodel import Session, select

from app.core.i18n import _
from app.people import travel
from app.people.importing import values
from app.people.importing.columns import Table, plain
from app.people.importing.report import ImportReport
from app.people.importing.rows import Parser, check, differences, note
from app.people.regions import holidays_at
from app.people.tables import Site

PARSERS: dict[str, Parser] = {
    "code": values.needed,
    "name": values.text,
    "latitude": partial(values.degrees, limit=90),
    "longitude": partial(values.degrees, limit=180),
    "holidays": values.holidays,
}


def import_sites(session: Session, table: Table, report: ImportReport, *, apply: bool) -> None:
    """Plan, and with `apply` do. Estimates of journeys follow the coordinates."""
    known = {plain(site.code): site for site in session.exec(select(Site))}
    seen: set[str] = set()
    moved = False
    for row in table.rows:
        wanted = check(table, row, PARSERS, report.rejected)
        key = plain(row["code"])
        if wanted is None:
            continue
        if key in seen:
            sentence = _("Ce site est déjà plus haut dans le fichier : gardez une seule ligne.")
            report.rejected.append(table.remark(row, "code", sentence))
            continue
        if (wanted.get("latitude") is None) != (wanted.get("longitude") is None):
            lacking = "latitude" if wanted.get("latitude") is None else "longitude"
            sentence = _("Il faut la latitude et la longitude, ou aucune des deux.")
            report.rejected.append(table.remark(row, lacking, sentence))
            continue
        seen.add(key)
        before = known.get(key)
        changed = differences(before, _complete(wanted, before))
        note(report, table, row, wanted.get("name") or wanted["code"], before, changed)
        if before is not None and "name" in changed:
            report.renamed.append((before.name, changed["name"]))
        moved = moved or bool({"latitude", "longitude"} & changed.keys())
        if apply and changed:
            session.add(_write(before, changed))
    if apply:
        session.flush()
        if moved:
            travel.forget_misplaced(session)
            travel.estimate_missing(session)


def _complete(wanted: dict[str, Any], before: Site | None) -> dict[str, Any]:
    """Empty names become the code; unsaid holidays follow the place of a new site and stay for a known
    one."""
    complete = dict(wanted)
    if not complete.get("name"):
        complete.pop("name", None)
        if before is None:
            complete["name"] = complete["code"]
    if complete.get("holidays") is None:
        complete.pop("holidays", None)
        if before is None:
            complete["holidays"] = holidays_at(complete.get("latitude"), complete.get("longitude"))
    if before is not None:
        complete["code"] = before.code
    return complete


def _write(before: Site | None, changed: dict[str, Any]) -> Site:
    if before is None:
        return Site(**changed)
    for name, value in changed.items():
        setattr(before, name, value)
    before.version += 1
    return before
