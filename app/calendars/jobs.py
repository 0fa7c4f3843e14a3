"""Tells people about a plan: the invitation to each of their days, and a kind word to those without."""

from sqlalchemy import Engine
from sqlmodel import Session

from app.calendars import ics
from app.calendars.describing import tell_described
from app.calendars.falling import tell_cancelled, tell_ended, tell_too_late
from app.calendars.half_days import remind_half_covered, tell_half_covered
from app.calendars.proposals import tell_one_way, tell_proposal
from app.calendars.provisional import tell_certain, tell_provisional
from app.calendars.reminding import remind_unconfirmed
from app.calendars.suspending import tell_resumed, tell_suspended
from app.calendars.teams import tell_teams_carried, tell_teams_resumed, tell_teams_suspended, tell_weekdays
from app.calendars.telling import (
    tell_absence,
    tell_agreed,
    tell_booked,
    tell_changed,
    tell_conditions,
    tell_confirmed,
    tell_confirmed_by_both,
    tell_host_replaced,
    tell_made_up,
    tell_moved,
    tell_tutor_released,
    tell_tutor_replaced,
)
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import open_session
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.readers import Reader
from app.messages.service import Invitation
from app.visits import queries as visits
from app.visits.bookings import open_to
from app.visits.provisional import remember_read
from app.visits.queries import SeenVisit
from app.visits.rules import stands
from app.visits.standing import Missing, standing_of, words

ROLES = ("visitor", "host")
__all__ = [
    "invite_participants",
    "remind_half_covered",
    "remind_unconfirmed",
    "tell_absence",
    "tell_agreed",
    "tell_booked",
    "tell_cancelled",
    "tell_certain",
    "tell_changed",
    "tell_conditions",
    "tell_confirmed",
    "tell_confirmed_by_both",
    "tell_described",
    "tell_ended",
    "tell_half_covered",
    "tell_host_replaced",
    "tell_made_up",
    "tell_moved",
    "tell_one_way",
    "tell_proposal",
    "tell_provisional",
    "tell_resumed",
    "tell_suspended",
    "tell_teams_carried",
    "tell_teams_resumed",
    "tell_teams_suspended",
    "tell_too_late",
    "tell_tutor_released",
    "tell_tutor_replaced",
    "tell_unmatched",
    "tell_weekdays",
]

CHUNK = 20
"""Visits told about in one transaction: nobody else writes to SQLite meanwhile."""


def invite_participants(engine: Engine, campaign_id: int) -> None:
    """A plan was published: visitor and host of each visit get a mail with its calendar invitation."""
    with open_session(engine, reads_only=True) as session:
        swaps = visits.as_swaps(visits.visits_of_campaign(session, campaign_id))
    legs = []
    for swap in swaps:
        legs.append((swap.there, swap.back))
        if swap.back is not None:
            legs.append((swap.back, swap.there))
    legs = [(seen, other) for seen, other in legs if stands(seen.visit)]
    for start in range(0, len(legs), CHUNK):
        part = legs[start : start + CHUNK]
        with open_session(engine) as session:
            ids = {id_ for seen, _other in part for id_ in (seen.visit.visitor_id, seen.visit.host_id)}
            readers = mails.readers_of(session, ids)
            keys = {plan_key(seen, role) for seen, _ in part for role in ROLES}
            written = mails.keys_written(session, keys)
            reply_to = mails.reply_address(session, part[0][0].campaign)
            for seen, other in part:
                invite(session, seen, other, readers, reply_to, written)


def tell_unmatched(engine: Engine, campaign_id: int) -> None:
    """A plan was published: those for whom it has nobody are told why, and what comes next."""
    now = clock.now()
    with open_session(engine, reads_only=True) as session:
        campaign = session.get(Campaign, campaign_id)
        rows = visits.unmatched_of_campaign(session, campaign_id)
        last_time = visits.left_out_last_time(session, campaign_id)
    if campaign is None:
        return
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        with open_session(engine) as session:
            readers = mails.readers_of(session, [row.person_id for row, _person in part])
            reply_to = mails.reply_address(session, campaign)
            bookable = open_to(session, [person for _row, person in part], clock.today())
            for row, _person in part:
                reader = readers.get(row.person_id)
                if reader is not None:
                    outbox.send(
                        session,
                        Kind.NO_MATCH,
                        reader,
                        key=f"{Kind.NO_MATCH}:{campaign_id}:{row.person_id}",
                        now=now,
                        context={
                            "reason": row.text(reader.language),
                            "bookable": bookable.get(row.person_id),
                            "again": row.person_id in last_time,
                        },
                        campaign=campaign,
                        reply_to=reply_to,
                    )


def invite(
    session: Session,
    seen: SeenVisit,
    other: SeenVisit | None,
    readers: dict[int, Reader],
    reply_to: str | None,
    written: set[str],
) -> None:
    """The first invitation of both people to one visit."""
    stand = standing_of(session, seen)
    for role, person in zip(ROLES, (seen.visitor, seen.host), strict=True):
        reader, key = readers.get(person.id or 0), plan_key(seen, role)
        if reader is None or key in written:
            continue
        with speaking(reader.language):
            content = ics.invitation(seen, person, stand)
            found = (Missing.EXCEPTION, Missing.ROSTER)
            missing = [words(one) for one in found if one in stand.missing]
        outbox.send(
            session,
            Kind.VISIT_INVITATION,
            reader,
            key=key,
            now=clock.now(),
            context={
                "seen": seen,
                "role": role,
                "back": other if other is not None and stands(other.visit) else None,
                "moved": False,
                "agreed": False,
                "missing": missing,
                "too_young": Missing.EXCEPTION in stand.missing,
                "cannot_be": stand.is_suspended,
            },
            campaign=seen.campaign,
            reply_to=reply_to,
            calendar=Invitation(content, "REQUEST"),
            until=seen.visit.day,
        )
        if Missing.ROSTER in stand.missing:
            remember_read(session, seen.visit, clock.now())


def plan_key(seen: SeenVisit, role: str) -> str:
    """Names the news of a plan: one invitation a visit and a role."""
    return f"{Kind.VISIT_INVITATION}:{seen.visit.id}:0:{role}"
