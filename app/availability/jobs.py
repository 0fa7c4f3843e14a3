"""What follows, for those who had answered, when HR change the days of a campaign or whom it invites."""

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.availability.queries import given_by, is_changeable
from app.availability.tables import Answer, Enrolment
from app.campaigns.invited import invited_ids
from app.campaigns.lifecycle import is_booked_openly
from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.db import open_session
from app.messages import queries as mails
from app.messages.catalogue import Kind
from app.messages.jobs import write_each

OVER = (Status.CLOSED, Status.CANCELLED)
LOST, AGAIN = "lost", "again"


def tell_invites_others(engine: Engine, campaign_id: int, version: int, person_ids: list[int]) -> None:
    """Job of `campaign.invites_others`: of these people, those who had said yes read that they are no longer
    invited; or, where they had read that, that their yes stands again. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None or is_booked_openly(campaign) or campaign.status in OVER:
            return
        concerned = _said_yes(session, campaign_id) & set(person_ids)
        invited = invited_ids(session, campaign)
        read = _last_read(session, campaign_id, concerned)
    for word, due in (
        (LOST, {one for one in concerned - invited if read.get(one) != LOST}),
        (AGAIN, {one for one in concerned & invited if read.get(one) == LOST}),
    ):
        said = {"again": word == AGAIN}
        write_each(engine, Kind.INVITATION_CHANGED, campaign_id, sorted(due), f":{version}:{word}", said)


def tell_days_lost(engine: Engine, campaign_id: int, version: int, person_ids: list[int]) -> None:
    """Job of `campaign.loses_days`: of these people, those of whom days given lie outside the campaign
    read it; where too few are left, they are asked for others. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None or is_booked_openly(campaign) or campaign.status in OVER:
            return
        asks = is_changeable(campaign, clock.today())
        found = {
            id_: one for id_, one in given_by(session, campaign, person_ids).items() if not one.all_count
        }
    for suffice in (True, False):
        due = sorted(id_ for id_, one in found.items() if one.suffice == suffice)
        said = {"suffice": suffice, "asks": asks}
        write_each(engine, Kind.DAYS_LOST, campaign_id, due, f":{version}", said)


def _said_yes(session: Session, campaign_id: int) -> set[int]:
    yes = col(Enrolment.answer) == Answer.YES
    query = select(Enrolment.person_id).where(col(Enrolment.campaign_id) == campaign_id, yes)
    return set(session.exec(query))


def _last_read(session: Session, campaign_id: int, person_ids: set[int]) -> dict[int, str]:
    """What each of them read last of this."""
    found: dict[int, tuple[int, str]] = {}
    for key, person_id, _at in mails.written_to(session, Kind.INVITATION_CHANGED, person_ids):
        _kind, about, _person, version, word = key.split(":")
        if about == str(campaign_id):
            found[person_id] = max(found.get(person_id, (0, "")), (int(version), word))
    return {person_id: word for person_id, (_version, word) in found.items()}
