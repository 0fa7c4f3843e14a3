"""Everything the service holds about a person: gathered from what each feature exports, erased in each."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app.accounts import service as accounts
from app.accounts.audit import audit
from app.accounts.errors import OwnAccount
from app.accounts.sessions import Actor
from app.accounts.tables import Account, SignIn
from app.availability import service as availability
from app.booking import personal as booking
from app.calendars import service as calendars
from app.core import jobs
from app.core.i18n import _
from app.core.templating import long_day, weekday, when
from app.debriefs import service as debriefs
from app.messages import service as messages
from app.messages.catalogue import Kind
from app.people import queries as people_queries
from app.people import service as people
from app.people.tables import Person, Site, Team
from app.planning import once_more, pins
from app.teams import service as teams
from app.visits import leaving
from app.visits import queries as visits_queries
from app.visits import service as visits
from app.visits.reading import naming

Entry = dict[str, Any]

MONDAY = date(2027, 3, 1)
"""Any Monday, to name the days of a week."""


def gather(session: Session, actor: Actor, person: Person | None) -> dict[str, list[Entry]]:
    """By feature: entries of plain values, ready for JSON."""
    found = {"account": _account(session, actor)}
    if person is not None:
        found |= {
            "person": [_person(session, person)],
            "enrolments": availability.export(session, person),
            "visits": visits.export(session, person),
            "bookings": booking.export(session, person),
            "debriefs": debriefs.export(session, person),
            "calendar": calendars.export(session, person),
            "messages": messages.export(session, person),
            "teams": teams.export(session, person),
            "planning": once_more.export(session, person),
        }
    return found


def _account(session: Session, actor: Actor) -> list[Entry]:
    account = session.get(Account, actor.account_id)
    assert account is not None
    opened = session.exec(
        select(SignIn).where(SignIn.account_id == account.id).order_by(col(SignIn.created_at).desc())
    )
    first: Entry = {
        "name": account.name,
        "email": account.email,
        "employee_number": account.employee_number,
        "language": account.language,
        "is_hr": account.is_hr,
        "is_admin": account.is_admin,
        "created_at": account.created_at.isoformat(),
    }
    return [first, *({"signed_in_at": one.created_at.isoformat()} for one in opened)]


def _person(session: Session, person: Person) -> Entry:
    team = session.get(Team, person.team_id)
    site = session.get(Site, team.site_id) if team else None
    manager = session.get(Person, person.manager_id) if person.manager_id else None
    kept = person.model_dump(mode="json", exclude={"id", "account_id", "team_id", "manager_id"})
    return {
        **{name: kept[name] for name in Person.model_fields if name in kept},
        "team": team.name if team else None,
        "site": site.name if site else None,
        "manager": manager.name if manager else None,
    }


def check_erasable(person: Person, by: Actor) -> None:
    """Nobody erases themselves: somebody else confirms. Raises OwnAccount."""
    if person.account_id is not None and person.account_id == by.account_id:
        raise OwnAccount


def erase_person(session: Session, person: Person, *, by: Actor, now: datetime, today: date) -> bool:
    """Forget a person in every feature, from the highest down; False when that was done before.

    Their days to come are cancelled and the others told; where they received in a colleague's place, the
    colleague does. Past days stay, without a name. Sent debriefs stay as well: nothing tells whose they are.
    Raises OwnAccount, LastAdministrator; then nothing is erased.
    """
    assert person.id is not None
    held = people_queries.lock_person(session, person.id)
    if held is None or held.erased:
        return False
    check_erasable(held, by)
    lived = visits_queries.visits_of(session, held)
    about = {*(seen.visit.id or 0 for seen in lived), *naming(session, person.id)}
    fallen = leaving.leave_erased(session, held, by, now, today)
    for feature in (booking, calendars, debriefs, pins, once_more, visits, availability, messages, teams):
        feature.erase(session, held)
    _tell_again(session, messages.erase_about(session, sorted(about)))
    account = session.get(Account, held.account_id) if held.account_id else None
    people.erase(session, held, needed=bool(lived))
    if account is not None:
        accounts.erase(session, account)
    audit(session, by.account_id, "person.erased", f"person:{person.id}", now=now, cancelled=fallen)
    return True


def _tell_again(session: Session, untold: list[str]) -> None:
    """News that still waited for the others went with the name in it: it is written anew, without."""
    for key in untold:
        kind, visit_id, about, *_role = key.split(":")
        if kind == Kind.VISIT_CANCELLED:
            jobs.record(session, "visit.cancelled", visit_id=int(visit_id), revision=int(about))
        elif kind == Kind.DEBRIEF_INVITATION:
            jobs.record(session, "debrief.opened", visit_id=int(visit_id), role=about)


def titles() -> dict[str, str]:
    """What each part is called."""
    return {
        "account": _("Votre compte et vos connexions"),
        "person": _("Ce que dit le fichier des ressources humaines"),
        "enrolments": _("Vos réponses aux campagnes"),
        "visits": _("Vos journées"),
        "bookings": _("Vos réservations"),
        "debriefs": _("Vos bilans"),
        "calendar": _("Votre agenda"),
        "messages": _("Les messages qui vous ont été écrits"),
        "teams": _("Vos jours de planning et vos délégations"),
        "planning": _("Où vous pouvez participer plus souvent que les autres"),
    }


def labels() -> dict[str, str]:
    """The exported names in the reader's words."""
    return {
        "name": _("Nom complet"),
        "email": _("Adresse électronique"),
        "employee_number": _("Matricule"),
        "language": _("Langue"),
        "is_hr": _("Rôle RH"),
        "is_admin": _("Rôle d’administration"),
        "created_at": _("Depuis le"),
        "signed_in_at": _("Connexion ouverte le"),
        "first_name": _("Prénom"),
        "last_name": _("Nom de famille"),
        "phone": _("Téléphone"),
        "department": _("Direction"),
        "job": _("Métier"),
        "languages": _("Langues"),
        "entered_on": _("Entrée le"),
        "worked_weekdays": _("Jours travaillés"),
        "school_weekdays": _("Jours d’école"),
        "usual_hours": _("Horaires habituels"),
        "legal_entity": _("Société"),
        "commute_minutes": _("Trajet habituel (minutes)"),
        "contract": _("Contrat"),
        "contract_ends_on": _("Fin de contrat"),
        "under_18": _("Moins de 18 ans"),
        "active": _("Dans l’entreprise"),
        "team": _("Équipe"),
        "site": _("Site"),
        "manager": _("Responsable"),
        "campaign": _("Campagne"),
        "at_most": _("Nombre de fois, au plus"),
        "answer": _("Réponse"),
        "answered_at": _("Répondu le"),
        "asked_at": _("Demandé le"),
        "reminded_at": _("Relancé le"),
        "visit_days": _("Jours pour partir"),
        "host_days": _("Jours pour recevoir"),
        "wished_teams": _("Équipes souhaitées"),
        "named_colleagues": _("Collègues nommés (matricules)"),
        "avoided_people": _("Personnes à éviter (matricules)"),
        "excluded_sites": _("Lieux impossibles"),
        "busy_days": _("Jours pris dans votre agenda"),
        "busy_read_at": _("Agenda lu le"),
        "busy_address_kept": _("Adresse de votre agenda gardée, chiffrée"),
        "role": _("Rôle"),
        "with": _("Avec"),
        "day": _("Jour"),
        "status": _("État"),
        "reason": _("Raison"),
        "text": _("Texte"),
        "sent": _("Envoyé"),
        "draft": _("Brouillon"),
        "thanks": _("Remerciement"),
        "mobility_interest_after_visit": _("Intérêt déclaré après la journée n°"),
        "calendar_address_since": _("Adresse d’agenda depuis le"),
        "kind": _("Genre"),
        "to": _("À"),
        "subject": _("Objet"),
        "shift": _("Horaires"),
        "starts_at": _("De"),
        "ends_at": _("À"),
        "delegation": _("Délégation"),
        "first_day": _("Premier jour"),
        "last_day": _("Dernier jour"),
    }


