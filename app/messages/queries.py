"""Every SELECT of messages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_
from sqlmodel import Session, col, select

from app.accounts.tables import Account
from app.campaigns.tables import Campaign
from app.core.searching import found_in
from app.messages.catalogue import URGENT
from app.messages.readers import Reader, reader_of
from app.messages.tables import Mail, MailStatus
from app.people.tables import Person, Site, Team

PAGE = 50


def readers_of(session: Session, person_ids: Collection[int]) -> dict[int, Reader]:
    """The readers behind people still in the company, by person, in one query."""
    rows = session.exec(
        select(Person, Account)
        .join(Account, col(Account.id) == col(Person.account_id), isouter=True)
        .where(col(Person.id).in_(person_ids), col(Person.active))
    )
    return {person.id: reader_of(account, person) for person, account in rows if person.id is not None}


def hr_readers(session: Session, campaign: Campaign) -> list[Reader]:
    """Who in HR reads of a campaign: whoever created it while they are in HR, else everybody in HR."""
    query = (
        select(Account, Person)
        .join(Person, col(Person.account_id) == col(Account.id), isouter=True)
        .where(col(Account.active), col(Account.is_hr))
        .order_by(col(Account.id))
    )
    found = [(account, reader_of(account, person)) for account, person in session.exec(query)]
    lead = [reader for account, reader in found if account.id == campaign.created_by]
    return lead or [reader for _account, reader in found]


def reply_address(session: Session, campaign: Campaign) -> str | None:
    """Who reads the answers to a campaign's mails: the address of whoever created it, while they are here."""
    return session.exec(
        select(Account.email).where(Account.id == campaign.created_by, col(Account.active))
    ).first()


