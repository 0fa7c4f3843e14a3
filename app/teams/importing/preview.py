"""A roster as a calendar to look at before confirming: for each team its people, and their days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from app.core.i18n import _
from app.people.tables import Team
from app.teams.importing.hours import Worked
from app.teams.importing.run import Key, RosterPlan, Span
from app.teams.tables import Shift
from app.teams.words import shift_words

PEOPLE_SHOWN = 60
"""People of the calendars of one preview: the counts and what is refused are whole."""
AT_A_TIME = 14
"""Days of one table."""


class Said(StrEnum):
    """What confirming does to a day."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"
    UNTOLD = "untold"


@dataclass(frozen=True)
class Cell:
    """A person's day: what is seen, what is read aloud."""

    said: Said
    code: str
    words: str
    off: bool


@dataclass(frozen=True)
class Stretch:
    """At most two weeks: the days, and each person's cells."""

    days: list[date]
    rows: list[tuple[str, list[Cell]]]


@dataclass(frozen=True)
class TeamCalendar:
    """What a roster says of one team."""

    team: Team
    span: Span
    worked: int
    """Days worked."""
    off: int
    stretches: list[Stretch]
    left_out: int
    """People whom the file names and who are not drawn."""


def calendars_of(plan: RosterPlan, teams: Mapping[int, Team]) -> list[TeamCalendar]:
    """The calendars of a plan, teams by name."""
    left = PEOPLE_SHOWN
    found = []
    for team_id in sorted(plan.spans, key=lambda one: teams[one].name):
        span = plan.spans[team_id]
        people = sorted(
            (one for one in plan.members.values() if one.team_id == team_id),
            key=lambda one: (one.last_name, one.first_name),
        )
        drawn, left = people[:left], max(0, left - len(people))
        told = [worked for key, worked in plan.told.items() if key[0] in span.people]
        off = sum(one.shift == Shift.OFF for one in told)
        days = [span.first_day + timedelta(days=n) for n in range((span.last_day - span.first_day).days + 1)]
        stretches = [
            Stretch(
                part,
                [(one.name, [_cell(plan, (one.id, when)) for when in part]) for one in drawn],
            )
            for part in (days[at : at + AT_A_TIME] for at in range(0, len(days), AT_A_TIME))
        ]
        hidden = len(people) - len(drawn)
        worked = len(told) - off
        found.append(TeamCalendar(teams[team_id], span, worked, off, stretches if drawn else [], hidden))
    return found


def _cell(plan: RosterPlan, key: Key) -> Cell:
    worked = plan.told.get(key)
    if worked is None:
        if key in plan.refused:
            return Cell(Said.REFUSED, "?", _("à corriger"), off=False)
        return Cell(Said.UNTOLD, "", _("rien de dit"), off=False)
    words = shift_words(worked.shift, worked.starts_at, worked.ends_at)
    said = Said.SAME
    if key in plan.added:
        said = Said.NEW
    elif before := plan.before.get(key):
        said = Said.CHANGED
        was = shift_words(before.shift, before.starts_at, before.ends_at)
        words = _("%(now)s, au lieu de %(before)s") % {"now": words, "before": was}
    return Cell(said, _code(worked), words, worked.shift == Shift.OFF)


def _code(worked: Worked) -> str:
    """A cell's few letters."""
    if worked.shift == Shift.HOURS and worked.starts_at is not None and worked.ends_at is not None:
        return f"{_short(worked.starts_at)}–{_short(worked.ends_at)}"
    return {
        Shift.FULL: _("J"),
        Shift.MORNING: _("M"),
        Shift.AFTERNOON: _("apm"),
        Shift.OFF: "·",
        Shift.HOURS: "",
    }[worked.shift]


def _short(at: time) -> str:
    return str(at.hour) if at.minute == 0 else f"{at.hour}:{at.minute:02}"
