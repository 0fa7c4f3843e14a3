"""Rows of planning: runs of the solver, what they found, visits HR wants kept, repairs and proposals."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, LargeBinary, false, text
from sqlmodel import Field, SQLModel, col

from app.core.db import Instant


class RunStatus(StrEnum):
    """How far a run is."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


ACTIVE = (RunStatus.QUEUED, RunStatus.RUNNING)


class PlanningRun(SQLModel, table=True):
    """One computation for one campaign; its row tells the pages how far it is. One active run a campaign."""

    __tablename__ = "planning_run"

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    status: RunStatus = RunStatus.QUEUED
    requested_by: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    requested_at: datetime = Field(sa_type=Instant)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    alive_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the job last gave a sign of life."""
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    time_limit: int = 60
    """Seconds the solver may look."""
    cancel_requested: bool = False
    keep_requested: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Somebody wants the best plan so far, now."""
    level: str = ""
    """What is being improved: a level of the objective (`people`, `wishes`, …)."""
    value: int = 0
    bound: float | None = None
    """Proven limit of that level."""
    matched: int = 0
    """People matched so far; once finished, in the plan."""
    at_most: int | None = None
    """People whom no plan can exceed, when proven."""
    people: int = 0
    """People who take part."""
    seconds: float = 0.0
    message: str = ""
    """Why it failed: a code of `planning.words`, or a sentence of the solver."""
    inputs: str = ""
    """Digest of the answers, pins and rules the plan was made from."""
    published_at: datetime | None = Field(default=None, sa_type=Instant)


Index(
    "ix_planning_run_one_active",
    col(PlanningRun.campaign_id),
    unique=True,
    sqlite_where=col(PlanningRun.status).in_(ACTIVE),
    postgresql_where=col(PlanningRun.status).in_(ACTIVE),
)


class PlanningResult(SQLModel, table=True):
    """What a run was given and found: JSON documents, compressed. Nothing confidential is kept in them."""

    __tablename__ = "planning_result"

    run_id: int = Field(foreign_key="planning_run.id", primary_key=True, ondelete="CASCADE")
    problem: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """`vis-ma-vie/problem/1` without avoided people and impossible places."""
    plan: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """`vis-ma-vie/solution/1`."""


class QuestionKind(StrEnum):
    """What HR may ask about a plan."""

    FORECAST = "forecast"
    """How many more people other rules, limits or days would match."""
    ALTERNATIVES = "alternatives"
    """Whom else somebody could visit, and what that would cost others."""
    REMEDY = "remedy"
    """The cheapest change that would match somebody."""


class PlanningQuestion(SQLModel, table=True):
    """A question that takes longer than a page may: a job answers it. Kept for a day."""

    __tablename__ = "planning_question"

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    kind: QuestionKind
    asked: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    asked_at: datetime = Field(sa_type=Instant, index=True)
    answer: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """Ids and figures; None until answered."""
    failed: str = ""
    """Code of the refusal that came instead of an answer."""

    @property
    def pending(self) -> bool:
        """Whether the answer is still to come."""
        return self.answer is None and not self.failed


class Pin(SQLModel, table=True):
    """A visit that every later plan of the campaign keeps."""

    __table_args__ = (CheckConstraint("visitor_id <> host_id", name="two_people"),)

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, ondelete="CASCADE")
    visitor_id: int = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    host_id: int = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    day: date
    account_id: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=Instant)


class OnceMore(SQLModel, table=True):
    """Somebody who takes part more often than the campaign asks of everybody: HR asked them."""

    __tablename__ = "once_more"
    __table_args__ = (CheckConstraint("most BETWEEN 2 AND 6", name="often"),)

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True, ondelete="CASCADE")
    most: int
    """So many exchanges at most; the campaign's number counts where it is higher."""
    account_id: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=Instant)


