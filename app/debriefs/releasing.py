"""From the pool to the figures, in batches that point at nobody.

The rules: a batch of one role of one campaign holds forms of at least five people and enters the figures
whole, so that figures never move by the answers of fewer than five people. The shared statements, which
only the first form of each person tells, wait likewise for five such forms. At the end of a campaign the last
forms, if of fewer than five people, give their words (read after review only) but not their figures, whose
change would tell; fewer than five people in all stay sealed and are destroyed.

In its envelope a form bears a pseudonym of its author, for the counting of people; it ends there.
"""

import logging
import random
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, delete, select

from app.campaigns.tables import Campaign
from app.debriefs import queries
from app.debriefs.questions import CATALOGUE, GROUP, SHARED, Readers
from app.debriefs.rules import is_expired
from app.debriefs.sealing import Unreadable, random_id, seal, unseal
from app.debriefs.tables import (
    Answer,
    Debrief,
    Draft,
    MobilityInterest,
    Released,
    Role,
    SealedDebrief,
    Thanks,
)

log = logging.getLogger(__name__)

_chance = random.SystemRandom()


def put_into_pool(
    session: Session, campaign_id: int, role: Role, said: dict[str, Any], *, who: str, first: bool
) -> None:
    """Add one form and rewrite the pool in another order, sealed anew: arrival leaves no trace in it.

    `who` is the author's pseudonym; `first`, whether this form was asked the shared statements.
    """
    lock_pools(session, campaign_id)
    forms = _opened(session, campaign_id, role)
    place = _pool_place(campaign_id, role)
    sealed = [form.sealed if content is None else seal(content, place) for form, content in forms]
    sealed.append(seal({"who": who, "first": first, "said": said}, place))
    _empty_pool(session, campaign_id, role)
    _chance.shuffle(sealed)
    rows = [{"id": random_id(), "campaign_id": campaign_id, "role": role, "sealed": one} for one in sealed]
    session.execute(insert(SealedDebrief), rows)


def release(session: Session, campaign_id: int, role: Role, *, closing: bool = False) -> int:
    """Release what waits, when it is enough; how many forms were released.

    Every released answer of the campaign and role is written again, shuffled, under new random ids.
    """
    lock_pools(session, campaign_id)
    done = session.get(Released, (campaign_id, role)) or Released(campaign_id=campaign_id, role=role)
    forms = _opened(session, campaign_id, role)
    contents = [content for _form, content in forms if content is not None]
    if len(contents) < len(forms):
        log.warning("sealed debriefs of campaign %s cannot be read: SECRET_KEY has changed", campaign_id)
        return 0
    counted = len({content["who"] for content in contents}) >= GROUP
    first = sum(content["first"] for content in contents)  # one form a person
    if not contents or not (counted or (closing and done.forms >= GROUP)):
        return 0
    if 0 < first < GROUP and not closing:
        return 0
    unseen = set() if first >= GROUP else set(SHARED)
    rows = [_row_again(answer) for answer in queries.answers_of(session, campaign_id, role)]
    for content in contents:
        said = {key: one for key, one in content["said"].items() if key not in unseen}
        rows += _rows(campaign_id, role, said, with_figures=counted)
    _empty_pool(session, campaign_id, role)
    session.exec(delete(Answer).where(col(Answer.campaign_id) == campaign_id, col(Answer.role) == role))
    _chance.shuffle(rows)
    if rows:
        session.execute(insert(Answer), rows)
    if counted:
        done.forms += len(contents)
    else:
        done.words_only += len(contents)
    session.add(done)
    session.flush()
    return len(contents)


def close(session: Session, campaign_id: int) -> None:
    """The campaign is over: release what can be, and forget the drafts nobody sent."""
    for role in Role:
        release(session, campaign_id, role, closing=True)
    for draft in queries.drafts_of_campaign(session, campaign_id):
        session.delete(draft)
    session.flush()


def destroy_expired(session: Session, campaign_id: int, *, today: date) -> None:
    """A year after its last day, forget what was never released and who answered; figures stay."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or not is_expired(campaign, today):
        return
    session.exec(delete(SealedDebrief).where(col(SealedDebrief.campaign_id) == campaign_id))
    visits = queries.visit_ids(session, [campaign_id])
    for table in (Draft, Debrief, Thanks, MobilityInterest):
        session.exec(delete(table).where(col(table.visit_id).in_(visits)))


def lock_pools(session: Session, campaign_id: int) -> None:
    """Hold a campaign's pools: two sendings at once would each rewrite one without the other's form."""
    # SQLite has one writer anyway.
    locked = select(Campaign.id).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    session.exec(locked).one()


def _opened(
    session: Session, campaign_id: int, role: Role
) -> Sequence[tuple[SealedDebrief, dict[str, Any] | None]]:
    place = _pool_place(campaign_id, role)
    found: list[tuple[SealedDebrief, dict[str, Any] | None]] = []
    for form in queries.sealed_pool(session, campaign_id, role):
        try:
            found.append((form, unseal(form.sealed, place)))
        except Unreadable:
            found.append((form, None))
    return found


def _empty_pool(session: Session, campaign_id: int, role: Role) -> None:
    session.exec(
        delete(SealedDebrief).where(
            col(SealedDebrief.campaign_id) == campaign_id, col(SealedDebrief.role) == role
        )
    )


def _row_again(answer: Answer) -> dict[str, Any]:
    sealed = answer.sealed
    if sealed is not None:
        place = _answer_place(answer.campaign_id, answer.question)
        try:
            sealed = seal(unseal(sealed, place), place)
        except Unreadable:
            log.warning("words of campaign %s cannot be read: SECRET_KEY has changed", answer.campaign_id)
    return {
        "id": random_id(),
        "campaign_id": answer.campaign_id,
        "role": answer.role,
        "question": answer.question,
        "value": answer.value,
        "sealed": sealed,
    }


def _rows(
    campaign_id: int, role: Role, content: dict[str, Any], *, with_figures: bool
) -> list[dict[str, Any]]:
    rows = []
    for one in CATALOGUE:
        if one.key not in content or one.with_key is not None:
            continue
        row = {"id": random_id(), "campaign_id": campaign_id, "role": role, "question": one.key}
        if one.readers == Readers.WORDS:
            words = {"text": content[one.key]}
            words |= {more.key: content[more.key] for more in CATALOGUE if _completes(more, one.key, content)}
            rows.append({**row, "value": None, "sealed": seal(words, _answer_place(campaign_id, one.key))})
        elif one.readers == Readers.FIGURES and with_figures:
            rows.append({**row, "value": content[one.key], "sealed": None})
    return rows


def _completes(more: Any, key: str, content: dict[str, Any]) -> bool:
    return more.with_key == key and more.key in content


def _pool_place(campaign_id: int, role: Role) -> str:
    return f"pool:{campaign_id}:{role.value}"


def _answer_place(campaign_id: int, question: str) -> str:
    return f"answer:{campaign_id}:{question}"
