"""What a roster says and what it would change, in one pass; `rosters.py` writes it.

A file covers, for each team, every day from the first to the last one it has of the team. Somebody whom it
names does not work on the days of that span for which it has no line; a line that is rejected leaves the
day as it was. People of the team whom it does not name keep what was known of them.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from sqlmodel import Session, col, select

from app.core.i18n import _, ngettext
from app.people.importing.reading import read_sheet
from app.people.importing.report import Change, ImportReport, Remark
from app.people.importing.staff import number_key
from app.people.importing.values import BadValue, day, months_come_first
from app.people.tables import Person
from app.teams import queries
from app.teams.importing.columns import RosterSheet, field_of, recognise
from app.teams.importing.hours import FULL, OFF, Worked, clock, hours, joined, worked_between
from app.teams.tables import RosterDay
from app.teams.words import shift_words

AHEAD = timedelta(days=400)
"""A day further ahead is a mistyped year."""
LONGEST_SPAN = 184
"""Days that one roster covers for a team."""

Key = tuple[int, date]


@dataclass
class Span:
    """What a roster covers of one team."""

    first_day: date
    last_day: date
    people: set[int] = field(default_factory=set)


@dataclass
class RosterPlan:
    """What to write, and the report that says so."""

    report: ImportReport
    added: dict[Key, Worked] = field(default_factory=dict)
    changed: dict[Key, Worked] = field(default_factory=dict)
    spans: dict[int, Span] = field(default_factory=dict)
    """By team id."""
    implied: int = 0
    """Days without a line on which somebody named by the file does not work."""

    @property
    def changes_nothing(self) -> bool:
        """Confirming would do nothing."""
        return not (self.added or self.changed)


@dataclass(frozen=True, slots=True)
class _Member:
    id: int
    name: str
    team_id: int


@dataclass
class _Read:
    """Lines as understood: (row number, hours) by person and day; days of rejected lines."""

    lines: dict[Key, tuple[int, Worked]] = field(default_factory=dict)
    untold: set[Key] = field(default_factory=set)
    past: int = 0


def plan_roster(
    session: Session, content: bytes, *, team_ids: Collection[int] | None, today: date
) -> RosterPlan:
    """Read a roster for these teams (None: any); nothing is written. Raises Unreadable."""
    sheet = recognise(read_sheet(content, lambda header: field_of(header) is not None))
    plan = RosterPlan(ImportReport(warnings=list(sheet.warnings)))
    members = {
        number_key(number): _Member(person_id, name, team_id)
        for person_id, number, name, team_id in queries.people_for_rosters(session, team_ids)
    }
    read = _read(sheet, members, plan.report, everybody=team_ids is None, today=today)
    by_id = {member.id: member for member in members.values()}
    _cover(sheet, read, by_id, plan)
    if plan.spans:
        _compare(session, sheet, read, by_id, plan)
    if read.past:
        sentence = ngettext(
            "%(n)s ligne porte sur un jour passé : elle a été ignorée.",
            "%(n)s lignes portent sur des jours passés : elles ont été ignorées.",
            read.past,
        )
        plan.report.warnings.append(Remark(None, sheet.header("day"), "", sentence % {"n": read.past}))
    return plan


def _read(
    sheet: RosterSheet, members: dict[str, _Member], report: ImportReport, *, everybody: bool, today: date
) -> _Read:
    month_first = months_come_first(sheet.cell(cells, "day") for _row, cells in sheet.rows)
    read_day = lru_cache(maxsize=None)(lambda cell: _day(cell, month_first=month_first, today=today))
    read_hours = lru_cache(maxsize=None)(hours)
    read = _Read()
    for row, cells in sheet.rows:
        member = members.get(number_key(number := sheet.cell(cells, "employee_number")))
        if member is None:
            sentence = _unknown(number, everybody=everybody)
            report.rejected.append(sheet.remark(row, "employee_number", number, sentence))
            continue
        written = sheet.cell(cells, "day")
        try:
            when = read_day(written)
        except BadValue as fault:
            report.rejected.append(sheet.remark(row, "day", written, str(fault)))
            continue
        if when < today:
            read.past += 1
            continue
        key = (member.id, when)
        try:
            worked = _worked(sheet, cells, read_hours)
        except _BadCell as fault:
            report.rejected.append(sheet.remark(row, fault.field, fault.value, str(fault)))
            read.untold.add(key)
            continue
        _keep(sheet, read, key, row, worked, report)
    return read


class _BadCell(Exception):
    def __init__(self, field: str, value: str, fault: BadValue) -> None:
        super().__init__(str(fault))
        self.field = field
        self.value = value


def _worked(sheet: RosterSheet, cells: list[str], read_hours: object) -> Worked:
    """The hours' word or hours; else from start to end; else, in a file without such columns, a whole day."""
    assert callable(read_hours)
    word, start, end = (sheet.cell(cells, name) for name in ("hours", "start", "end"))
    name, value = "hours", word
    try:
        if start and end and not word:
            name, value = "start", start
            starts_at = clock(start)
            name, value = "end", end
            return worked_between(starts_at, clock(end))
        if not word and "hours" not in sheet.places:
            if "start" not in sheet.places:
                return FULL
            name, value = ("end", end) if start else ("start", start)
        found = read_hours(word)
        assert isinstance(found, Worked)
    except BadValue as fault:
        raise _BadCell(name, value, fault) from None
    return found


