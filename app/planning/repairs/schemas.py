"""Shapes of what repairs take and answer."""

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import AwareDatetime, field_validator

from app.core.forms import AnswerModel, FormModel
from app.planning.repairs.proposals import Proposal
from app.planning.repairs.reopening import Reopening
from app.planning.tables import Repair, RepairCause, RepairKind, RepairProposal, RepairStatus
from app.visits.schemas import VisitOut, visit_out


class AcceptanceForm(FormModel):
    """Which proposal; `computed_at`: of those found then, as the repair says. Left out: as it stands now."""

    kind: RepairKind
    computed_at: AwareDatetime | None = None


class DismissalForm(FormModel):
    """None of them; whether visits that cannot be are cancelled."""

    cancel_visits: bool = False


class ClosureForm(FormModel):
    """Which site is closed, from when to when."""

    site_id: int
    first: date
    last: date


class ClosureOut(AnswerModel):
    """What closing a site would do."""

    repaired: list[VisitOut]
    """Visits of plans: they stand until a repair is accepted."""
    falling: list[VisitOut]
    """Booked days: cancelled at once, another place is offered."""


class ClosedSiteOut(AnswerModel):
    """A site, closed without a break between two days, both included."""

    site_id: int
    site: str
    first: date
    last: date


class ClosedSitesOut(AnswerModel):
    """Which sites are closed on which days to come."""

    closed: list[ClosedSiteOut]


class ReopeningOut(AnswerModel):
    """What opening a site again does."""

    days: list[date]
    """Those on which it was closed."""
    resumed: list[VisitOut]
    """Visits that can take place again: whoever was told otherwise hears it."""
    contrary: list[VisitOut]
    """They still cannot: a roster says otherwise."""
    told: int
    """How many people had been told that their day cannot take place, and hear that it can."""


class ClosureLook(FormModel):
    """A closure being looked at, before it is done."""

    site_id: int | None = None
    first: date | None = None
    last: date | None = None

    @field_validator("site_id", "first", "last", mode="before")
    @classmethod
    def none_when_empty(cls, value: object) -> object:
        """A field left empty sends an empty text."""
        return value or None


class RulesForm(FormModel):
    """Who accepts repairs, on the version that was read."""

    automatic: bool = False
    version: int


class RulesOut(AnswerModel):
    """Who accepts repairs."""

    automatic: bool
    version: int


class LegOut(AnswerModel):
    """A visit of a proposal."""

    visitor_id: int
    host_id: int
    day: date


class MoveOut(AnswerModel):
    """A visit that would move."""

    visit_id: int
    day: date


class RepairProposalOut(AnswerModel):
    """One way to repair."""

    kind: RepairKind
    restored: int
    left: int
    movers: int
    newcomers: int
    falls: list[int]
    moves: list[MoveOut]
    new: list[LegOut]


class RepairOut(AnswerModel):
    """A repair as programs read it."""

    id: int
    campaign_id: int
    cause: RepairCause
    status: RepairStatus
    requested_at: datetime
    computed_at: datetime | None
    decided_at: datetime | None
    accepted: RepairKind | None
    message: str
    visit_ids: list[int]
    proposals: list[RepairProposalOut]


class RepairsOut(AnswerModel):
    """Repairs of a campaign, newest first."""

    repairs: list[RepairOut]


def reopening_out(what: Reopening, today: date) -> ReopeningOut:
    """What opening a site again does, as programs read it."""
    return ReopeningOut(
        days=what.days,
        resumed=[visit_out(one.seen, today) for one in what.resumed],
        contrary=[visit_out(one.seen, today) for one in what.contrary],
        told=len(what.told),
    )


def repair_out(repair: Repair, visit_ids: list[int], rows: Iterable[RepairProposal]) -> RepairOut:
    """A repair as programs read it."""
    return RepairOut(
        id=repair.id or 0,
        campaign_id=repair.campaign_id,
        cause=repair.cause,
        status=repair.status,
        requested_at=repair.requested_at,
        computed_at=repair.computed_at,
        decided_at=repair.decided_at,
        accepted=repair.accepted,
        message=repair.message,
        visit_ids=visit_ids,
        proposals=[_proposal_out(row) for row in rows],
    )


def _proposal_out(row: RepairProposal) -> RepairProposalOut:
    content = Proposal.from_json(row.content)
    return RepairProposalOut(
        kind=row.kind,
        restored=row.restored,
        left=row.left,
        movers=row.movers,
        newcomers=row.newcomers,
        falls=[one.visit_id for one in content.falls],
        moves=[MoveOut(visit_id=one.visit_id, day=one.day) for one in content.moves],
        new=[LegOut(visitor_id=one.visitor_id, host_id=one.host_id, day=one.day) for one in content.fresh],
    )
