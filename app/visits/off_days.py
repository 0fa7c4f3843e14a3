"""Days to come on which the visitor, or whoever receives, no longer works: their usual week changed since, or
their contract ends before. HR read which before a file is imported; then they are contradicted as by a roster
(`rosters`). What a roster says of a day counts instead of the usual week."""

from collections.abc import Collection, Mapping
from datetime import date
from types import SimpleNamespace
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


def made_off(
    session: Session, weeks: Mapping[int, Mapping[str, Any]], today: date
) -> list[tuple[SeenVisit, Person, str]]:
    """Days to come that would be so, and are not yet, once people have other weeks (by person what of `WEEK`
    changes), by day, with who would be off and why. Two queries."""
    if not weeks:
        return []
    theirs = or_(*(col(one).in_(weeks) for one in (Visit.visitor_id, Visit.host_id, Visit.tutor_id)))
    seen = read_visits(session, theirs, *to_come(today))
    two = [(one, person) for one in seen for person in (one.visitor, one.receiver) if person.id in weeks]
    told = shifts_on(session, [(person.id or 0, one.visit.day) for one, person in two])
    found = []
    for one, person in two:
        by_roster = (person.id or 0, one.visit.day) in told
        week = SimpleNamespace(**{name: getattr(person, name) for name in WEEK} | dict(weeks[person.id or 0]))
        why = why_off(week, one.visit.day, by_roster=by_roster)
        if why and not why_off(person, one.visit.day, by_roster=by_roster):
            found.append((one, person, why))
    return found


def told_on(session: Session, at: Collection[tuple[Person, date]]) -> dict[Key, RosterDay]:
    """What rosters say of these people's days, and a day off where none does and they do not usually work
    then; whatever a roster says, outside their contract. One query."""
    told = shifts_on(session, [(person.id or 0, day) for person, day in at])
    for person, day in at:
        key = (person.id or 0, day)
        if why_off(person, day, by_roster=key in told):
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
