"""From a cell's text to a value. Each parser returns the value or raises BadValue with what is wrong and
the remedy."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from app.core.i18n import _
from app.people.importing.columns import plain
from app.people.importing.languages import language_code
from app.people.importing.weekdays import weekdays_of
from app.people.tables import ContractKind, Holidays, Side

LONGEST_TEXT = 300
EARLIEST = date(1930, 1, 1)
LATEST = date(2200, 1, 1)
LONGEST_COMMUTE = 600


class BadValue(Exception):
    """The cell does not hold what its column promises. `str()` is a sentence for the reader."""


def text(cell: str) -> str:
    """Any text of reasonable length."""
    if len(cell) > LONGEST_TEXT:
        raise BadValue(_("Ce texte est trop long : %(max)s caractères au plus.") % {"max": LONGEST_TEXT})
    return cell


def needed(cell: str) -> str:
    """A text that must be there."""
    if not cell:
        raise BadValue(_("Cette cellule est vide alors que sa valeur est nécessaire : complétez-la."))
    return text(cell)


_ADDRESS = re.compile(
    r"[^\s@,;:<>()\[\]\\\"]{1,64}@(?=[^@]{4,255}$)(?:[\w](?:[\w-]{0,61}[\w])?\.)+[^\W_]{2,63}"
)


def email(cell: str) -> str | None:
    """An address in lower case, or nothing."""
    if not cell:
        return None
    address = re.sub(r"^mailto:", "", cell, flags=re.IGNORECASE).lower()
    if (
        not _ADDRESS.fullmatch(address)
        or ".." in address
        or address.split("@")[0].strip(".") != address.split("@")[0]
    ):
        raise BadValue(
            _(
                "Ce n’est pas une adresse e-mail. Corrigez-la, ou videz la cellule : la personne se "
                "connectera par matricule."
            )
        )
    return address


_FRONT_WORDS = (
    "front frontoffice frontofice frontline fo f avant terrain contact contactclient relationclient "
    "clientfacing customerfacing reseau agence magasin boutique pointdevente store shop branch field"
)
_BACK_WORDS = (
    "back backoffice backofice bo b arriere siege siegesocial support fonctionsupport fonctionssupport "
    "fonctionsupports fonctionssupports servicessupport headoffice headquarters headquarter hq corporate "
    "central servicescentraux supportfunction supportfunctions"
)
_SIDES = dict.fromkeys(_FRONT_WORDS.split(), Side.FRONT) | dict.fromkeys(_BACK_WORDS.split(), Side.BACK)


def side(cell: str) -> Side:
    """Back or front."""
    found = _SIDES.get(plain(cell).replace(" ", ""))
    if found is None:
        raise BadValue(_("Côté inconnu : écrivez « Front-office » ou « Back-office »."))
    return found


_YES = {"oui", "o", "yes", "y", "vrai", "true", "1", "x", "ok"}
_NO = {"non", "n", "no", "faux", "false", "0", ""}


def yes_no(cell: str) -> bool:
    """Yes or no; nothing is no."""
    key = plain(cell).replace(" ", "")
    if key in _YES:
        return True
    if key in _NO:
        return False
    raise BadValue(_("Écrivez « oui » ou « non »."))


MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars mar march",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "aout august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_LOCAL = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_COMPACT = re.compile(r"(19|20)(\d{2})(\d{2})(\d{2})")
_NAMED = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?[ .-]*([^\W\d_]+)\.?[ .,-]*(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([^\W\d_]+)\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})")
_TIME = re.compile(r"[T ]\d{1,2}[:h]\d{2}.*$")


def day(cell: str, *, month_first: bool = False) -> date | None:
    """A date: 09/02/2011, 2011-02-09, 09.02.2011, 9 février 2011, 20110209, Excel's serial number; or
    nothing."""
    if not cell:
        return None
    written = _TIME.sub("", cell).strip()
    found = _parts(written, month_first=month_first)
    if found is None:
        raise BadValue(_("Ce n’est pas une date : écrivez-la comme 09/02/2011 ou 2011-02-09."))
    try:
        value = date(*found)
    except ValueError:
        raise BadValue(
            _("Cette date n’existe pas dans le calendrier : corrigez-la, ou videz la cellule.")
        ) from None
    if not EARLIEST <= value < LATEST:
        raise BadValue(_("Cette date est hors de propos : corrigez-la, ou videz la cellule."))
    return value


def _parts(written: str, *, month_first: bool) -> tuple[int, int, int] | None:
    if found := _COMPACT.fullmatch(written):
        return int(found[1] + found[2]), int(found[3]), int(found[4])
    if re.fullmatch(r"\d{4,5}(\.\d+)?", written) and 10_000 <= float(written) < 110_000:
        serial = date(1899, 12, 30) + timedelta(days=int(float(written)))
        return serial.year, serial.month, serial.day
    if found := _ISO.fullmatch(written):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _LOCAL.fullmatch(written):
        first, second = int(found[1]), int(found[2])
        return (_year(found[3]), first, second) if month_first else (_year(found[3]), second, first)
    spoken = " ".join(_unaccented(word) for word in written.split())
    if (found := _NAMED.fullmatch(spoken)) and found[2] in MONTHS:
        return _year(found[3]), MONTHS[found[2]], int(found[1])
    if (found := _NAMED_FIRST.fullmatch(spoken)) and found[1] in MONTHS:
        return int(found[3]), MONTHS[found[1]], int(found[2])
    return None


def _unaccented(word: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda letters: plain(letters[0]), word)


def _year(written: str) -> int:
    return int(written) if len(written) == 4 else int(written) + (2000 if int(written) < 70 else 1900)


def months_come_first(cells: Iterable[str]) -> bool:
    """Whether a column writes 12/31/2020: some second number cannot be a month and no first one is beyond
    12."""
    pairs = [
        (int(found[1]), int(found[2])) for cell in cells if (found := _LOCAL.match(cell)) and "/" in cell
    ]
    return any(second > 12 for _first, second in pairs) and not any(first > 12 for first, _second in pairs)


_HOURS = re.compile(r"(\d{1,2})\s*(?:h|:|hr|hrs|hours?|heures?)\s*(\d{1,2})?\s*(?:m|mn|min|minutes?)?")
_MINUTES = re.compile(r"(\d{1,4})(?:[.,]0+)?\s*(?:m|mn|min|mins|minutes?|')?\.?")


def minutes(cell: str, *, longest: int = LONGEST_COMMUTE) -> int:
    """Minutes: 45, 45 min, 1 h 15, 1:15."""
    written = cell.casefold().strip()
    if found := _MINUTES.fullmatch(written):
        value = int(found[1])
    elif (found := _HOURS.fullmatch(written)) and int(found[2] or 0) < 60:
        value = int(found[1]) * 60 + int(found[2] or 0)
    else:
        raise BadValue(_("Ce n’est pas un nombre de minutes : écrivez par exemple 45."))
    if value > longest:
        raise BadValue(_("Ce trajet est trop long : %(max)s minutes au plus.") % {"max": longest})
    return value


def optional_minutes(cell: str) -> int | None:
    """Minutes or nothing."""
    return minutes(cell) if cell else None


def count(cell: str, *, most: int = 10_000) -> int:
    """A whole number from 0."""
    found = re.fullmatch(r"(\d{1,6})(?:[.,]0+)?", cell.strip())
    if not found or int(found[1]) > most:
        raise BadValue(_("Écrivez un nombre entier entre 0 et %(most)s.") % {"most": most})
    return int(found[1])


def degrees(cell: str, *, limit: int) -> float | None:
    """A coordinate in decimal degrees, or nothing."""
    if not cell:
        return None
    found = re.fullmatch(r"([+-]?\d{1,3}(?:[.,]\d{1,15})?)\s*°?", cell.replace("\u2212", "-").strip())
    value = float(found[1].replace(",", ".")) if found else None
    if value is None or abs(value) > limit:
        raise BadValue(
            _("Écrivez des degrés décimaux entre −%(limit)s et %(limit)s, par exemple 48.892.")
            % {"limit": limit}
        )
    return value


_CONTRACTS = {
    ContractKind.PERMANENT: "permanent cdi indetermine contratadureeindeterminee dureeindeterminee "
    "indefinite openended "
    "titulaire permanentcontract permanentemployee regular fulltimepermanent statutaire fonctionnaire cdii "
    "cdd2cdi",
    ContractKind.FIXED_TERM: "fixedterm fixed cdd determine contratadureedeterminee dureedeterminee "
    "fixedtermcontract "
    "contractuel saisonnier seasonal fixedtermemployee limited",
    ContractKind.TEMPORARY: "temporary temp interim interimaire ctt travailtemporaire agency agencyworker "
    "agencystaff "
    "temporarystaff temporaryworker temporaire contratinterim missioninterim temporarycontract",
    ContractKind.APPRENTICE: "apprentice apprenti apprentie apprentissage alternance alternant alternante "
    "apprenticeship "
    "contratdapprentissage contratapprentissage contratpro professionnalisation "
    "contratdeprofessionnalisation "
    "contratprofessionnalisation workstudy",
    ContractKind.INTERN: "intern stage stagiaire internship trainee conventiondestage traineeship",
}
_CONTRACT_OF = {word: kind for kind, words in _CONTRACTS.items() for word in words.split()}


def contract(cell: str) -> ContractKind:
    """A kind of contract; nothing is permanent."""
    if not cell:
        return ContractKind.PERMANENT
    words = re.sub(r"[(\[].*?[)\]]|·\w+", " ", cell)
    found = _CONTRACT_OF.get(plain(words).replace(" ", ""))
    if found is None:
        raise BadValue(_("Contrat inconnu : écrivez CDI, CDD, intérim, apprentissage ou stage."))
    return found


def languages(cell: str) -> list[str]:
    """ISO 639-1 codes, in order; nothing is French."""
    found: list[str] = []
    without_levels = re.sub(r"[(\[].*?[)\]]", " ", cell)
    for part in re.split(r"[,;/|+&\n]|\bet\b|\band\b|\s-\s", without_levels, flags=re.IGNORECASE):
        for name in _language_names(part):
            code = language_code(name)
            if code is None:
                raise BadValue(
                    _("Langue inconnue : « %(name)s ». Écrivez son nom ou son code, par exemple fr, en.")
                    % {"name": name}
                )
            found.append(code)
    return list(dict.fromkeys(found)) or ["fr"]


def _language_names(part: str) -> list[str]:
    words = [word for word in part.split() if not re.fullmatch(r"[ABCabc][12][+-]?", word)]
    whole = " ".join(words)
    return [whole] if whole and (len(words) == 1 or language_code(whole)) else words


_NO_DAYS = "0000000"


def worked_weekdays(cell: str, *, default: str) -> str:
    """Weekdays as 0/1 from Monday; nothing is `default`."""
    if not cell:
        return default
    found = weekdays_of(cell)
    if found is None or found == _NO_DAYS:
        raise BadValue(_("Jour de la semaine inconnu ou ambigu : écrivez par exemple « lun mar jeu ven »."))
    return found


def closed_weekdays(cell: str) -> str:
    """Weekdays as 0/1 from Monday; nothing, or a dash, is none."""
    if not cell or plain(cell) in {"", "aucun", "none", "non", "no", "neant"}:
        return _NO_DAYS
    return worked_weekdays(cell, default=_NO_DAYS) if cell != _NO_DAYS else _NO_DAYS


_ALSACE_MOSELLE = {
    "fr57",
    "57",
    "67",
    "68",
    "moselle",
    "basrhin",
    "hautrhin",
    "alsace",
    "alsacemoselle",
    "droitlocal",
}
_FRANCE = {"fr", "france", "metropole", "national", "general", "regimegeneral"}


def holidays(cell: str) -> Holidays | None:
    """Which public holidays a site keeps; nothing leaves it to its place."""
    key = plain(cell).replace(" ", "")
    if not key:
        return None
    if key in _ALSACE_MOSELLE or key.startswith("alsace"):
        return Holidays.ALSACE_MOSELLE
    if key in _FRANCE or re.fullmatch(r"\d{2,3}|2[ab]", key):
        return Holidays.FRANCE
    raise BadValue(_("Calendrier inconnu : écrivez « France » ou « Alsace-Moselle »."))
