"""A plan as a table for spreadsheets."""

from typing import Any

from app.core.i18n import _
from app.planning.review import Review
from app.planning.words import reason_labels


def sheet(found: Review) -> tuple[list[str], list[list[Any]]]:
    """Header and rows: one a visit, by day, then one for everybody without a match, with the reason."""
    labels = reason_labels()
    rows: list[list[Any]] = []
    for swap in found.swaps:
        for leg in swap.legs:
            is_first = leg.visitor_id == swap.one.person.id
            visitor, host = (swap.one, swap.other) if is_first else (swap.other, swap.one)
            rows.append(
                [
                    leg.day,
                    visitor.person.name,
                    visitor.person.employee_number,
                    visitor.team.name,
                    host.person.name,
                    host.person.employee_number,
                    host.team.name,
                    host.site.name,
                    leg.minutes,
                    leg.wish or (_("réciproque") if leg.mutual else None),
                    "",
                    "",
                ]
            )
    rows.sort(key=lambda row: (row[0], row[1]))
    for row in found.waiting:
        person = row.who.person
        who = [None, person.name, person.employee_number, row.who.team.name]
        rows.append([*who, *[None] * 6, labels.get(row.reason, row.reason), row.text])
    header = [
        _("Jour"),
        _("En visite"),
        _("Matricule"),
        _("Équipe"),
        _("Reçoit"),
        _("Matricule (reçoit)"),
        _("Équipe (reçoit)"),
        _("Site"),
        _("Trajet (min)"),
        _("Vœu exaucé"),
        _("Sans binôme"),
        _("Pourquoi"),
    ]
    return header, rows
