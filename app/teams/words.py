"""What teams' things are called on pages, in the reader's language."""

from datetime import time

from app.core.i18n import _
from app.core.templating import clock_time
from app.teams.tables import RosterDay, Shift, TeamConditions


def shift_words(shift: Shift, starts_at: time | None = None, ends_at: time | None = None) -> str:
    """A roster's day in words: `9:00–17:00`, `matin`, `ne travaille pas`."""
    if shift == Shift.HOURS and starts_at is not None and ends_at is not None:
        return _("%(start)s–%(end)s") % {
            "start": starts_at.strftime("%H:%M"),
            "end": ends_at.strftime("%H:%M"),
        }
    return {
        Shift.FULL: _("journée"),
        Shift.MORNING: _("matin"),
        Shift.AFTERNOON: _("après-midi"),
        Shift.OFF: _("ne travaille pas"),
        Shift.HOURS: "",
    }[shift]


def own_words(row: RosterDay) -> str:
    """A roster's day, to whom it is about."""
    if row.shift == Shift.HOURS and row.starts_at is not None and row.ends_at is not None:
        said = {"start": clock_time(row.starts_at), "end": clock_time(row.ends_at)}
        return _("Vous travaillez de %(start)s à %(end)s") % said
    return {
        Shift.MORNING: _("Vous travaillez le matin"),
        Shift.AFTERNOON: _("Vous travaillez l’après-midi"),
    }.get(row.shift, _("Vous ne travaillez pas ce jour-là"))


def words_of(name: str, row: RosterDay) -> str:
    """A roster's day, to the others."""
    said = {"name": name}
    if row.shift == Shift.HOURS and row.starts_at is not None and row.ends_at is not None:
        said |= {"start": clock_time(row.starts_at), "end": clock_time(row.ends_at)}
        return _("%(name)s travaille de %(start)s à %(end)s") % said
    sentence = {
        Shift.MORNING: _("%(name)s travaille le matin"),
        Shift.AFTERNOON: _("%(name)s travaille l’après-midi"),
    }.get(row.shift, _("%(name)s ne travaille pas ce jour-là"))
    return sentence % said


def mark_words() -> dict[str, str]:
    """What one may say of a day, in the order of the choice."""
    return {
        "closed": _("Ni départ ni visite"),
        "no_visitors": _("Personne ne vient"),
        "no_leaving": _("Personne ne part"),
        "good": _("Bon jour pour recevoir"),
        "ordinary": _("Jour ordinaire"),
    }


def age_title() -> str:
    """What the line about an age is called."""
    return _("Âge minimal")


def conditions_lines(conditions: TeamConditions) -> list[tuple[str, str]]:
    """What a team asks of visitors, line by line: (title, words)."""
    found: list[tuple[str, str]] = []
    if conditions.confidentiality:
        sentence = _("Ce que l’on voit et entend pendant la journée reste dans l’équipe.")
        found.append((_("Confidentialité"), sentence))
    if conditions.bank_secrecy:
        sentence = _("Les comptes et les opérations des clients sont couverts par le secret bancaire.")
        found.append((_("Secret bancaire"), sentence))
    if conditions.safety:
        found.append((_("Consignes de sécurité"), conditions.safety))
    if conditions.equipment:
        found.append((_("Tenue et équipement"), conditions.equipment))
    if conditions.min_age:
        found.append((age_title(), _("%(years)s ans") % {"years": conditions.min_age}))
    if conditions.charter:
        found.append((_("Charte de l’équipe"), conditions.charter))
    return found
