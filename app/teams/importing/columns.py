"""Which column of a roster is which, in French and English; headers as we write them ourselves."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.i18n import _
from app.people.errors import Unreadable
from app.people.importing.columns import keys_of, lookup_of
from app.people.importing.reading import Sheet, too_large
from app.people.importing.report import Remark
from app.people.importing.vocabulary import PEOPLE
from app.teams.importing.dates import looks_like_a_day

MOST_CELLS = 1_000_000
"""Days of people that one grid holds."""

WHO = ("employee_number", "email", "name", "last_name", "first_name", "team")
"""Columns that say of whom a row is; the team only tells namesakes apart."""

VOCABULARY: dict[str, str] = {
    "employee_number": PEOPLE["employee_number"],
    "email": PEOPLE["email"],
    "last_name": PEOPLE["last_name"],
    "first_name": PEOPLE["first_name"],
    "team": PEOPLE["team"],
    "name": "Nom et prénom | Nom prénom | Prénom et nom | Prénom nom | Nom complet | Nom du salarié | "
    "Salarié | Salariée | Collaborateur | Collaboratrice | Collaborateurs | Employé | Employée | Agent | "
    "Personne | Vendeur | Conseiller | Équipier | Full name | Employee name | Staff name | Worker | Person | "
    "Who | Qui | Colleague | Staff member | Team member",
    "day": "Jour | Date | Date du jour | Journée | Date de travail | Date travaillée | Jour travaillé | "
    "Date du planning | Date planifiée | Date du poste | Date de présence | Day | Work date | Working day | "
    "Shift date | Roster date | Schedule date | Scheduled date | Day worked",
    "hours": "Horaires | Horaire | Heures | Heures de travail | Plage | Plage horaire | Créneau | Vacation | "
    "Poste horaire | Code horaire | Code poste | Code planning | Planning | Présence | Demi-journée | "
    "Période | Horaires habituels | Usual hours | Hours | Working hours | "
    "Work hours | Shift | Shift code | Shift type | Schedule | Roster | "
    "Time | Times | Presence | Half day | Period | Statut | Status",
    "start": "Début | Heure de début | Heure début | Début du poste | Heure d'arrivée | Arrivée | "
    "Prise de poste | De | Start | Start time | Shift start | Starts at | Begin | Beginning | From | In",
    "end": "Fin | Heure de fin | Heure fin | Fin du poste | Heure de départ | Départ | Fin de poste | À | "
    "End | End time | Shift end | Ends at | Until | To | Out",
}

KNOWN_UNUSED = (
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
        "email": _("Adresse e-mail"),
        "name": _("Nom et prénom"),
        "last_name": _("Nom"),
        "first_name": _("Prénom"),
        "team": _("Équipe"),
        "day": _("Jour"),
        "hours": _("Horaire"),  # not the plural: the staff file's column, of other words in English
        "start": _("Début"),
        "end": _("Fin"),
    }[field]


@dataclass(frozen=True)
class RosterSheet:
    """A sheet whose columns are known: a row per person and day, or a grid, a row per person and a column per
    day."""

    places: dict[str, int]
    headers: dict[str, str]
    rows: list[tuple[int, list[str]]]
    warnings: list[Remark]
    days: tuple[int, ...] = ()
    """Places of a grid's columns of days; none in a list."""
    header: tuple[str, ...] = ()
    header_row: int = 1

    @property
    def is_grid(self) -> bool:
        """Whether days are columns."""
        return bool(self.days)

    def cell(self, cells: list[str], field: str) -> str:
        """What a row holds of a field; nothing when the file has no such column."""
        place = self.places.get(field)
        return "" if place is None else cells[place]

    def title(self, field: str) -> str:
        """The header as the file writes it, else as we do."""
        return self.headers.get(field) or usual_header(field)

    def remark(self, row: int, field: str, value: str, message: str) -> Remark:
        """About one cell; `field` a field, or the header of a grid's day."""
        title = field if field in self.header else self.title(field)
        return Remark(row, title, value, message)

    def written_days(self) -> list[str]:
        """Every day that the file writes, in headers or in its column."""
        if self.is_grid:
            return [self.header[place] for place in self.days]
        return [self.cell(cells, "day") for _row, cells in self.rows]


def knows(header: str) -> bool:
    """Whether a cell looks like a header of a roster: a column that we know, or a day."""
    return field_of(header) is not None or looks_like_a_day(header)


def recognise(sheet: Sheet) -> RosterSheet:
    """Name the columns of a sheet. Raises Unreadable when one that is needed is missing."""
    places: dict[str, int] = {}
    headers: dict[str, str] = {}
    unknown: list[str] = []
    warnings: list[Remark] = []
    days: list[int] = []
    for place, header in enumerate(sheet.header):
        field = field_of(header) if header else None
        if field in KNOWN_UNUSED:
            continue
        if field is None:
            if looks_like_a_day(header):
                days.append(place)
            elif header:
                unknown.append(header)
        elif field in places:
            sentence = _("Cette colonne dit la même chose que « %(other)s » : elle a été ignorée.")
            warnings.append(Remark(None, header, "", sentence % {"other": headers[field]}))
        else:
            places[field], headers[field] = place, header
    if "day" in places:
        unknown += [sheet.header[place] for place in days]
        days = []
    sentence = _("Cette colonne n’est pas utilisée : elle a été ignorée.")
    warnings += [Remark(None, header, "", sentence) for header in unknown]
    _check_needed(places, sheet, is_grid=bool(days))
    if days and len(days) * len(sheet.rows) > MOST_CELLS:
        raise too_large()
    return RosterSheet(
        places, headers, sheet.rows, warnings, tuple(days), tuple(sheet.header), sheet.header_row
    )


def _check_needed(found: Iterable[str], sheet: Sheet, *, is_grid: bool) -> None:
    there = set(found)
    seen = ", ".join(name for name in sheet.header[:30] if name)[:400] or "–"
    if not (there & {"employee_number", "email", "name"} or {"last_name", "first_name"} <= there):
        raise Unreadable(
            _(
                "Rien ne dit de qui il s’agit : il faut une colonne Matricule, ou l’adresse e-mail, ou le "
                "nom et le prénom. Colonnes trouvées : %(seen)s."
            )
            % {"seen": seen}
        )
    if is_grid:
        return
    if "day" not in there:
        raise Unreadable(
            _(
                "Rien ne dit de quel jour il s’agit : il faut une colonne Jour (une ligne par personne et "
                "par jour), ou une colonne par jour dont le titre est sa date, comme 24/12/2026 ou "
                "jeu. 24/12. Colonnes trouvées : %(seen)s."
            )
            % {"seen": seen}
        )
    if "hours" not in there and (("start" in there) != ("end" in there)):
        missing = usual_header("end" if "start" in there else "start")
        raise Unreadable(
            _("Il manque une colonne : %(missing)s. Colonnes trouvées : %(seen)s.")
            % {"missing": missing, "seen": seen}
        )
