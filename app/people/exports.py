"""The list of people as a table for spreadsheets; our own import reads it back unchanged."""

from collections.abc import Iterable
from typing import Any

from app.core.i18n import _
from app.people import words
from app.people.queries import Listed


def people_header() -> list[str]:
    """Headers, each a spelling that the import knows."""
    return [
        _("Matricule"),
        _("Prénom"),
        _("Nom"),
        _("Adresse e-mail"),
        _("Équipe"),
        _("Direction"),
        _("Site"),
        _("Côté"),
        _("Poste"),
        _("Responsable"),
        _("Langues"),
        _("Date d’entrée"),
        _("Jours travaillés"),
        _("Jours d’école"),
        _("Horaires"),
        _("Entité juridique"),
        _("Trajet habituel (min)"),
        _("Mobile"),
        _("Contrat"),
        _("Fin de contrat"),
        _("Moins de 18 ans"),
    ]


def people_rows(people: Iterable[Listed]) -> Iterable[list[Any]]:
    """One row a person, in the order of the headers."""
    for one in people:
        person = one.person
        yield [
            person.employee_number,
            person.first_name,
            person.last_name,
            person.email,
            one.team.name,
            person.department,
            one.site.code,
            words.side_name(one.team.side),
            person.job,
            one.manager.employee_number if one.manager else None,
            ", ".join(person.languages),
            person.entered_on,
            words.weekdays(person.worked_weekdays),
            words.weekdays(person.school_weekdays),
            person.usual_hours,
            person.legal_entity,
            person.commute_minutes,
            person.phone,
            words.contract_name(person.contract),
            person.contract_ends_on,
            _("oui") if person.under_18 else _("non"),
        ]
