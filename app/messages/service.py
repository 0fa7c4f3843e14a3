"""Writes mails into the outbox and follows them: every change of messages."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, and_, col, delete, or_, select, update

from app.accounts.tables import Account
from app.campaigns.tables import Booking, Campaign
from app.core import clock, jobs
from app.core.i18n import speaking
from app.core.settings import settings
from app.core.templating import render_text
from app.messages.catalogue import ABOUT_VISITS, ON_PAPER, SECRET, Kind
from app.messages.errors import AlreadyOnItsWay
from app.messages.lines import one_line, plain_lines
from app.messages.readers import Reader
from app.messages.tables import Mail, MailStatus
from app.people.tables import Person

SAFETY_NET = timedelta(minutes=15)
"""After this, the clock asks again for a mail whose job was lost."""
KEPT_FOR = timedelta(days=365)
"""Mails are erased after a year."""
UNTOLD = (MailStatus.WAITING, MailStatus.FAILED, MailStatus.UNREACHABLE)
"""Nobody has read them yet."""


@dataclass(frozen=True)
class Invitation:
    """An iCalendar object to go with a mail."""

    content: str
    method: str
    """`REQUEST` or `CANCEL`."""


def send(
    session: Session,
    kind: Kind,
    reader: Reader,
    *,
    key: str,
    now: datetime,
    context: Mapping[str, Any],
    campaign: Campaign | None = None,
    reply_to: str | None = None,
    calendar: Invitation | None = None,
    until: date | None = None,
) -> Mail | None:
    """Write one mail in its reader's language; it leaves after the caller's commit.

    `key` names the news: the same key writes nothing again and returns None. Somebody without address gets
    a row that HR sees among what must be told on paper (None for kinds that make no sense there), up to the
    day `until`.
    """
    if session.exec(select(Mail.id).where(Mail.key == key)).first() is not None:
        return None
    if not reader.email and kind not in ON_PAPER:
        return None
    with speaking(reader.language):
        words = {
            **context,
            "reader": reader,
            "campaign": campaign,
            "answerable": reply_to is not None,
            "on_paper": reader.email is None,
            "base": settings().public_url,
            "today": clock.today(),
        }
        subject = one_line(render_text(f"mail/{kind}/subject.txt", **words))
        text = _spaced(plain_lines(render_text(f"mail/{kind}/body.txt", **words)))
        html = plain_lines(render_text(f"mail/{kind}/body.html", subject=subject, **words))
    mail = Mail(
        key=key,
        kind=kind,
        status=MailStatus.WAITING if reader.email else MailStatus.UNREACHABLE,
        campaign_id=campaign.id if campaign else None,
        account_id=reader.account_id,
        person_id=reader.person_id,
        to_name=one_line(reader.name),
        to_address=reader.email,
        reply_to=reply_to,
        language=reader.language,
        subject=subject,
        text=text,
        html=html,
        calendar=calendar.content if calendar else None,
        calendar_method=calendar.method if calendar else None,
        until=until or _serves_until(kind, campaign),
        next_attempt_at=now + SAFETY_NET,
        created_at=now,
    )
    written = _write_once(session, mail)
    if written is not None and written.status == MailStatus.WAITING:
        queue(session, written)
    return written


def _write_once(session: Session, mail: Mail) -> Mail | None:
    """The row of a mail; None where another job that tells the same news was faster."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = dialect.insert(Mail).values(**mail.model_dump(exclude={"id"}))
    made = session.execute(row.on_conflict_do_nothing(index_elements=["key"]).returning(Mail.id)).first()
    return None if made is None else session.get_one(Mail, made[0])


def _serves_until(kind: Kind, campaign: Campaign | None) -> date | None:
    """The last day on which somebody can do what a campaign's letter asks."""
    if campaign is None:
        return None
    booked = campaign.booking == Booking.OPEN
    return {
        Kind.CAMPAIGN_INVITATION: campaign.last_day if booked else campaign.enrol_until,
        Kind.ENROLMENT_REMINDER: campaign.enrol_until,
        Kind.DEBRIEF_INVITATION: campaign.debrief_until,
        Kind.DEBRIEF_REMINDER: campaign.debrief_until,
    }.get(kind)


def _spaced(text: str) -> str:
    """One empty line between paragraphs, whatever a template's conditions left behind."""
    return re.sub("\n{3,}", "\n\n", text).strip() + "\n"


def queue(session: Session, mail: Mail) -> None:
    """Have a mail delivered after the caller's commit."""
    jobs.record(session, "mail.queued", queue=jobs.MAIL_QUEUE, mail_id=mail.id)


def send_again(session: Session, mail: Mail, *, now: datetime) -> None:
    """Try a failed mail, or one that lies in the outbox folder, once more. Raises AlreadyOnItsWay."""
    changed = session.exec(
        update(Mail)
        .where(col(Mail.id) == mail.id, col(Mail.status).in_([MailStatus.FAILED, MailStatus.KEPT]))
        .where(col(Mail.text) != "")
        .values(
            status=MailStatus.WAITING,
            attempts=0,
            error=None,
            leased_until=None,
            next_attempt_at=now + SAFETY_NET,
        )
    )
    if changed.rowcount != 1:
        raise AlreadyOnItsWay
    queue(session, mail)


