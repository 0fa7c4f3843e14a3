"""What follows when visits fall: a repair is opened, proposals are looked for, the rule may accept one."""

import dataclasses
import time
from collections.abc import Collection, Mapping
from threading import Lock

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import open_session
from app.core.errors import Refusal
from app.planning.problem import Leg
from app.planning.repairs import judging, needs, opening, queries, ruling, service
from app.planning.repairs.choosing import Told, different, furthest, is_quiet
from app.planning.repairs.hours import are_usual
from app.planning.repairs.proposals import effect_of, proposal_of
from app.planning.repairs.scene import Look, Scene
from app.planning.repairs.searching import (
    ALONE,
    GIVEN,
    ORDER,
    Beside,
    refuse_contradictions,
    search,
    without_return,
)
from app.planning.tables import Repair, RepairCause, RepairKind, RepairStatus
from app.teams.days import closed_sites
from app.visits import queries as visits_queries
from app.visits.rules import is_over, leaves_days, stands
from app.visits.tables import CancelReason
from solver import ProblemError, Progress

log = structlog.get_logger()

SECONDS = 20.0
"""The solver may look so long for each proposal."""
EVERY = 0.5


def follow_fall(engine: Engine, visit_id: int, **_payload: object) -> None:
    """Job of `visit.cancelled` and `visit.declined`: proposals are looked for. Safe to run twice."""
    now, today = clock.now(), clock.today()
    with open_session(engine) as session:
        seen = visits_queries.find_visit(session, visit_id)
        if seen is None or stands(seen.visit) or is_over(seen.visit, today):
            return
        campaign = seen.campaign
        assert campaign.id is not None
        if not queries.of_plans(session, [seen]) or seen.visit.cancel_reason is CancelReason.CAMPAIGN:
            return
        if not leaves_days(campaign, today):
            return  # the clock: HR read at once of all that fell since (`too_late`)
        if queries.decided_among(session, [visit_id]) or queries.already_open(session, visit_id):
            return
        if not needs.deserted_among(session, [visit_id]):
            opening.open_repair(session, campaign, [visit_id], RepairCause.FALLEN, None, now)


def follow_settled(engine: Engine, visit_id: int, **_payload: object) -> None:
    """Job of `visit.made_up`, `visit.one_way` and `visit.moved`: what the two settled is repaired no more."""
    with open_session(engine) as session:
        opening.leave_out(session, [visit_id], clock.now(), clock.today())


def follow_possible(engine: Engine, **_payload: object) -> None:
    """Job of `roster.imported`, and of what changes hours or who receives: days that nothing contradicts any
    more are repaired no more. Safe to run twice."""
    with open_session(engine) as session:
        opening.leave_out_possible(session, clock.now(), clock.today())


def follow_conflicts(engine: Engine, visit_ids: list[int], **_payload: object) -> None:
    """Job of `visits.in_conflict`: visits on days when one of the two does not work, or at a site that HR had
    closed before they came there. Safe to run twice."""
    now, today = clock.now(), clock.today()
    with open_session(engine) as session:
        known = queries.in_open_repairs(session, visit_ids, RepairCause.ROSTER)
        known |= queries.possible_among(session, visit_ids)  # a later roster was faster than this job
        found = [
            seen
            for seen in queries.of_plans(session, visits_queries.visits_with_ids(session, visit_ids))
            if stands(seen.visit) and not is_over(seen.visit, today) and seen.visit.id not in known
        ]
        shut = closed_sites(session, [(seen.host_team.id or 0, seen.visit.day) for seen in found])
        closed = [seen for seen in found if (seen.host_team.id, seen.visit.day) in shut]
        contrary = [seen for seen in found if seen not in closed]
        campaigns = {seen.campaign.id: seen.campaign for seen in contrary}
        for campaign_id, campaign in sorted(campaigns.items(), key=lambda one: one[0] or 0):
            ids = [seen.visit.id or 0 for seen in contrary if seen.campaign.id == campaign_id]
            opening.open_repair(session, campaign, ids, RepairCause.ROSTER, None, now)
        waiting = {visit_id for visit_id, _repair in queries.closures_open(session, visit_ids)}
        for seen in closed:
            if seen.visit.id not in waiting:
                opening.open_repair(
                    session,
                    seen.campaign,
                    [seen.visit.id or 0],
                    RepairCause.CLOSURE,
                    None,
                    now,
                    site_id=seen.host_site.id,
                    first_day=seen.visit.day,
                    last_day=seen.visit.day,
                )


