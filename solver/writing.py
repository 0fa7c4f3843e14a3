"""A problem as a ``vis-ma-vie/problem/1`` document: what `solver.problem` reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from solver.shapes import Person, Team, Visit, days_of

if TYPE_CHECKING:
    from solver.problem import Problem

FORMAT = "vis-ma-vie/problem/1"


def written(problem: Problem) -> dict[str, Any]:
    """Days as masks become dates (closed and good days) or 0/1 texts (availability)."""
    campaign = problem.campaign
    iso = [day.isoformat() for day in campaign.days]

    def bits(mask: int) -> str:
        return format(mask, f"0{len(iso)}b")[::-1] if iso else ""

    def days(mask: int) -> list[str]:
        return [iso[index] for index in days_of(mask)]

    def visits(rows: Iterable[Visit]) -> list[dict[str, str]]:
        return [{"visitor": v.visitor, "host": v.host, "day": iso[v.day]} for v in rows if v.day >= 0]

    def team(row: Team) -> dict[str, Any]:
        out: dict[str, Any] = {
            "id": row.id, "name": row.name, "side": row.side, "department": row.department, "site": row.site,
            "max_away": row.max_away, "max_visitors": row.max_visitors, "closed_days": days(row.closed),
        }  # fmt: skip
        if row.limits_by_day:
            out["limits_by_day"] = {
                iso[day]: {"max_away": limit.max_away, "max_visitors": limit.max_visitors}
                for day, limit in sorted(row.limits_by_day.items())
            }
        if row.good:
            out["good_days"] = days(row.good)
        return out

    def person(row: Person) -> dict[str, Any]:
        out: dict[str, Any] = {
            "id": row.id, "team": row.team, "manager": row.manager, "available": bits(row.available),
            "wishes": list(row.wishes), "avoid": list(row.avoid), "languages": list(row.languages),
            "priority": row.priority,
        }  # fmt: skip
        if row.can_host != row.available:
            out["can_host"] = bits(row.can_host)
        if row.excluded_sites:
            out["excluded_sites"] = list(row.excluded_sites)
        if row.max_swaps is not None:
            out["max_swaps"] = row.max_swaps
        return out

    document: dict[str, Any] = {
        "format": FORMAT,
        "campaign": {
            "days": iso,
            "exchange": campaign.exchange,
            "max_swaps_per_person": campaign.max_swaps_per_person,
            "min_gap_days": campaign.min_gap_days,
            "max_gap_days": campaign.max_gap_days,
            "max_travel_minutes": campaign.max_travel_minutes,
            "link_points": campaign.link_points,
            "objective_order": list(campaign.objective_order),
        },
        "sites": [{"id": site.id, "name": site.name} for site in problem.sites],
        "travel_minutes": [
            {"from": here, "to": there, "minutes": minutes}
            for (here, there), minutes in problem.minutes.items()
            if here <= there
        ],
        "teams": [team(row) for row in problem.teams],
        "people": [person(row) for row in problem.people],
        "service_links": [{"back_team": back, "front_team": front} for back, front in sorted(problem.links)],
        "pinned": visits(problem.pinned),
        "previous": visits(problem.previous),
        "forbidden": [{"a": a, "b": b} for a, b in sorted(problem.forbidden)],
    }
    if problem.mutual:
        document["mutual"] = [{"a": a, "b": b} for a, b in sorted(problem.mutual)]
    return document
