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
from app.core.templating import day_range, long_day
from app.people.importing.reading import read_sheet
from app.people.importing.report import Change, ImportReport, Remark
from app.people.importing.values import BadValue
from app.people.tables import Person
from app.teams import queries
from app.teams.importing import left_out
from app.teams.importing.columns import WHO, RosterSheet, knows, recognise
from app.teams.importing.dates import Days
from app.teams.importing.hours import (
    FULL,
    OFF,
    Worked,
    clock,
    hours,
    is_rest,
    joined,
    worked_between,
)
from app.teams.importing.who import Directory, Unknown
from app.teams.queries import Member
from app.teams.tables import RosterDay
from app.teams.words import shift_words

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
    members: dict[int, Member] = field(default_factory=dict)
    """Whom the file names, by id."""
    told: dict[Key, Worked] = field(default_factory=dict)
    """All that it says, days off without a line among them."""
    before: dict[Key, Worked] = field(default_factory=dict)
    """What was known of the days that change."""
    refused: set[Key] = field(default_factory=set)
    """Days whose cell cannot be read."""

    @property
    def changes_nothing(self) -> bool:
        """Confirming would do nothing."""
        return not (self.added or self.changed)


@dataclass
class _Read:
    """Lines as understood: (row number, hours) by person and day; days of rejected lines."""

    lines: dict[Key, tuple[int, Worked]] = field(default_factory=dict)
    untold: set[Key] = field(default_factory=set)
    blank: dict[Key, int] = field(default_factory=dict)
    """Empty cells of a grid, by their row: days off, unless another row of the person says otherwise."""
    past: int = 0
    filled_down: int = 0
    silent: list[tuple[int, str]] = field(default_factory=list)
    """Rows of a grid without any hours."""
    unread_headers: bool = False


def plan_roster(
    session: Session, content: bytes, *, team_ids: Collection[int] | None, today: date
) -> RosterPlan:
    """Read a roster for these teams (None: any); nothing is written. Raises Unreadable."""
    sheet = recognise(read_sheet(content, knows, merged=True))
    left_out.check(sheet, lambda cells: _worked_or_none(sheet, cells))
    plan = RosterPlan(ImportReport(warnings=list(sheet.warnings)))
    members = queries.people_for_rosters(session, team_ids)
    reading = _Reading(sheet, Directory(members, everybody=team_ids is None), plan.report, today)
    read = reading.all_rows()
    plan.refused = read.untold
    by_id = {member.id: member for member in members}
    _cover(sheet, read, by_id, plan)
    if plan.spans:
        _compare(session, sheet, read, by_id, plan)
    plan.members = {key[0]: by_id[key[0]] for key in (*plan.told, *plan.refused)}
    plan.report.rejected.sort(key=lambda one: one.row or 0)
    reading.say_what_was_understood()
    return plan


