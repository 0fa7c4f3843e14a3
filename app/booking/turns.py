"""Whose turn in line cannot come, since something else of theirs stands that day; and what became of a day’s
places while somebody waited for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from app.booking import queries
from app.booking.queries import SeenRequest
from app.booking.tables import BookingRequest, Place, PlaceDay, RequestStatus
from app.core.i18n import _
from app.people.tables import Person, Team
from app.visits.tables import PersonDay, Visit


@dataclass(frozen=True)
class Taken:
    """What stands for somebody on the day that they wait for: a visit, a place kept for them, or, without a
    team, their day held to receive somebody who has not answered."""

    team: str = ""
    href: str = ""
    kept: bool = False

    @property
    def sentence(self) -> str:
        """That their turn cannot come, and what they can do; their own to read."""
        if not self.team:
            return _(
                "Ce jour vous est retenu pour recevoir quelqu’un : tant qu’il l’est, votre tour ne peut pas "
                "venir. Vous pouvez aussi quitter la liste d’attente."
            )
        if self.kept:
            return _(
                "Une autre place vous est gardée ce jour-là, dans l’équipe %(team)s : tant qu’elle l’est, "
                "votre tour ne peut pas venir. Ne la prenez pas si vous préférez attendre, ou quittez la "
                "liste d’attente."
            ) % {"team": self.team}
        return _(
            "Vous avez déjà une journée ce jour-là, dans l’équipe %(team)s : tant qu’elle est prévue, votre "
            "tour ne peut pas venir. Annulez-la si vous préférez attendre, ou quittez la liste d’attente."
        ) % {"team": self.team}


def in_the_way(session: Session, requests: Iterable[SeenRequest]) -> dict[int, Taken]:
    """What stands on the days of some requests for those who asked, by request. One query, or none."""
    wanted = {one.request.id or 0: (one.request.person_id, one.request.day) for one in requests}
    if not wanted:
        return {}
    kept = and_(
        col(BookingRequest.person_id) == col(PersonDay.person_id),
        col(BookingRequest.day) == col(PersonDay.day),
        col(BookingRequest.status) == RequestStatus.OFFERED,
    )
    rows = session.execute(
        select(PersonDay, Team, BookingRequest)
        .outerjoin(Visit, col(Visit.id) == col(PersonDay.visit_id))
        .outerjoin(Person, col(Person.id) == col(Visit.host_id))
        .outerjoin(BookingRequest, and_(col(PersonDay.visit_id).is_(None), kept))
        .outerjoin(Place, col(Place.id) == col(BookingRequest.place_id))
        .outerjoin(Team, col(Team.id) == func.coalesce(Person.team_id, Place.team_id))
        .where(
            col(PersonDay.person_id).in_({who for who, _day in wanted.values()}),
            col(PersonDay.day).in_({day for _who, day in wanted.values()}),
        )
    )
    at = {(row.person_id, row.day): _taken(row, team, offer) for row, team, offer in rows}
    return {one: at[key] for one, key in wanted.items() if key in at}


def _taken(row: PersonDay, team: Team | None, offer: BookingRequest | None) -> Taken:
    if team is None:
        return Taken()
    if offer is not None:
        return Taken(team.name, f"/booking/requests/{offer.id}", kept=True)
    return Taken(team.name, f"/visits/{row.visit_id}")


def waiting_in_vain(session: Session, requests: Iterable[SeenRequest]) -> dict[int, Taken]:
    """The same of those who wait in line."""
    return in_the_way(session, [one for one in requests if one.request.status == RequestStatus.WAITING])


class Places(StrEnum):
    """What became of a day's places while somebody waited; never to whom they went."""

    WENT = "went"
    """Somebody else was offered one since, or has it: one that became free, or that was free then."""
    NONE_FREE = "none_free"
    """All are held by who had them before."""
    UNSURE = "unsure"


def went_earlier(session: Session, request: BookingRequest) -> bool:
    """Whether all who have a request's day had asked for it before. One query."""
    held = _holders(session, request)
    return bool(held) and all(
        (one.asked_at, one.id or 0) < (request.asked_at, request.id or 0) for one in held
    )


def _holders(session: Session, request: BookingRequest) -> list[BookingRequest]:
    query = select(BookingRequest).where(
        col(BookingRequest.place_id) == request.place_id,
        col(BookingRequest.day) == request.day,
        col(BookingRequest.holds),
    )
    return list(session.scalars(query))


def since_asked(session: Session, request: BookingRequest) -> Places:
    """What became of the places of a request's day since it was asked, as far as the rows tell."""
    held = _holders(session, request)
    if any(one.decided_at is not None and one.decided_at > request.asked_at for one in held):
        return Places.WENT
    day = session.get(PlaceDay, (request.place_id, request.day))
    per_day = queries.find_place(session, request.place_id).place.per_day
    full = day is not None and day.taken == len(held) >= per_day
    return Places.NONE_FREE if full else Places.UNSURE
