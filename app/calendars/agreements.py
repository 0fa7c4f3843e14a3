"""A day between two companies whose agreement nobody recorded: HR are asked in time, the people are warned.

The product does not cancel such a day. HR may still record the agreement on the day itself, or after it.
"""

from datetime import timedelta
from itertools import chain, groupby

from sqlalchemy import Engine
from sqlmodel import Session

from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import open_session
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.tables import Mail, MailStatus
from app.people.tables import Person
from app.visits import agreements
from app.visits.history import Hand, remember
from app.visits.queries import SeenVisit
from app.visits.rosters import conflicts_among
from app.visits.rules import WARNED
from app.visits.showing import by_companies
from app.visits.standing import not_to_travel
from app.visits.tables import By, ChangeKind
from app.visits.warned import became, told_visitor
from app.visits.warned import key as key_of

ASKED = timedelta(days=13)
"""From Monday on, how far HR are asked: to the end of the next week. A signature takes days."""


def warn_uncertain(engine: Engine) -> None:
    """Job of `clock.tick`: visitor, host and tutor of a day that comes without its agreement read that it is
    not certain, once for each day it has, and its history says so; HR, who has no e-mail. Not where it cannot
    be at all: that is told. Safe to run twice."""
    today = clock.today()
    with open_session(engine, reads_only=True) as session:
        found = agreements.waiting_until(session, today + WARNED, today)
        against = {one.seen.visit.id for one in conflicts_among(session, found)}
        told = [
            (seen, role, person, key_of(seen, person.id))
            for seen in found
            if seen.visit.id not in against
            for role, person in ((By.VISITOR, seen.visitor), (By.HOST, seen.host), (By.TUTOR, seen.tutor))
            if person is not None
        ]
        written = mails.keys_written(session, [key for *_, key in told])
    warned = {seen.visit.id for seen, _role, _person, key in told if key in written}
    new = [one for one in told if one[3] not in written]
    for visit_id, group in groupby(new, key=lambda one: one[0].visit.id):
        with open_session(engine) as session:
            _warn(session, list(group), again=visit_id in warned)
    ask_to_tell(engine)


def _warn(session: Session, told: list[tuple[SeenVisit, By, Person, str]], *, again: bool) -> None:
    """The visitor first, so that the others read whether they are to tell them by hand. `again`: others of
    this day read it before, and its history says so."""
    readers = mails.readers_of(session, [person.id or 0 for _seen, _role, person, _key in told])
    visitor_told = told_visitor(session, told[0][0])
    sent: list[Mail] = []
    for seen, role, person, key in told:
        reader = readers.get(person.id or 0)
        if reader is None:
            continue
        with speaking(reader.language):
            sentences = not_to_travel(seen, role, visitor_told)
        mail = outbox.send(
            session,
            Kind.VISIT_UNCERTAIN,
            reader,
            key=key,
            now=clock.now(),
            context={"seen": seen, "role": role.value, "sentences": sentences},
            campaign=seen.campaign,
            reply_to=mails.reply_address(session, seen.campaign),
            until=seen.visit.day,
        )
        if mail is not None:
            sent.append(mail)
            if role is By.VISITOR:
                visitor_told = became(mail.status)
    if sent and not again:
        hand = Hand(by=By.SERVICE, actor=None, now=clock.now())
        to_tell = next((one.person_id for one in sent if one.status is MailStatus.UNREACHABLE), None)
        remember(session, told[0][0].visit, ChangeKind.WARNED, hand, event=None, other_id=to_tell)


def ask_to_tell(engine: Engine) -> None:
    """HR of a campaign read who has no e-mail and must be told by hand, when there is somebody more."""
    today = clock.today()
    with open_session(engine) as session:
        for waiting in mails.urgent_letters(session, today):
            campaign, letters = waiting.campaign, waiting.letters
            latest = max(letter.created_at for letter in letters)
            last = mails.last_written(session, Kind.LETTERS_DUE, campaign.id or 0)
            if last is not None and latest <= last:
                continue
            for reader in mails.hr_readers(session, campaign):
                outbox.send(
                    session,
                    Kind.LETTERS_DUE,
                    reader,
                    key=f"{Kind.LETTERS_DUE}:{campaign.id}:{latest.isoformat()}:{reader.account_id}",
                    now=clock.now(),
                    context={"waiting": waiting},
                    campaign=campaign,
                    until=letters[-1].until,
                )


def remind_hr(engine: Engine) -> None:
    """Job of `clock.tick`: HR of a campaign read, at most once a week, which days of this week and the next
    wait for an agreement. Safe to run twice."""
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    with open_session(engine) as session:
        days: dict[int, list[SeenVisit]] = {}
        campaigns: dict[int, Campaign] = {}
        for seen in agreements.waiting_until(session, monday + ASKED, today):
            days.setdefault(seen.visit.campaign_id, []).append(seen)
            campaigns[seen.visit.campaign_id] = seen.campaign
        people = {one.id or 0: one for seen in chain(*days.values()) for one in (seen.visitor, seen.host)}
        without = {id_ for id_, reader in mails.readers_of(session, people).items() if not reader.email}
        for campaign_id, found in days.items():
            theirs = {one.id: one.name for seen in found for one in (seen.visitor, seen.host)}
            by_hand = [name for id_, name in theirs.items() if id_ in without]
            for reader in mails.hr_readers(session, campaigns[campaign_id]):
                outbox.send(
                    session,
                    Kind.AGREEMENTS_DUE,
                    reader,
                    key=f"{Kind.AGREEMENTS_DUE}:{campaign_id}:{monday.isoformat()}:{reader.account_id}",
                    now=clock.now(),
                    context={"visits": found, "pairs": by_companies(found), "by_hand": by_hand},
                    campaign=campaigns[campaign_id],
                    until=found[-1].visit.day,
                )