class _Reading:
    """One pass over the rows of a file."""

    def __init__(self, sheet: RosterSheet, directory: Directory, report: ImportReport, today: date) -> None:
        self.sheet = sheet
        self.directory = directory
        self.report = report
        self.today = today
        self.days = Days(sheet.written_days(), today)
        self.read_hours = lru_cache(maxsize=None)(hours)
        self.read = _Read()

    def all_rows(self) -> _Read:
        """What the file says; refusals go to the report."""
        (self._grid if self.sheet.is_grid else self._list)()
        for key, row in self.read.blank.items():
            if key not in self.read.untold:
                self.read.lines.setdefault(key, (row, OFF))
        return self.read

    def _list(self) -> None:
        sheet = self.sheet
        above: tuple[list[str], date | None] = ([], None)
        for row, cells in sheet.rows:
            written = sheet.cell(cells, "day")
            when, fault = self._day(written)
            cells = self._with_name_above(cells, when, above)
            try:
                member = self.directory.find(sheet, cells)
            except Unknown as unknown:
                above = (cells, when) if any(_who(sheet, cells)) else ([], None)
                self._reject(row, unknown.field, unknown.value, str(unknown))
                continue
            above = (cells, when)
            if when is None:
                self._reject(row, "day", written, fault)
                continue
            if when < self.today:
                self.read.past += 1
                continue
            key = (member.id, when)
            try:
                worked = _worked(sheet, cells, self.read_hours)
            except _BadCell as bad:
                self._reject(row, bad.field, bad.value, str(bad))
                self.read.untold.add(key)
                continue
            self._keep(key, row, "hours", worked)

    def _with_name_above(
        self, cells: list[str], when: date | None, above: tuple[list[str], date | None]
    ) -> list[str]:
        """A row without a name goes on with the person above while its days follow: a merged cell, once
        saved as text, is written in its first row only."""
        before, last = above
        if not before or last is None or when is None or when < last or any(_who(self.sheet, cells)):
            return cells
        self.read.filled_down += 1
        filled = list(cells)
        for name in WHO:
            place = self.sheet.places.get(name)
            if place is not None:
                filled[place] = before[place]
        return filled

    def _grid(self) -> None:
        sheet = self.sheet
        columns: list[tuple[int, date]] = []
        for place in sheet.days:
            header = sheet.header[place]
            when, fault = self._day(header)
            if when is None:
                self._reject(sheet.header_row, header, header, fault)
                self.read.unread_headers = True
            else:
                columns.append((place, when))
        for row, cells in sheet.rows:
            try:
                member = self.directory.find(sheet, cells)
            except Unknown as unknown:
                self._reject(row, unknown.field, unknown.value, str(unknown))
                continue
            if not any(cells[place] for place, _when in columns):
                self.read.silent.append((row, member.name))
                continue
            for place, when in columns:
                self._grid_cell(row, member, sheet.header[place], when, cells[place])

    def _grid_cell(self, row: int, member: Member, header: str, when: date, cell: str) -> None:
        key = (member.id, when)
        if when < self.today:
            self.read.past += bool(cell)
        elif not cell:
            self.read.blank.setdefault(key, row)
        else:
            try:
                self._keep(key, row, header, self.read_hours(cell))
            except BadValue as bad:
                self._reject(row, header, cell, str(bad))
                self.read.untold.add(key)

    def _day(self, written: str) -> tuple[date | None, str]:
        try:
            return self.days.read(written), ""
        except BadValue as fault:
            return None, str(fault)

    def _reject(self, row: int, name: str, value: str, sentence: str) -> None:
        self.report.rejected.append(self.sheet.remark(row, name, value, sentence))

    def _keep(self, key: Key, row: int, name: str, worked: Worked) -> None:
        before = self.read.lines.get(key)
        both = worked if before is None else joined(before[1], worked)
        if both is None:
            assert before is not None
            sentence = _("La ligne %(row)s dit autre chose de ce jour : gardez une seule des deux.")
            value = shift_words(worked.shift, worked.starts_at, worked.ends_at)
            self._reject(row, name, value, sentence % {"row": before[0]})
            return
        self.read.lines[key] = (row if before is None else before[0], both)

    def say_what_was_understood(self) -> None:
        """Remarks about what the file left to be understood."""
        warnings, read, title = self.report.warnings, self.read, self.sheet.title
        column = "" if self.sheet.is_grid else title("day")
        if self.days.completed:
            sentence = _("Des jours sont écrits sans leur année : ils ont été lus %(days)s.")
            days = day_range(min(self.days.completed), max(self.days.completed))
            warnings.append(Remark(None, column or _("Jours"), "", sentence % {"days": days}))
        if read.filled_down:
            sentence = ngettext(
                "%(n)s ligne sans nom a été lue comme la suite de la personne au-dessus.",
                "%(n)s lignes sans nom ont été lues comme la suite de la personne au-dessus.",
                read.filled_down,
            )
            who = next(one for one in WHO if one in self.sheet.places)
            warnings.append(Remark(None, title(who), "", sentence % {"n": read.filled_down}))
        for row, name in read.silent:
            sentence = _("Aucun jour n’est rempli pour cette personne : sa ligne a été ignorée.")
            warnings.append(Remark(row, name, "", sentence))
        if read.past:
            sentence = ngettext(
                "%(n)s jour passé a été ignoré.", "%(n)s jours passés ont été ignorés.", read.past
            )
            warnings.append(Remark(None, column or _("Jours"), "", sentence % {"n": read.past}))


