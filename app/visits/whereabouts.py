"""Where a day takes place: at the site of the team that receives. Whoever was told another one reads it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from app.core import jobs
from app.people.queries import sites_by_id, teams_by_id, travel_minutes
from app.people.tables import Site
from app.visits.history import Hand, remember
from app.visits.queries import HostSite, SeenVisit, read_visits, to_come
from app.visits.tables import By, ChangeKind, Visit, VisitChange


@dataclass(frozen=True)
class Told:
    """A line of a day's history that its two are to read."""

    visit: Visit
    line: VisitChange
    far: bool = False
    """The visitor's journey is too long with it: their yes is asked again."""

    def announce(self, session: Session, *, far: bool = False) -> None:
        """Have it told; `far`: another line has the visitor's journey too long."""
        said: dict[str, Any] = {"far": True} if far or self.far else {}
        said |= {"visit_id": self.visit.id, "revision": self.visit.revision, "change_id": self.line.id}
        jobs.record(session, "visit.changed", **said)


def elsewhere(session: Session, today: date, *which: ColumnElement[bool]) -> list[SeenVisit]:
    """Standing visits to come, not begun, that take place at another site than their people were last told,
    by day."""
    found = read_visits(session, *to_come(today), col(Visit.told_site_id) != col(HostSite.id), *which)
    return [seen for seen in found if not seen.goes_on]


def is_too_far(seen: SeenVisit, minutes: Mapping[tuple[int, int], int]) -> bool:
    """Whether the visitor's journey is known to be longer than the campaign lets anybody travel."""
    way = (seen.visitor_site.id or 0, seen.host_site.id or 0)
    return minutes.get(way, 0) > seen.campaign.max_travel_minutes


def say(session: Session, found: Collection[SeenVisit], now: datetime) -> list[Told]:
    """The site of these days is said: their history hears it, their people are to be told. Any yes stands, as
    with other hours, but the visitor's where it is too far: that one is asked again. Two queries."""
    if not found:
        return []
    sites = sites_by_id(session)
    minutes, told = travel_minutes(session, sites), []
    for seen in found:
        visit, before, far = seen.visit, sites[seen.visit.told_site_id or 0], is_too_far(seen, minutes)
        visit.told_site_id, visit.changed_at = seen.host_site.id or 0, now
        visit.revision += 1
        if far:
            visit.visitor_confirmed_at = None
        session.add(visit)
        line = remember(
            session,
            visit,
            ChangeKind.PLACE,
            Hand(By.SERVICE, None, now),
            event=None,
            place_before=before.name,
            place_after=seen.host_site.name,
        )
        told.append(Told(visit, line, far=far))
    return told


def say_with_move(session: Session, seen: SeenVisit, hand: Hand) -> None:
    """A day moves while its people are still to hear of another site: one message says both, and the history
    has the place just before the move."""
    visit = seen.visit
    before = session.get(Site, visit.told_site_id) if visit.told_site_id != seen.host_site.id else None
    if before is None:
        return
    visit.told_site_id = seen.host_site.id
    session.add(visit)
    remember(
        session,
        visit,
        ChangeKind.PLACE,
        Hand(By.SERVICE, None, hand.now),
        event=None,
        place_before=before.name,
        place_after=seen.host_site.name,
    )


@dataclass(frozen=True)
class Elsewhere:
    """A day to come that an import takes to another site."""

    seen: SeenVisit
    before: str
    after: str
    too_far: bool
    """Farther from the visitor's own site than the campaign lets anybody travel."""


def made_elsewhere(session: Session, moved: Mapping[int, int], today: date) -> list[Elsewhere]:
    """Days to come that would take place elsewhere once people work in other teams (`moved`: team by person),
    by day. Four queries at most."""
    if not moved:
        return []
    teams, sites, found = teams_by_id(session), sites_by_id(session), []
    for seen in read_visits(session, col(Visit.host_id).in_(moved), *to_come(today)):
        there = teams[moved[seen.visit.host_id]].site_id
        if there != seen.host_site.id and not seen.goes_on:
            found.append((seen, teams[moved.get(seen.visit.visitor_id, seen.visitor.team_id)].site_id, there))
    minutes = travel_minutes(session) if found else {}
    return [
        Elsewhere(
            seen,
            seen.host_site.name,
            sites[there].name,
            too_far=minutes.get((here, there), seen.campaign.max_travel_minutes + 1)
            > seen.campaign.max_travel_minutes,
        )
        for seen, here, there in found
    ]
