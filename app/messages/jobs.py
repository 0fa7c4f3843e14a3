"""What messages do after the facts: write the mails of campaigns, deliver what waits, tidy up."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select, update

from app.accounts.links import LIFETIME, make_link
from app.accounts.tables import Account
from app.campaigns.invited import invited_people
from app.campaigns.lifecycle import is_booked_openly
from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.db import open_session
from app.core.security import new_token
from app.core.settings import settings
from app.messages import queries, service
from app.messages.builder import BadAddress, build
from app.messages.catalogue import Kind
from app.messages.errors import NotDelivered
from app.messages.readers import reader_of
from app.messages.smtp import Postponed, Refused, hand_over
from app.messages.tables import Mail, MailStatus
from app.people.tables import Person
from app.teams import queries as teams
from app.teams.tables import Delegation

OVER_TOLD = timedelta(days=7)
"""So long after its last day, somebody may still be told that a delegation is over."""
CHUNK = 50
"""Mails written in one transaction."""
LEASE = timedelta(minutes=5)
"""Longer than the slowest conversation with a mail server."""
PAUSES = (None, None, 10, 30, 120, 360, 720)
"""Minutes until the next attempt after each failed one; None: the job itself tries again within seconds."""

Item = TypeVar("Item")


def send_sign_in_link(
    engine: Engine,
    account_id: int | None,
    next: str = "/",  # noqa: A002
    request: str = "",
) -> None:
    """Mail a fresh sign-in link. Nobody's address was typed when `account_id` is None: nothing is sent."""
    now = clock.now()
    with open_session(engine) as session:
        account = session.get(Account, account_id) if account_id is not None else None
        key = f"{Kind.SIGN_IN_LINK}:{account_id}:{request or new_token()}"
        if account is None or not account.active or not account.email or queries.keys_written(session, {key}):
            return
        token = make_link(session, account, now=now, next=next)
        service.send(
            session,
            Kind.SIGN_IN_LINK,
            reader_of(account),
            key=key,
            now=now,
            context={"token": token, "lifetime": int(LIFETIME.total_seconds() // 60)},
        )


def invite_everybody(engine: Engine, campaign_id: int) -> None:
    """A campaign opened: everybody invited is asked once, by mail or on paper."""
    with open_session(engine, reads_only=True) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None or not _asks_people(campaign):
            return
        ids = [person.id for person in invited_people(session, campaign) if person.id is not None]
    write_each(engine, Kind.CAMPAIGN_INVITATION, campaign_id, ids, "")


def _asks_people(campaign: Campaign) -> bool:
    """Whether it makes sense to invite: answers are taken, or days are still booked."""
    return campaign.status == Status.OPEN or (
        campaign.status == Status.RUNNING and is_booked_openly(campaign)
    )


def remind(engine: Engine, campaign_id: int, person_ids: list[int]) -> None:
    """Remind those who have not answered, at most once a day each."""
    with open_session(engine, reads_only=True) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None or campaign.status != Status.OPEN:
            return
    write_each(engine, Kind.ENROLMENT_REMINDER, campaign_id, person_ids, f":{clock.today()}")


def _about_given(one: Delegation) -> str:
    return _about(one.manager_id, one.delegate_id, one.id or 0, one.created_at.isoformat())


def _about(manager_id: int, delegate_id: int, delegation_id: int, given_at: str | None) -> str:
    """What the keys of mails about a delegation begin with. The number of one that is taken back may be given
    to the next one: the moment tells them apart."""
    moment = f"-{int(datetime.fromisoformat(given_at).timestamp() * 1000)}" if given_at else ""
    return f"{Kind.DELEGATION}:m{manager_id}:d{delegate_id}:{delegation_id}{moment}"


def tell_delegation(engine: Engine, delegation_id: int) -> None:
    """Job of `delegation.given`: the delegate reads what is entrusted, the manager that it is done."""
    with open_session(engine) as session:
        seen = teams.seen_delegation(session, delegation_id)
        if seen is None:  # taken back meanwhile
            return
        about = _about_given(seen.delegation)
        two = {seen.delegate.id: True, seen.manager.id: False}
        readers = queries.readers_of(session, [one for one in two if one is not None])
        for person_id, reader in readers.items():
            service.send(
                session,
                Kind.DELEGATION,
                reader,
                key=f"{about}:{person_id}",
                now=clock.now(),
                context={
                    "theirs": two[person_id],
                    "manager": seen.manager,
                    "delegate": seen.delegate,
                    "first": seen.delegation.first_day,
                    "last": seen.delegation.last_day,
                },
                until=seen.delegation.last_day,
            )


def tell_delegation_ended(
    engine: Engine,
    delegation_id: int,
    manager_id: int,
    delegate_id: int,
    given_at: str | None = None,
    left_id: int | None = None,
) -> None:
    """Job of `delegation.ended`: the delegate reads that it is taken back, if they had read of it. Where one
    of the two left, the other one reads it."""
    about = _about(manager_id, delegate_id, delegation_id, given_at)
    told_id = manager_id if left_id == delegate_id else delegate_id
    with open_session(engine) as session:
        other = session.get(Person, manager_id if told_id == delegate_id else delegate_id)
        reader = queries.readers_of(session, [told_id]).get(told_id)
        read = queries.keys_written(session, {f"{about}:{told_id}"})
        for letter in queries.letters_about(session, [f"{about}:"], clock.today()):
            letter.until = clock.today() - timedelta(days=1)  # that it was given is no longer true
        if other is not None and reader is not None and read:
            service.send(
                session,
                Kind.DELEGATION,
                reader,
                key=f"{about}:{told_id}:ended",
                now=clock.now(),
                context={
                    "ended": True,
                    "other": other,
                    "left": left_id is not None,
                    "theirs": told_id == delegate_id,
                },
            )


def tell_delegations_over(engine: Engine) -> None:
    """Job of `clock.tick`: the last day of a delegation passed; both who read that it was given read it once.
    Safe to run twice."""
    today = clock.today()
    with open_session(engine, reads_only=True) as session:
        over = teams.delegations_over(session, today - OVER_TOLD, today)
        people = {id_ or 0 for one in over for id_ in (one.manager.id, one.delegate.id)}
        told = {key for key, _person, _at in queries.written_to(session, Kind.DELEGATION, people)}
    for one in over:
        about = _about_given(one.delegation)
        two = {one.delegate.id: one.manager, one.manager.id: one.delegate}
        due = [id_ for id_ in two if f"{about}:{id_}" in told and f"{about}:{id_}:over" not in told]
        if not due:
            continue
        with open_session(engine) as session:
            for id_, reader in queries.readers_of(session, [id_ for id_ in due if id_ is not None]).items():
                theirs = id_ == one.delegate.id
                service.send(
                    session,
                    Kind.DELEGATION,
                    reader,
                    key=f"{about}:{id_}:over",
                    now=clock.now(),
                    context={"over": True, "other": two[id_], "theirs": theirs},
                )


def write_each(
    engine: Engine,
    kind: Kind,
    campaign_id: int,
    person_ids: Sequence[int],
    suffix: str,
    context: dict[str, Any] | None = None,
) -> None:
    """The same to each of these people, once for each `suffix`; some in each transaction."""
    now = clock.now()
    for ids in _chunks(person_ids):
        with open_session(engine) as session:
            campaign = session.get(Campaign, campaign_id)
            assert campaign is not None
            reply_to = queries.reply_address(session, campaign)
            written = queries.keys_written(session, {f"{kind}:{campaign_id}:{id_}{suffix}" for id_ in ids})
            for person_id, reader in queries.readers_of(session, ids).items():
                key = f"{kind}:{campaign_id}:{person_id}{suffix}"
                if key not in written:
                    service.send(
                        session,
                        kind,
                        reader,
                        key=key,
                        now=now,
                        context=context or {},
                        campaign=campaign,
                        reply_to=reply_to,
                    )


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def deliver(engine: Engine, mail_id: int) -> None:
    """Hand one waiting mail to the mail server, or lay it into the outbox folder when there is none.

    No transaction is open meanwhile. Raises NotDelivered while another attempt within seconds makes sense;
    later ones are asked for by the clock. Run twice, it finds the mail no longer waiting.
    """
    mail = _claim(engine, mail_id)
    if mail is None:
        return
    try:
        message = build(mail)
        if settings().smtp_host:
            hand_over(message)
            _settle(engine, mail_id, MailStatus.SENT)
        else:
            _lay_down(mail_id, message.as_bytes())
            _settle(engine, mail_id, MailStatus.KEPT)
    except BadAddress:
        _settle(engine, mail_id, MailStatus.FAILED, "bad address")
    except Refused as refused:
        _settle(engine, mail_id, MailStatus.FAILED, str(refused))
    except (Postponed, OSError) as postponed:
        code = str(postponed) if isinstance(postponed, Postponed) else "outbox folder"
        if _postpone(engine, mail, code):
            raise NotDelivered(code) from None


def _claim(engine: Engine, mail_id: int) -> Mail | None:
    """Take the mail for this worker; None when it no longer waits or another worker has it."""
    now = clock.now()
    with open_session(engine) as session:
        taken = session.exec(
            update(Mail)
            .where(col(Mail.id) == mail_id, col(Mail.status) == MailStatus.WAITING)
            .where(col(Mail.leased_until).is_(None) | (col(Mail.leased_until) < now))
            .values(
                leased_until=now + LEASE, next_attempt_at=now + 2 * LEASE, attempts=col(Mail.attempts) + 1
            )
        )
        return session.get(Mail, mail_id) if taken.rowcount == 1 else None


def _settle(engine: Engine, mail_id: int, status: MailStatus, error: str | None = None) -> None:
    with open_session(engine) as session:
        mail = session.get(Mail, mail_id)
        if mail is None:
            return
        mail.status, mail.error, mail.leased_until = status, error, None
        if status in {MailStatus.SENT, MailStatus.KEPT}:
            mail.sent_at = clock.now()
        if status != MailStatus.KEPT:
            service.blank_if_secret(mail)
        session.add(mail)


def _postpone(engine: Engine, mail: Mail, code: str) -> bool:
    """Let the mail wait for its next attempt: whether within seconds. After the last one it failed."""
    assert mail.id is not None
    if mail.attempts > len(PAUSES):
        _settle(engine, mail.id, MailStatus.FAILED, code)
        return False
    pause = PAUSES[mail.attempts - 1]
    with open_session(engine) as session:
        session.exec(
            update(Mail)
            .where(col(Mail.id) == mail.id)
            .values(
                error=code,
                leased_until=None,
                next_attempt_at=clock.now() + timedelta(minutes=pause or 10),
            )
        )
    return pause is None


def _lay_down(mail_id: int, content: bytes) -> None:
    folder = settings().outbox
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = folder / f"{mail_id}.eml.part"
    with open(half, "wb", opener=_private) as out:
        out.write(content)
    half.replace(outbox_file(mail_id))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def outbox_file(mail_id: int) -> Path:
    """Where a mail lies when no server took it."""
    return settings().outbox / f"{mail_id}.eml"


def retry_overdue(engine: Engine) -> None:
    """Deliver again whatever still waits although its time has come: no mail is forgotten."""
    now = clock.now()
    with open_session(engine) as session:
        for mail in queries.overdue(session, now):
            mail.next_attempt_at = now + service.SAFETY_NET
            session.add(mail)
            service.queue(session, mail)


def tidy(engine: Engine) -> None:
    """Erase mails after their time, and the files of the outbox folder whose mail is gone."""
    with open_session(engine) as session:
        session.exec(delete(Mail).where(col(Mail.created_at) < clock.now() - service.KEPT_FOR))
    files = {int(path.stem): path for path in settings().outbox.glob("*.eml") if path.stem.isdecimal()}
    for ids in _chunks(sorted(files)):
        with open_session(engine, reads_only=True) as session:
            known = _known(session, ids)
        for mail_id in set(ids) - known:
            with suppress(FileNotFoundError):
                files[mail_id].unlink()


def _known(session: Session, ids: Sequence[int]) -> set[int]:
    return {
        found for found in session.exec(select(Mail.id).where(col(Mail.id).in_(ids))) if found is not None
    }
