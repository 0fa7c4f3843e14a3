"""What every kind of file has in common: check the cells of a row, compare with what is there, say what
changes."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from app.core.i18n import _, current_locale
from app.core.templating import day_range
from app.people import words
from app.people.importing.columns import Row, Table
from app.people.importing.headers import usual_header
from app.people.importing.report import Change, ImportReport, Remark
from app.people.importing.values import BadValue
from app.people.tables import ContractKind, Holidays, Side

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
    if isinstance(value, Side):
        return words.side_name(value)
    if isinstance(value, Holidays):
        return words.holidays_name(value)
    if isinstance(value, ContractKind):
        return words.contract_name(value)
    if isinstance(value, date):
        return day_range(value, value)
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
        write = (texts or {}).get(attribute) or _WRITTEN.get(attribute, shown)
        old = "" if before is None else write(getattr(before, attribute))
        cells[header_of(table, attribute)] = (old, write(value))
    (report.created if before is None else report.updated).append(Change(row.number, name, cells))


def shown_days(pattern: str) -> str:
    """Weekdays in words; a dash for none."""
    return words.weekdays(pattern) or "–"


def shown_languages(codes: list[str]) -> str:
    """Languages by their names."""
    names = current_locale().languages
    return ", ".join(names.get(code, code) for code in codes)


_WRITTEN: dict[str, Callable[[Any], str]] = {
    "worked_weekdays": shown_days,
    "school_weekdays": shown_days,
    "closed_weekdays": shown_days,
    "languages": shown_languages,
}

_FIELD_OF = {
    "team_id": "team",
    "site_id": "site",
    "manager_id": "manager",
}


def header_of(table: Table, attribute: str) -> str:
    """The header of an attribute as the file writes it, else as we do."""
    if attribute == "active":
        return _("Dans l’entreprise")  # no column says it: whoever is in the file is here
    field = _FIELD_OF.get(attribute, attribute)
    if field in table.headers:
        return table.headers[field]
    try:
        return usual_header(table.kind, field)
    except KeyError:
        return field
