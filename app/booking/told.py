"""A request as programs are told of it, with what was found beside it."""

from collections.abc import Collection, Mapping, Sequence

from app.booking.queries import SeenRequest
from app.booking.rules import is_overdue
from app.booking.schemas import RequestOut
from app.booking.tables import RequestStatus
from app.core import clock
from app.visits.standing import Missing


def request_out(
    seen: SeenRequest,
    waits: Mapping[int, Sequence[Missing]],
    closed: Collection[int],
    taken: Collection[int] = (),
) -> RequestOut:
    """A request for programs; `waits`: what booked ones wait for; `closed`: those whose day the team closed;
    `taken`: those whose asker waits in line while something else stands."""
    names = ("id", "campaign_id", "place_id", "person_id", "reason", "visit_id", "due_at")
    over = is_overdue(seen.request, clock.now())
    return RequestOut(
        status=RequestStatus.EXPIRED if over else seen.request.status,
        **{name: getattr(seen.request, name) for name in (*names, "instead_of_id", "revision")},
        day=seen.day,
        waits_for=list(waits.get(seen.request.id or 0, ())),
        day_closed=seen.request.id in closed,
        day_taken=seen.request.id in taken,
        person=seen.person.name,
        team=seen.host_team.name,
        job=seen.place.job,
    )
