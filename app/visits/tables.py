"""Rows of visits and swaps."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel, col

from app.core.db import Instant


class VisitStatus(StrEnum):
    """A visit stands until it is cancelled; its day tells whether it is over, `rules.state_of` the rest."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    """Why a visit does not take place: coded, so that nobody has to explain themselves."""

    UNAVAILABLE = "unavailable"
    """One of the two cannot come, whatever the reason."""
    SERVICE = "service"
    """The team needs everybody that day."""
    CLOSED = "closed"
    """The place is closed that day."""
    LEFT = "left"
    """One of the two left the company or the campaign."""
    MISTAKE = "mistake"
    """Planned by mistake."""
    CAMPAIGN = "campaign"
    """The whole campaign was cancelled."""
    NOT_FOR_ME = "not_for_me"
    """One of the two prefers not to, and need not say why."""
    REPLACED = "replaced"
    """A repair of the plan has other days for these people."""
    ROSTER = "roster"
    """A roster arrived: one of the two does not work that day."""
    VISITOR_AWAY = "visitor_away"
    """HR says that the visitor cannot come."""
    VISITOR_LEFT = "visitor_left"
    """HR says that the visitor takes part no more."""
    GONE = "gone"
    """One of the two left the company, as HR's file says."""
    AGREEMENT = "agreement"
    """The agreement between their two companies was missing that day."""
    UNCONFIRMED = "unconfirmed"
    """One of the two, or both, never said yes to the day."""
    CONTRACT = "contract"
    """A contract does not cover the day."""
    WEEKDAY = "weekday"
    """One of the two does not work that day of the week."""


class DayPart(StrEnum):
    """How much of the day a visit takes, as the team that receives says."""

    FULL = "full"
    MORNING = "morning"
    AFTERNOON = "afternoon"


class By(StrEnum):
    """In which role somebody changed a visit."""

    VISITOR = "visitor"
    HOST = "host"
    TUTOR = "tutor"
    MANAGER = "manager"
    HR = "hr"
    SERVICE = "service"
    """The product itself, when a campaign ends or somebody leaves."""


def new_uid() -> str:
    """A calendar UID that no other visit has, here or elsewhere."""
    return f"{uuid4()}@vis-ma-vie"


class Swap(SQLModel, table=True):
    """Two reciprocal visits of the same two people."""

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    one_way_at: datetime | None = Field(default=None, sa_type=Instant)
    """When both agreed that the visit that is left is enough."""


