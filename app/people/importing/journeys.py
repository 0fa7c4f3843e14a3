"""Journeys between sites, told in minutes: they replace the estimates."""

from functools import partial

from sqlmodel import Session, select

from app.core.i18n import _
from app.people import travel
from app.people.importing import values
from app.people.importing.columns import Table
from app.people.importing.places import Sites
from app.people.importing.report import Change, ImportReport
from app.people.importing.rows import Parser, check
from app.people.tables import Site, TravelTime


def import_journeys(session: Session, table: Table, report: ImportReport, *, apply: bool) -> None:
    """Plan, and with `apply` do. A journey is the same both ways; two rows that disagree reject the
    second."""
    sites = Sites(session.exec(select(Site)).all())
    known = {(row.from_site_id, row.to_site_id): row for row in session.exec(select(TravelTime))}
    parsers: dict[str, Parser] = {
        "from": sites.find,
        "to": sites.find,
        "minutes": partial(values.minutes, longest=travel.LONGEST),
    }
    seen: dict[tuple[int, int], int] = {}
    told = []
    for row in table.rows:
        wanted = check(table, row, parsers, report.rejected)
        if wanted is None:
            continue
        one, other, minutes = wanted["from"], wanted["to"], wanted["minutes"]
        if one.id == other.id:
            if minutes:
                sentence = _("Un trajet relie deux sites différents : corrigez l’un des deux.")
                report.rejected.append(table.remark(row, "to", sentence))
            continue
        pair = (min(one.id, other.id), max(one.id, other.id))
        if pair in seen:
            if seen[pair] != minutes:
                sentence = _(
                    "Ce trajet est déjà plus haut dans le fichier avec une autre durée : gardez la bonne "
                    "ligne."
                )
                report.rejected.append(table.remark(row, "minutes", sentence))
            continue
        seen[pair] = minutes
        before = known.get(pair)
        if before is not None and not before.estimated and before.minutes == minutes:
            report.unchanged += 1
            continue
        cells = {table.headers["minutes"]: ("" if before is None else str(before.minutes), str(minutes))}
        change = Change(row.number, f"{one.name} ↔ {other.name}", cells)
        (report.created if before is None else report.updated).append(change)
        told.append((*pair, minutes))
    if apply and told:
        travel.tell_minutes(session, told)
