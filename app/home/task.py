"""One thing to do, and its kinds."""

from dataclasses import dataclass
from enum import StrEnum


class TaskKind(StrEnum):
    """What there is to do, for programs."""

    EXCEPTION = "exception"
    """One's own day waits for an exception that the team may make."""
    CONTRADICTED = "contradicted"
    LOOKED_AFTER = "looked_after"
    """Booked days that cannot be, and for which another solution is being looked for."""
    CLOSED_DAY = "closed_day"
    """The team that receives closed a day that was promised."""
    ABSENCE = "absence"
    PROPOSAL = "proposal"
    NEW_DAY = "new_day"
    CONFIRMATION = "confirmation"
    OFFER = "offer"
    REQUESTS = "requests"
    PLACE_HOST = "place_host"
    """Places whose named host left are offered to nobody until it is said who receives."""
    YOUNG_VISITOR = "young_visitor"
    BOOKING = "booking"
    DEBRIEF = "debrief"
    ENROLMENT = "enrolment"
    PREPARATION = "preparation"
    UNCERTAIN = "uncertain"
    """One's day is near and its agreement missing: nobody is to travel for now."""
    REPAIR = "repair"
    AGREEMENTS = "agreements"
    ALIKE = "alike"
    """Days to come within a team, a side or a department, since somebody changed team."""
    LIVED_WITHOUT = "lived_without"
    """Days between two companies that passed though nobody had recorded their agreement."""
    NOTHING_INSTEAD = "nothing_instead"
    RULING = "ruling"
    LETTERS = "letters"
    """Somebody without e-mail must be told by hand, soon or on a list of no campaign."""
    MESSAGES = "messages"
    """What was written to the reader, who has no e-mail."""
    UNLED_REQUESTS = "unled_requests"
    """Requests to teams that nobody leads."""


@dataclass(frozen=True)
class Task:
    """One thing to do: what, why now, where."""

    kind: TaskKind
    title: str
    text: str
    href: str
    label: str
    icon: str
    asks: bool = True
    """Counted beside the place's name; a reminder that asks nothing is not."""
