"""What teams and HR decide: the places they offer, and how a campaign books."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.booking import at_once, lines, twins
from app.booking.ending import TAKEN_BACK, expire
from app.booking.errors import BookingsStand, KeyReused, PlaceRefused
from app.booking.lifecycle import PENDING, touch
from app.booking.queries import SeenPlace
from app.booking.tables import Approval, BookingRequest, BookingRules, Place, PlaceDay, RequestStatus
from app.campaigns.bookable import takes_bookings
from app.campaigns.calendar import campaign_days, closed_reason
from app.campaigns.errors import TermsRefused
from app.campaigns.holding import hold_alone
from app.campaigns.rules import team_limits
from app.campaigns.tables import Booking, Campaign, Status
from app.campaigns.words import fitting_story
from app.core import jobs
from app.core.errors import Stale
from app.core.i18n import _, ngettext
from app.core.templating import long_day
from app.people.tables import Person, Site, Team
from app.visits.describing import describe_days
from app.visits.history import Hand
from app.visits.rules import hours_fault
from app.visits.tables import By as Role
from app.visits.tables import DayPart

HOURS = ("part", "starts_at", "ends_at")
NOT_OVER = (Status.DRAFT, Status.OPEN, Status.PLANNING, Status.PUBLISHED, Status.RUNNING)


def offer_place(
    session: Session,
    campaign: Campaign,
    team: Team,
    days: Collection[date],
    *,
    actor: Actor,
    now: datetime,
    today: date,
    key: str | None = None,
    **values: Any,
) -> Place:
    """Offer a place on some days. `key` is the client's name for this offering: sent again by the same
    account it answers with the same place and changes nothing. Raises `PlaceRefused`, `KeyReused`."""
    assert campaign.id is not None
    assert team.id is not None
    values |= {"campaign_id": campaign.id, "team_id": team.id}
    if key is not None and (before := _again(session, actor, key, days, values)) is not None:
        return before
    _require(session, campaign, team, days, today, values)
    place = Place(created_by=actor.account_id, key=key, created_at=now, **values)
    try:
        with session.begin_nested():
            session.add(place)
    except IntegrityError:  # somebody sent the same at the same time
        if key is not None and (before := _again(session, actor, key, days, values)) is not None:
            return before
        raise
    assert place.id is not None
    session.add_all(PlaceDay(place_id=place.id, day=day) for day in sorted(set(days)))
    session.flush()
    audit(session, actor.account_id, "place.offered", f"place:{place.id}", now=now, **actor.on_behalf)
    return place


def _again(
    session: Session, actor: Actor, key: str, days: Collection[date], values: Mapping[str, Any]
) -> Place | None:
    """What this key offered before. Raises `KeyReused` where that was something else."""
    before = session.scalars(
        select(Place).where(col(Place.created_by) == actor.account_id, col(Place.key) == key)
    ).first()
    if before is None:
        return None
    offered = select(col(PlaceDay.day)).where(col(PlaceDay.place_id) == before.id, col(PlaceDay.offered))
    same = all(getattr(before, name) == value for name, value in values.items())
    if not same or set(session.scalars(offered)) != set(days):
        raise KeyReused
    return before


def change_place(
    session: Session,
    seen: SeenPlace,
    days: Collection[date],
    /,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    today: date,
    **values: Any,
) -> int:
    """Change a place. Days already booked stand with their hours and their host, and say what the place says
    now; requests for a day taken back are over. How many booked days say something else. Raises `Stale`."""
    place = seen.place
    campaign = session.get_one(Campaign, place.campaign_id)
    kept = {one.day for one in seen.offered if one.day < today}
    standing = {one.day for one in seen.offered}
    _require(session, campaign, seen.team, set(days) | kept, today, values, kept=kept, standing=standing)
    other_hours = any(getattr(place, name) != values.get(name, getattr(place, name)) for name in HOURS)
    _write(session, place, version, values)
    before = {one.day: one for one in seen.days}
    wanted = set(days) | kept
    for day, row in before.items():
        row.offered = day in wanted
        session.add(row)
    session.add_all(PlaceDay(place_id=place.id or 0, day=day) for day in sorted(wanted - set(before)))
    session.flush()
    _end_pending(session, place, now, days={day for day in before if day not in wanted})
    if other_hours:
        _ask_anew(session, place, today)
    hand = Hand(Role.HR if actor.is_hr else Role.MANAGER, actor, now)
    told = describe_days(session, _booked(session, place), place.seen, place.bring, hand, today)
    said = {"fields": sorted(values), **actor.on_behalf}
    audit(session, actor.account_id, "place.changed", f"place:{place.id}", now=now, **said)
    for day in sorted(wanted):
        if day >= today and day in before:
            jobs.record(session, "booking.freed", day=day.isoformat())
    return told


def _booked(session: Session, place: Place) -> set[int]:
    found = session.exec(
        select(BookingRequest.visit_id).where(
            col(BookingRequest.place_id) == place.id, col(BookingRequest.status) == RequestStatus.BOOKED
        )
    )
    return {one for one in found if one is not None}


def withdraw_place(session: Session, seen: SeenPlace, *, version: int, actor: Actor, now: datetime) -> None:
    """No longer offer a place. Days already booked stand; requests that wait are over, but for those that a
    place which promises the same takes over (`twins`). Raises `Stale`."""
    _write(session, seen.place, version, {"withdrawn_at": now})
    _end_pending(session, seen.place, now)
    audit(session, actor.account_id, "place.withdrawn", f"place:{seen.place.id}", now=now, **actor.on_behalf)


def set_terms(
    session: Session,
    campaign: Campaign,
    booking: Booking,
    values: dict[str, Any],
    *,
    version: int,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """How a campaign books, on the version of the campaign that HR read. Its kind stays while people have
    something booked or wait for it. Where teams are asked no more, what waits for their answer is accepted,
    the oldest first, if its day still holds. Raises `Stale`, `TermsRefused`, `BookingsStand`."""
    assert campaign.id is not None
    if booking != campaign.booking:
        hold_alone(session, campaign)  # nobody books between our count and our change
    if campaign.version != version:
        raise Stale
    _require_booking(campaign, booking)
    found = lines.standing(session, today, campaign_id=campaign.id)
    if booking != campaign.booking and (found.booked or found.pending):
        raise BookingsStand(found)
    session.flush()
    is_draft = campaign.status == Status.DRAFT
    story = {"story": fitting_story(campaign.story, booking)} if is_draft else {}
    done = session.exec(
        update(Campaign)
        .where(col(Campaign.id) == campaign.id, col(Campaign.version) == version)
        .values(booking=booking, version=version + 1, **story)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Stale
    session.refresh(campaign)
    terms = session.get(BookingRules, campaign.id) or BookingRules(campaign_id=campaign.id, version=0)
    asked_teams = terms.approval == Approval.MANAGER
    for name, value in values.items():
        setattr(terms, name, value)
    terms.version += 1
    session.add(terms)
    session.flush()
    audit(
        session,
        actor.account_id,
        "campaign.booking_set",
        f"campaign:{campaign.id}",
        now=now,
        booking=booking.value,
    )
    jobs.record(session, "booking.rules_changed", campaign_id=campaign.id)
    if asked_teams and terms.approval == Approval.AT_ONCE and takes_bookings(campaign):
        at_once.accept_unanswered(session, campaign.id, actor=actor, now=now, today=today)


def copy_rules(session: Session, source_id: int, campaign_id: int) -> None:
    """A copied campaign books as its source does, unless somebody set its rules before."""
    source = session.get(BookingRules, source_id)
    if source is None or session.get(Campaign, campaign_id) is None:
        return
    if session.get(BookingRules, campaign_id) is None:
        kept = source.model_dump(exclude={"campaign_id", "version"})
        session.add(BookingRules(campaign_id=campaign_id, version=1, **kept))


def _require_booking(campaign: Campaign, booking: Booking) -> None:
    if booking == campaign.booking:
        return
    if campaign.status not in NOT_OVER:
        raise TermsRefused(
            {"booking": _("Les journées de cette campagne sont vécues : rien ne se réserve plus.")}
        )
    before_plan = {Status.DRAFT, Status.OPEN}
    if Booking.OPEN in (booking, campaign.booking) and campaign.status not in before_plan:
        raise TermsRefused(
            {
                "booking": _(
                    "Une campagne passe du plan à la réservation ouverte, ou l’inverse, avant la fin des "
                    "inscriptions."
                )
            }
        )


def _require(
    session: Session,
    campaign: Campaign,
    team: Team,
    days: Collection[date],
    today: date,
    values: dict[str, Any],
    *,
    kept: Collection[date] = (),
    standing: Collection[date] = (),
) -> None:
    """`kept`: past days of the place; `standing`: days that it offers already, whatever closed since."""
    found: dict[str, str] = {}
    if campaign.booking == Booking.NONE or campaign.status not in NOT_OVER:
        found["campaign_id"] = _("Cette campagne ne prend pas de réservations : choisissez-en une autre.")
    possible = {day for day in campaign_days(campaign) if day >= today} | set(kept)
    site = session.get_one(Site, team.site_id)
    shut = [
        (day, reason)
        for day in sorted(set(days) & possible - set(standing))
        if (reason := closed_reason(campaign, team, site, day)) is not None
    ]
    if not set(days) - set(kept) and not kept:
        found["days"] = _("Choisissez au moins un jour.")
    elif set(days) - possible:
        found["days"] = _("Le %(day)s n’est pas un jour à venir de la campagne : choisissez à nouveau.") % {
            "day": long_day(min(set(days) - possible))
        }
    elif shut:
        found["days"] = _("Personne ne vient le %(day)s (%(why)s) : décochez ce jour.") % {
            "day": long_day(shut[0][0]),
            "why": shut[0][1].words,
        }
    host_id, per_day = values.get("host_id"), values.get("per_day", 1)
    if host_id is not None:
        host = session.get(Person, host_id)
        if host is None or not host.active or host.team_id != team.id:
            found["host_id"] = _("La personne qui reçoit doit travailler dans cette équipe.")
        elif per_day > 1:
            found["per_day"] = _(
                "Une personne reçoit un visiteur par jour : laissez une place par jour, ou ne nommez "
                "personne."
            )
    most = team_limits(campaign, team).max_visitors
    if per_day > most:
        found["per_day"] = ngettext(
            "Cette équipe reçoit %(n)s personne par jour au plus.",
            "Cette équipe reçoit %(n)s personnes par jour au plus.",
            most,
        ) % {"n": most}
    if values["starts_at"] >= values["ends_at"]:
        found["ends_at"] = _("La fin vient avant le début : échangez les heures.")
    elif fault := hours_fault(values.get("part", DayPart.FULL), values["starts_at"], values["ends_at"]):
        found["ends_at"] = fault
    if found:
        raise PlaceRefused(found)


def _write(session: Session, place: Place, version: int, values: dict[str, Any]) -> None:
    session.flush()
    done = session.exec(
        update(Place)
        .where(col(Place.id) == place.id, col(Place.version) == version, col(Place.withdrawn_at).is_(None))
        .values(version=version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Stale
    session.refresh(place)


def _ask_anew(session: Session, place: Place, today: date) -> None:
    """Whoever answers what they read of other hours learns it, and reads an offer once more. What the team
    approves is a yes to other hours: the asker is asked again then (`asking`)."""
    waits = select(BookingRequest).where(
        BookingRequest.place_id == place.id,
        col(BookingRequest.status).in_((RequestStatus.REQUESTED, RequestStatus.OFFERED)),
    )
    for request in session.exec(waits.order_by(col(BookingRequest.id))):
        touch(session, request, today)
        if request.status == RequestStatus.OFFERED:
            jobs.record(session, "booking.offered", request_id=request.id)


def _end_pending(
    session: Session, place: Place, now: datetime, *, days: Collection[date] | None = None
) -> None:
    query = select(BookingRequest).where(
        BookingRequest.place_id == place.id, col(BookingRequest.status).in_(PENDING)
    )
    if days is not None:
        query = query.where(col(BookingRequest.day).in_(days))
    moved = {
        request.id
        for request, place_id in twins.moving_from(session, place, days)
        if twins.move(session, request, place_id, now=now)
    }
    if moved:
        query = query.where(col(BookingRequest.id).not_in(moved))
    for request in session.exec(query.order_by(col(BookingRequest.day), col(BookingRequest.id))).all():
        expire(session, request, now=now, why=TAKEN_BACK)


def end_campaign(session: Session, campaign_id: int, now: datetime) -> None:
    """A campaign was cancelled: nothing waits any more. Booked days are cancelled with its visits."""
    query = select(BookingRequest).where(
        BookingRequest.campaign_id == campaign_id, col(BookingRequest.status).in_(PENDING)
    )
    for request in session.exec(query.order_by(col(BookingRequest.day), col(BookingRequest.id))).all():
        expire(session, request, now=now)
