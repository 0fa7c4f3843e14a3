"""A host who changes team takes their days to come along. The two people read it, as those who lead the one
team and the other do; nothing is cancelled for it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, update

from app.core import jobs
from app.people.queries import sites_by_id, teams_by_id
from app.people.tables import Team
from app.visits import places
from app.visits.changing import hold_all
from app.visits.history import Hand, remember
from app.visits.limits import At, too_many
from app.visits.queries import SeenVisit, read_visits, to_come
from app.visits.tables import By, ChangeKind, Visit


def follow(session: Session, now: datetime, today: date) -> None:
    """Days count in the team that somebody is of now, and the history of those that they host says so. Of a
    day that takes place elsewhere as well, the message about its place is enough; `visits.carried` names all
    of them, with the two teams. Done twice, nothing more happens: which team was told is where a day
    counts."""
    hold_all(session, {one.visit_id for one in places.to_carry(session, today) if one.visit_id is not None})
    hosted = {
        one.visit_id: one
        for one in places.follow_moves(session, today)
        if one.counts and not one.leaves and one.visit_id is not None
    }
    if not hosted:
        return
    teams, lines = teams_by_id(session), []
    for seen in read_visits(session, col(Visit.id).in_(hosted), *to_come(today)):
        if seen.goes_on:
            continue
        visit, one = seen.visit, hosted[seen.visit.id or 0]
        stays = visit.told_site_id == seen.host_site.id
        if stays:
            session.exec(
                update(Visit)
                .where(col(Visit.id) == visit.id)
                .values(revision=visit.revision + 1, changed_at=now)
            )
            session.refresh(visit)
        line = remember(
            session,
            visit,
            ChangeKind.TEAM,
            Hand(By.SERVICE, None, now),
            event="visit.changed" if stays else None,
            place_before=teams[one.left].name,
            place_after=teams[one.joined].name,
        )
        lines.append([line.id, line.visit_id, one.left, one.joined])
    if lines:
        jobs.record(session, "visits.carried", lines=lines)


@dataclass(frozen=True)
class Joining:
    """A day to come whose host changes team."""

    seen: SeenVisit
    before: Team
    after: Team
    too_many: bool
    """Beyond what the new team receives that day."""


def joining(session: Session, moved: Mapping[int, int], today: date) -> list[Joining]:
    """Days to come whose host would be of another team (`moved`: team by person), by day. Eight queries at
    most."""
    if not moved:
        return []
    teams, coming = teams_by_id(session), []
    more: Counter[At] = Counter()
    for seen in read_visits(session, col(Visit.host_id).in_(moved), *to_come(today)):
        before, after, day = seen.host_team, teams[moved[seen.visit.host_id]], seen.visit.day
        if after.id != before.id and not seen.goes_on:
            coming.append((seen, before, after))
            more[after.id or 0, day] += 1
            more[before.id or 0, day] -= 1
    return received(session, coming, more)


def received(
    session: Session, coming: list[tuple[SeenVisit, Team, Team]], more: Mapping[At, int]
) -> list[Joining]:
    """The same of days with the teams before and after, of which `more` are still to be counted."""
    sites = sites_by_id(session) if coming else {}
    over = too_many(
        session,
        {
            seen.visit.id or 0: (seen.campaign, after, sites[after.site_id], seen.visit.day)
            for seen, _before, after in coming
        },
        more,
    )
    return [Joining(seen, before, after, seen.visit.id in over) for seen, before, after in coming]
