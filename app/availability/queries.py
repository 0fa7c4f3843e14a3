"""Every SELECT of enrolment about one person and for the planning; `answers.py` counts for HR."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from app.availability.busy.taken import calendar_days
from app.availability.days import DayBook, Told
from app.availability.given import DaysGiven, Given
from app.availability.tables import (
    Answer,
    Avoidance,
    Enrolment,
    ExcludedSite,
    ForbiddenPair,
    Wish,
)
from app.availability.told import PLANNED, Hours, told_of_everybody, told_of_people
from app.campaigns.invited import campaigns_inviting, invitation
from app.campaigns.tables import Booking, Campaign, Status
from app.people.tables import Person, Side, Site, Team


@dataclass(frozen=True)
class Enrolling:
    """One person in front of one campaign; `enrolment` is None until the first answer."""

    campaign: Campaign
    person: Person
    team: Team
    site: Site
    enrolment: Enrolment | None
    is_invited: bool

    @property
    def version(self) -> int:
        """What a change must name; 0 before the first answer."""
        return self.enrolment.version if self.enrolment else 0

    @property
    def enrolment_id(self) -> int | None:
        """The row's id; None before the first answer."""
        return self.enrolment.id if self.enrolment else None

    @property
    def answer(self) -> Answer | None:
        """What was answered; None when nothing was yet."""
        return self.enrolment.answer if self.enrolment else None


def is_changeable(campaign: Campaign, today: date) -> bool:
    """Whether answers may still change: campaign open, last day of enrolment included."""
    return campaign.status == Status.OPEN and today <= campaign.enrol_until


def find_enrolling(session: Session, campaign_id: int, person_id: int) -> Enrolling | None:
    """A person in front of a campaign; None for a draft, or when neither invited nor enrolled already."""
    columns: tuple[Any, ...] = (Campaign, Person, Team, Site, Enrolment, invitation())
    chosen: Any = select(*columns)
    query = (
        chosen.select_from(Campaign)
        .join(Person, col(Person.id) == person_id)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Site, col(Site.id) == col(Team.site_id))
        .outerjoin(
            Enrolment,
            (col(Enrolment.campaign_id) == col(Campaign.id)) & (col(Enrolment.person_id) == col(Person.id)),
        )
        .where(Campaign.id == campaign_id, Campaign.status != Status.DRAFT)
    )
    row = session.exec(query).first()
    if row is None:
        return None
    campaign, person, team, site, enrolment, is_invited = row
    if not is_invited and enrolment is None:
        return None
    return Enrolling(campaign, person, team, site, enrolment, bool(is_invited))


def find(session: Session, campaign: Campaign, person: Person) -> Enrolling | None:
    """`find_enrolling` of two rows, as they are now."""
    assert campaign.id is not None
    assert person.id is not None
    return find_enrolling(session, campaign.id, person.id)


def unanswered_campaigns(session: Session, person: Person, today: date) -> list[Campaign]:
    """Open campaigns that wait for a person's answer, the soonest to close first."""
    inviting = [
        campaign
        for campaign in campaigns_inviting(session, person, statuses={Status.OPEN})
        if campaign.booking != Booking.OPEN  # there one books instead
    ]
    ids = [campaign.id for campaign in inviting]
    answered = set(
        session.exec(
            select(Enrolment.campaign_id).where(
                Enrolment.person_id == person.id,
                col(Enrolment.campaign_id).in_(ids),
                col(Enrolment.answer).is_not(None),
            )
        )
    )
    waiting = [one for one in inviting if one.id not in answered and is_changeable(one, today)]
    return sorted(waiting, key=lambda campaign: campaign.enrol_until)


def campaigns_short_of_days(session: Session, person: Person, today: date) -> list[tuple[Campaign, Given]]:
    """Open campaigns in which a person takes part, on days that do not suffice, though days may still be
    chosen; the soonest to close first."""
    query = select(Campaign, Enrolment).join(Enrolment, col(Enrolment.campaign_id) == col(Campaign.id))
    query = query.where(
        Enrolment.person_id == person.id,
        Enrolment.answer == Answer.YES,
        Campaign.status == Status.OPEN,
        Campaign.booking != Booking.OPEN,  # there one books instead
    )
    found = [
        (campaign, DaysGiven(campaign)(enrolment.visit_days, enrolment.host_days))
        for campaign, enrolment in session.exec(query.order_by(col(Campaign.enrol_until), col(Campaign.id)))
        if is_changeable(campaign, today)
    ]
    return [(campaign, given) for campaign, given in found if not given.suffice]


def wished_team_ids(session: Session, enrolment: Enrolment | None) -> list[int]:
    """Wished teams, the first wish first."""
    if enrolment is None:
        return []
    query = select(Wish.team_id).where(Wish.enrolment_id == enrolment.id).order_by(col(Wish.rank))
    return list(session.exec(query))


