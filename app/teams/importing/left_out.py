"""Columns that are left aside though they say who is off: without them a day off would be a day of work."""

import re
from collections.abc import Callable
from functools import lru_cache

from app.core.i18n import _
from app.people.errors import Unreadable
from app.people.importing.columns import plain
from app.people.importing.values import BadValue
from app.teams.importing.columns import KNOWN_UNUSED, RosterSheet, field_of, usual_header
from app.teams.importing.hours import FULL, OFF, Worked, hours

_WORDS = (
    "repos|off|dayoff|jouroff|rest|restday|matin|matinee|lematin|morning|mornings|apresmidi|lapresmidi|aprem|"
    "afternoon|conge|conges|cp|rtt|recup|recuperation|absent|absente|leave|annualleave|vacances|vacation|"
    "holiday|holidays|maladie|sick|sickleave|nontravaille|netravaillepas|notworking|notworked"
)
_SURE = {*re.split(r"[|]", _WORDS)}
"""Words that mean a shift under whatever header; « M », « non » or « formation » mean other things too."""


def check(sheet: RosterSheet, worked: Callable[[list[str]], Worked | None]) -> None:
    """Refuse a list whose column left aside says otherwise than what is read (`worked`; None: unreadable).
    Raises Unreadable."""
    if sheet.is_grid:
        return
    says_hours = "hours" in sheet.places or "start" in sheet.places
    for place, header in enumerate(sheet.header):
        if place in sheet.places.values():
            continue
        codes = not says_hours and field_of(header) not in KNOWN_UNUSED and _is_of_shifts(sheet, place)
        for row, cells in sheet.rows:
            told = _meaning(cells[place])
            if told is None or not (codes or _is_sure(cells[place])):
                continue
            read = worked(cells)
            if read is not None and read != told and (told == OFF or read == FULL) and read != OFF:
                raise _refusal(sheet, place, row, cells)


def _is_of_shifts(sheet: RosterSheet, place: int) -> bool:
    """Whether every cell of a column reads as a shift."""
    return all(_meaning(cells[place]) is not None for _row, cells in sheet.rows if cells[place])


def _is_sure(cell: str) -> bool:
    return plain(cell).replace(" ", "") in _SURE


@lru_cache(maxsize=4096)
def _meaning(cell: str) -> Worked | None:
    if not cell:
        return None
    try:
        return hours(cell)
    except BadValue:
        return None


def _refusal(sheet: RosterSheet, place: int, row: int, cells: list[str]) -> Unreadable:
    said = {"column": sheet.header[place] or "–", "value": cells[place][:60], "row": row}
    if "hours" in sheet.places or "start" in sheet.places:
        other = sheet.title("hours" if "hours" in sheet.places else "start")
        sentence = _(
            "Ligne %(row)s, la colonne « %(column)s » dit « %(value)s », et la colonne « %(other)s » dit "
            "autre chose de ce jour : gardez une seule des deux. Rien n’a été enregistré."
        )
        return Unreadable(sentence % {**said, "other": other})
    sentence = _(
        "La colonne « %(column)s » semble dire qui travaille (ligne %(row)s : « %(value)s »), mais son titre "
        "n’est pas connu. Nommez-la « %(hours)s », ou retirez-la si elle parle d’autre chose. Rien n’a été "
        "enregistré."
    )
    return Unreadable(sentence % {**said, "hours": usual_header("hours")})
