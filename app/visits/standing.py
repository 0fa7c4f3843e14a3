"""What a day still waits for: one statement of it, said alike on pages, in mails and in calendars.

A day is certain once both said yes, the visitor accepted what the team asks today, the agreement between two
companies is recorded, and a roster covers it where people work by roster and says nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from app.core import clock
from app.core.i18n import _
from app.core.templating import long_day
from app.people.tables import Person
from app.teams import days
from app.visits.conditions import Conditions, are_open, conditions_of_teams, for_visit, too_young
from app.visits.off_days import Cause
from app.visits.queries import SeenVisit
from app.visits.rosters import conflicts_among, provisional
from app.visits.rules import confirmed_by, crosses_companies, is_ahead
from app.visits.tables import By
from app.visits.warned import Told


class Missing(StrEnum):
    """Something without which a day is not certain; the first of several is said where room is short."""

    CLOSED = "closed"
    """HR closed the site that receives."""
    CONFLICT = "conflict"
    """A roster says that one of the two does not work then, ..."""
    CONTRACT = "contract"
    """... a contract ends before, or begins later, ..."""
    WEEKDAY = "weekday"
    """... or it is no weekday on which they work."""
    EXCEPTION = "exception"
    """The team receives adults only."""
    AGREEMENT = "agreement"
    CONDITIONS = "conditions"
    ROSTER = "roster"
    """None has arrived for that day."""
    VISITOR = "visitor"
    HOST = "host"


CONTRARY = {
    Cause.ROSTER: Missing.CONFLICT,
    Cause.CONTRACT: Missing.CONTRACT,
    Cause.WEEKDAY: Missing.WEEKDAY,
}
SUSPENDED = {Missing.CLOSED, *CONTRARY.values()}
"""The day cannot be as planned: nobody is asked to accept it meanwhile."""


@dataclass(frozen=True)
class Standing:
    """What a visit to come waits for, and what its team asks of the visitor."""

    missing: tuple[Missing, ...] = ()
    asks: Conditions | None = None

    @property
    def is_certain(self) -> bool:
        """Nothing is missing."""
        return not self.missing

    @property
    def is_suspended(self) -> bool:
        """The day cannot be as planned."""
        return bool(SUSPENDED & set(self.missing))


def standings(
    session: Session, visits: Iterable[SeenVisit], today: date | None = None
) -> dict[int, Standing]:
    """Of those of these visits that are still to take place, by id. Five queries, however many there are."""
    ahead = [one for one in visits if is_ahead(one.visit, today or clock.today())]
    if not ahead:
        return {}
    asked = conditions_of_teams(session, {one.host_team.id for one in ahead if one.host_team.id is not None})
    waiting = provisional(session, ahead, today or clock.today())
    against = {
        one.seen.visit.id: Missing.CLOSED if one.closed else CONTRARY[one.cause]
        for one in conflicts_among(session, ahead)
    }
    return {
        seen.visit.id or 0: _standing(
            seen,
            asked.get(seen.host_team.id or 0),
            is_provisional=seen.visit.id in waiting,
            against=against.get(seen.visit.id),
        )
        for seen in ahead
    }


def suspended_among(found: Mapping[int, Standing]) -> set[int]:
    """Ids of those of these visits that cannot take place as planned."""
    return {visit_id for visit_id, stand in found.items() if stand.is_suspended}


def standing_of(session: Session, seen: SeenVisit, today: date | None = None) -> Standing:
    """Of one visit; a past or cancelled one waits for nothing."""
    return standings(session, [seen], today).get(seen.visit.id or 0, Standing())


def _standing(
    seen: SeenVisit,
    team_asks: Conditions | None,
    *,
    is_provisional: bool,
    against: Missing | None,
) -> Standing:
    visit = seen.visit
    asks = for_visit(team_asks, visit)
    is_young = too_young(seen.visitor, visit, asks)
    found = {
        **{one: one is against for one in Missing if one in SUSPENDED},
        Missing.EXCEPTION: is_young,
        Missing.AGREEMENT: seen.crosses and visit.agreement_at is None,
        Missing.CONDITIONS: are_open(visit, asks) and not is_young,
        Missing.ROSTER: is_provisional,
        Missing.VISITOR: not confirmed_by(visit, By.VISITOR) and not are_open(visit, asks),
        Missing.HOST: not confirmed_by(visit, By.HOST),
    }
    return Standing(tuple(what for what, is_missing in found.items() if is_missing), asks)


def before_booking(
    session: Session, visitor: Person, hosts: Iterable[Person], day: date, *, team_ids: Iterable[int]
) -> list[Missing]:
    """What a day would wait for if it were booked with the first of these hosts, beside their yes. Two
    queries."""
    host = next(iter(hosts), None)
    found = []
    if host is not None and crosses_companies(visitor, host):
        found.append(Missing.AGREEMENT)
    by_roster = days.teams_by_roster(session) & set(team_ids)
    if by_roster and host is not None:
        two = [one for one in (visitor, host) if one.team_id in by_roster]
        told = days.shifts_on(session, [(one.id or 0, day) for one in two])
        if any((one.id or 0, day) not in told for one in two):
            found.append(Missing.ROSTER)
    return [*found, Missing.HOST]


def not_to_travel(seen: SeenVisit, role: By, told: Told = Told.NOT_YET) -> tuple[str, str]:
    """Of a day whose agreement is missing and that is near, in two sentences: why it is not certain, and that
    nobody is to travel for now; to others than the visitor, whether the visitor was `told`. The same on
    pages, in the mail, and for programs."""
    said = {"name": seen.host.name, "day": long_day(seen.visit.day)}
    if role is By.VISITOR:
        return (
            _(
                "La convention entre votre société et celle où travaille %(name)s n’est pas enregistrée : "
                "votre journée du %(day)s n’est pas certaine."
            )
            % said,
            _("Ne vous déplacez pas avant que vos RH l’aient enregistrée : un message vous le dira."),
        )
    said["name"] = seen.visitor.name
    if role not in {By.HOST, By.TUTOR}:
        return (
            _("La convention n’est pas enregistrée : la journée du %(day)s n’est pas certaine.") % said,
            _told_words(told) % said,
        )
    return (
        _(
            "%(name)s doit venir le %(day)s, mais la convention entre vos deux sociétés n’est pas "
            "enregistrée : cette journée n’est pas certaine. Quand elle le sera, un message vous le dira."
        )
        % said,
        _told_words(told) % said,
    )


def _told_words(told: Told) -> str:
    return {
        Told.NOT_YET: _("%(name)s ne doit pas se déplacer avant que la convention soit enregistrée."),
        Told.WRITTEN: _(
            "Nous avons écrit à %(name)s de ne pas se déplacer avant que la convention soit enregistrée."
        ),
        Told.REFUSED: _(
            "Notre message à %(name)s n’est pas arrivé : dites-lui de vive voix de ne pas se déplacer avant "
            "que la convention soit enregistrée."
        ),
        Told.TO_TELL: _(
            "%(name)s n’a pas d’adresse de courriel : dites-lui de vive voix de ne pas se déplacer avant que "
            "la convention soit enregistrée."
        ),
        Told.BY_HAND: _(
            "%(name)s sait qu’il ne faut pas se déplacer avant que la convention soit enregistrée."
        ),
    }[told]


def short_words(what: Missing) -> str:
    """In a chip, after `réservée, `, or alone."""
    return {
        Missing.CLOSED: _("site fermé ce jour-là"),
        Missing.CONFLICT: _("contredite par un planning"),
        Missing.CONTRACT: _("hors contrat ce jour-là"),
        Missing.WEEKDAY: _("jour non travaillé"),
        Missing.EXCEPTION: _("attend une exception"),
        Missing.AGREEMENT: _("attend une convention"),
        Missing.CONDITIONS: _("conditions à accepter"),
        Missing.ROSTER: _("attend un planning"),
        Missing.VISITOR: _("à confirmer"),
        Missing.HOST: _("attend l’hôte"),
    }[what]


def words(what: Missing, *, to_visitor: bool = True) -> str:
    """In a sentence, for whoever it concerns; what a visitor is asked to read is not asked of the others."""
    if what is Missing.CONDITIONS and not to_visitor:
        return _("La personne en visite n’a pas encore accepté ce que l’équipe demande à ses visiteurs.")
    return {
        Missing.CLOSED: _("Le site qui reçoit est fermé ce jour-là."),
        **{what: cause.sentence for cause, what in CONTRARY.items()},
        Missing.EXCEPTION: _(
            "L’équipe ne reçoit que des adultes : son responsable peut faire une exception."
        ),
        Missing.AGREEMENT: _("Les deux sociétés doivent signer une convention : les RH s’en occupent."),
        Missing.CONDITIONS: _("Ce que l’équipe demande à ses visiteurs est à lire et à accepter."),
        Missing.ROSTER: _("Ce jour est provisoire : un planning n’est pas encore arrivé."),
        Missing.VISITOR: _("La personne en visite n’a pas encore confirmé."),
        Missing.HOST: _("La personne qui reçoit doit encore confirmer."),
    }[what]