def shown(value: Any) -> str:
    """A value as one reads it."""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, dict):
        return ", ".join(f"{key} : {shown(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(shown(one) for one in value)
    text = str(value)
    if len(text) == 7 and set(text) <= {"0", "1"}:
        return ", ".join(weekday(MONDAY + timedelta(days=at)) for at in range(7) if text[at] == "1") or "–"
    return _dated(text) if text[:4].isdecimal() and text[4:5] == "-" else _word(text)


def _dated(text: str) -> str:
    try:
        return long_day(date.fromisoformat(text)) if len(text) == 10 else when(datetime.fromisoformat(text))
    except ValueError:
        return text


def _word(text: str) -> str:
    words = {
        "yes": _("oui"),
        "no": _("non"),
        "visitor": _("en visite"),
        "host": _("reçoit"),
        "planned": _("prévue"),
        "cancelled": _("annulée"),
        "not_held": _("n’a pas eu lieu"),
        "requested": _("demandée"),
        "waiting": _("liste d’attente"),
        "offered": _("à confirmer"),
        "booked": _("réservée"),
        "refused": _("refusée"),
        "expired": _("expirée"),
        "withdrawn": _("retirée"),
        "permanent": _("permanent"),
        "fixed_term": _("durée déterminée"),
        "temporary": _("intérim"),
        "apprentice": _("apprentissage"),
        "intern": _("stage"),
        "full": _("journée"),
        "morning": _("matin"),
        "afternoon": _("après-midi"),
        "hours": _("horaires précis"),
        "off": _("ne travaille pas"),
        "given": _("donnée"),
        "received": _("reçue"),
    }
    return words.get(text, text)
