"""From a roster's cell to a shift: a word (journée, matin, repos…) or hours (9h-17h, 08:30–16:00)."""

import re
from dataclasses import dataclass
from datetime import time

from app.core.i18n import _
from app.people.importing.columns import plain
from app.people.importing.values import BadValue
from app.teams.tables import RosterDay, Shift


@dataclass(frozen=True, slots=True)
class Worked:
    """What a roster says of one day."""

    shift: Shift
    starts_at: time | None = None
    ends_at: time | None = None

    def same_as(self, row: RosterDay) -> bool:
        """Whether a row already says so."""
        return (row.shift, row.starts_at, row.ends_at) == (self.shift, self.starts_at, self.ends_at)


FULL, MORNING, AFTERNOON, OFF = (
    Worked(Shift.FULL),
    Worked(Shift.MORNING),
    Worked(Shift.AFTERNOON),
    Worked(Shift.OFF),
)

_WORDS = {
    FULL: "journee|jour|j|journeecomplete|journeeentiere|toutelajournee|full|fullday|wholeday|allday|day|"
    "travail|travaille|travailles|present|presente|presence|present|p|t|oui|yes|y|o|x|1|work|working|worked|w",
    MORNING: "matin|matinee|lematin|m|mat|morning|mornings|ma",
    AFTERNOON: "apresmidi|lapresmidi|apm|aprem|afternoon|pm|ap",
    OFF: "repos|r|rh|rc|rtt|off|dayoff|jouroff|libre|conge|conges|cp|ca|ct|recup|recuperation|absent|absente|"
    "absence|abs|a|non|no|n|0|none|neant|aucun|rest|restday|leave|annualleave|vacances|vacation|holiday|holidays|"
    "ferie|maladie|arret|sick|sickleave|formation|training|ecole|school|cfa|nontravaille|netravaillepas|"
    "notworking|notworked|unavailable|indisponible|nr",
}
_WORD_OF = {word: worked for worked, words in _WORDS.items() for word in words.split("|")}

_TIME = re.compile(r"(\d{1,2})(?:\s*(?:h|:|\.)\s*(\d{2})?(?::\d{2})?)?\s*([ap]m)?\b", re.IGNORECASE)
_BETWEEN = {
    "",
    "de",
    "du",
    "a",
    "au",
    "to",
    "from",
    "till",
    "until",
    "et",
    "and",
    "puis",
    "then",
    "jusqu",
    "h",
}
_LAST = time(23, 59)


def hours(cell: str) -> Worked:
    """One cell. Raises BadValue; why somebody is off is not kept."""
    if not cell:
        raise BadValue(
            _(
                "Cette cellule est vide : écrivez « repos », « journée », « matin », ou des heures comme "
                "9h-17h."
            )
        )
    word = plain(cell).replace(" ", "")
    if not word and cell.strip() in {"-", "–", "—", "/"}:
        return OFF
    if word == "am":
        raise BadValue(
            _("« AM » veut dire matin en anglais et après-midi en français : écrivez le mot en entier.")
        )
    found = _WORD_OF.get(word)
    if found is None and re.fullmatch(r"\d+([.,]\d*)?", cell.strip()):
        raise BadValue(
            _("Un nombre d’heures ne dit pas quand : écrivez « journée », ou des heures comme 9h-17h.")
        )
    return found if found is not None else _span(cell)


def is_rest(cell: str) -> bool:
    """Whether a cell says in a word that somebody is off."""
    word = plain(cell).replace(" ", "")
    return word.isalpha() and _WORD_OF.get(word) == OFF


def _span(cell: str) -> Worked:
    times = list(_TIME.finditer(cell))
    between = plain(_TIME.sub(" ", cell)).split()
    if len(times) < 2 or len(times) % 2 or not set(between) <= _BETWEEN:
        raise BadValue(
            _(
                "Horaires inconnus : écrivez « journée », « matin », « après-midi », « repos », ou des "
                "heures comme 9h-17h."
            )
        )
    return worked_between(_clock(times[0]), _clock(times[-1]))


def _clock(found: re.Match[str]) -> time:
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] and hour <= 12:
        hour = hour % 12 + (12 if found[3].lower() == "pm" else 0)
    if (hour, minute) == (24, 0):
        return _LAST
    if hour > 23 or minute > 59:
        raise BadValue(_("Cette heure n’existe pas : écrivez par exemple 9h-17h."))
    return time(hour, minute)


def clock(cell: str) -> time:
    """The cell of a column that holds one time: 9:00, 9h, 09:00:00, or a workbook's part of a day."""
    if re.fullmatch(r"0[.,]\d{1,18}", cell):
        minutes = round(float(cell.replace(",", ".")) * 1440)
        return time(minutes // 60 % 24, minutes % 60)
    found = _TIME.fullmatch(cell.strip())
    if found is None:
        raise BadValue(_("Ce n’est pas une heure : écrivez par exemple 9h ou 09:00."))
    return _clock(found)


def worked_between(starts_at: time, ends_at: time) -> Worked:
    """From one time to another of the same day. Raises BadValue."""
    if ends_at <= starts_at:
        raise BadValue(
            _(
                "La journée finit avant de commencer : pour un poste de nuit, écrivez les heures d’avant "
                "minuit (22h-24h) ce jour-là et celles d’après minuit le lendemain."
            )
        )
    return Worked(Shift.HOURS, starts_at, ends_at)


def joined(one: Worked, other: Worked) -> Worked | None:
    """Two lines about the same day as one; None when they contradict each other."""
    if one == other:
        return one
    if Shift.OFF in (one.shift, other.shift):
        return None
    if one.shift == other.shift == Shift.HOURS:
        assert one.starts_at is not None
        assert one.ends_at is not None
        assert other.starts_at is not None
        assert other.ends_at is not None
        return Worked(Shift.HOURS, min(one.starts_at, other.starts_at), max(one.ends_at, other.ends_at))
    if {one.shift, other.shift} == {Shift.MORNING, Shift.AFTERNOON} or Shift.FULL in (one.shift, other.shift):
        return FULL
    return None
