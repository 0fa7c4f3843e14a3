"""What follows for visits from what happens to their campaign."""

from sqlalchemy import Engine

from app.accounts.sessions import hand_of
from app.campaigns.holding import hold_every_one_alone
from app.core import clock, jobs
from app.core.db import open_session
from app.people.tables import Person
from app.teams import days as team_days
from app.teams import queries as team_queries
from app.visits import (
    confirming,
    following,
    leaving,
    moving,
    provisional,
    queries,
    rosters,
    service,
    suspending,
)
from app.visits.history import Hand
from app.visits.stale import stale_proposals
from app.visits.tables import By, CancelReason


def cancel_all(engine: Engine, campaign_id: int) -> None:
    """Job of `campaign.cancelled`: its visits to come are cancelled, everybody told. Safe to run twice."""
    now, today = clock.now(), clock.today()
    with open_session(engine) as session:
        for visit in queries.coming_visits(session, campaign_id, today):
            service.cancel_visit(session, visit, CancelReason.CAMPAIGN, None, now, today=today)


def leave_company(engine: Engine, person_id: int, by: int | None = None) -> None:
    """Job of `person.left`: their days to come fall in every campaign, everybody told; `by`: whose account
    said so. Safe to run twice."""
    with open_session(engine) as session:
        person = session.get(Person, person_id)
        if person is not None and not person.active:
            leaving.leave_company(session, person, clock.now(), clock.today(), by=by)


def void_stale_proposals(engine: Engine, **_payload: object) -> None:
    """Job of `clock.tick`, `team.days_marked`, `site.closed`, `enrolment.left` and `person.left`: a proposal
    whose day came without an answer, or was closed since, or to make up for a day with somebody who left,
    means nothing any more; both know. Safe to run twice."""
    hand = Hand(by=By.SERVICE, actor=None, now=clock.now())
    with open_session(engine) as session:
        for proposal, visit, why in stale_proposals(session, clock.today()):
            moving.lapse(session, visit, proposal, hand, why)


def examine_rosters(engine: Engine, roster_ids: list[int], by: int | None = None, program: str = "") -> None:
    """Job of `roster.imported`: visits to come on the days covered are looked at again.

    Where nobody but who receives in the host's place is off, the host receives. Those on a day when one of
    the two does not work are suspended, and named by `visits.in_conflict`; the
    others by `visits.certain`: they stand, and whoever read that they were provisional, or suspended, hears
    so; days of these teams that wait for a roster from now on by `visits.provisional`. What was suspended
    hears so (`visit.resumed`), also while another roster is waited for. The history names who sent the
    roster. Run twice, it names the same again.
    """
    now, today = clock.now(), clock.today()
    with open_session(engine) as session:
        hold_every_one_alone(session)  # a plan being published meanwhile is waited for, and looked at
        arrived = team_days.rosters_with_ids(session, roster_ids)
        if not arrived:
            return
        spans = {roster.team_id: (roster.first_day, roster.last_day) for roster in arrived}
        covered = rosters.covered(session, spans, today)
        found = rosters.conflicts_among(session, covered)
        waiting = rosters.provisional(session, covered, today)
        apart = {*waiting, *(one.seen.visit.id for one in found)}
        certain = [one.visit.id or 0 for one in covered if one.visit.id not in apart]
        hand = Hand(By.SERVICE, hand_of(session, by, program), now)
        contrary = following.let_hosts_receive(session, found, hand, today)
        troubled = [one.seen.visit.id or 0 for one in contrary]
        about = min(roster_ids)
        suspending.contradict(session, contrary, hand, about=about, by=by, program=program)
        holds = [one.visit.id or 0 for one in covered if one.visit.id not in troubled]
        resumed = suspending.resume(session, holds, hand)
        if certain:
            again = sorted(resumed & set(certain))
            jobs.record(session, "visits.certain", visit_ids=certain, resumed=again)
        following.say_provisional(session, set(spans), today)


def follow_by_roster(engine: Engine, team_id: int) -> None:
    """Job of `team.by_roster`: the team works by roster now, or by its usual week again. Safe to run
    twice."""
    today = clock.today()
    with open_session(engine) as session:
        hold_every_one_alone(session)
        following.say_provisional(session, {team_id}, today)
        if certain := provisional.waits_no_more(session, {team_id}, today):
            jobs.record(session, "visits.certain", visit_ids=certain, by_week=True)


def ask_anew(engine: Engine, team_id: int, conditions_id: int) -> None:
    """Job of `team.conditions_changed`: a yes on other terms that was given while the team wrote the new ones
    is asked again; all others were in the same transaction. Safe to run twice."""
    now, today = clock.now(), clock.today()
    with open_session(engine) as session:
        asks = team_queries.conditions_of(session, team_id)
        if asks is None or asks.id != conditions_id:
            return  # nothing is asked any more, or a later version follows
        confirming.ask_all_anew(session, team_id, conditions_id, now, today)


def tell_too_young(engine: Engine, person_ids: list[int]) -> None:
    """Job of `people.minors`: days to come of these people, under 18 as a staff file says since, at teams
    that receive adults only wait for an exception. Safe to run twice."""
    now, today = clock.now(), clock.today()
    with open_session(engine) as session:
        confirming.say_too_young(session, person_ids, now, today)


def follow_days(engine: Engine) -> None:
    """Job of `clock.tick`: days to come of people who changed team, site, company or week, as a staff file or
    a file of teams says it; and those that a roster, or somebody's week, contradicts though nothing followed,
    such as hours that were changed while it arrived, or contradicts no more. Safe to run twice."""
    now, today = clock.now(), clock.today()
    with open_session(engine, reads_only=True) as session:
        due = following.is_due(session, today)
    if due:
        with open_session(engine) as session:
            following.follow(session, now, today)
