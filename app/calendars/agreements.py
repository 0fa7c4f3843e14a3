"""A day between two companies whose agreement nobody recorded: HR are asked in time, the people are warned.

The product does not cancel such a day. HR may still record the agreement on the day itself, or after it.
"""

from collections.abc import Collection
from datetime import timedelta
from itertools import chain

from sqlalchemy import Engine
from sqlmodel import Session

from app.calendars.uncertain import Addressed, Sentences, Uncertain, untold, warn
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import each, open_session
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.tables import MailStatus
from app.people.tables import Person
from app.visits import agreements, reading, sentences
from app.visits.changing import hold_all
from app.visits.history import Hand, remember
from app.visits.queries import SeenVisit
from app.visits.reading import SeenChange
from app.visits.rosters import conflict_of, conflicts_among
from app.visits.rules import WARNED
from app.visits.showing import by_companies
from app.visits.standing import not_to_travel
from app.visits.tables import By, ChangeKind
from app.visits.warned import Told

ASKED = timedelta(days=13)
"""From Monday on, how far HR are asked: to the end of the next week. A signature takes days."""


def warn_uncertain(engine: Engine) -> None:
    """Job of `clock.tick`: visitor, host and tutor of a day that comes without its agreement read that it is
    not certain, once for each day it has, and its history says so. Not where it cannot be at all: that is
    told. Safe to run twice."""
    today = clock.today()
    with open_session(engine, reads_only=True) as session:
        found = agreements.waiting_until(session, today + WARNED, today)
        against = {one.seen.visit.id for one in conflicts_among(session, found)}
        ids = [seen.visit.id or 0 for seen in found]
        before, news = agreements.times_settled(session, ids), _unsigned_untold(session, ids)
        days = [
            Uncertain(
                seen,
                _sentences(seen, news.get(seen.visit.id or 0)),
                _again(before.get(seen.visit.id or 0, 0)),
                is_news=seen.visit.id in news,
            )
            for seen in found
            if seen.visit.id not in against
        ]
        told = untold(session, days)
    each(engine, told, lambda session, one: _warn(session, *one))


def tell_not_needed(engine: Engine) -> None:
    """Job of `clock.tick`: whoever was told not to travel reads that the day needs no agreement any more, as
    where one is recorded: their companies are the same now. Safe to run twice."""
    today = clock.today()
    with open_session(engine, reads_only=True) as session:
        found = [seen.visit.id or 0 for seen in agreements.no_longer_needed(session, today)]

    def tell(session: Session, visit_id: int) -> None:
        hold_all(session, [visit_id])
        for seen in agreements.no_longer_needed(session, today, visit_id):
            hand = Hand(by=By.SERVICE, actor=None, now=clock.now())
            remember(session, seen.visit, ChangeKind.NOT_NEEDED, hand, event="visit.agreed")

    each(engine, found, tell)


def _again(times: int) -> str:
    """Tells the warning of a day that needs an agreement once more from those before."""
    return f"again-{times}" if times else ""


def warns_at_once(session: Session, seen: SeenVisit) -> bool:
    """Whether the people of a day whose agreement holds no more are about to be warned not to travel: that
    message says both."""
    near = seen.visit.day <= clock.today() + WARNED
    return near and conflict_of(session, seen, clock.today()) is None


def _unsigned_untold(session: Session, visit_ids: Collection[int]) -> dict[int, SeenChange]:
    """That the agreement of these visits holds no more, where nothing told it yet. Three queries."""
    lines = agreements.unsigned_by(session, visit_ids)
    roles = (By.VISITOR, By.HOST)
    keys = {f"{Kind.VISIT_CHANGED}:{id_}:{line}:{role}": id_ for id_, line in lines.items() for role in roles}
    told = {keys[one] for one in mails.keys_written(session, keys.keys())}
    changes = reading.find_changes(session, [line for id_, line in lines.items() if id_ not in told])
    return {one.change.visit_id: one for one in changes}


def _sentences(seen: SeenVisit, news: SeenChange | None) -> Sentences:
    """`news`: what the message tells with it."""

    def said(role: By, _person: Person, told: Told) -> tuple[str, ...]:
        before = () if news is None else (sentences.sentence(news),)
        return *before, *not_to_travel(seen, role, told)

    return said


def _warn(session: Session, day: Uncertain, people: list[Addressed]) -> None:
    """Where others of the day read it before, its history says so already."""
    sent = warn(session, day, people)
    if sent and len(people) == len(day.people):
        hand = Hand(by=By.SERVICE, actor=None, now=clock.now())
        to_tell = next((one.person_id for one in sent if one.status is MailStatus.UNREACHABLE), None)
        remember(session, day.seen.visit, ChangeKind.WARNED, hand, event=None, other_id=to_tell)


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
