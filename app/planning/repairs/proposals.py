"""What a repair would change, told from two sets of visits; whether it still could be done."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from app.planning.problem import Leg
from app.planning.repairs.scene import Look, Scene
from app.visits.rearranging import Fall, Fresh, Move
from app.visits.rules import in_pairs, stands
from app.visits.tables import CancelReason, Visit
from solver import Plan
from solver.check import violations
from solver.plan import FEASIBLE


@dataclass(frozen=True)
class Proposal:
    """Visits that fall, that move, that are new; everything else stays as it is."""

    falls: tuple[Fall, ...] = ()
    moves: tuple[Move, ...] = ()
    fresh: tuple[Fresh, ...] = ()
    given_up: tuple[int, ...] = ()
    """Standing parts of swaps, by id, that stay alone: no day was left for the other part."""
    beyond: bool = False
    """On days that people work, though they did not all give them."""
    own_hours: bool = False
    """The same people meet again, at hours that are not those of a plan."""
    before: tuple[tuple[int, date], ...] = ()
    """The days that visits had when the search was made, by id: what a page shows of the past."""
    left: tuple[int, ...] = ()
    """Of those concerned, by person, for whom it has no day."""

    @property
    def look(self) -> Look:
        """What its search allowed itself."""
        return Look(self.given_up, self.beyond, self.own_hours)

    @property
    def days(self) -> list[date]:
        """Days on which something new takes place."""
        return sorted({one.day for one in self.moves} | {one.day for one in self.fresh})

    @property
    def visit_ids(self) -> set[int]:
        """Visits that stand now and would not stay as they are."""
        return set(self.revisions)

    @property
    def revisions(self) -> dict[int, int]:
        """The version of each of them that was seen."""
        seen = {one.visit_id: one.revision for one in self.falls}
        return seen | {one.visit_id: one.revision for one in self.moves}

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {
            "falls": [asdict(one) for one in self.falls],
            "moves": [asdict(one) | {"day": one.day.isoformat()} for one in self.moves],
            "fresh": [asdict(one) | {"day": one.day.isoformat()} for one in self.fresh],
            "given_up": list(self.given_up),
            "beyond": self.beyond,
            "own_hours": self.own_hours,
            "before": [[visit_id, day.isoformat()] for visit_id, day in self.before],
            "left": list(self.left),
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Proposal":
        """What `to_json` wrote."""

        def dated(one: dict[str, Any]) -> dict[str, Any]:
            return one | {"day": date.fromisoformat(one["day"])}

        return cls(
            falls=tuple(Fall(**one | {"reason": CancelReason(one["reason"])}) for one in row["falls"]),
            moves=tuple(
                Move(**dated(one) | {"reason": CancelReason(why) if (why := one.get("reason")) else None})
                for one in row["moves"]
            ),
            fresh=tuple(
                Fresh(**dated(one) | {"replaces": tuple(one.get("replaces", ()))}) for one in row["fresh"]
            ),
            given_up=tuple(row["given_up"]),
            beyond=row.get("beyond", False),
            own_hours=row.get("own_hours", False),
            before=tuple((one, date.fromisoformat(day)) for one, day in row.get("before", ())),
            left=tuple(row.get("left", ())),
        )


@dataclass(frozen=True)
class Effect:
    """Whom a proposal concerns."""

    restored: frozenset[int]
    """Of those concerned, who has a day again."""
    left: frozenset[int]
    movers: frozenset[int]
    """Others, whose visits change."""
    newcomers: frozenset[int]
    """People who had nobody."""


def proposal_of(scene: Scene, planned: Iterable[Leg], reason: CancelReason) -> Proposal:
    """The change that leads from what stands to what is planned. `reason`: why impossible visits fall,
    unless that is known of each.

    A new pair that serves nobody concerned is left out: the repair is not made for it.
    """
    wanted = set(planned) - set(scene.halves)
    impossible = {_leg(one): one for one in scene.lost.values() if stands(one)}
    standing = scene.movable | impossible
    gone = {leg: visit for leg, visit in standing.items() if leg not in wanted}
    wanted -= set(standing)
    theirs = 2 if scene.is_swap else 1  # a single visit is made for its visitor
    concerned = scene.wanting | {one for leg in gone for one in leg[:theirs]}
    wanted = {leg for leg in wanted if concerned & set(leg[:theirs])}
    moves, falls = [], []
    swap_of: dict[tuple[int, int], int | None] = {}
    by_pair = {leg[:2]: leg for leg in sorted(wanted)}
    for leg, visit in sorted(gone.items()):
        assert visit.id is not None
        why = visit.suspended_for or reason
        new = None if visit.swap_id in scene.one_way else by_pair.pop(leg[:2], None)
        if new is not None:
            moves.append(Move(visit.id, visit.revision, new[2], why if leg in impossible else None))
            wanted.discard(new)
            swap_of[leg[:2]] = visit.swap_id
        else:
            falls.append(Fall(visit.id, visit.revision, why if leg in impossible else CancelReason.REPLACED))
    fresh = tuple(_fresh(scene, leg, swap_of) for leg in sorted(wanted, key=_day))
    return Proposal(tuple(falls), tuple(moves), fresh)


def _fresh(scene: Scene, leg: Leg, swap_of: Mapping[tuple[int, int], int | None]) -> Fresh:
    """A new visit: in the swap of its other part where that one stands or moves, else on its own."""
    visitor_id, host_id, day = leg
    fell = scene.fell_of.get((visitor_id, host_id))
    instead = sorted(
        one.id or 0
        for one in scene.lost.values()
        if one.visitor_id == visitor_id or (scene.is_swap and one.host_id == host_id)
    )
    if fell is None:
        swap_id = swap_of.get((host_id, visitor_id))
        return Fresh(visitor_id, host_id, day, swap_id, replaces=tuple(instead))
    return Fresh(visitor_id, host_id, day, fell.swap_id, fell.id, replaces=tuple(instead))


def effect_of(scene: Scene, proposal: Proposal, visits: dict[int, Visit]) -> Effect:
    """Whom it concerns. `visits`: those of the proposal, by id."""
    of_new = {one for fresh in proposal.fresh for one in (fresh.visitor_id, fresh.host_id)}
    given = {(one.visitor_id, one.host_id) for one in proposal.fresh}
    given |= {_two(visits[move.visit_id]) for move in proposal.moves}
    others = [visits[one] for one in proposal.visit_ids - set(scene.lost)]
    movers = {one for visit in others for one in _two(visit)} - scene.affected
    restored = scene.wanting & {one for two in given for one in two[: 2 if scene.is_swap else 1]}
    return Effect(
        restored=frozenset(restored),
        left=scene.wanting - restored,
        movers=frozenset(movers),
        newcomers=frozenset(of_new - scene.affected - movers),
    )


def broken_by(scene: Scene, proposal: Proposal, visits: dict[int, Visit]) -> list[str]:
    """Rules of today's problem that the plan after the change would break; none: it holds. For the log."""
    days = set(scene.problem.campaign.days)
    if not set(proposal.days) <= days:
        return ["a day that is not open any more"]
    after = planned_after(scene, proposal, visits)
    people = {one for leg in after for one in leg[:2]}
    if any(f"p{one}" not in scene.problem.person_by_id for one in people):
        return ["somebody who does not take part any more"]
    return violations(scene.problem, Plan(status=FEASIBLE, visits=scene.planned(after)))


