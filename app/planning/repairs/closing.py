"""A site is closed for some days: one action. Its days are closed, its visits go into one repair."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.calendar import campaign_days
from app.campaigns.holding import hold_every_one_alone
from app.campaigns.tables import Campaign
from app.core import jobs
from app.people.tables import Team
from app.planning.repairs import opening, queries
from app.planning.repairs.errors import ClosureOutOfReach
from app.planning.tables import COMPUTING, PENDING, Repair, RepairCause
from app.teams import service as teams
from app.teams.days import closed_from
from app.teams.service import MOST_DAYS
from app.visits import queries as visits_queries
from app.visits import service as visits
from app.visits.history import Hand
from app.visits.queries import SeenVisit
from app.visits.rules import is_ahead
from app.visits.suspending import suspend, suspended_among
from app.visits.tables import By, CancelReason


@dataclass(frozen=True)
class Closure:
    """What closing a site would do, shown before it is done."""

    repaired: list[SeenVisit]
    """Visits received there, for which other days are looked for, by day."""
    apart: list[SeenVisit]
    """Booked days: they fall at once, another place is offered to their visitors."""
    teams: list[Team]


def days_between(first: date, last: date, today: date) -> list[date]:
    """The days of a closure. Raises `ClosureOutOfReach`."""
    if not today <= first <= last or (last - first).days >= MOST_DAYS:
        raise ClosureOutOfReach
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def closure_of(session: Session, site_id: int, first: date, last: date, today: date) -> Closure:
    """What closing a site would do. Raises `ClosureOutOfReach`."""
    days_between(first, last, today)
    received = visits_queries.visits_received_at(session, site_id, first, last)
    seen = [one for one in received if is_ahead(one.visit, today)]
    teams = list(session.scalars(select(Team).where(col(Team.site_id) == site_id).order_by(col(Team.id))))
    repaired = queries.of_plans(session, seen)
    known = {one.visit.id for one in repaired}
    return Closure(
        repaired=repaired,
        apart=[one for one in seen if one.visit.id not in known],
        teams=teams,
    )


def close_site(
    session: Session, site_id: int, first: date, last: date, actor: Actor, now: datetime, today: date
) -> list[Repair]:
    """Nobody comes to the site on these days any more; one repair for each campaign with visits there.

    What an undecided closure is about already stays there: asked for twice, it is one repair. Days closed
    one after another are one closure: a repair of days that touch these is taken along. Visits of a plan
    stand until a repair is accepted: most of them then move, and keep their place in calendars; their
    people read that the day cannot take place (`telling.tell_suspended`). Booked days fall at once:
    whatever can be had instead is offered to their visitors.
    """
    days = days_between(first, last, today)
    hold_every_one_alone(session)  # whoever makes visits there just now is waited for, and seen
    what = closure_of(session, site_id, first, last, today)
    teams.close_site(session, site_id, days)
    audit(
        session,
        actor.account_id,
        "site.closed",
        f"site:{site_id}",
        now=now,
        first=first.isoformat(),
        last=last.isoformat(),
        visits=len(what.repaired) + len(what.apart),
    )
    for seen in what.apart:
        visits.cancel_visit(session, seen.visit, CancelReason.CLOSED, actor, now, today=today)
    jobs.record(session, "site.closed", site_id=site_id, first=first.isoformat(), last=last.isoformat())
    before = queries.closures_open(session, [seen.visit.id or 0 for seen in what.repaired])
    known = {visit_id for visit_id, _repair in before}
    fell = [seen for seen in what.repaired if seen.visit.id not in known]
    ids = [seen.visit.id or 0 for seen in fell]
    contrary = suspended_among(session, ids)
    suspend(session, ids, Hand(By.HR, actor, now))
    campaigns = {seen.campaign.id: seen.campaign for seen in fell}
    again = {one.id: one for _visit_id, one in before}
    undecided = [one for one in queries.undecided_closures(session, site_id) if one.status in PENDING]
    theirs = queries.visits_by_repair(session, [one.id or 0 for one in undecided])
    shut = set(closed_from(session, today).get(site_id, ()))
    made: list[Repair] = []
    for campaign_id, campaign in sorted(campaigns.items(), key=lambda one: one[0] or 0):
        touching = _touching(campaign, undecided, days, shut)
        lost = {seen.visit.id or 0 for seen in fell if seen.campaign.id == campaign_id}
        lost = lost.union(*(theirs.get(one.id or 0, ()) for one in touching))
        again = {one: repair for one, repair in again.items() if repair not in touching}
        made.append(
            opening.open_repair(
                session,
                campaign,
                lost,
                RepairCause.CLOSURE,
                actor,
                now,
                site_id=site_id,
                first_day=min([first, *(one.first_day for one in touching if one.first_day)]),
                last_day=max([last, *(one.last_day for one in touching if one.last_day)]),
            )
        )
    tell_anew(session, contrary)
    return [*again.values(), *made]


def _touching(
    campaign: Campaign, closures: Collection[Repair], days: Collection[date], shut: Collection[date]
) -> list[Repair]:
    """Those of a site's closures between whose days and these it opens on no day of the campaign."""
    opens = [day for day in campaign_days(campaign) if day not in shut]
    return [
        one
        for one in closures
        if one.campaign_id == campaign.id
        and one.first_day is not None
        and one.last_day is not None
        and not any(min(one.first_day, *days) <= day <= max(one.last_day, *days) for day in opens)
    ]


def tell_anew(session: Session, contrary: Collection[int], *, reopened: bool = False) -> None:
    """Days that a roster contradicts: where no search follows whose end tells it, their people read now that
    the site is closed; or, `reopened`, what they still wait for."""
    waits = queries.waiting_with(session, contrary)
    for visit_id in sorted(contrary):
        repair = waits.get(visit_id)
        if repair is None or repair.status not in COMPUTING:
            sought = repair is not None and bool(queries.proposals_of(session, [repair.id or 0]))
            jobs.record(
                session,
                "visit.suspended",
                visit_id=visit_id,
                over=False,
                sought=sought,
                fruitless=not sought and repair is not None,
                reopened=reopened,
            )
