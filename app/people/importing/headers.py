"""Headers as we write them ourselves, in the reader's language; each is a spelling that the import knows."""

from app.core.i18n import _
from app.people.tables import ImportKind


def usual_header(kind: ImportKind, field: str) -> str:
    """The header of a field in examples, and in messages about a column that is missing."""
    return _of_kind(kind)[field]


def _of_kind(kind: ImportKind) -> dict[str, str]:
    if kind is ImportKind.SITES:
        return {
            "code": _("Code"),
            "name": _("Nom"),
            "latitude": _("Latitude"),
            "longitude": _("Longitude"),
            "holidays": _("Jours fériés"),
        }
    if kind is ImportKind.TEAMS:
        return {
            "name": _("Équipe"),
            "site": _("Site"),
            "side": _("Côté"),
            "department": _("Direction"),
            "max_away": _("Absents max par jour"),
            "max_visitors": _("Visiteurs max par jour"),
            "min_presence": _("Présence minimale"),
            "closed_weekdays": _("Jours fermés"),
        }
    if kind is ImportKind.LINKS:
        return {
            "back": _("Équipe back-office"),
            "front": _("Équipe front-office"),
            "back_site": _("Site back-office"),
            "front_site": _("Site front-office"),
        }
    if kind is ImportKind.TRAVEL:
        return {"from": _("De"), "to": _("À"), "minutes": _("Minutes")}
    return {
        "employee_number": _("Matricule"),
        "first_name": _("Prénom"),
        "last_name": _("Nom"),
        "email": _("Adresse e-mail"),
        "team": _("Équipe"),
        "department": _("Direction"),
        "site": _("Site"),
        "side": _("Côté"),
        "job": _("Poste"),
        "manager": _("Responsable"),
        "languages": _("Langues"),
        "entered_on": _("Date d’entrée"),
        "worked_weekdays": _("Jours travaillés"),
        "legal_entity": _("Entité juridique"),
        "commute_minutes": _("Trajet habituel (min)"),
        "phone": _("Mobile"),
        "contract": _("Contrat"),
        "contract_ends_on": _("Fin de contrat"),
        "under_18": _("Moins de 18 ans"),
        "usual_hours": _("Horaires"),
        "school_weekdays": _("Jours d’école"),
    }
