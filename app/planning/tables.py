"""Rows of planning: runs of the solver, what they were given and found, and the visits HR wants kept."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, LargeBinary
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