class Visit(SQLModel, table=True):
    """A day that `visitor` spends in the job of `host`."""

    __table_args__ = (
        CheckConstraint("visitor_id <> host_id", name="two_people"),
        CheckConstraint("starts_at < ends_at", name="hours_in_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(default_factory=new_uid, unique=True)
    """Names it in every calendar, for life: neither the public address nor another installation matters."""
    campaign_id: int = Field(foreign_key="campaign.id", index=True, ondelete="CASCADE")
    swap_id: int | None = Field(default=None, foreign_key="swap.id", index=True, ondelete="SET NULL")
    visitor_id: int = Field(foreign_key="person.id", index=True)
    host_id: int = Field(foreign_key="person.id", index=True)
    day: date = Field(index=True)
    starts_at: time = time(9, 0)
    ends_at: time = time(17, 0)
    """Local wall time of the company's zone."""
    part: DayPart = DayPart.FULL
    shows: str = ""
    """What the visitor will see, as the team that offered the day said it."""
    bring: str = ""
    """What to bring, where to present oneself."""
    tutor_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    """A member of the host's team who receives in the host's place; their day is taken as well."""
    status: VisitStatus = Field(default=VisitStatus.PLANNED, index=True)
    revision: int = 0
    """Calendar SEQUENCE: grows with each change that participants must hear of."""
    told_site_id: int | None = Field(default=None, foreign_key="site.id", ondelete="SET NULL")
    """Where its people were last told that it takes place; whoever receives may have another site since."""
    cancel_reason: CancelReason | None = None
    visitor_confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    host_confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    conditions_id: int | None = Field(
        default=None, foreign_key="team_conditions.id", index=True, ondelete="SET NULL"
    )
    """The version of what the receiving team asks that the visitor acknowledged."""
    conditions_read_at: datetime | None = Field(default=None, sa_type=Instant)
    conditions_waived_at: datetime | None = Field(default=None, sa_type=Instant)
    """When somebody who leads the receiving team took it upon themselves that nothing is asked."""
    conditions_waived_id: int | None = Field(
        default=None, foreign_key="team_conditions.id", index=True, ondelete="SET NULL"
    )
    """The version that they had read then: a later one is asked of this visitor too."""
    conditions_waived_age: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Said of the visitor's age alone: the rest of that version is asked of them as of everybody."""
    agreement_at: datetime | None = Field(default=None, sa_type=Instant)
    """When HR recorded the agreement between the two companies; only visits that cross companies need one."""
    signed_visitor: str | None = None
    signed_host: str | None = None
    """For which two companies: the visitor's and the host's when it was recorded. Where they are others to
    come, the agreement is void."""
    suspended_for: CancelReason | None = None
    """What keeps the day from taking place as planned, as was last said: `CLOSED`, or what says that one of
    the two is not at work then (`rules.OFF`)."""
    provisional_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its people read that the day waits for a roster; None once they read that it waits no more."""
    missed_at: datetime | None = Field(default=None, sa_type=Instant)
    """When one of the two said that the other did not come and nobody has said otherwise, or HR found so."""
    disputed_at: datetime | None = Field(default=None, sa_type=Instant)
    """When somebody who was said to be missing said otherwise: until HR rule, nobody knows what happened."""
    ruled_at: datetime | None = Field(default=None, sa_type=Instant)
    """When HR said what happened; from then on neither of the two says anything more of it."""
    not_held_by: By | None = None
    """Who said that it did not take place since something stood in its way: nobody is absent then.
    `missed_at` and `disputed_at` say the rest."""
    visitor_says_held: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    host_says_held: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Of a past day, where something stood in its way: each said that it took place, alone or by sending a
    debrief. Without a time, and read by nobody before somebody says the contrary."""
    left_without_at: datetime | None = Field(default=None, sa_type=Instant)
    """When HR said that this past day stays without an agreement: nobody is asked for one any more."""
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


Index(
    "ix_visit_suspended",
    col(Visit.campaign_id),
    sqlite_where=col(Visit.suspended_for).is_not(None),
    postgresql_where=col(Visit.suspended_for).is_not(None),
)
Index(
    "ix_visit_disputed",
    col(Visit.campaign_id),
    sqlite_where=col(Visit.disputed_at).is_not(None),
    postgresql_where=col(Visit.disputed_at).is_not(None),
)


class PersonDay(SQLModel, table=True):
    """A person's day taken by a standing visit, or held for one that is offered. The key forbids two on one
    day, across campaigns."""

    __tablename__ = "person_day"
    __table_args__ = (CheckConstraint("(visit_id IS NULL) <> (held_for IS NULL)", name="one_reason"),)

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    day: date = Field(primary_key=True, index=True)
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True, ondelete="CASCADE")
    held_for: str | None = Field(default=None, index=True)
    """What it is held for until somebody answers: `booking:7`."""
    team_id: int = Field(foreign_key="team.id", index=True)
    """The team in whose counters the person is counted that day (`places.py`)."""
    leaves: bool
    """As a visitor; else they stay and receive."""
    counts: bool = True
    """False for a tutor, whose day is taken while the host is counted."""


class TeamDay(SQLModel, table=True):
    """How many of a team leave on a day and how many come, over all campaigns; absent: nobody.

    Only `places.py` writes it, by conditional UPDATE; it equals the team's rows of `person_day`.
    """

    __tablename__ = "team_day"
    __table_args__ = (
        CheckConstraint("away >= 0", name="away_counted"),
        CheckConstraint("received >= 0", name="received_counted"),
    )

    team_id: int = Field(foreign_key="team.id", primary_key=True, ondelete="CASCADE")
    day: date = Field(primary_key=True)
    away: int = 0
    received: int = 0


class ProposalKind(StrEnum):
    """What one of the two proposes to the other."""

    MOVE = "move"
    """The same visit on another day."""
    MAKE_UP = "make_up"
    """A day for the visit of a swap that fell."""
    ONE_WAY = "one_way"
    """To leave it at the visit that is left."""


class ProposalStatus(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    VOID = "void"
    """The visit fell, or its day came, before an answer."""


class Proposal(SQLModel, table=True):
    """What one of the two proposes about a visit (for a swap's fallen visit: what becomes of it)."""

    __table_args__ = (CheckConstraint("(kind = 'ONE_WAY') = (day IS NULL)", name="a_day_to_go_to"),)

    id: int | None = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", ondelete="CASCADE")
    kind: ProposalKind
    day: date | None = None
    """None for `one_way`."""
    by_id: int = Field(foreign_key="person.id", index=True)
    status: ProposalStatus = Field(default=ProposalStatus.OPEN, index=True)
    created_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)


Index("ix_proposal_visit_id", col(Proposal.visit_id))
Index(
    "ix_proposal_one_open",
    col(Proposal.visit_id),
    unique=True,
    sqlite_where=col(Proposal.status) == ProposalStatus.OPEN,
    postgresql_where=col(Proposal.status) == ProposalStatus.OPEN,
)


class NoShow(SQLModel, table=True):
    """One of the two says that the other did not come; the other may say otherwise. HR reads both."""

    __tablename__ = "no_show"
    __table_args__ = (UniqueConstraint("visit_id", "absent"),)

    id: int | None = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    absent: By
    """`visitor` or `host`."""
    recorded_at: datetime = Field(sa_type=Instant)
    words: str = ""
    contested_at: datetime | None = Field(default=None, sa_type=Instant)
    contest_words: str = ""


class ChangeKind(StrEnum):
    """What happened to a visit."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    PROPOSED = "proposed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    MOVED = "moved"
    MADE_UP = "made_up"
    ONE_WAY = "one_way"
    HOURS = "hours"
    SHOWS = "shows"
    BRING = "bring"
    """What one will see, what to bring: the line's words are what the team says now."""
    TUTOR = "tutor"
    RELEASED = "released"
    PLACE = "place"
    """Whoever receives works at another site now, `place_after`, and no more at `place_before`."""
    TEAM = "team"
    """The host is of another team now, `place_after`, and no more of `place_before`."""
    HOST = "host"
    """A roster has the host off, and a colleague of the team receives: `other_id` was the host."""
    WAIVED = "waived"
    AGREED = "agreed"
    ASKED_ANEW = "asked_anew"
    TOO_YOUNG = "too_young"
    """The staff file says since that the visitor is under 18, and the team receives adults only."""
    """The team asks something else of visitors: what the visitor had accepted is not enough any more."""
    SUSPENDED = "suspended"
    """It cannot take place on its day: HR closed the site that receives, or a roster says otherwise."""
    RESUMED = "resumed"
    """HR opened the site again: it can take place as planned."""
    SET_ASIDE = "set_aside"
    """HR chose none of the days that a repair had for it."""
    NOT_FOUND = "not_found"
    """Somebody else, or another day, was looked for in its place without result."""
    TOO_LATE = "too_late"
    """It fell, and no day of the campaign leaves the notice any more: it is not replaced."""
    ABSENT = "absent"
    CONTESTED = "contested"
    HELD = "held"
    """HR ruled on an absence: the day took place."""
    MISSED = "missed"
    """HR ruled: it did not; `other_id` was absent, or both where it is empty; nobody where the reason is the
    missing agreement."""
    WARNED = "warned"
    """The agreement is missing: those concerned are told not to travel."""
    NOT_NEEDED = "not_needed"
    """They were told so, and the day is no longer between two companies."""
    UNSIGNED = "unsigned"
    """The recorded agreement is not one of the companies of the two any more, or HR took it back."""
    NOT_HELD = "not_held"
    """One of the two, or HR, says that it did not take place since the agreement was missing."""
    TAKEN_BACK = "taken_back"
    """Whoever said that somebody was absent, or that the day was not held, takes it back."""
    LEFT_WITHOUT = "left_without"
    """HR leave a past day without an agreement, knowingly."""


class VisitChange(SQLModel, table=True):
    """A line of a visit's history: who changed what, when, why. Written with the change, never altered."""

    __tablename__ = "visit_change"

    id: int | None = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    at: datetime = Field(sa_type=Instant)
    kind: ChangeKind
    by: By
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True, ondelete="SET NULL")
    """Whose hand it was; None for the product itself, and once that account is erased."""
    reason: CancelReason | None = None
    day_before: date | None = None
    day_after: date | None = None
    part: DayPart | None = None
    other_id: int | None = Field(default=None, foreign_key="person.id", index=True, ondelete="SET NULL")
    """The tutor who was named or released, the host who no longer receives; of a booked day, whoever had
    asked for it."""
    place_before: str = ""
    place_after: str = ""
    """Sites, or teams, by the names they had then."""
    for_id: int | None = Field(default=None, foreign_key="person.id", index=True, ondelete="SET NULL")
    """The manager in whose place a delegate decided."""
    program: str = ""
    """The name of the program that did it, where it was one."""
    words: str = ""
    """In the words of whoever did it, for the two people and HR."""


class Unmatched(SQLModel, table=True):
    """Somebody who wanted to take part and for whom the published plan has nobody, with the reason."""

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True, ondelete="CASCADE")
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True, ondelete="CASCADE")
    reason: str = Field(index=True)
    """A code of `solver.plan.REASONS`."""
    text_fr: str
    text_en: str
    created_at: datetime = Field(sa_type=Instant)

    def text(self, language: str) -> str:
        """The sentence in the reader's language."""
        return self.text_en if language == "en" else self.text_fr
