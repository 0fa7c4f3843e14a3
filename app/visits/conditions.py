"""What a team asks of its visitors, as visits need to know it. Nothing yet: `app/teams` will answer here."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.people.tables import Person, Team
from app.visits.tables import Visit


@dataclass(frozen=True)
class Conditions:
    """What a visitor acknowledges before confirming, in the team's own words."""

    lines: tuple[str, ...]
    changed_at: datetime
    """An acknowledgement given before this instant counts no more."""
    minimum_age: int | None = None


def conditions_of(session: Session, team: Team) -> Conditions | None:
    """What a team asks of visitors; None when it asks nothing."""
    return None


def are_open(visit: Visit, asks: Conditions | None) -> bool:
    """Whether the visitor has still to acknowledge them."""
    if asks is None:
        return False
    return visit.conditions_read_at is None or visit.conditions_read_at < asks.changed_at


def too_young(visitor: Person, asks: Conditions | None) -> bool:
    """The team receives adults only and the visitor is none."""
    return asks is not None and (asks.minimum_age or 0) >= 18 and visitor.under_18