def planned_after(scene: Scene, proposal: Proposal, visits: dict[int, Visit]) -> set[Leg]:
    """The visits of the problem once the proposal is accepted. A swap that stays without its other part, as
    before, is not looked at."""
    changed = proposal.visit_ids
    after = {leg for leg, visit in scene.movable.items() if visit.id not in changed}
    after |= {(*_two(visits[one.visit_id]), one.day) for one in proposal.moves}
    after |= {(one.visitor_id, one.host_id, one.day) for one in proposal.fresh}
    completed = {leg[:2] for leg in after}
    halves = {leg for leg in scene.halves if (leg[1], leg[0]) in completed}
    return after | halves


def covers(proposal: Proposal, impossible: Collection[int]) -> bool:
    """Whether every visit that cannot be on its day falls or moves."""
    return set(impossible) <= proposal.visit_ids


def pairs_of(proposal: Proposal) -> list[tuple[Leg, Leg | None]]:
    """New visits as swaps where they are; each with its return."""
    return in_pairs((one.visitor_id, one.host_id, one.day) for one in proposal.fresh)


def _leg(visit: Visit) -> Leg:
    return visit.visitor_id, visit.host_id, visit.day


def _two(visit: Visit) -> tuple[int, int]:
    return visit.visitor_id, visit.host_id


def _day(leg: Leg) -> tuple[date, int, int]:
    return leg[2], leg[0], leg[1]
