"""Which column of a roster is which, in French and English; headers as we write them ourselves."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.i18n import _
from app.people.errors import Unreadable
from app.people.importing.columns import keys_of, lookup_of
from app.people.importing.reading import Sheet
from app.people.importing.report import Remark
from app.people.importing.vocabulary import PEOPLE

NEEDED = ("employee_number", "day")

VOCABULARY: dict[str, str] = {
    "employee_number": PEOPLE["employee_number"],
    "day": "Jour | Date | Date du jour | Journée | Date de travail | Date travaillée | Jour travaillé | "
    "Date du planning | Date planifiée | Date du poste | Date de présence | Day | Work date | Working day | "
    "Shift date | Roster date | Schedule date | Scheduled date | Day worked",
    "hours": "Horaires | Horaire | Heures | Heures de travail | Plage | Plage horaire | Créneau | Vacation | "
    "Poste horaire | Code horaire | Code poste | Code planning | Planning | Présence | Demi-journée | "
    "Période | Hours | Working hours | Work hours | Shift | Shift code | Shift type | Schedule | Roster | "
    "Time | Times | Presence | Half day | Period | Statut | Status",
    "start": "Début | Heure de début | Heure début | Début du poste | Heure d'arrivée | Arrivée | "
    "Prise de poste | De | Start | Start time | Shift start | Starts at | Begin | Beginning | From | In",
    "end": "Fin | Heure de fin | Heure fin | Fin du poste | Heure de départ | Départ | Fin de poste | À | "
    "End | End time | Shift end | Ends at | Until | To | Out",
}

KNOWN_UNUSED = (
    "first_name",
    "last_name",
    "email",
    "team",
    "site",
    "department",
    "job",
    "manager",
    "contract",
    "side",
)
"""Columns of people that a roster often carries: left aside without a word."""

_LOOKUP = lookup_of({**{name: PEOPLE[name] for name in KNOWN_UNUSED}, **VOCABULARY})


def field_of(header: str) -> str | None:
    """The field that a header names, or None; one of `KNOWN_UNUSED` where the roster needs it not."""
    return next((_LOOKUP[key] for key in keys_of(header[:200]) if key in _LOOKUP), None)


def usual_header(field: str) -> str:
    """The header of a field in examples, and in messages about a column that is missing."""
    return {
        "employee_number": _("Matricule"),
        "day": _("Jour"),
        "hours": _("Horaires"),
        "start": _("Début"),
        "end": _("Fin"),
    }[field]


@dataclass(frozen=True)
class RosterSheet:
    """A sheet whose columns are known."""

    places: dict[str, int]
    headers: dict[str, str]
    rows: list[tuple[int, list[str]]]
    warnings: list[Remark]

    def cell(self, cells: list[str], field: str) -> str:
        """What a row holds of a field; nothing when the file has no such column."""
        place = self.places.get(field)
        return "" if place is None else cells[place]

    def header(self, field: str) -> str:
        """The header as the file writes it, else as we do."""
        return self.headers.get(field) or usual_header(field)

    def remark(self, row: int, field: str, value: str, message: str) -> Remark:
        """About one cell."""
        return Remark(row, self.header(field), value, message)


def recognise(sheet: Sheet) -> RosterSheet:
    """Name the columns of a sheet. Raises Unreadable when one that is needed is missing."""
    places: dict[str, int] = {}
    headers: dict[str, str] = {}
    warnings: list[Remark] = []
    for place, header in enumerate(sheet.header):
        field = field_of(header) if header else None
        if field in KNOWN_UNUSED:
            continue
        if field is None:
            if header:
                sentence = _("Cette colonne n’est pas utilisée : elle a été ignorée.")
                warnings.append(Remark(None, header, "", sentence))
        elif field in places:
            sentence = _("Cette colonne dit la même chose que « %(other)s » : elle a été ignorée.")
            warnings.append(Remark(None, header, "", sentence % {"other": headers[field]}))
        else:
            places[field], headers[field] = place, header
    _check_needed(places, sheet.header)
    return RosterSheet(places, headers, sheet.rows, warnings)


def _check_needed(found: Iterable[str], header: list[str]) -> None:
    there = set(found)
    missing = [field for field in NEEDED if field not in there]
    if "hours" not in there and (("start" in there) != ("end" in there)):
        missing.append("end" if "start" in there else "start")
    if not missing:
        return
    seen = ", ".join(name for name in header[:30] if name)[:400]
    raise Unreadable(
        _("Il manque une colonne : %(missing)s. Colonnes trouvées : %(seen)s.")
        % {"missing": ", ".join(usual_header(field) for field in missing), "seen": seen or "–"}
    )
