"""A booked day moves: among the days that its place offers, with the notice that booking promises.

The host's yes suffices, also where teams approve what is asked: the team has approved this visitor and offers
these days, a day for which it refused them is not among them, its limits hold, its managers read the move at
once and may cancel. Nobody who waits in line for a day, or for the team's answer, is overtaken.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, update

from app.accounts.sessions import Actor
from app.booking import absent, closures, fallen, holding, host_left, lines, queries, unled
from app.booking.errors import PlaceFull, PlaceGone
from app.booking.giving_up import give_up, pending_of
from app.booking.kept import asked_with, kept_with
from app.booking.not_held import given_back_among, to_choose_again
from app.booking.open_to import campaigns_open_to
from app.booking.tables import BookingRequest, PlaceDay, RequestStatus
from app.booking.words import request_words
from app.campaigns.bookable import takes_bookings
from app.campaigns.tables import Campaign
from app.core import clock, jobs
from app.core.errors import Stale
from app.core.i18n import _
from app.core.templating import long_day
from app.people.tables import Person
from app.visits.bookings import AskedFor, Ended, Instead, Kept, Pending, Promise, Unled
from app.visits.errors import DayNotPossible
from app.visits.off_days import Weeks
from app.visits.tables import Visit


class Keeper:
    """What booking answers about visits: see `visits.bookings`."""

    def left_unled(self, session: Session, gone: Collection[int], managed: Collection[int]) -> list[Unled]:
        """With how many requests wait there."""
        return unled.left_by(session, gone, managed)

    def ending_with(self, session: Session, host_ids: Collection[int], today: date) -> list[Person]:
        """At places for which they are named."""
        return host_left.ending_with(session, host_ids, today)

    def ending_with_moves(self, session: Session, moved: Mapping[int, int], today: date) -> list[Ended]:
        """At places for which they are named."""
        return host_left.ending_with_moves(session, moved, today)

    def ending_with_weeks(self, session: Session, weeks: Weeks, today: date) -> list[Ended]:
        """As when a roster says so."""
        return absent.ending_with_weeks(session, weeks, today)

    def booked(self, session: Session, visit_ids: Collection[int]) -> set[int]:
        """What a plan made has no request."""
        return fallen.booked_among(session, visit_ids)

    def of_teams(self, session: Session, visit_ids: Collection[int]) -> set[int]:
        """Booked at places for which nobody is named."""
        return fallen.booked_with_teams(session, visit_ids)

    def ended_by_closing(self, session: Session, site_id: int, days: Collection[date]) -> list[Ended]:
        """Each once: until they were told that it is open again."""
        return [
            Ended(one.request.id or 0, one.day, one.person, one.host_team.name)
            for one in closures.ended_by_closing(session, site_id, days)
        ]

    def kept_with(self, session: Session, team_ids: Collection[int], first: date, last: date) -> list[Kept]:
        """Offers that wait for their asker's answer."""
        return kept_with(session, team_ids, first, last)

    def asked_with(
        self, session: Session, team_ids: Collection[int], first: date, last: date
    ) -> list[AskedFor]:
        """Requests that wait for an answer, and the line."""
        return asked_with(session, team_ids, first, last)

    def chooses_again(self, session: Session, visit: Visit, today: date) -> bool:
        """It was not their absence, they have none since, and days are offered."""
        again = to_choose_again(session, visit.visitor_id, [visit.campaign_id])
        return bool(
            again
            and given_back_among(session, [visit.id])
            and self.has_places(session, session.get_one(Campaign, visit.campaign_id), today)
        )

    def has_places(self, session: Session, campaign: Campaign, today: date) -> bool:
        """Days that leave the notice of booking."""
        first = today + timedelta(days=queries.rules_of(session, campaign.id or 0).notice_days)
        return takes_bookings(campaign) and queries.days_offered(session, campaign.id or 0, first) > 0

    def open_to(self, session: Session, people: Collection[Person], today: date) -> dict[int, Campaign]:
        """The first that may have a day for them."""
        return campaigns_open_to(session, people, today)

    def instead(self, session: Session, visit: Visit) -> Instead | None:
        """What is offered and waits for an answer."""
        live = [one for one in fallen.offered_instead(session, visit.id or 0) if one.live]
        if not live or live[-1].status != RequestStatus.OFFERED:
            return None
        seen = queries.find_request(session, live[-1].id or 0)
        request, place = seen.request, seen.place
        return Instead(
            request_id=request.id or 0,
            day=request.day,
            team=seen.host_team.name,
            site=seen.host_site.name,
            starts_at=place.starts_at,
            ends_at=place.ends_at,
            due_at=request.due_at,
        )

    def promise(self, session: Session, visit: Visit, today: date) -> Promise | None:
        """The campaign's notice, and the free days of the place at which the visit was booked."""
        request = queries.request_of_visit(session, visit.id or 0)
        if request is None:
            return None
        notice = queries.rules_of(session, request.campaign_id).notice_days
        seen = queries.find_place(session, request.place_id)
        if seen.place.withdrawn_at is not None:
            return Promise(notice, frozenset())
        at = [request.place_id]
        closed = {
            *lines.lengths(session, at),
            *lines.refused_days(session, request.person_id, at),
            *queries.live_requests(session, request.person_id, at),
        }
        asked = lines.unanswered(session, at)
        free = {
            one.day
            for one in seen.offered
            if one.taken + asked.get((request.place_id, one.day), 0) < seen.place.per_day
            and (request.place_id, one.day) not in closed
        }
        return Promise(notice, frozenset(free))

    def pending(
        self, session: Session, person_id: int, campaign_id: int, first: date, last: date | None
    ) -> list[Pending]:
        """Requests, places in line and places kept, by day."""
        found = pending_of(session, person_id, campaign_id, first, last)
        return [
            Pending(
                one.request.id or 0,
                one.day,
                f"{one.host_team.name}, {request_words(one.request, clock.now())}",
            )
            for one in found
        ]

    def give_up(
        self,
        session: Session,
        person_id: int,
        campaign_id: int,
        span: tuple[date, date | None],
        actor: Actor,
        now: datetime,
    ) -> None:
        """The asker no longer wants them."""
        for one in pending_of(session, person_id, campaign_id, *span):
            give_up(session, one.request, actor=actor, now=now, revision=one.request.revision)

    def follow(self, session: Session, visit: Visit, day: date) -> None:
        """The request and what it holds of its place go to the other day."""
        request = queries.request_of_visit(session, visit.id or 0)
        if request is None or request.status != RequestStatus.BOOKED:
            return
        place = queries.find_place(session, request.place_id).place
        try:
            with session.begin_nested():
                for one in sorted({day, request.day}):
                    holding.lock_day(session, request.place_id, one)
                holding.hold(session, place, day)
                _move(session, request, day)
            jobs.record(session, "booking.taken", request_id=request.id)
        except (IntegrityError, PlaceFull, PlaceGone) as taken:
            said = _("Il n’y a plus de place le %(day)s dans cette équipe.") % {"day": long_day(day)}
            raise DayNotPossible(said) from taken


def _move(session: Session, request: BookingRequest, day: date) -> None:
    left, held = request.day, request.holds
    done = session.exec(
        update(BookingRequest)
        .where(col(BookingRequest.id) == request.id, col(BookingRequest.revision) == request.revision)
        .values(day=day, holds=True, revision=request.revision + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Stale
    if held:
        session.exec(
            update(PlaceDay)
            .where(col(PlaceDay.place_id) == request.place_id, col(PlaceDay.day) == left)
            .values(taken=col(PlaceDay.taken) - 1)
            .execution_options(synchronize_session=False)
        )
    session.refresh(request)