def _who(sheet: RosterSheet, cells: list[str]) -> list[str]:
    return [sheet.cell(cells, name) for name in WHO if name != "team"]


class _BadCell(Exception):
    def __init__(self, field: str, value: str, fault: BadValue) -> None:
        super().__init__(str(fault))
        self.field = field
        self.value = value


def _worked(sheet: RosterSheet, cells: list[str], read_hours: object) -> Worked:
    """The hours' word or hours; else from start to end, or a rest said there; else, in a file without such
    columns, a whole day."""
    assert callable(read_hours)
    word, start, end = (sheet.cell(cells, name) for name in ("hours", "start", "end"))
    if not word and (start or end) and all(is_rest(one) for one in (start, end) if one):
        return OFF
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


def _worked_or_none(sheet: RosterSheet, cells: list[str]) -> Worked | None:
    try:
        return _worked(sheet, cells, hours)
    except _BadCell:
        return None


def _cover(sheet: RosterSheet, read: _Read, by_id: dict[int, Member], plan: RosterPlan) -> None:
    """What the file covers of each team; days without a line become days off."""
    for person_id, when in read.lines:
        span = plan.spans.setdefault(by_id[person_id].team_id, Span(when, when))
        span.first_day, span.last_day = min(span.first_day, when), max(span.last_day, when)
        span.people.add(person_id)
    for team_id, span in list(plan.spans.items()):
        if (span.last_day - span.first_day).days >= LONGEST_SPAN:
            sentence = _(
                "Un planning couvre six mois au plus, et celui-ci est écrit pour %(days)s : vérifiez les "
                "années, ou envoyez-le en plusieurs fichiers."
            ) % {"days": day_range(span.first_day, span.last_day)}
            for key in [one for one in read.lines if by_id[one[0]].team_id == team_id]:
                row, _worked_hours = read.lines.pop(key)
                plan.report.rejected.append(sheet.remark(row, "day", long_day(key[1]), sentence))
            del plan.spans[team_id]


def _compare(
    session: Session, sheet: RosterSheet, read: _Read, by_id: dict[int, Member], plan: RosterPlan
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
    plan.told = {key: worked for key, (_row, worked) in read.lines.items()}
    for key, (row, worked) in read.lines.items():
        before = known.get(key)
        if before is not None and worked.same_as(before):
            report.unchanged += 1
            continue
        _change(plan, key, worked, before)
        old = "" if before is None else shift_words(before.shift, before.starts_at, before.ends_at)
        cells = {
            sheet.title("day"): ("", long_day(key[1])),
            sheet.title("hours"): (old, shift_words(worked.shift, worked.starts_at, worked.ends_at)),
        }
        change = Change(row, by_id[key[0]].name, cells)
        (report.created if before is None else report.updated).append(change)
    if not read.unread_headers:
        _imply_days_off(read, known, plan)


def _change(plan: RosterPlan, key: Key, worked: Worked, before: RosterDay | None) -> None:
    if before is None:
        plan.added[key] = worked
        return
    plan.changed[key] = worked
    plan.before[key] = Worked(before.shift, before.starts_at, before.ends_at)


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
                if when in told[person_id]:
                    continue
                plan.told[key] = OFF
                if before is not None and OFF.same_as(before):
                    continue
                _change(plan, key, OFF, before)
                plan.implied += 1
