"""What people's things are called on pages and in exports, in the reader's language."""

from babel.dates import get_day_names

from app.core.i18n import _, current_locale
from app.people.tables import ContractKind, Holidays, ImportKind, Side

WEEKDAYS = range(7)


def weekdays(pattern: str) -> str:
    """`lun mar jeu` for `1101000`; our import reads it back."""
    names = get_day_names("abbreviated", locale=current_locale())
    return " ".join(names[day].strip(".") for day in WEEKDAYS if pattern[day] == "1")


def weekday_names(pattern: str) -> str:
    """`lundi, mercredi` for `1010000`, in a sentence; empty for none."""
    names = get_day_names("wide", locale=current_locale())
    return ", ".join(names[day] for day in WEEKDAYS if pattern[day] == "1")


def weekday_options() -> list[tuple[str, str]]:
    """Weekdays for a group of checkboxes."""
    names = get_day_names("wide", locale=current_locale())
    return [(str(day), names[day].capitalize()) for day in WEEKDAYS]


def side_name(side: Side) -> str:
    """The word for a side; both languages say the same."""
    return {Side.BACK: "Back-office", Side.FRONT: "Front-office"}[side]


def contract_name(kind: ContractKind) -> str:
    """The word for a kind of contract; our import reads it back."""
    return {
        ContractKind.PERMANENT: _("CDI"),
        ContractKind.FIXED_TERM: _("CDD"),
        ContractKind.TEMPORARY: _("Intérim"),
        ContractKind.APPRENTICE: _("Apprentissage"),
        ContractKind.INTERN: _("Stage"),
    }[kind]


def holidays_name(zone: Holidays) -> str:
    """Which public holidays."""
    return {Holidays.FRANCE: _("France"), Holidays.ALSACE_MOSELLE: _("Alsace-Moselle")}[zone]


def kind_name(kind: ImportKind) -> str:
    """What a file holds."""
    return {
        ImportKind.SITES: _("Sites"),
        ImportKind.TEAMS: _("Équipes"),
        ImportKind.PEOPLE: _("Personnes"),
        ImportKind.LINKS: _("Liens de service"),
        ImportKind.TRAVEL: _("Trajets entre sites"),
    }[kind]


def kind_hint(kind: ImportKind) -> str:
    """Which columns a file has."""
    return {
        ImportKind.SITES: _("Code, nom, latitude, longitude."),
        ImportKind.TEAMS: _(
            "Équipe, site, côté, absents et visiteurs par jour, présence minimale, jours fermés."
        ),
        ImportKind.PEOPLE: _(
            "L’export de votre SIRH : matricule, nom, adresse, équipe, responsable, jours travaillés…"
        ),
        ImportKind.LINKS: _("Quelle équipe du back-office sert quelle équipe du front-office."),
        ImportKind.TRAVEL: _("De, vers, minutes. Facultatif : sans lui, les durées sont estimées."),
    }[kind]