def look_for(engine: Engine, repair_id: int) -> None:
    """Job of `repair.requested`: a few ways to repair, or why there is none."""
    with open_session(engine) as session:
        repair = service.begin(session, repair_id, clock.now())
    if repair is None:
        return
    try:
        _look_for(engine, repair)
    except OperationalError:
        raise  # the database is away: the step is tried again
    except Refusal as refused:
        _fail(engine, repair_id, refused.code)
    except (ProblemError, MemoryError):
        log.exception("repair.unsolvable", repair_id=repair_id)
        _fail(engine, repair_id, "Unsolvable")
    except Exception:
        log.exception("repair.broken", repair_id=repair_id)
        _fail(engine, repair_id, "Broken")


def _look_for(engine: Engine, repair: Repair) -> None:
    assert repair.id is not None
    watch = Watch(engine, repair.id)
    at_own = _has_own_hours(engine, repair.id)
    found: dict[RepairKind, Told] = {}
    for kinds in (GIVEN[:1], GIVEN[1:]) if at_own else (GIVEN,):
        found |= _found(engine, repair, kinds, watch, own_hours=at_own and kinds == GIVEN[:1])
    if not watch.stopped and not any(is_quiet(effect) for _proposal, effect in found.values()):
        found |= _worked(engine, repair, found, watch, at_own=at_own)
    with open_session(engine) as session:
        if watch.stopped:
            service.stopped(session, repair.id, clock.now())
            return
        service.finish(session, repair.id, different(found), watch.seconds, clock.now())


def _has_own_hours(engine: Engine, repair_id: int) -> bool:
    with open_session(engine, reads_only=True) as session:
        seen = visits_queries.visits_with_ids(session, queries.visit_ids(session, repair_id))
    return not are_usual(one.visit for one in seen)


def _found(
    engine: Engine,
    repair: Repair,
    kinds: Collection[RepairKind],
    watch: "Watch",
    *,
    beyond: bool = False,
    own_hours: bool = False,
    beside: Beside = ALONE,
) -> dict[RepairKind, Told]:
    """What these ways to repair bring; a half-lost swap for whose return no day is left goes without it."""
    look = Look(beyond=beyond, own_hours=own_hours)
    scene = _scene(engine, repair, look)
    refuse_contradictions(scene)
    seen = search(scene, kinds, seconds=SECONDS, hears=watch.hears, beside=beside)
    found = _proposed(scene, repair, seen, look)
    # What is given up still takes its day and places, which another may have needed for its return.
    while (
        scene.halves
        and (missing := [kind for kind in kinds if kind not in found])
        and not watch.stopped
        and (given_up := without_return(scene, beside.kept))
    ):
        look = dataclasses.replace(look, given_up=tuple(sorted({*look.given_up, *given_up})))
        scene = _scene(engine, repair, look)
        more = search(scene, missing, seconds=SECONDS, hears=watch.hears, beside=beside)
        found |= _proposed(scene, repair, more, look)
    return found


def _worked(
    engine: Engine, repair: Repair, found: Mapping[RepairKind, Told], watch: "Watch", *, at_own: bool
) -> dict[RepairKind, Told]:
    """On days that people merely work, a day for those whom what moves nobody leaves without one.

    What was found on the days that they gave stays as it is; only where that still leaves somebody, its pairs
    may take other days as well. None withholds a day from people whom it does not concern.
    """
    base = furthest(found)
    if base is None:
        return _found(engine, repair, (RepairKind.WORKED,), watch, beyond=True, own_hours=at_own)
    kind, (proposal, effect) = base
    legs = frozenset(judging.new_legs(engine, proposal))
    best: dict[RepairKind, Told] = {}
    most = len(effect.restored)
    for beside in (Beside(legs, is_kept=True), Beside(legs)):
        own_hours = at_own and kind is RepairKind.SAME
        told = _found(
            engine, repair, (RepairKind.WORKED,), watch, beyond=True, own_hours=own_hours, beside=beside
        )
        for _proposal, more in told.values():
            if len(more.restored) > most:
                best, most = told, len(more.restored)
        if watch.stopped or any(is_quiet(more) for _proposal, more in best.values()):
            break
    return best


def _scene(engine: Engine, repair: Repair, look: Look) -> Scene:
    with open_session(engine, reads_only=True) as session:
        campaign = session.get_one(Campaign, repair.campaign_id)
        return judging.scene_today(session, campaign, repair, clock.today(), look)