def _unknown(number: str, *, everybody: bool) -> str:
    if not number:
        return _("Cette cellule est vide alors que sa valeur est nécessaire : complétez-la.")
    if everybody:
        return _("Personne en poste ne porte ce matricule : corrigez-le, ou importez d’abord les personnes.")
    return _(
        "Personne de vos équipes ne porte ce matricule : corrigez-le, ou laissez cette ligne aux ressources "
        "humaines."
    )


def _day(cell: str, *, month_first: bool, today: date) -> date:
    found = day(cell, month_first=month_first)
    if found is None:
        raise BadValue(_("Cette cellule est vide alors que sa valeur est nécessaire : complétez-la."))
    if found > today + AHEAD:
        raise BadValue(_("Ce jour est dans plus d’un an : vérifiez l’année."))
    return found


def _keep(sheet: RosterSheet, read: _Read, key: Key, row: int, worked: Worked, report: ImportReport) -> None:
    before = read.lines.get(key)
    both = worked if before is None else joined(before[1], worked)
    if both is None:
        assert before is not None
        sentence = _("La ligne %(row)s dit autre chose de ce jour : gardez une seule des deux.")
        value = shift_words(worked.shift, worked.starts_at, worked.ends_at)
        report.rejected.append(sheet.remark(row, "hours", value, sentence % {"row": before[0]}))
        return
    read.lines[key] = (row if before is None else before[0], both)


def _cover(sheet: RosterSheet, read: _Read, by_id: dict[int, _Member], plan: RosterPlan) -> None:
    """What the file covers of each team; days without a line become days off."""
    for person_id, when in read.lines:
        span = plan.spans.setdefault(by_id[person_id].team_id, Span(when, when))
        span.first_day, span.last_day = min(span.first_day, when), max(span.last_day, when)
        span.people.add(person_id)
    for team_id, span in list(plan.spans.items()):
        if (span.last_day - span.first_day).days >= LONGEST_SPAN:
            sentence = _(
                "Un planning couvre six mois au plus, et celui-ci va du %(first)s au %(last)s : vérifiez les "
                "années, ou envoyez-le en plusieurs fichiers."
            ) % {"first": span.first_day.isoformat(), "last": span.last_day.isoformat()}
            for key in [one for one in read.lines if by_id[one[0]].team_id == team_id]:
                row, _worked_hours = read.lines.pop(key)
                plan.report.rejected.append(sheet.remark(row, "day", key[1].isoformat(), sentence))
            del plan.spans[team_id]


def _compare(
    session: Session, sheet: RosterSheet, read: _Read, by_id: dict[int, _Member], plan: RosterPlan
) -> None:
    first = min(span.first_day for span in plan.spans.values())
    last = max(span.last_day for span in plan.spans.values())
    known: dict[Key, RosterDay] = {
        (row.person_id, row.day): row
        for row in session.exec(
            select(RosterDay)
            .join(Person, col(Person.id) == col(RosterDay.person_id))
            .where(col(RosterDay.day).between(first, last), col(Person.active))
        )
    }
    report = plan.report
    for key, (row, worked) in read.lines.items():
        before = known.get(key)
        if before is not None and worked.same_as(before):
            report.unchanged += 1
            continue
        (plan.added if before is None else plan.changed)[key] = worked
        old = "" if before is None else shift_words(before.shift, before.starts_at, before.ends_at)
        cells = {
            sheet.header("day"): ("", key[1].isoformat()),
            sheet.header("hours"): (old, shift_words(worked.shift, worked.starts_at, worked.ends_at)),
        }
        change = Change(row, by_id[key[0]].name, cells)
        (report.created if before is None else report.updated).append(change)
    _imply_days_off(read, known, plan)


def _imply_days_off(read: _Read, known: dict[Key, RosterDay], plan: RosterPlan) -> None:
    told: defaultdict[int, set[date]] = defaultdict(set)
    for person_id, when in (*read.lines, *read.untold):
        told[person_id].add(when)
    for span in plan.spans.values():
        length = (span.last_day - span.first_day).days + 1
        days = [span.first_day + timedelta(days=offset) for offset in range(length)]
        for person_id in sorted(span.people):
            for when in days:
                key = (person_id, when)
                before = known.get(key)
                if when in told[person_id] or (before is not None and OFF.same_as(before)):
                    continue
                (plan.added if before is None else plan.changed)[key] = OFF
                plan.implied += 1