class RepairCause(StrEnum):
    """What a repair starts from."""

    FALLEN = "fallen"
    """Visits were declined or cancelled, or somebody left."""
    ROSTER = "roster"
    """A roster says that somebody does not work then."""
    CLOSURE = "closure"
    """A site is closed for some days."""


class RepairStatus(StrEnum):
    """How far a repair is."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    """Its proposals wait for a decision."""
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    """HR wants none of it; visits that cannot be were cancelled, or dealt with one by one."""
    EXPIRED = "expired"
    """Nobody decided in time, or another repair took its place."""
    CANCELLED = "cancelled"
    FAILED = "failed"
    SETTLED = "settled"
    """Nothing is to be repaired any more: those concerned settled each of its days themselves."""


COMPUTING = (RepairStatus.QUEUED, RepairStatus.RUNNING)
PENDING = (*COMPUTING, RepairStatus.READY)
UNDECIDED = (RepairStatus.EXPIRED, RepairStatus.CANCELLED, RepairStatus.FAILED)
"""Over without a decision: what fell may still be to repair."""


class RepairKind(StrEnum):
    """What a proposal allows itself."""

    SAME = "same"
    """The same two people on another day; nobody else is concerned."""
    STILL = "still"
    """Others may step in; no visit that stands is touched."""
    BEST = "best"
    """As many people as possible, moving as few visits as that takes."""
    WORKED = "worked"
    """The same two people on a day that both work, though not both gave it; nobody else is concerned."""


class RepairRules(SQLModel, table=True):
    """Who accepts the repairs of a campaign; absent: HR does."""

    __tablename__ = "repair_rules"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, ondelete="CASCADE")
    automatic: bool = False
    """A proposal that gives everybody a day and moves nobody else is accepted at once."""
    version: int = 1


class Repair(SQLModel, table=True):
    """What fell together, and what the solver proposes instead."""

    __table_args__ = (CheckConstraint("first_day <= last_day", name="days_in_order"),)

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    cause: RepairCause
    site_id: int | None = Field(default=None, foreign_key="site.id", index=True, ondelete="SET NULL")
    first_day: date | None = None
    last_day: date | None = None
    """The closure's days, both included."""
    status: RepairStatus = Field(default=RepairStatus.QUEUED, index=True)
    requested_by: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    requested_at: datetime = Field(sa_type=Instant)
    alive_at: datetime | None = Field(default=None, sa_type=Instant)
    computed_at: datetime | None = Field(default=None, sa_type=Instant)
    cancel_requested: bool = False
    step: int = 0
    """Which proposal is being looked for, from 1."""
    matched: int = 0
    """People matched so far in it."""
    seconds: float = 0.0
    message: str = ""
    decided_by: int | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    accepted: RepairKind | None = None


class RepairVisit(SQLModel, table=True):
    """A visit that a repair is about: it fell, or cannot be, or gave way when the repair was accepted."""

    __tablename__ = "repair_visit"

    repair_id: int = Field(foreign_key="repair.id", primary_key=True, ondelete="CASCADE")
    visit_id: int = Field(foreign_key="visit.id", primary_key=True, index=True, ondelete="CASCADE")
    gave_way: bool = False
    waits: bool = True
    """Nobody decided on that repair, and it is not over: no other one waits with the same visit."""


Index(
    "ix_repair_visit_one_waits",
    col(RepairVisit.visit_id),
    unique=True,
    sqlite_where=text("waits"),
    postgresql_where=text("waits"),
)


class RepairProposal(SQLModel, table=True):
    """One way to repair, ids and days only."""

    __tablename__ = "repair_proposal"

    repair_id: int = Field(foreign_key="repair.id", primary_key=True, ondelete="CASCADE")
    kind: RepairKind = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """As `repairs.proposals.Proposal` reads it."""
    restored: int
    """People concerned who have a day again."""
    left: int
    """People concerned for whom it has nobody."""
    movers: int
    """Other people whose visits it moves or replaces."""
    newcomers: int
    """People who had nobody and gain a day."""
