"""Colleagues whom somebody would like to meet: one or two, by name.

Confidential until both named the other: whoever is named is not told, HR reads no list, a name that is not
returned counts for nothing. Returned, it counts like a third wish (`Problem.mutual_points`): never as much
as the first wish of somebody else, never a match.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import Session, col, delete, select

from app.availability import search
from app.availability.errors import CannotName, NamesAvoided, TooManyNamed
from app.availability.matching import minutes_from
from app.availability.queries import Enrolling
from app.availability.search import FoundPerson
from app.availability.service import When, check_takes_part, may_wish, write
from app.availability.tables import Answer, Avoidance, ColleagueWish, Enrolment
from app.campaigns.invited import invitation
from app.campaigns.tables import Campaign
from app.core.db import another
from app.people.tables import Person, Team

One, Other = another(Enrolment), another(Enrolment)
There, Back = another(ColleagueWish), another(ColleagueWish)

MAX_NAMED = 2


def named(session: Session, enrolment: Enrolment | None) -> list[tuple[Person, Team]]:
    """Colleagues whom somebody named, by name: shown to nobody but their author."""
    if enrolment is None:
        return []
    query = (
        select(Person, Team)
        .join(ColleagueWish, col(ColleagueWish.person_id) == col(Person.id))
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(ColleagueWish.enrolment_id == enrolment.id)
        .order_by(col(Person.last_name), col(Person.first_name))
    )
    return list(session.exec(query))


def choose(
    session: Session, enrolling: Enrolling, person_ids: Sequence[int], *, version: int, when: When
) -> Enrolment:
    """Name exactly these colleagues. Never logged, never audited. Raises `TooManyNamed`, `NamesAvoided`,
    `CannotName`."""
    check_takes_part(session, enrolling, when)
    if len(set(person_ids)) > MAX_NAMED:
        raise TooManyNamed
    enrolment = write(session, enrolling, version)
    assert enrolment.id is not None
    own = col(Avoidance.enrolment_id) == enrolment.id
    avoided = set(session.exec(select(Avoidance.person_id).where(own)))
    if avoided & set(person_ids):
        raise NamesAvoided
    if not set(person_ids) <= nameable(session, enrolling, person_ids):
        raise CannotName
    session.exec(delete(ColleagueWish).where(col(ColleagueWish.enrolment_id) == enrolment.id))
    session.add_all(
        ColleagueWish(enrolment_id=enrolment.id, person_id=one) for one in sorted(set(person_ids))
    )
    session.flush()
    return enrolment


def nameable(session: Session, enrolling: Enrolling, person_ids: Collection[int]) -> set[int]:
    """Those of these people whom somebody may name: invited, whose team they may wish for, within the travel
    limit, neither their manager nor managed by them."""
    me, site = enrolling.person, enrolling.site
    assert site.id is not None
    rows: Any = (
        select(Person, Team)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Campaign, col(Campaign.id) == enrolling.campaign.id)
        .where(col(Person.id).in_(person_ids), invitation())
    )
    within = minutes_from(session, site.id, enrolling.campaign.max_travel_minutes)
    return {
        person.id
        for person, team in session.exec(rows)
        if may_wish(enrolling.team, team)
        and team.site_id in within
        and person.id != me.manager_id
        and person.manager_id != me.id
    }


def found(session: Session, enrolling: Enrolling, text: str) -> list[FoundPerson]:
    """Colleagues of that name whom somebody may name and has not named yet."""
    already = {person.id for person, _team in named(session, enrolling.enrolment)}
    people = search.search_people(session, enrolling, text)
    fitting = nameable(session, enrolling, [one.person_id for one in people]) - already
    return [one for one in people if one.person_id in fitting]


def mutual_pairs(session: Session, campaign_id: int) -> set[tuple[int, int]]:
    """Pairs of people who take part and both named the other, smaller id first, in one query."""
    return _mutual(session, campaign_id)


def named_each_other(session: Session, campaign_id: int, one_id: int, other_id: int) -> bool:
    """Whether two people who take part both named the other."""
    return bool(_mutual(session, campaign_id, {one_id, other_id}))


def _mutual(session: Session, campaign_id: int, only: Collection[int] | None = None) -> set[tuple[int, int]]:
    query: Any = (
        select(One.person_id, Other.person_id)
        .join(There, col(There.enrolment_id) == col(One.id))
        .join(Other, col(Other.person_id) == col(There.person_id))
        .join(
            Back,
            (col(Back.enrolment_id) == col(Other.id)) & (col(Back.person_id) == col(One.person_id)),
        )
        .where(
            One.campaign_id == campaign_id,
            Other.campaign_id == campaign_id,
            One.answer == Answer.YES,
            Other.answer == Answer.YES,
            col(One.person_id) < col(Other.person_id),
        )
    )
    if only is not None:
        query = query.where(col(One.person_id).in_(only), col(Other.person_id).in_(only))
    return {(a, b) for a, b in session.exec(query)}
