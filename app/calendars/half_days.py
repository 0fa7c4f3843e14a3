"""A roster covers half of a day: whoever may change its hours reads that they can let it hold."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from app.core import clock
from app.core.db import each, open_session
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.readers import Reader
from app.teams import queries as teams
from app.visits.marks import closed_among, closed_words
from app.visits.queries import SeenVisit, visits_with_ids
from app.visits.rosters import Conflict, conflicts, conflicts_among, mended_by_hours
from app.visits.rules import is_ahead
from app.visits.suspending import suspended_since

RESTS = timedelta(days=3)
"""So long after the first message, whoever may change the hours is reminded."""


def tell_half_covered(engine: Engine, visit_ids: list[int], roster_id: int | str) -> None:
    """Job of `visits.half_covered`: who leads the receiving teams today, HR where nobody does, read it once
    for all days of a roster, or of a site that is open again. The mail names the days, not the people. Safe
    to run twice."""
    today = clock.today()
    with open_session(engine) as session:
        ahead = [one for one in visits_with_ids(session, visit_ids) if is_ahead(one.visit, today)]
        _write(session, conflicts_among(session, ahead), str(roster_id), again=False)


def remind_half_covered(engine: Engine) -> None:
    """Job of `clock.tick`: days that one roster covers by half, and whose hours nobody changed since: one
    reminder to whoever may. Safe to run twice."""
    now = clock.now()
    with open_session(engine, reads_only=True) as session:
        half = [one for one in conflicts(session, clock.today()) if mended_by_hours(one)]
        since = suspended_since(session, [one.seen.visit.id or 0 for one in half])
    late: dict[datetime, list[Conflict]] = {}
    for one in half:
        at = since.get(one.seen.visit.id or 0)
        if at is not None and at <= now - RESTS:
            late.setdefault(at, []).append(one)

    def remind(session: Session, one: tuple[datetime, list[Conflict]]) -> None:
        at, found = one
        _write(session, found, f"again-{int(at.timestamp() * 1_000_000)}", again=True)

    each(engine, late.items(), remind)


def _write(session: Session, found: Iterable[Conflict], about: str, *, again: bool) -> None:
    half = [one for one in found if mended_by_hours(one)]
    closed = closed_among(session, [one.seen for one in half], clock.today())
    by_colleague = {one.seen.visit.id for one in half if one.receiver_day is not None}
    readers = _readers(session, [one.seen for one in half])
    keys = {who: f"{Kind.HOURS_TO_CHANGE}:{about}:{who}" for who in readers}
    written = mails.keys_written(session, set(keys.values()))
    for who, (reader, days) in readers.items():
        if keys[who] in written:
            continue
        days.sort(key=lambda one: (one.visit.day, one.visit.id))
        with speaking(reader.language):
            shut = closed_words(receives=True)
        outbox.send(
            session,
            Kind.HOURS_TO_CHANGE,
            reader,
            key=keys[who],
            now=clock.now(),
            context={
                "days": days,
                "by_colleague": by_colleague,
                "again": again,
                "closed": closed,
                "shut": shut,
            },
            campaign=days[0].campaign,
            reply_to=mails.reply_address(session, days[0].campaign),
            until=days[-1].visit.day,
        )


def _readers(session: Session, half: list[SeenVisit]) -> dict[str, tuple[Reader, list[SeenVisit]]]:
    """Who may change the hours of which days; nobody those of their own visit to others."""
    today = clock.today()
    found: dict[str, tuple[Reader, list[SeenVisit]]] = {}
    leads = teams.leaders_of_teams(session, {seen.host_team.id or 0 for seen in half}, today)
    employees = mails.readers_of(session, {one for led in leads.values() for one in led})
    hr = {seen.campaign.id: seen.campaign for seen in half}
    lead_hr = {one: mails.hr_readers(session, campaign) for one, campaign in hr.items()}
    for seen in half:
        led = leads[seen.host_team.id or 0] - {seen.visitor.id or 0}
        readers = [employees[one] for one in sorted(led & employees.keys())] or lead_hr[seen.campaign.id]
        for reader in readers:
            who = f"person-{reader.person_id}" if reader.person_id else f"account-{reader.account_id}"
            if reader.person_id != seen.visitor.id:
                found.setdefault(who, (reader, []))[1].append(seen)
    return found