def keys_written(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these news were already written."""
    return set(session.exec(select(Mail.key).where(col(Mail.key).in_(keys))))


def statuses_of(session: Session, keys: Collection[str]) -> dict[str, MailStatus]:
    """Where the mails of these news stand, by key; without those not written."""
    rows = session.exec(select(Mail.key, Mail.status).where(col(Mail.key).in_(keys)))
    return {key: MailStatus(status) for key, status in rows}


def keys_of(session: Session, kind: str, campaign_id: int) -> list[str]:
    """The keys of every mail of one kind in a campaign."""
    return list(session.exec(select(Mail.key).where(Mail.kind == kind, Mail.campaign_id == campaign_id)))


def last_written(session: Session, kind: str, campaign_id: int) -> datetime | None:
    """When a mail of one kind was last written about a campaign."""
    query = select(func.max(Mail.created_at)).where(Mail.kind == kind, Mail.campaign_id == campaign_id)
    return session.exec(query).one()


def written_to(session: Session, kind: str, person_ids: Collection[int]) -> list[tuple[str, int, datetime]]:
    """What of one kind these people were written, on paper too: (key, person id, when)."""
    query = select(Mail.key, Mail.person_id, Mail.created_at).where(
        Mail.kind == kind, col(Mail.person_id).in_(person_ids)
    )
    return [(key, person_id, at) for key, person_id, at in session.exec(query) if person_id is not None]


@dataclass(frozen=True)
class MailPage:
    """One page of the outbox."""

    mails: list[Mail]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def outbox(
    session: Session, *, status: MailStatus | None = None, kind: str = "", text: str = "", page: int = 1
) -> MailPage:
    """The outbox, newest first; each word of `text` is in an address, a name or a subject."""
    conditions: list[Any] = []
    if status is not None:
        conditions.append(col(Mail.status) == status)
    if kind:
        conditions.append(col(Mail.kind) == kind)
    if text:
        conditions.append(found_in(text, Mail.to_address, Mail.to_name, Mail.subject))
    total = session.exec(select(func.count()).select_from(Mail).where(*conditions)).one()
    found = MailPage([], total, page)
    page = min(max(page, 1), found.pages)
    mails = session.exec(
        select(Mail).where(*conditions).order_by(col(Mail.id).desc()).offset((page - 1) * PAGE).limit(PAGE)
    )
    return MailPage(list(mails), total, page)


def counts(session: Session) -> dict[str, int]:
    """How many mails stand where."""
    return {
        MailStatus(status).value: n
        for status, n in session.exec(select(Mail.status, func.count()).group_by(col(Mail.status)))
    }


def find_mail(session: Session, mail_id: int) -> Mail | None:
    """One mail."""
    return session.get(Mail, mail_id)


def overdue(session: Session, now: datetime, limit: int = 500) -> list[Mail]:
    """Mails that still wait although their next attempt is due."""
    return list(
        session.exec(
            select(Mail)
            .where(Mail.status == MailStatus.WAITING, Mail.next_attempt_at <= now)
            .order_by(col(Mail.next_attempt_at))
            .limit(limit)
        )
    )


@dataclass(frozen=True)
class Letter:
    """What somebody without e-mail must be told, and where to find them."""

    mail: Mail
    team: str
    site: str


def _to_hand_over(campaign_id: int | None, today: date) -> tuple[ColumnElement[bool], ...]:
    """Told on paper or not at all, and still of use: no past day, none that fell before it was told. None:
    what belongs to no campaign."""
    return col(Mail.campaign_id) == campaign_id, *_waiting(today)


def _waiting(today: date) -> tuple[ColumnElement[bool], ...]:
    serves = or_(col(Mail.until).is_(None), col(Mail.until) >= today)
    return col(Mail.status) == MailStatus.UNREACHABLE, serves


def letters(
    session: Session, campaign_id: int | None, *, today: date, site_id: int | None = None
) -> list[Letter]:
    """A campaign's letters, or those of none: the urgent ones, then the others, each sorted as they are
    handed out: site, team, name."""
    urgent = case((col(Mail.kind).in_(URGENT), 0), else_=1)
    query = (
        select(Mail, Team.name, Site.name)
        .join(Person, col(Person.id) == col(Mail.person_id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Site, col(Site.id) == col(Team.site_id))
        .where(*_to_hand_over(campaign_id, today))
        .order_by(urgent, col(Site.name), col(Team.name), col(Person.last_name), col(Person.id), col(Mail.id))
    )
    if site_id is not None:
        query = query.where(Site.id == site_id)
    return [Letter(mail, team, site) for mail, team, site in session.exec(query)]


def letters_of_none(session: Session, today: date) -> int:
    """How many letters of no campaign wait to be handed over."""
    query = select(func.count()).select_from(Mail).where(*_to_hand_over(None, today))
    return session.exec(query).one()


def letters_to(session: Session, person_id: int, today: date) -> list[Mail]:
    """Letters that wait for one reader, the latest first."""
    query = select(Mail).where(Mail.person_id == person_id, *_waiting(today))
    return list(session.exec(query.order_by(col(Mail.id).desc())))


def letters_about(session: Session, begins: Collection[str], today: date) -> list[Mail]:
    """Letters still to be handed over whose key begins in one of these ways, oldest first."""
    about = or_(*(col(Mail.key).startswith(one, autoescape=True) for one in begins))
    query = select(Mail).where(about, *_waiting(today))
    return list(session.exec(query.order_by(col(Mail.id))))


@dataclass(frozen=True)
class ToTell:
    """Whom HR tell by hand before it is too late, in one campaign."""

    campaign: Campaign
    letters: list[Mail]
    """The soonest day first."""

    @property
    def people(self) -> int:
        """How many read them."""
        return len({letter.person_id for letter in self.letters})


def urgent_letters(session: Session, today: date, campaign_id: int | None = None) -> list[ToTell]:
    """Letters whose reader comes to harm without them, of every campaign or of one."""
    query = (
        select(Mail, Campaign)
        .join(Campaign, col(Campaign.id) == col(Mail.campaign_id))
        .where(col(Mail.kind).in_(URGENT), Mail.status == MailStatus.UNREACHABLE, col(Mail.until) >= today)
        .order_by(col(Mail.campaign_id), col(Mail.until), col(Mail.to_name), col(Mail.id))
    )
    if campaign_id is not None:
        query = query.where(Mail.campaign_id == campaign_id)
    rows = list(session.exec(query))
    by_campaign = groupby(rows, key=lambda row: row[1].id)
    return [
        ToTell(found[0][1], [letter for letter, _ in found])
        for _, group in by_campaign
        if (found := list(group))
    ]


def sites_with_letters(
    session: Session, campaign_id: int | None, *, today: date
) -> list[tuple[int, str, int]]:
    """Sites where letters of a campaign remain to be handed out: id, name, how many."""
    rows = session.exec(
        select(Site.id, Site.name, func.count())
        .join(Team, col(Team.site_id) == col(Site.id))
        .join(Person, col(Person.team_id) == col(Team.id))
        .join(Mail, col(Mail.person_id) == col(Person.id))
        .where(*_to_hand_over(campaign_id, today))
        .group_by(col(Site.id), col(Site.name))
        .order_by(col(Site.name))
    )
    return [(site_id, name, n) for site_id, name, n in rows if site_id is not None]


def letters_told(session: Session, campaign_id: int | None) -> int:
    """How many letters of a campaign, or of none, were handed out."""
    return session.exec(
        select(func.count()).where(Mail.campaign_id == campaign_id, Mail.status == MailStatus.TOLD)
    ).one()
