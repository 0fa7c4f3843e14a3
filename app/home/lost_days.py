"""Days that fell or cannot be: what the two may still do about each."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session

from app.core.i18n import _
from app.core.templating import day_month, long_day
from app.home.task import Task, TaskKind
from app.people.tables import Person
from app.visits.marks import closed_words
from app.visits.moving import finds_day
from app.visits.off_days import Cause
from app.visits.queries import SeenVisit
from app.visits.rosters import Conflict
from app.visits.rules import absence_stands, confirmed_by, is_over
from app.visits.showing import by_of
from app.visits.tables import By


def may_move(session: Session, against: Conflict, person: Person, today: date) -> bool:
    """Whether another day is possible; not looked for where something else comes first."""
    role = by_of(against.seen, person)
    other_first = against.mends_itself or against.first_step(receives=role is By.HOST)
    return bool(other_first) or finds_day(session, against.seen, today)


def closed_since(leg: SeenVisit, person: Person) -> Task:
    """The team that receives closed a day to which this person said yes: it stands, and the two see to it."""
    said = {"day": long_day(leg.visit.day), "name": other_of(leg, person).name}
    receives = leg.visitor.id != person.id
    title = (
        _("Le %(day)s, où vous recevez %(name)s, est fermé")
        if receives
        else _("Le %(day)s, votre jour chez %(name)s, est fermé")
    )
    text, href = closed_words(receives=receives), f"/visits/{leg.visit.id}"
    return Task(TaskKind.CLOSED_DAY, title % said, text, href, _("Voir la journée"), "warn", asks=False)


def off_then(against: Conflict, person: Person, *, found: bool, closed: bool) -> Task:
    """Nothing is to be confirmed; whoever does not work then has something to say, unless the day is being
    mended. Where other hours would mend it, whoever receives changes them first. `found`: another day is
    possible; `closed`: the team that receives closed the day too."""
    leg, role = against.seen, by_of(against.seen, person)
    said = {"day": long_day(leg.visit.day), "name": other_of(leg, person).name}
    href, asks = f"/visits/{leg.visit.id}", False
    title = {
        Cause.ROSTER: _("Un planning contredit votre journée du %(day)s"),
        Cause.CONTRACT: _("Un contrat ne couvre pas votre journée du %(day)s"),
        Cause.WEEKDAY: _("Votre journée du %(day)s tombe un jour non travaillé"),
    }[against.cause] % said
    text, label = (
        _("Rien à confirmer pour l’instant. Voyez avec %(name)s si un autre jour reste possible.") % said,
        _("Voir la journée"),
    )
    if not found:
        text = _("Rien à confirmer, et aucun autre jour ne convient : la journée peut être annulée.")
    if against.closed:
        title = _("Le site est fermé le %(day)s") % said
        text = (
            _("Vos RH décident de la suite. Voyez avec %(name)s si un autre jour reste possible.") % said
            if found
            else _("Vos RH décident de la suite. Aucun autre jour ne convient à vous deux.")
        )
    elif against.stops(role):
        title = {
            Cause.ROSTER: _("Votre planning dit autre chose le %(day)s"),
            Cause.CONTRACT: _("Votre contrat ne couvre pas le %(day)s"),
            Cause.WEEKDAY: _("Vous ne travaillez pas le %(day)s"),
        }[against.own_cause(role)] % said
        text = (
            _("Voyez si un autre jour reste possible avec %(name)s, ou dites que vous ne pouvez pas.") % said
        )
        asks = True
        unanswered = not confirmed_by(leg.visit, role)
        href = f"{href}/confirmation" if unanswered else href
        if not found:
            text = _("Aucun autre jour ne convient à vous deux : dites que vous ne pouvez pas.")
            href = f"/visits/{leg.visit.id}/{'refusal' if unanswered else 'cancellation'}"
            label = _("Je ne peux pas")
    if step := against.first_step(receives=role is By.HOST):
        text, asks = f"{against.words_to(person)}. {step}", role is By.HOST
        href = f"/visits/{leg.visit.id}/hours" if asks else f"/visits/{leg.visit.id}"
        label = _("Changer les heures") if asks else label
    elif against.mends_itself:
        text = _("Une autre solution est cherchée : il n’y a rien à faire pour l’instant.")
        href, asks = f"/visits/{leg.visit.id}", False
    if closed:
        text = f"{text} {closed_words(receives=leg.visitor.id != person.id)}"
    return Task(TaskKind.CONTRADICTED, title, text, href, label, "warn", asks=asks)


def find_day(
    leg: SeenVisit,
    other: SeenVisit | None,
    person: Person,
    today: date,
    off: Collection[int | None],
    *,
    found: bool,
) -> Task:
    """What becomes of the exchange: another day where one is possible (`found`), else leaving it at one."""
    title = _("Que devient votre échange avec %(name)s ?") % {"name": other_of(leg, person).name}
    missed = leg.visit.missed_at is not None
    what = _("La journée du %(day)s est annulée.")
    if missed:
        what = _("Une absence est signalée le %(day)s.")
        if absence_stands(leg.visit, today):
            what = _("La journée du %(day)s n’a pas eu lieu.")
    passed = other is not None and is_over(other.visit, today)
    waits = other is not None and other.visit.id in off
    if found:
        label = _("Voir les jours")
        rest = (
            _("L’autre est passée : voyez si un jour reste possible, ou restez-en à une.")
            if passed
            else _("L’autre ne peut pas avoir lieu comme prévu : voyez ce qui reste possible.")
            if waits
            else _("L’autre tient toujours : voyez si un jour reste possible, ou restez-en à une.")
        )
    else:
        label = _("En rester à une journée")
        rest = (
            _("L’autre est passée, et plus aucun jour ne convient à vous deux.")
            if passed
            else _("L’autre ne peut pas avoir lieu comme prévu, et plus aucun jour ne convient à vous deux.")
            if waits
            else _("L’autre tient toujours, mais plus aucun jour ne convient à vous deux.")
        )
    text = f"{what % {'day': day_month(leg.visit.day)}} {rest}"
    return Task(TaskKind.NEW_DAY, title, text, f"/visits/{leg.visit.id}/days", label, "calendar")


def other_of(leg: SeenVisit, person: Person) -> Person:
    """Whom this person meets that day."""
    return leg.host if leg.visitor.id == person.id else leg.visitor
