"""Once no day of a campaign leaves its notice, what fell is not replaced: its history says so, whoever was
told that another day could be had reads it, and HR read at once of all that fell since. What waited in a
repair closes with it (`opening.leave_out_undone`), which tells HR.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from app.campaigns.holding import hold_alone
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import each, open_session
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.planning.repairs import needs, opening, queries, queries_late
from app.planning.repairs.states import close
from app.planning.repairs.telling import untold, without_a_day
from app.planning.repairs.words import NO_DAY
from app.planning.tables import RepairCause
from app.visits import reading
from app.visits.history import Hand, remember
from app.visits.queries import SeenSwap, SeenVisit, swaps_with_ids
from app.visits.rosters import conflicts_among
from app.visits.rules import fell_on, is_ahead, last_chance, leaves_days, stands
from app.visits.tables import By, ChangeKind

KIND = Kind.SEARCH_OVER


def say(engine: Engine) -> None:
    """Job of `clock.tick`, after what was undecided closed. Safe to run twice."""
    today = clock.today()
    with open_session(engine, reads_only=True) as session:
        late = [
            campaign.id or 0
            for campaign in queries_late.lived_plans(session, today)
            if not leaves_days(campaign, today) and _found(session, campaign)
        ]
    each(engine, late, _say)


def _say(session: Session, campaign_id: int) -> None:
    now, campaign = clock.now(), session.get_one(Campaign, campaign_id)
    hold_alone(session, campaign)
    fell = _found(session, campaign)
    _tell(session, campaign, fell, now)
    for one in fell:
        remember(session, one.visit, ChangeKind.TOO_LATE, Hand(By.SERVICE, None, now), event="visit.too_late")
    _repair(session, campaign, fell, now)


def _found(session: Session, campaign: Campaign) -> list[SeenVisit]:
    """What fell, or was missed, and is not replaced, of which nobody said so yet; not what HR decided on, nor
    what one of the two proposes something about: that lapses, and both read it."""
    seen = queries_late.fell_without_word(session, campaign.id or 0)
    ids = {one.visit.id or 0 for one in seen}
    proposed, chosen = reading.open_proposals(session, ids), _choices(session, campaign, seen)
    decided = queries.decided_among(session, ids - chosen.keys())
    return [
        one
        for one in seen
        if one.visit.id not in proposed
        and one.visit.id not in decided
        and (not stands(one.visit) or one.visit.id in chosen)
    ]


def _choices(session: Session, campaign: Campaign, seen: Collection[SeenVisit]) -> dict[int, SeenSwap]:
    """Those of these visits for which the two could still choose a day, or leave it at one, while one was
    left; with their swap."""
    swaps = swaps_with_ids(session, {one.visit.swap_id for one in seen if one.visit.swap_id is not None})
    chance = last_chance(campaign)
    return {
        swap.fallen.visit.id or 0: swap
        for swap in swaps
        if swap.fallen is not None and swap.fallen.may_be_made_up(chance)
    }


def _tell(session: Session, campaign: Campaign, fell: Collection[SeenVisit], now: datetime) -> None:
    """Whoever read that they could choose another day, or that somebody else was looked for, and has read of
    no end of it: once. What fell later said from the start that nothing replaces it; a letter not handed over
    yet does from now on (`visit.too_late`)."""
    chance = last_chance(campaign)
    promised = [one for one in fell if fell_on(one.visit) <= chance]
    if not promised:
        return
    lapsed = queries_late.lapsed_since(session, {one.visit.id or 0 for one in promised}, chance)
    chosen = _choices(session, campaign, promised)
    backs = [other for id_, swap in chosen.items() if (other := swap.other(id_)) is not None]
    ahead = [one for one in backs if is_ahead(one.visit, clock.today())]
    off = {one.seen.visit.id for one in conflicts_among(session, ahead)}
    to_write: list[tuple[int, SeenVisit, By, str, dict[str, Any]]] = []
    for one in promised:
        swap = chosen.get(one.visit.id or 0)
        if swap is None or one.visit.id in lapsed:
            continue
        back = swap.other(one.visit.id)
        said = {"other": None, "back": back, "back_off": back is not None and back.visit.id in off}
        for role, person in ((By.VISITOR, one.visitor), (By.HOST, one.host)):
            to_write.append((person.id or 0, one, role, ":late", said))
    searched = {one.visit.id or 0 for one in promised if one.visit.id not in chosen}
    for person_id, days in untold(session, without_a_day(session, searched, campaign, chance)):
        (one, role), *more = days
        said = {"other": more[0][0] if more else None, "back": None}
        to_write.append((person_id, one, role, "", said))
    begins = [f"{Kind.VISIT_CANCELLED}:{one.visit.id}:" for one in promised]
    unread = {
        (letter.person_id, int(letter.key.split(":")[1]))
        for letter in mails.letters_about(session, begins, clock.today())
    }
    readers = mails.readers_of(session, {person_id for person_id, *_rest in to_write})
    reply_to = mails.reply_address(session, campaign)
    for person_id, one, role, end, said in to_write:
        if person_id in readers and (person_id, one.visit.id) not in unread:
            outbox.send(
                session,
                KIND,
                readers[person_id],
                key=f"{KIND}:{one.visit.id}:{role.value}{end}",
                now=now,
                context={"seen": one, "role": role.value, "too_late": True, **said},
                campaign=campaign,
                reply_to=reply_to,
            )


def _repair(session: Session, campaign: Campaign, fell: Collection[SeenVisit], now: datetime) -> None:
    """One repair for all that fell since: it closes at once, and HR read of it."""
    chance = last_chance(campaign)
    since = {one.visit.id or 0 for one in fell if not stands(one.visit) and fell_on(one.visit) > chance}
    since -= queries_late.known_among(session, since, NO_DAY) | needs.deserted_among(session, since)
    if since:
        made = opening.open_repair(session, campaign, since, RepairCause.FALLEN, None, now)
        close(session, made, now, why=NO_DAY)