def hand_over(session: Session, campaign_id: int | None, mail_ids: list[int], *, now: datetime) -> int:
    """Remember which letters of a campaign, or of none, were given on paper; how many were still to give."""
    changed = session.exec(
        update(Mail)
        .where(col(Mail.campaign_id) == campaign_id, col(Mail.id).in_(mail_ids))
        .where(col(Mail.status) == MailStatus.UNREACHABLE)
        .values(status=MailStatus.TOLD, sent_at=now)
    )
    return int(changed.rowcount)


def read_by(session: Session, person_id: int, mail_ids: Collection[int], *, now: datetime) -> int:
    """Remember which of their letters somebody says they read: nobody hands those over any more. How many."""
    changed = session.exec(
        update(Mail)
        .where(col(Mail.person_id) == person_id, col(Mail.id).in_(mail_ids))
        .where(col(Mail.status) == MailStatus.UNREACHABLE)
        .values(status=MailStatus.TOLD, sent_at=now)
    )
    return int(changed.rowcount)


def drop_letters(
    session: Session,
    visit_id: int,
    person_ids: Collection[int],
    *,
    today: date,
    about: int | str | None = None,
) -> None:
    """A visit fell, has another day, or cannot be on its own: nobody hands over any more what was still to be
    said of it to these people on paper, but for letters `about` this news. That it fell is said all the same:
    they may have read of the day on a page, or on a letter not ticked off."""
    news = [kind for kind in ABOUT_VISITS if kind not in (Kind.VISIT_CANCELLED, Kind.VISIT_TEAM)]
    former = or_(*(col(Mail.key).startswith(f"{kind}:{visit_id}:", autoescape=True) for kind in news))
    if about is not None:
        former = and_(former, ~col(Mail.key).contains(f":{visit_id}:{about}:", autoescape=True))
    session.exec(
        update(Mail)
        .where(former, col(Mail.person_id).in_(person_ids), col(Mail.status) == MailStatus.UNREACHABLE)
        .values(until=today - timedelta(days=1))
        .execution_options(synchronize_session=False)
    )


def drop_letters_named(session: Session, keys: Collection[str], *, today: date) -> None:
    """What these letters say is true no more: nobody hands them over."""
    session.exec(
        update(Mail)
        .where(col(Mail.key).in_(keys), col(Mail.status) == MailStatus.UNREACHABLE)
        .values(until=today - timedelta(days=1))
        .execution_options(synchronize_session=False)
    )


def blank_if_secret(mail: Mail) -> None:
    """Forget the words of a mail that opens a session."""
    if mail.kind in SECRET:
        mail.text = mail.html = ""


def export(session: Session, person: Person) -> list[dict[str, Any]]:
    """What messages hold about a person, for their access request."""
    mails = session.exec(select(Mail).where(Mail.person_id == person.id).order_by(col(Mail.id)))
    return [
        {
            "kind": mail.kind,
            "status": mail.status.value,
            "to": mail.to_address,
            "subject": mail.subject,
            "text": mail.text,
            "created_at": mail.created_at.isoformat(),
        }
        for mail in mails
    ]


def erase(session: Session, person: Person) -> None:
    """Forget every mail written to a person, or that tells of a delegation of theirs (their files in the
    outbox folder follow by `jobs.tidy`), and their address among those that answers go to."""
    account = session.get(Account, person.account_id) if person.account_id else None
    addresses = {one.email for one in (person, account) if one is not None and one.email}
    theirs = [col(Mail.person_id) == person.id, col(Mail.to_address).in_(addresses)]
    if account is not None:
        theirs.append(col(Mail.account_id) == account.id)
    named = [col(Mail.key).contains(f":{role}{person.id}:") for role in ("m", "d")]
    theirs.append((col(Mail.kind) == Kind.DELEGATION) & or_(*named))
    session.exec(delete(Mail).where(or_(*theirs)))
    session.exec(update(Mail).where(col(Mail.reply_to).in_(addresses)).values(reply_to=None))


def erase_about(session: Session, visit_ids: Collection[int]) -> list[str]:
    """Forget the mails about some visits, which name both people; the keys of those not yet told."""
    starts = [f"{kind}:{visit_id}:" for kind in ABOUT_VISITS for visit_id in visit_ids]
    if not starts:
        return []
    about = or_(*(col(Mail.key).startswith(start, autoescape=True) for start in starts))
    untold = session.exec(select(Mail.key).where(about, col(Mail.status).in_(UNTOLD)).order_by(Mail.key))
    keys = list(untold)
    session.exec(delete(Mail).where(about))
    return keys


def forget_news(session: Session, starts: Collection[str]) -> None:
    """Forget the mails whose keys begin so, whoever received them: they name somebody who is erased."""
    if starts:
        session.exec(
            delete(Mail).where(or_(*(col(Mail.key).startswith(one, autoescape=True) for one in starts)))
        )
