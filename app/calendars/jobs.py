"""Tells people about their days: the invitation, its changes, and a kind word to those without."""

from sqlalchemy import Engine
from sqlmodel import Session

from app.calendars import ics
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
from app.visits.queries import SeenVisit
from app.visits.rules import reason_labels, stands

ROLES = ("visitor", "host")
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
            keys = {
                _key(Kind.VISIT_INVITATION, seen, role) for seen, _ in part for role in ("visitor", "host")
            }
            written = mails.keys_written(session, keys)
            reply_to = mails.reply_address(session, part[0][0].campaign)
            for seen, other in part:
                _tell(session, Kind.VISIT_INVITATION, seen, other, readers, reply_to, written)


def tell_unmatched(engine: Engine, campaign_id: int) -> None:
    """A plan was published: those for whom it has nobody are told why, and what comes next."""
    now = clock.now()
    with open_session(engine, reads_only=True) as session:
        campaign = session.get(Campaign, campaign_id)
        rows = visits.unmatched_of_campaign(session, campaign_id)
    if campaign is None:
        return
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        with open_session(engine) as session:
            readers = mails.readers_of(session, [row.person_id for row, _person in part])
            reply_to = mails.reply_address(session, campaign)
            for row, _person in part:
                reader = readers.get(row.person_id)
                if reader is not None:
                    outbox.send(
                        session,
                        Kind.NO_MATCH,
                        reader,
                        key=f"{Kind.NO_MATCH}:{campaign_id}:{row.person_id}",
                        now=now,
                        context={"reason": row.text(reader.language)},
                        campaign=campaign,
                        reply_to=reply_to,
                    )


def tell_cancelled(engine: Engine, visit_id: int, revision: int) -> None:
    """A visit was cancelled: both people are told, and the event leaves their calendar."""
    _tell_both(engine, Kind.VISIT_CANCELLED, visit_id, revision)


def tell_moved(engine: Engine, visit_id: int, revision: int) -> None:
    """A visit was moved: both people get an invitation that replaces the former one."""
    _tell_both(engine, Kind.VISIT_INVITATION, visit_id, revision)


def _tell_both(engine: Engine, kind: Kind, visit_id: int, revision: int) -> None:
    with open_session(engine) as session:
        seen = visits.find_visit(session, visit_id)
        if seen is None or seen.visit.revision != revision:  # a later change tells its own news
            return
        readers = mails.readers_of(session, [seen.visit.visitor_id, seen.visit.host_id])
        other = next((leg for leg in visits.swap_of(session, seen).legs if leg.visit.id != visit_id), None)
        _tell(session, kind, seen, other, readers, mails.reply_address(session, seen.campaign), set())


def _tell(
    session: Session,
    kind: Kind,
    seen: SeenVisit,
    other: SeenVisit | None,
    readers: dict[int, Reader],
    reply_to: str | None,
    written: set[str],
) -> None:
    for role, person in zip(ROLES, (seen.visitor, seen.host), strict=True):
        reader, key = readers.get(person.id or 0), _key(kind, seen, role)
        if reader is None or key in written:
            continue
        with speaking(reader.language):
            content = ics.invitation(seen, person)
            reason = reason_labels()[seen.visit.cancel_reason] if seen.visit.cancel_reason else ""
        outbox.send(
            session,
            kind,
            reader,
            key=key,
            now=clock.now(),
            context={
                "seen": seen,
                "role": role,
                "back": other if other is not None and stands(other.visit) else None,
                "moved": kind == Kind.VISIT_INVITATION and seen.visit.revision > 0,
                "reason": reason,
            },
            campaign=seen.campaign,
            reply_to=reply_to,
            calendar=Invitation(content, "CANCEL" if kind == Kind.VISIT_CANCELLED else "REQUEST"),
        )


def _key(kind: Kind, seen: SeenVisit, role: str) -> str:
    return f"{kind}:{seen.visit.id}:{seen.visit.revision}:{role}"
