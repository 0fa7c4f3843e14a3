"""What every kind of file has in common: check the cells of a row, compare with what is there, say what
changes."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from app.people.importing.columns import Row, Table
from app.people.importing.headers import usual_header
from app.people.importing.report import Change, ImportReport, Remark
from app.people.importing.values import BadValue

Parser = Callable[[str], Any]


def check(
    table: Table, row: Row, parsers: Mapping[str, Parser], rejected: list[Remark]
) -> dict[str, Any] | None:
    """The values of a row's present columns; None when a cell is wrong, each wrong cell being remarked."""
    values: dict[str, Any] = {}
    wrong = False
    for field, parse in parsers.items():
        if not table.has(field):
            continue
        try:
            values[field] = parse(row[field])
        except BadValue as fault:
            rejected.append(table.remark(row, field, str(fault)))
            wrong = True
    return None if wrong else values


def shown(value: Any) -> str:
    """A value as the preview writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def differences(before: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of `before` (a row of ours, or None for a new one) that `values` would change."""
    if before is None:
        return dict(values)
    return {name: value for name, value in values.items() if getattr(before, name) != value}


def note(
    report: ImportReport,
    table: Table,
    row: Row,
    name: str,
    before: Any,
    changed: Mapping[str, Any],
    texts: Mapping[str, Callable[[Any], str]] | None = None,
) -> None:
    """Count a row as created, updated or unchanged; `changed` is by attribute, `texts` says how ids are
    written."""
    if before is not None and not changed:
        report.unchanged += 1
        return
    cells: dict[str, tuple[str, str]] = {}
    for attribute, value in changed.items():
        write = (texts or {}).get(attribute, shown)
        old = "" if before is None else write(getattr(before, attribute))
        cells[_header(table, attribute)] = (old, write(value))
    (report.created if before is None else report.updated).append(Change(row.number, name, cells))


_FIELD_OF = {
    "team_id": "team",
    "site_id": "site",
    "manager_id": "manager",
}


def _header(table: Table, attribute: str) -> str:
    field = _FIELD_OF.get(attribute, attribute)
    if field in table.headers:
        return table.headers[field]
    try:
        return usual_header(table.kind, field)
    except KeyError:
        return field