def _proposed(
    scene: Scene, repair: Repair, found: Mapping[RepairKind, set[Leg]], look: Look
) -> dict[RepairKind, Told]:
    visits = {one.id or 0: one for one in (*scene.movable.values(), *scene.lost.values())}
    told = {}
    for kind, legs in found.items():
        proposal = proposal_of(scene, legs, service.FALL_REASON[repair.cause])
        concerned = proposal.visit_ids | set(scene.lost)
        before = tuple(sorted((one, visits[one].day) for one in concerned))
        proposal = dataclasses.replace(proposal, before=before, **dataclasses.asdict(look))
        effect = effect_of(scene, proposal, visits)
        told[kind] = (dataclasses.replace(proposal, left=tuple(sorted(effect.left))), effect)
    return told


def follow_rule(engine: Engine, repair_id: int) -> None:
    """Job of `repair.ready`: where the campaign says so, a proposal that gives everybody a day, one that they
    gave, and moves nobody else is accepted; not while two people have the choice of a day themselves."""
    try:
        with open_session(engine) as session:
            repair = session.get_one(Repair, repair_id)
            campaign = session.get_one(Campaign, repair.campaign_id)
            rules = queries.rules_of(session, repair.campaign_id)
            if repair.status is not RepairStatus.READY or not rules.automatic:
                return
            if ruling.is_for_the_two(session, campaign, repair, clock.today()):
                return
            rows = queries.proposals_of(session, [repair_id])
            quiet = [row.kind for row in rows if not row.left and not row.movers]
            if quiet := [kind for kind in quiet if kind in GIVEN]:
                chosen = min(quiet, key=GIVEN.index)
                service.accept(session, campaign, repair, chosen, None, clock.now(), clock.today())
    except Refusal:  # something changed within the second: HR sees the proposals
        log.info("repair.not_automatic", repair_id=repair_id)


def refresh_others(engine: Engine, repair_id: int) -> None:
    """Job of `repair.accepted`: other repairs of the campaign whose proposals no longer hold look again."""
    with open_session(engine) as session:
        done = session.get(Repair, repair_id)
        if done is not None:
            campaign = session.get_one(Campaign, done.campaign_id)
            service.refresh(session, campaign, clock.now(), clock.today())


def _fail(engine: Engine, repair_id: int, code: str) -> None:
    with open_session(engine) as session:
        service.fail(session, repair_id, clock.now(), code)


def copy_rules(engine: Engine, source_id: int, campaign_id: int) -> None:
    """Job of `campaign.copied`: who accepts repairs is copied too, unless HR said so meanwhile."""
    with open_session(engine) as session:
        ruling.copy_rules(session, source_id, campaign_id)


def expire(engine: Engine) -> None:
    """Job of `clock.tick`: proposals that nobody decided on, that nothing needs, or whose days are over, mean
    nothing any more."""
    with open_session(engine) as session:
        opening.leave_out_undone(session, clock.now(), clock.today())  # first: HR read of it
        opening.leave_out_passed(session, clock.now(), clock.today())
        opening.leave_out_possible(session, clock.now(), clock.today())
        opening.leave_out_deserted(session, clock.now(), clock.today())
        service.expire_old(session, clock.now())


class Watch:
    """Carries progress to the row, and the wish to stop back, at most twice a second."""

    def __init__(self, engine: Engine, repair_id: int) -> None:
        self.engine, self.repair_id = engine, repair_id
        self.stopped = False
        self._began = time.monotonic()
        self._written = 0.0
        self._step: RepairKind | None = None
        self._matched = 0
        self._lock = Lock()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._began

    def hears(self, kind: RepairKind, progress: Progress | None) -> bool:
        """Called by the search, from whichever of its threads; says whether to go on."""
        if kind is not self._step:
            self._step, self._written = kind, 0.0
        if progress is not None:
            self._matched = progress.matched
        self._write(kind)
        return not self.stopped

    def _write(self, kind: RepairKind) -> None:
        if self.stopped or not self._lock.acquire(blocking=False):
            return
        try:
            if time.monotonic() - self._written < EVERY:
                return
            with open_session(self.engine) as session:
                goes_on = service.tell(
                    session,
                    self.repair_id,
                    clock.now(),
                    step=ORDER.index(kind) + 1,
                    matched=self._matched,
                    seconds=self.seconds,
                )
            self._written = time.monotonic()
            self.stopped = not goes_on
        finally:
            self._lock.release()
