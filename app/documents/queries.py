"""Every SELECT of documents."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.accounts.tables import Account
from app.campaigns.invited import invited_people
from app.campaigns.tables import Campaign
from app.people.tables import Person, Site, Team


@dataclass(frozen=True)
class CardHolder:
    """Somebody without address, who enters by number and code."""

    person: Person
    account: Account
    team: Team
    site: Site

    @property
    def has_code(self) -> bool:
        """Whether a card was already made, or an own PIN chosen."""
        return self.account.code_hash is not None or self.account.pin_hash is not None


def card_holders(session: Session, campaign: Campaign) -> list[CardHolder]:
    """Invited people without address, sorted as cards are handed out: site, team, name."""
    return _holders(session, [person.id or 0 for person in invited_people(session, campaign)])


def chosen_holders(session: Session, campaign: Campaign, person_ids: Collection[int]) -> list[CardHolder]:
    """Those of `person_ids` who may get a card for the campaign."""
    invited = {person.id or 0 for person in invited_people(session, campaign)}
    return _holders(session, invited & set(person_ids))


def _holders(session: Session, person_ids: Collection[int]) -> list[CardHolder]:
    rows = session.exec(
        select(Person, Account, Team, Site)
        .join(Account, col(Account.id) == col(Person.account_id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Site, col(Site.id) == col(Team.site_id))
        .where(col(Account.email).is_(None), col(Account.active), col(Person.id).in_(person_ids))
        .order_by(col(Site.name), col(Team.name), col(Person.last_name), col(Person.first_name))
    )
    return [CardHolder(*row) for row in rows]
