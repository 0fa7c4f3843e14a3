"""Requests whose deciders changed after they were asked: those who decide now read of them, in one mail. It
names the days and the teams, not the people."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col

from app.booking import queries
from app.booking.queries import SeenRequest
from app.booking.tables import BookingRequest, RequestStatus, Silence
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import each, open_session
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.readers import Reader
from app.teams import queries as teams

ASKING = timedelta(hours=1)
"""A request is asked of whoever decides as soon as it is made; none is taken for inherited before, unless
somebody was written."""
IN_A_MAIL = 50
"""The key of a mail names its requests, and is indexed: it has an end."""

Asked = dict[Reader, list[SeenRequest]]


def tell_inherited(engine: Engine) -> None:
    """Job of `clock.tick`: of a request of which none of its deciders was ever written, they all are, once.
    Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        found = _inherited(session, _waiting(session))
        ids = {one.request.id or 0 for asked in found.values() for one in asked}
        campaigns = sorted({one.campaign.id or 0 for asked in found.values() for one in asked})

    def tell(session: Session, campaign_id: int) -> None:
        among = [one for one in _waiting(session, ids) if one.campaign.id == campaign_id]
        _write(session, _inherited(session, among))

    each(engine, campaigns, tell)


def _waiting(session: Session, ids: Collection[int] | None = None) -> list[SeenRequest]:
    asked = [col(BookingRequest.status) == RequestStatus.REQUESTED]
    if ids is not None:
        asked.append(col(BookingRequest.id).in_(ids))
    return queries.requests_where(session, *asked)


def _inherited(session: Session, waiting: Sequence[SeenRequest]) -> Asked:
    """By reader, those of these requests of which none of their deciders read. A few queries a campaign."""
    found: Asked = defaultdict(list)
    by_campaign: dict[int, list[SeenRequest]] = defaultdict(list)
    for one in waiting:
        by_campaign[one.campaign.id or 0].append(one)
    for campaign_id, asked in by_campaign.items():
        deciders = deciders_of(session, asked[0].campaign, asked, clock.today())
        told = _told(session, campaign_id, asked, deciders)
        unread = [
            one
            for one in asked
            if not any((one.request.id or 0, _who(who)) in told for who in deciders[one.request.id or 0])
        ]
        being_asked = _being_asked(session, campaign_id, unread)
        for one in unread:
            if one.request.id not in being_asked:
                for reader in deciders[one.request.id or 0]:
                    found[reader].append(one)
    return found


def _being_asked(session: Session, campaign_id: int, unread: Sequence[SeenRequest]) -> set[int | None]:
    """Those so young that the mail which asks them may not be written yet, and is not. One query."""
    young = {one.request.id for one in unread if one.request.asked_at > clock.now() - ASKING}
    if not young:
        return young
    return young - {
        int(key.split(":")[1]) for key in mails.keys_of(session, Kind.BOOKING_REQUEST, campaign_id)
    }


def deciders_of(
    session: Session, campaign: Campaign, asked: Sequence[SeenRequest], today: date
) -> dict[int, list[Reader]]:
    """Who decides today, by request: nobody of their own, unless they manage the team that receives."""
    team_ids = {one.place.team_id for one in asked}
    leading = teams.leaders_of_teams(session, team_ids, today)
    managers = teams.managers_of(session, team_ids)
    readers = mails.readers_of(session, {one for led in leading.values() for one in led})
    hr = mails.hr_readers(session, campaign)
    found = {}
    for one in asked:
        team_id, asker = one.place.team_id, one.request.person_id
        led = leading[team_id] - ({asker} if asker not in managers[team_id] else set())
        found[one.request.id or 0] = [readers[leader] for leader in sorted(led) if leader in readers] or hr
    return found


def _told(
    session: Session, campaign_id: int, asked: Sequence[SeenRequest], deciders: dict[int, list[Reader]]
) -> set[tuple[int, str]]:
    """Who read of which request: when it was asked, at its reminder, or in a mail from here. Two queries."""
    keys = {
        f"{Kind.BOOKING_REQUEST}:{request_id}:{_who(reader)}:{word}:{revision}": (request_id, _who(reader))
        for request_id, latest in ((one.request.id or 0, one.request.revision) for one in asked)
        for reader in deciders[request_id]
        for word in ("asked", "again")
        for revision in range(latest + 1)
    }
    told = {keys[key] for key in mails.keys_written(session, keys.keys())}
    for key in mails.keys_of(session, Kind.REQUESTS_INHERITED, campaign_id):
        _kind, who, ids = key.split(":")
        told |= {(int(one), who) for one in ids.split("-")}
    return told


def _who(reader: Reader) -> str:
    return str(reader.person_id or f"account-{reader.account_id}")


def _write(session: Session, found: Asked) -> None:
    """Requests of one campaign. Two queries beside the mails."""
    every = [one for asked in found.values() for one in asked]
    if not every:
        return
    campaign = every[0].campaign
    approves = queries.rules_of(session, campaign.id or 0).silence == Silence.APPROVE
    leading = teams.leaders_of_teams(session, {one.place.team_id for one in every}, clock.today())
    for reader, asked in found.items():
        leads = any(reader.person_id in leading[one.place.team_id] for one in asked)
        for start in range(0, len(asked), IN_A_MAIL):
            some = asked[start : start + IN_A_MAIL]
            about = "-".join(str(one.request.id) for one in some)
            outbox.send(
                session,
                Kind.REQUESTS_INHERITED,
                reader,
                key=f"{Kind.REQUESTS_INHERITED}:{_who(reader)}:{about}",
                now=clock.now(),
                context={"asked": some, "approves": approves, "leads": leads},
                campaign=campaign,
                reply_to=mails.reply_address(session, campaign),
                until=max(one.request.day for one in some),
            )
