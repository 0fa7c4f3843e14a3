"""What follows, for those who had answered, when the days of a campaign change, or whom it invites."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.availability.given import Given
from app.availability.queries import given_by, is_changeable
from app.availability.tables import Answer, Enrolment
from app.campaigns.commitments import people_of_visits
from app.campaigns.holding import MAKES_VISITS
from app.campaigns.invited import invited_ids
from app.campaigns.lifecycle import is_booked_openly
from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.db import open_session
from app.messages import queries as mails
from app.messages.catalogue import Kind
from app.messages.jobs import write_each
from app.people.tables import Person

OVER = (Status.CLOSED, Status.CANCELLED)
LOST, AGAIN = "lost", "again"
SHORT, ENOUGH, BACK = "short", "enough", "back"
"""What somebody read last of the days they gave: too few are left, enough are, all of them count again."""


def tell_invites_others(engine: Engine, campaign_id: int, **_payload: object) -> None:
    """Job of `campaign.invites_others`: those who had said yes read that they are no longer invited; or,
    where they had read that, that their yes stands again. Whoever has a day to come keeps it, and hears
    nothing. Safe to run twice."""
    today = clock.today()
    with open_session(engine, reads_only=True) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None or is_booked_openly(campaign) or campaign.status in OVER:
            return
        yes, invited = _said_yes(session, campaign_id), invited_ids(session, campaign)
        read = _last_read(session, Kind.INVITATION_CHANGED, campaign_id, yes)
        kept = people_of_visits(session, campaign_id, today)
    for word, due in (
        (LOST, {one for one in yes - invited - kept if read.get(one) != LOST}),
        (AGAIN, {one for one in yes & invited if read.get(one) == LOST}),
    ):
        suffix, said = f":{campaign.version}:{word}:{today}", {"again": word == AGAIN}
        write_each(engine, Kind.INVITATION_CHANGED, campaign_id, sorted(due), suffix, said)


def follow_invitations(engine: Engine) -> None:
    """Job of `clock.tick`: the same of every campaign that makes visits, whatever changed whom it invites: a
    staff file, a team that changes side or site. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        making = (col(Campaign.status).in_(MAKES_VISITS), col(Campaign.last_day) >= clock.today())
        found = list(session.exec(select(Campaign.id).where(*making).order_by(col(Campaign.id))))
    for campaign_id in found:
        tell_invites_others(engine, campaign_id or 0)


def tell_days_lost(engine: Engine, campaign_id: int, version: int, person_ids: list[int]) -> None:
    """Job of `campaign.loses_days`: of these people, those of whom days given lie outside the campaign
    read it; where too few are left, they are asked for others. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        campaign, given = _given_to(session, campaign_id, person_ids)
    found = {id_: one for id_, one in given.items() if not one.all_count}
    for word, suffice in ((ENOUGH, True), (SHORT, False)):
        due = [id_ for id_, one in found.items() if one.suffice == suffice]
        _tell_days(engine, campaign, due, f":{version}:{word}", moved=True, suffice=suffice)


def tell_days_back(engine: Engine, campaign_id: int, version: int, person_ids: list[int]) -> None:
    """Job of `campaign.regains_days`: of these people, those who had read that days of theirs are lost read
    that all of them count again, or that they have enough again. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        campaign, given = _given_to(session, campaign_id, person_ids)
        read = _last_read(session, Kind.DAYS_LOST, campaign_id, set(given))
    told = {SHORT: {True, False}, ENOUGH: {True}}  # whoever has enough all the same has nothing to read
    for every, word in ((True, BACK), (False, ENOUGH)):
        due = [
            id_
            for id_, one in given.items()
            if one.suffice and one.all_count == every and every in told.get(read.get(id_, ""), ())
        ]
        _tell_days(engine, campaign, due, f":{version}:{word}", back=True, every=every, suffice=True)


def ask_for_days(engine: Engine, campaign_id: int, version: int, person_ids: list[int]) -> None:
    """Job of `campaign.asks_days`: of these people, those who take part on too few days are asked for others,
    at most once a day. Safe to run twice."""
    today = clock.today()
    with open_session(engine, reads_only=True) as session:
        campaign, given = _given_to(session, campaign_id, person_ids)
    if campaign is None or not is_changeable(campaign, today):
        return
    for moved in (True, False):
        due = [id_ for id_, one in given.items() if not one.suffice and one.all_count != moved]
        _tell_days(engine, campaign, due, f":{version}:{SHORT}:{today}", moved=moved)


def _given_to(
    session: Session, campaign_id: int, person_ids: list[int]
) -> tuple[Campaign | None, dict[int, Given]]:
    """What these people gave to a planned campaign; nothing where it is over, or its days are booked."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or is_booked_openly(campaign) or campaign.status in OVER:
        return None, {}
    return campaign, given_by(session, campaign, person_ids)


def _tell_days(
    engine: Engine,
    campaign: Campaign | None,
    person_ids: list[int],
    suffix: str,
    *,
    moved: bool = False,
    back: bool = False,
    every: bool = False,
    suffice: bool = False,
) -> None:
    """The words: days were `moved` out of the campaign, or are `back`, `every` one or some; whether they
    `suffice`."""
    if campaign is not None and campaign.id is not None:
        asks = is_changeable(campaign, clock.today())
        said = {"asks": asks, "moved": moved, "back": back, "every": every, "suffice": suffice}
        write_each(engine, Kind.DAYS_LOST, campaign.id, sorted(person_ids), suffix, said)


def _said_yes(session: Session, campaign_id: int) -> set[int]:
    yes = col(Enrolment.answer) == Answer.YES
    query = select(Enrolment.person_id).where(col(Enrolment.campaign_id) == campaign_id, yes)
    here = query.join(Person, col(Person.id) == col(Enrolment.person_id)).where(col(Person.active))
    return set(session.exec(here))


def _last_read(session: Session, kind: Kind, campaign_id: int, person_ids: set[int]) -> dict[int, str]:
    """What each of them read last of this."""
    found: dict[int, tuple[int, datetime, str]] = {}
    for key, person_id, at in mails.written_to(session, kind, person_ids):
        _kind, about, _person, version, *word = key.split(":")
        if about == str(campaign_id):
            read = (int(version), at, word[0] if word else SHORT)  # it named no word once
            found[person_id] = max(found.get(person_id, read), read)
    return {person_id: word for person_id, (_version, _at, word) in found.items()}
