"""A closed site opens again: its days can take place as planned, and whoever was told otherwise hears it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.holding import hold_every_one_alone
from app.core import jobs
from app.people import queries as people_queries
from app.people.tables import Person, Site
from app.planning.repairs import closing, opening
from app.planning.repairs.errors import SiteNotClosed
from app.planning.repairs.words import REOPENED
from app.teams import days as team_days
from app.teams import service as teams
from app.visits import hosting
from app.visits import queries as visits_queries
from app.visits.bookings import Ended, ended_by_closing
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.queries import SeenVisit
from app.visits.rosters import conflicts_among, host_receives
from app.visits.rules import is_ahead
from app.visits.suspending import concerned, lift, suspend_anew, told_of
from app.visits.tables import By


@dataclass(frozen=True)
class ClosedSpan:
    """A site, closed without a break between two days, both included."""

    site: Site
    first: date
    last: date


@dataclass(frozen=True)
class Held:
    """A day that stands on the closed site."""

    seen: SeenVisit
    told: list[Person]
    """Who was told that it cannot take place."""


@dataclass(frozen=True)
class Reopening:
    """What opening a site again would do, shown before it is done."""

    days: list[date]
    """Those of the days asked for on which it is closed."""
    resumed: list[Held]
    """They can take place again, by day."""
    received: list[SeenVisit]
    """Those of them whose tutor alone is off, a roster says: their hosts receive."""
    contrary: list[Held]
    """They still cannot: a roster says otherwise."""
    ended: list[Ended]
    """What its closing ended of bookings, requests and places in line, by day: nothing of it comes back."""

    @property
    def losers(self) -> list[Person]:
        """Whom that concerns, each once, by name."""
        found = {one.person.id: one.person for one in self.ended}
        return sorted(found.values(), key=lambda person: (person.name, person.id))

    @property
    def told(self) -> list[Person]:
        """Who was told of a day that it cannot take place and now hears that it can, each once, by name."""
        found = {person.id: person for one in self.resumed for person in one.told}
        return sorted(found.values(), key=lambda person: (person.name, person.id))


def closed_spans(session: Session, today: date) -> list[ClosedSpan]:
    """Which sites are closed on which days to come, by site. Two queries."""
    found = []
    sites = people_queries.sites_by_id(session)
    for site_id, days in team_days.closed_from(session, today).items():
        found += [ClosedSpan(sites[site_id], first, last) for first, last in _runs(days)]
    return sorted(found, key=lambda one: (one.site.name, one.first))


def reopening_of(session: Session, site_id: int, first: date, last: date, today: date) -> Reopening:
    """What opening a site again between two days, both included, would do. Raises `SiteNotClosed`."""
    closed = team_days.closed_from(session, today).get(site_id, [])
    days = [day for day in closed if first <= day <= last]
    if not days:
        raise SiteNotClosed
    seen = [
        one
        for one in visits_queries.visits_received_at(session, site_id, days[0], days[-1])
        if one.visit.day in days and is_ahead(one.visit, today)
    ]
    told = told_of(session, seen)
    against = conflicts_among(session, seen, opened=True)
    received = [one.seen for one in against if host_receives(one)]
    off = {one.seen.visit.id for one in against} - {one.visit.id for one in received}

    def reads(one: SeenVisit) -> list[Person]:
        """A tutor who is off reads something else: that the host receives."""
        people = (one.visitor, one.host) if one in received else concerned(one)
        return [who for who in people if (one.visit.id, who.id) in told]

    held = [Held(one, reads(one)) for one in seen]
    return Reopening(
        days=days,
        resumed=[one for one in held if one.seen.visit.id not in off],
        received=received,
        contrary=[one for one in held if one.seen.visit.id in off],
        ended=ended_by_closing(session, site_id, days),
    )


def reopen_site(
    session: Session, site_id: int, first: date, last: date, actor: Actor, now: datetime, today: date
) -> Reopening:
    """The site receives again on these days. Raises `SiteNotClosed`.

    Days that still stand there can take place: their people hear it, with what they had said of them, and no
    repair looks for another day any more. What was repaired, cancelled or booked elsewhere meanwhile stays.
    """
    hold_every_one_alone(session)  # of two who open it at once, the second finds it open
    what = reopening_of(session, site_id, first, last, today)
    teams.reopen_site(session, site_id, what.days)
    ids = [one.seen.visit.id or 0 for one in what.resumed]
    lift(session, ids, Hand(By.HR, actor, now), but={one.visit.id for one in what.received})
    for seen in what.received:
        before = situation(session, seen, By.SERVICE, None, today)
        service = Hand(By.SERVICE, None, now)
        hosting.release_tutor(session, before, service, revision=seen.visit.revision, by_roster=True)
    contrary = [one.seen.visit.id or 0 for one in what.contrary]
    suspend_anew(session, contrary, now)
    closing.tell_anew(session, contrary, reopened=True)
    opening.leave_out(session, ids, now, today, why=REOPENED)
    opening.forget_closure(session, site_id)
    audit(
        session,
        actor.account_id,
        "site.reopened",
        f"site:{site_id}",
        now=now,
        first=what.days[0].isoformat(),
        last=what.days[-1].isoformat(),
        days=len(what.days),
        visits=len(ids),
    )
    if contrary:  # other hours may mend what a closed site could not
        about = f"reopened-{site_id}-{int(now.timestamp())}"
        jobs.record(session, "visits.half_covered", visit_ids=contrary, roster_id=about)
    jobs.record(session, "site.reopened", days=[day.isoformat() for day in what.days], site_id=site_id)
    return what


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days in order, as stretches without a break."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
