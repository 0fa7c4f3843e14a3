"""Requests that nobody answered, and that silence refused or approved, or left without a place too late to
wait for another: who could have answered reads so, in one mail a day for each campaign. It names the days and
the teams, not the people."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, update

from app.booking import queries
from app.booking.jobs_inherited import deciders_of
from app.booking.queries import SeenRequest
from app.booking.tables import BookingRequest
from app.core import clock
from app.core.db import each, open_session
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.readers import Reader
from app.teams import queries as teams

RESTS = timedelta(days=1)
"""So long after such a mail there is no other one of that campaign."""


@dataclass(frozen=True)
class SilentDay:
    """A day of a team that some asked for, and of whom silence decided alike."""

    day: date
    job: str
    team: str
    requests: int


def tell_silence(engine: Engine) -> None:
    """Job of `clock.tick`: of what silence decided, those who decide for the team today read, HR where nobody
    does. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        campaigns = {one.campaign.id or 0 for one in _decided(session)}

    def tell(session: Session, campaign_id: int) -> None:
        last = mails.last_written(session, Kind.REQUESTS_SILENT, campaign_id)
        if last is None or clock.now() >= last + RESTS:
            _tell(session, [one for one in _decided(session) if one.campaign.id == campaign_id])

    each(engine, sorted(campaigns), tell)


def _decided(session: Session) -> list[SeenRequest]:
    return queries.requests_where(session, col(BookingRequest.silent_at).is_not(None))


def _tell(session: Session, decided: Sequence[SeenRequest]) -> None:
    """Requests of one campaign, and that they are told, in one commit."""
    if not decided:
        return
    now, campaign = clock.now(), decided[0].campaign
    by_request = deciders_of(session, campaign, decided, clock.today())
    found: dict[Reader, list[SeenRequest]] = defaultdict(list)
    for one in sorted(decided, key=lambda one: (one.request.day, one.request.id or 0)):
        for reader in by_request[one.request.id or 0]:
            found[reader].append(one)
    leading = teams.leaders_of_teams(session, {one.place.team_id for one in decided}, clock.today())
    reply_to = mails.reply_address(session, campaign)
    for reader, asked in found.items():
        who = reader.person_id or f"account-{reader.account_id}"
        outbox.send(
            session,
            Kind.REQUESTS_SILENT,
            reader,
            key=f"{Kind.REQUESTS_SILENT}:{campaign.id}:{int(now.timestamp())}:{who}",
            now=now,
            context={
                "approved": _days(one for one in asked if one.request.visit_id is not None),
                "expired": _days(one for one in asked if not (one.request.visit_id or one.request.reason)),
                "late": _days(one for one in asked if not one.request.visit_id and one.request.reason),
                "leads": any(reader.person_id in leading[one.place.team_id] for one in asked),
            },
            campaign=campaign,
            reply_to=reply_to,
        )
    ids = [one.request.id or 0 for one in decided]
    session.exec(update(BookingRequest).where(col(BookingRequest.id).in_(ids)).values(silent_at=None))


def _days(asked: Iterable[SeenRequest]) -> list[SilentDay]:
    """A line for each day of a team, however many asked for it."""
    counted = Counter((one.request.day, one.place.job, one.host_team.name) for one in asked)
    return [SilentDay(*day, requests) for day, requests in counted.items()]
