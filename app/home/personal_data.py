"""Everything the service holds about a person, gathered from what each feature exports."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app.accounts.sessions import Actor
from app.accounts.tables import Account, SignIn
from app.availability import service as availability
from app.calendars import service as calendars
from app.core.i18n import _
from app.core.templating import long_day, weekday, when
from app.debriefs import service as debriefs
from app.messages import service as messages
from app.people.tables import Person, Site, Team
from app.visits import service as visits

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
            "debriefs": debriefs.export(session, person),
            "calendar": calendars.export(session, person),
            "messages": messages.export(session, person),
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


def titles() -> dict[str, str]:
    """What each part is called."""
    return {
        "account": _("Votre compte et vos connexions"),
        "person": _("Ce que dit le fichier des ressources humaines"),
        "enrolments": _("Vos réponses aux campagnes"),
        "visits": _("Vos journées"),
        "debriefs": _("Vos bilans"),
        "calendar": _("Votre agenda"),
        "messages": _("Les messages qui vous ont été écrits"),
    }


def labels() -> dict[str, str]:
    """The exported names in the reader's words."""
    return {
        "name": _("Nom"),
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
        "answer": _("Réponse"),
        "answered_at": _("Répondu le"),
        "reminded_at": _("Relancé le"),
        "visit_days": _("Jours pour partir"),
        "host_days": _("Jours pour recevoir"),
        "wished_teams": _("Équipes souhaitées"),
        "avoided_people": _("Personnes à éviter (matricules)"),
        "excluded_sites": _("Lieux impossibles"),
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
        "permanent": _("permanent"),
        "fixed_term": _("durée déterminée"),
        "temporary": _("intérim"),
        "apprentice": _("apprentissage"),
        "intern": _("stage"),
    }
    return words.get(text, text)
