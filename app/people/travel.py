"""Travel minutes between sites: estimated from coordinates, corrected by people who know the way.

The estimate, door to door, one way:

    road      = great-circle distance × 1.3 (roads and rails are not straight)
    minutes   = 15 (to leave, wait, park, be let in)
              + first 20 km of road at 30 km/h (town, public transport)
              + next 40 km at 70 km/h (suburban train, ring road)
              + the rest at 200 km/h (fast train)
    rounded up to the next 5.

It leans to the cautious side: a visit refused for a journey that is in truth shorter is mended by writing
the true
minutes; a person sent on a journey that is in truth longer is not.
"""

from collections.abc import Iterable
from itertools import combinations
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from app.core.errors import Stale
from app.people.errors import SameSite
from app.people.tables import Site, TravelTime

EARTH_KM = 6371.0
DETOUR = 1.3
FIXED_MINUTES = 15
LEGS = ((20.0, 30.0), (40.0, 70.0), (float("inf"), 200.0))
"""Kilometres of road, and the speed on them in km/h."""
LONGEST = 24 * 60
"""Minutes that can be written for a journey."""


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two (latitude, longitude) in degrees, by the haversine formula."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(radians, point)) for point in (a, b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))


def estimated_minutes(a: tuple[float, float], b: tuple[float, float]) -> int:
    """One-way minutes between two places, by the formula above."""
    road = great_circle_km(a, b) * DETOUR
    minutes = float(FIXED_MINUTES)
    for length, speed in LEGS:
        minutes += min(road, length) / speed * 60
        road = max(0.0, road - length)
    return min(LONGEST, 5 * ceil(minutes / 5))


def estimate_missing(session: Session) -> None:
    """Estimate every journey that nobody has told, again when a site has moved."""
    session.flush()
    sites = session.exec(select(Site).order_by(col(Site.id))).all()
    placed = {
        site.id: (site.latitude, site.longitude)
        for site in sites
        if site.id is not None and site.latitude is not None and site.longitude is not None
    }
    known = {(row.from_site_id, row.to_site_id): row for row in session.exec(select(TravelTime))}
    added: list[dict[str, Any]] = []
    for one, other in combinations(sorted(placed), 2):
        minutes = estimated_minutes(placed[one], placed[other])
        row = known.get((one, other))
        if row is None:
            added.append({"from_site_id": one, "to_site_id": other, "minutes": minutes, "estimated": True})
        elif row.estimated:
            row.minutes = minutes
    session.flush()
    if added:
        session.execute(insert(TravelTime), added)


def tell_minutes(session: Session, told: Iterable[tuple[int, int, int]]) -> None:
    """Write journeys that somebody knows: (site, site, minutes). Raises SameSite."""
    known = {(row.from_site_id, row.to_site_id): row for row in session.exec(select(TravelTime))}
    for one, other, minutes in told:
        if one == other:
            raise SameSite
        pair = (min(one, other), max(one, other))
        row = known.get(pair)
        if row is None:
            row = known[pair] = TravelTime(from_site_id=pair[0], to_site_id=pair[1], minutes=minutes)
        row.minutes, row.estimated = minutes, False
        session.add(row)
    session.flush()


def change_from_site(
    session: Session, site_id: int, wanted: dict[int, int | None], shown: dict[int, int | None]
) -> int:
    """Write the journeys of one site as a form sends them; an emptied one is estimated again.

    `wanted` and `shown` are minutes by the other site: what was typed, and what the page showed. Only what
    differs
    is written. Returns how many changed; raises Stale when somebody changed one of them meanwhile.
    """
    changed = {other: minutes for other, minutes in wanted.items() if minutes != shown.get(other)}
    known = {
        (row.from_site_id, row.to_site_id): row
        for row in session.exec(
            select(TravelTime).where(
                (TravelTime.from_site_id == site_id) | (TravelTime.to_site_id == site_id)
            )
        )
    }
    for other in changed:
        row = known.get((min(site_id, other), max(site_id, other)))
        if (row.minutes if row else None) != shown.get(other):
            raise Stale
        if changed[other] is None and row is not None:
            session.delete(row)
    session.flush()
    tell_minutes(session, ((site_id, other, told) for other, told in changed.items() if told is not None))
    estimate_missing(session)
    return len(changed)


def forget_misplaced(session: Session) -> None:
    """Remove the estimates of sites that have lost their coordinates."""
    lost = {site.id for site in session.exec(select(Site)) if site.latitude is None or site.longitude is None}
    for row in session.exec(select(TravelTime).where(col(TravelTime.estimated))):
        if lost & {row.from_site_id, row.to_site_id}:
            session.delete(row)
    session.flush()
