"""Days to come on which the visitor, or whoever receives, no longer works: their usual week changed since, or
their contract ends before. HR read which before a file is imported; then they are contradicted as by a roster
(`rosters`). What a roster says of a day counts instead of the usual week."""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType, SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, and_, col, or_

from app.core.db import flag_of
from app.core.i18n import _
from app.people.tables import WEEK, Person
from app.teams.days import shifts_on
from app.teams.importing.run import Key
from app.teams.rules import usually_works
from app.teams.tables import RosterDay, Shift
from app.visits.queries import Host, SeenVisit, Tutor, Visitor, read_visits, to_come
from app.visits.tables import Visit


def why_off(person: Any, day: date, *, by_roster: bool) -> str:
    """Why somebody with such a week is not at work then, in words; empty where they are. `by_roster`: a
    roster says what they do that day."""
    if person.contract_ends_on is not None and day > person.contract_ends_on:
        return _("son contrat sera terminé")
    if person.entered_on is not None and day < person.entered_on:
        return _("pas encore dans l’entreprise")
    works = by_roster or usually_works(person.worked_weekdays, person.school_weekdays, day)
    return "" if works else _("ne travaille pas ce jour de la semaine")


class Cause(StrEnum):
    """What says that somebody is not at work then; of two, the first is named."""

    ROSTER = "roster"
    CONTRACT = "contract"
    WEEKDAY = "weekday"

    @property
    def clause(self) -> str:
        """After a colon, in the reader's language."""
        return {
            Cause.ROSTER: _("un planning dit autre chose"),
            Cause.CONTRACT: _("un contrat ne couvre pas ce jour"),
            Cause.WEEKDAY: _("ce jour de la semaine n’est pas travaillé"),
        }[self]

    @property
    def sentence(self) -> str:
        """By itself."""
        return {
            Cause.ROSTER: _("Un planning dit autre chose ce jour-là."),
            Cause.CONTRACT: _("Un contrat ne couvre pas ce jour."),
            Cause.WEEKDAY: _("Ce jour de la semaine n’est pas travaillé par l’une des deux personnes."),
        }[self]

    @property
    def own(self) -> str:
        """The same, to whoever does not work then."""
        return {
            Cause.ROSTER: _("Votre planning dit autre chose ce jour-là."),
            Cause.CONTRACT: _("Votre contrat ne couvre pas ce jour."),
            Cause.WEEKDAY: _("Vous ne travaillez pas ce jour de la semaine."),
        }[self]


def cause_of(person: Person, row: RosterDay) -> Cause:
    """Why a day on which somebody does not work is so (`told_on`)."""
    if why_off(person, row.day, by_roster=True):
        return Cause.CONTRACT
    is_usual = usually_works(person.worked_weekdays, person.school_weekdays, row.day)
    return Cause.ROSTER if is_usual or row.shift is not Shift.OFF else Cause.WEEKDAY


Weeks = Mapping[int, Mapping[str, Any]]
"""By person, what of `WEEK` a file changes."""
NO_CHANGE: Weeks = MappingProxyType({})

Off = list[tuple[SeenVisit, list[tuple[Person, str]]]]
"""Days, and who is not at work then, with why."""


def made_off(session: Session, weeks: Weeks, today: date) -> tuple[Off, Off]:
    """Days to come on which somebody would not be at work, and is now, once people have other weeks (by
    person what of `WEEK` changes), by day, with who and why; and those on which somebody would be, and is not
    now, with why not. Two queries."""
    off: Off = []
    on: Off = []
    if not weeks:
        return off, on
    theirs = or_(*(col(one).in_(weeks) for one in (Visit.visitor_id, Visit.host_id, Visit.tutor_id)))
    seen = read_visits(session, theirs, *to_come(today))
    told = shifts_on(
        session, [(one.id or 0, seen.visit.day) for seen in seen for one in (seen.visitor, seen.receiver)]
    )
    for one in seen:
        day, gone, back = one.visit.day, [], []
        for person in (one.visitor, one.receiver):
            if person.id not in weeks:
                continue
            by_roster = (person.id or 0, day) in told
            why_then = why_off(_then(person, weeks), day, by_roster=by_roster)
            why_now = why_off(person, day, by_roster=by_roster)
            if why_then and not why_now:
                gone.append((person, why_then))
            elif why_now and not why_then:
                back.append((person, why_now))
        off += [(one, gone)] if gone else []
        on += [(one, back)] if back and not gone else []
    return off, on


def _then(person: Person, weeks: Weeks) -> Any:
    """Their week, once it is as a file says."""
    known = {name: getattr(person, name) for name in WEEK}
    return SimpleNamespace(**(known | dict(weeks.get(person.id or 0, {}))))


def told_on(
    session: Session, at: Collection[tuple[Person, date]], weeks: Weeks = NO_CHANGE
) -> dict[Key, RosterDay]:
    """What rosters say of these people's days, and a day off where none does and they do not usually work
    then; whatever a roster says, outside their contract. `weeks`: once these are theirs. One query."""
    told = shifts_on(session, [(person.id or 0, day) for person, day in at])
    for person, day in at:
        key = (person.id or 0, day)
        if why_off(_then(person, weeks), day, by_roster=key in told):
            told[key] = RosterDay(person_id=key[0], day=day, shift=Shift.OFF)
    return told


def is_off() -> ColumnElement[bool]:
    """As `why_off`, of the visitor or whoever receives."""
    tutored = col(Visit.tutor_id).is_not(None)
    return or_(_off(Visitor), and_(~tutored, _off(Host)), and_(tutored, _off(Tutor)))


def _off(person: type[Person]) -> ColumnElement[bool]:
    day = col(Visit.day)
    usual = and_(
        flag_of(day, col(person.worked_weekdays)) == "1", flag_of(day, col(person.school_weekdays)) != "1"
    )
    by_roster = exists().where(col(RosterDay.person_id) == col(person.id), col(RosterDay.day) == day)
    return or_(col(person.contract_ends_on) < day, col(person.entered_on) > day, and_(~usual, ~by_roster))