def avoided_people(session: Session, enrolment: Enrolment | None) -> list[tuple[Person, Team]]:
    """People to avoid, by name. Confidential: shown to nobody but their author."""
    if enrolment is None:
        return []
    query = (
        select(Person, Team)
        .join(Avoidance, col(Avoidance.person_id) == col(Person.id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(Avoidance.enrolment_id == enrolment.id)
        .order_by(col(Person.last_name), col(Person.first_name))
    )
    return list(session.exec(query))


def excluded_site_ids(session: Session, enrolment: Enrolment | None) -> set[int]:
    """Places impossible for a person. Confidential: shown to nobody but their author."""
    if enrolment is None:
        return set()
    return set(session.exec(select(ExcludedSite.site_id).where(ExcludedSite.enrolment_id == enrolment.id)))


def sites_by_name(session: Session) -> list[Site]:
    """Every site."""
    return list(session.exec(select(Site).order_by(col(Site.name))))


@dataclass(frozen=True, slots=True)
class EnrolledPerson:
    """Somebody who takes part, as the planning needs them. Days still stand: see `enrolled`."""

    person_id: int
    name: str
    team_id: int
    site_id: int
    side: Side
    department: str
    manager_id: int | None
    languages: tuple[str, ...]
    visit_days: tuple[date, ...]
    host_days: tuple[date, ...]
    wishes: tuple[int, ...]
    """Team ids, the first wish first."""
    avoid: frozenset[int]
    """Person ids. Confidential."""
    excluded_sites: frozenset[int]
    """Site ids. Confidential."""


def enrolled(
    session: Session,
    campaign_id: int,
    only: Collection[int] | None = None,
    *,
    beyond: Collection[int] = (),
    hours: Mapping[int, Hours] | None = None,
) -> list[EnrolledPerson]:
    """Everybody invited who said yes, by id, in ten queries whatever their number; `only` these people.

    Days that no longer stand (the campaign's dates moved, a closing was added, the person's week changed, a
    roster has them off, their team closed the day, they paused) are dropped here: nobody is planned on them.
    `beyond`: people who count as free on whatever day they work and their own calendar leaves, given or not.
    `hours`: by person, those of whoever is looked at for visits at others than a plan's.
    """
    campaign = session.get_one(Campaign, campaign_id)
    book = DayBook(campaign)
    sites = {site.id: site for site in session.exec(select(Site))}
    told = told_of_everybody(session, campaign)
    wishes = _grouped(session, Wish.team_id, Wish.enrolment_id, campaign_id, order=col(Wish.rank))
    avoid = _grouped(session, Avoidance.person_id, Avoidance.enrolment_id, campaign_id)
    excluded = _grouped(session, ExcludedSite.site_id, ExcludedSite.enrolment_id, campaign_id)
    busy = calendar_days(session, beyond) if beyond else {}
    found = []
    for row in session.exec(_yes(campaign_id, only)):
        site, at = sites[row.site_id], (hours or {}).get(row.id, PLANNED)
        may_leave = may_receive = book.every_day
        for one in at.leaving:
            may_leave &= book.leaving(row, site, told(row.id, row.team_id, one))
        for one in at.receiving:
            may_receive &= book.receiving(row, site, row.closed_weekdays, told(row.id, row.team_id, one))
        here = ~book.mask_between(row.paused_from, row.paused_until)
        leaves = book.mask_of(row.visit_days)
        receives = leaves if row.host_days is None else book.mask_of(row.host_days)
        if row.id in beyond:
            untaken = book.every_day & ~book.mask_of(busy.get(row.id, ()))
            leaves, receives = leaves | untaken, receives | untaken
        found.append(
            EnrolledPerson(
                person_id=row.id,
                name=f"{row.first_name} {row.last_name}".strip(),
                team_id=row.team_id,
                site_id=row.site_id,
                side=row.side,
                department=row.department,
                manager_id=row.manager_id,
                languages=tuple(row.chosen_languages or row.languages),
                visit_days=book.dates(leaves & here & may_leave),
                host_days=book.dates(receives & here & may_receive),
                wishes=tuple(wishes.get(row.enrolment_id, ())),
                avoid=frozenset(avoid.get(row.enrolment_id, ())),
                excluded_sites=frozenset(excluded.get(row.enrolment_id, ())),
            )
        )
    return found


def given_by(session: Session, campaign: Campaign, only: Collection[int] | None = None) -> dict[int, Given]:
    """The days that everybody invited who said yes gave, by id; `only` these people. One query."""
    assert campaign.id is not None
    given = DaysGiven(campaign)
    return {row.id: given(row.visit_days, row.host_days) for row in session.exec(_yes(campaign.id, only))}


def taking_part(
    session: Session, campaign_ids: Collection[int], person_ids: Collection[int]
) -> set[tuple[int, int]]:
    """Which of these people are invited to which of these campaigns and said yes."""
    chosen: Any = select(Enrolment.campaign_id, Enrolment.person_id)
    query = (
        chosen.join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .join(Person, col(Person.id) == col(Enrolment.person_id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(
            col(Enrolment.campaign_id).in_(campaign_ids),
            col(Enrolment.person_id).in_(person_ids),
            Enrolment.answer == Answer.YES,
            invitation(),
        )
    )
    return {(row[0], row[1]) for row in session.exec(query)}


def told_of(session: Session, enrolling: Enrolling) -> Told:
    """What rosters and the team say of one person's days in a campaign, in three queries."""
    person = enrolling.person
    assert person.id is not None
    return told_of_people(session, enrolling.campaign, [person])(person.id, person.team_id)


def _yes(campaign_id: int, only: Collection[int] | None) -> Any:
    columns: tuple[Any, ...] = (
        Person.id,
        Person.first_name,
        Person.last_name,
        Person.team_id,
        Person.manager_id,
        Person.languages,
        Person.worked_weekdays,
        Person.school_weekdays,
        Person.entered_on,
        Person.contract_ends_on,
        Team.site_id,
        Team.side,
        Team.department,
        Team.closed_weekdays,
        col(Enrolment.id).label("enrolment_id"),
        Enrolment.visit_days,
        Enrolment.host_days,
        Enrolment.paused_from,
        Enrolment.paused_until,
        col(Enrolment.languages).label("chosen_languages"),
    )
    chosen: Any = select(*columns)
    query = (
        chosen.select_from(Enrolment)
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .join(Person, col(Person.id) == col(Enrolment.person_id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(Enrolment.campaign_id == campaign_id, Enrolment.answer == Answer.YES, invitation())
        .order_by(col(Person.id))
    )
    return query if only is None else query.where(col(Person.id).in_(only))


def _grouped(
    session: Session, value: Any, enrolment_id: Any, campaign_id: int, *, order: Any = None
) -> dict[int, list[int]]:
    query = (
        select(enrolment_id, value)
        .join(Enrolment, col(Enrolment.id) == enrolment_id)
        .where(Enrolment.campaign_id == campaign_id)
    )
    found: dict[int, list[int]] = {}
    for key, one in session.exec(query.order_by(enrolment_id, value if order is None else order)):
        found.setdefault(key, []).append(one)
    return found


def forbidden_pairs(session: Session, campaign_id: int) -> set[tuple[int, int]]:
    """Pairs of people that HR keeps apart, smaller id first."""
    query = select(ForbiddenPair.a_id, ForbiddenPair.b_id).where(ForbiddenPair.campaign_id == campaign_id)
    return {(a, b) for a, b in session.exec(query)}


@dataclass(frozen=True)
class Offer:
    """What one person answered to a campaign, whether or not they still take part."""

    enrolment: Enrolment
    avoid: frozenset[int]
    """Person ids. Confidential."""
    excluded_sites: frozenset[int]
    """Site ids. Confidential."""

    @property
    def takes_part(self) -> bool:
        """They said yes and did not leave since."""
        return self.enrolment.answer == Answer.YES

    @property
    def visit_days(self) -> list[str]:
        """ISO days on which they offered to go."""
        return self.enrolment.visit_days

    @property
    def host_days(self) -> list[str]:
        """ISO days on which they offered to receive."""
        days = self.enrolment.host_days
        return self.enrolment.visit_days if days is None else days

    @property
    def languages(self) -> list[str]:
        """Languages they chose for the day."""
        return self.enrolment.languages

    @property
    def paused_from(self) -> date | None:
        """First day of their pause."""
        return self.enrolment.paused_from

    @property
    def paused_until(self) -> date | None:
        """Last day of their pause."""
        return self.enrolment.paused_until


def offers_of(session: Session, campaign_id: int, person_ids: Collection[int]) -> dict[int, Offer]:
    """What these people answered, by person; whoever never answered is absent."""
    rows = session.exec(
        select(Enrolment).where(
            Enrolment.campaign_id == campaign_id,
            col(Enrolment.person_id).in_(person_ids),
            col(Enrolment.answer).is_not(None),
        )
    ).all()
    ids = [row.id for row in rows]
    avoided: dict[int, set[int]] = {}
    for enrolment_id, one in session.exec(
        select(Avoidance.enrolment_id, Avoidance.person_id).where(col(Avoidance.enrolment_id).in_(ids))
    ):
        avoided.setdefault(enrolment_id, set()).add(one)
    places: dict[int, set[int]] = {}
    for enrolment_id, one in session.exec(
        select(ExcludedSite.enrolment_id, ExcludedSite.site_id).where(col(ExcludedSite.enrolment_id).in_(ids))
    ):
        places.setdefault(enrolment_id, set()).add(one)
    return {
        row.person_id: Offer(
            row, frozenset(avoided.get(row.id or 0, ())), frozenset(places.get(row.id or 0, ()))
        )
        for row in rows
    }
