"""Which column is which, however its header is spelled: French or English, any order, case, accent and
punctuation."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.i18n import _
from app.core.searching import folded
from app.people.errors import Unreadable, WrongKind
from app.people.importing.headers import usual_header
from app.people.importing.reading import Sheet
from app.people.importing.report import Remark
from app.people.importing.vocabulary import NEEDED, VOCABULARY
from app.people.tables import ImportKind

_SMALL = {
    "de",
    "du",
    "des",
    "la",
    "le",
    "les",
    "l",
    "d",
    "of",
    "the",
    "s",
    "par",
    "per",
    "in",
    "dans",
    "a",
    "au",
    "en",
    "on",
}


def plain(text: str) -> str:
    """Text for comparing: no accent, no case, no punctuation, single spaces."""
    return " ".join(re.findall(r"[^\W_]+", folded(text)))


def keys_of(header: str) -> list[str]:
    """Forms under which a header is looked up, the most literal first."""
    split = re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])", " ", header)
    without_unit = re.sub(r"[(\[].*?[)\]]|[*:]", " ", split)
    found: list[str] = []
    for text in (header, without_unit, split):
        words = plain(text).split()
        kept = [word for word in words if word not in _SMALL] or words
        stems = [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in kept]
        found += ["".join(words), "".join(kept), "".join(stems), " ".join(sorted(stems))]
    return [key for key in dict.fromkeys(found) if key]


def lookup_of(vocabulary: dict[str, str]) -> dict[str, str]:
    """Key → field. A literal spelling wins over one that only has the same words."""
    literal: dict[str, str] = {}
    loose: dict[str, str] = {}
    for field, spellings in vocabulary.items():
        for spelling in (field, *spellings.split("|")):
            keys = keys_of(spelling.strip())
            literal.setdefault(keys[0], field)
            for key in keys[1:]:
                loose.setdefault(key, field)
    return {**loose, **literal}


_LOOKUPS = {kind: lookup_of(vocabulary) for kind, vocabulary in VOCABULARY.items()}


def field_of(kind: ImportKind, header: str) -> str | None:
    """The field that a header names, or None."""
    lookup = _LOOKUPS[kind]
    return next((lookup[key] for key in keys_of(header[:200]) if key in lookup), None)


@dataclass(frozen=True)
class Row:
    """One row by field."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, field: str) -> str:
        return self.cells.get(field, "")


@dataclass(frozen=True)
class Table:
    """A sheet whose columns are known."""

    kind: ImportKind
    headers: dict[str, str]
    """Field → header as written."""
    rows: list[Row]
    warnings: list[Remark]

    def has(self, field: str) -> bool:
        """Whether the file has this column."""
        return field in self.headers

    def remark(self, row: Row, field: str, message: str) -> Remark:
        """About one cell."""
        header = self.headers.get(field) or usual_header(self.kind, field)
        return Remark(row.number, header, row[field], message)


def recognise(kind: ImportKind, sheet: Sheet) -> Table:
    """Name the columns of a sheet. Raises Unreadable when one that is needed is missing."""
    headers: dict[str, str] = {}
    places: dict[str, int] = {}
    warnings: list[Remark] = []
    for place, header in enumerate(sheet.header):
        field = _field_at(kind, sheet, place) if header else None
        if field is None:
            if header or any(cells[place] for _number, cells in sheet.rows):
                sentence = _("Cette colonne n’est pas utilisée : elle a été ignorée.")
                warnings.append(Remark(None, header, "", sentence))
        elif field in places:
            sentence = _("Cette colonne dit la même chose que « %(other)s » : elle a été ignorée.")
            warnings.append(Remark(None, header, "", sentence % {"other": headers[field]}))
        else:
            headers[field], places[field] = header, place
    _check_kind(kind, sheet.header, set(headers))
    _check_needed(kind, headers, sheet.header)
    rows = [
        Row(number, {field: cells[place] for field, place in places.items()}) for number, cells in sheet.rows
    ]
    return Table(kind, headers, rows, warnings)


SIDES = {"front", "back", "front office", "back office", "frontoffice", "backoffice", "fo", "bo"}


def _field_at(kind: ImportKind, sheet: Sheet, place: int) -> str | None:
    """The field of a column; one called `Office` tells where people work, or which of the two sides: its
    cells say."""
    field = field_of(kind, sheet.header[place])
    if field == "site" and plain(sheet.header[place]) in {"office", "bureau"}:
        cells = {plain(row[place]) for _number, row in sheet.rows if row[place]}
        return "side" if cells and cells <= SIDES else field
    return field


def _check_kind(kind: ImportKind, header: list[str], found: set[str]) -> None:
    """A file sent as another kind is refused whole: sites would otherwise be renamed after employees.

    It is of another kind when it has all that one needs, and two columns more than it has of this one; one
    is enough when the other knows every column, or when this one misses what it needs.
    """
    columns = [name for name in header if name]
    lacking = not found.issuperset(NEEDED[kind])
    named = {other: [field_of(other, name) for name in columns] for other in VOCABULARY}
    likely = [other for other in VOCABULARY if set(named[other]).issuperset(NEEDED[other])]
    if not likely or kind == (best := max(likely, key=lambda other: len(set(named[other]) - {None}))):
        return
    more = len(set(named[best]) - {None}) - len(found)
    if more > 1 or (more > 0 and (lacking or (None not in named[best] and len(found) < len(columns)))):
        raise WrongKind(kind, best)


def _check_needed(kind: ImportKind, found: Iterable[str], header: list[str]) -> None:
    missing = [usual_header(kind, field) for field in NEEDED[kind] if field not in set(found)]
    if not missing:
        return
    seen = ", ".join(name for name in header[:30] if name)[:400]
    raise Unreadable(
        _("Il manque une colonne : %(missing)s. Colonnes trouvées : %(seen)s.")
        % {"missing": ", ".join(missing), "seen": seen or "–"}
    )
