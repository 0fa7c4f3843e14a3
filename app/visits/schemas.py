"""Shapes of what visits take and answer."""

from datetime import date, time
from typing import Literal

from pydantic import BaseModel

from app.core.forms import FormModel
from app.visits.queries import SeenVisit
from app.visits.tables import CancelReason, VisitStatus


class CancellationForm(FormModel):
    """Why a visit is cancelled, on which version of it."""

    reason: CancelReason
    revision: int


class PersonOut(BaseModel):
    """One of the two people of a visit."""

    id: int
    name: str
    team: str
    site: str


class VisitOut(BaseModel):
    """A visit as programs read it."""

    id: int
    campaign_id: int
    swap_id: int | None
    visitor: PersonOut
    host: PersonOut
    day: date
    starts_at: time
    ends_at: time
    status: VisitStatus
    revision: int


class VisitsOut(BaseModel):
    """Visits, by day."""

    visits: list[VisitOut]


class ConflictOut(BaseModel):
    """A visit that a roster contradicts, and who does not work then."""

    visit: VisitOut
    absent: list[int]


class ConflictsOut(BaseModel):
    """Visits that rosters contradict, by day."""

    conflicts: list[ConflictOut]


VisitFilter = Literal["", "planned", "cancelled"]


def visit_out(seen: SeenVisit) -> VisitOut:
    """A visit as programs read it."""
    visit = seen.visit
    assert visit.id is not None
    assert seen.visitor.id is not None
    assert seen.host.id is not None
    return VisitOut(
        id=visit.id,
        campaign_id=visit.campaign_id,
        swap_id=visit.swap_id,
        visitor=PersonOut(
            id=seen.visitor.id,
            name=seen.visitor.name,
            team=seen.visitor_team.name,
            site=seen.visitor_site.name,
        ),
        host=PersonOut(
            id=seen.host.id, name=seen.host.name, team=seen.host_team.name, site=seen.host_site.name
        ),
        day=visit.day,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        status=visit.status,
        revision=visit.revision,
    )
