"""Every change of an enrolment. One person answers for themselves; HR only for people without e-mail.

Each change names the version it was made on; an older one is refused (`Stale`), so that two devices never
overwrite each other unseen. Version 0 stands for "nothing answered yet".
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel import Locale
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, or_, select, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.availability.days import possible_days, receiving_days
from app.availability.errors import (
    AnswerFirst,
    AnswersAlone,
    CannotAvoid,
    DayNotPossible,
    EnrolmentClosed,
    LanguageNeeded,
    PairNotPossible,
    SiteUnknown,
    TooManyWishes,
    WishNotPossible,
)
from app.availability.matching import minutes_from
from app.availability.queries import Enrolling, is_changeable, told_of
from app.availability.tables import (
    Answer,
    Avoidance,
    BusyCalendar,
    ColleagueWish,
    Enrolment,
    ExcludedSite,
    ForbiddenPair,
    Wish,
)
from app.campaigns.holding import hold
from app.campaigns.tables import Campaign
from app.core.errors import NotFound, Stale
from app.core.i18n import current_locale
from app.people.tables import Person, Site, Team

MAX_WISHES = 3
OFFERED_LANGUAGES = ("fr", "en", "de", "es", "it", "pt", "nl", "pl", "ro", "ar", "tr", "zh")
"""Languages one can tick, beside those of the HR file."""


@dataclass(frozen=True)
class When:
    """The day and the instant of a change."""

    today: date
    now: datetime


def answer(session: Session, enrolling: Enrolling, given: Answer, *, version: int, when: When) -> Enrolment:
    """Say yes or no. A first yes offers every possible day; a no clears the days and keeps the answer."""
    _check_open(session, enrolling, when)
    return _answer(session, enrolling, given, None, version=version, when=when)


def choose_days(
    session: Session,
    enrolling: Enrolling,
    visit_days: Iterable[date],
    host_days: Iterable[date] | None,
    *,
    version: int,
    when: When,
) -> Enrolment:
    """Offer exactly these days; `host_days` None means the same days for receiving."""
    check_takes_part(session, enrolling, when)
    campaign, person, team, site = enrolling.campaign, enrolling.person, enrolling.team, enrolling.site
    told = told_of(session, enrolling)
    leaves = _only(visit_days, possible_days(campaign, person, site, told))
    receives = None
    if host_days is not None:
        receives = _only(host_days, receiving_days(campaign, person, team, site, told))
    return write(session, enrolling, version, visit_days=leaves, host_days=receives)


def choose_wishes(
    session: Session, enrolling: Enrolling, team_ids: Sequence[int], *, version: int, when: When
) -> Enrolment:
    """Wish exactly these teams, the first wish first."""
    check_takes_part(session, enrolling, when)
    if len(team_ids) > MAX_WISHES:
        raise TooManyWishes
    teams = session.exec(select(Team).where(col(Team.id).in_(team_ids))).all()
    within = minutes_from(session, _id(enrolling.site), enrolling.campaign.max_travel_minutes)
    if len(set(team_ids)) != len(team_ids) or len(teams) != len(team_ids):
        raise WishNotPossible
    if not all(may_wish(enrolling.team, team) and team.site_id in within for team in teams):
        raise WishNotPossible
    enrolment = write(session, enrolling, version)
    session.exec(delete(Wish).where(col(Wish.enrolment_id) == enrolment.id))
    session.add_all(
        Wish(enrolment_id=_id(enrolment), rank=rank, team_id=team_id)
        for rank, team_id in enumerate(team_ids, start=1)
    )
    session.flush()
    return enrolment


def may_wish(own: Team, team: Team) -> bool:
    """A wish goes to the other side and, where the departments are known, to another department."""
    return team.side != own.side and (not team.department or team.department != own.department)


def choose_languages(
    session: Session, enrolling: Enrolling, languages: Collection[str], *, version: int, when: When
) -> Enrolment:
    """Speak these languages during the day; at least one."""
    check_takes_part(session, enrolling, when)
    offered = [code for code, _name in offered_languages(enrolling.person)]
    if not languages or not set(languages) <= set(offered):
        raise LanguageNeeded
    return write(session, enrolling, version, languages=[code for code in offered if code in languages])


def offered_languages(person: Person) -> list[tuple[str, str]]:
    """Languages one can tick, those of the HR file first: (code, name in the reader's language)."""
    codes = dict.fromkeys([*person.languages, *OFFERED_LANGUAGES])
    return [(code, _language_name(code, current_locale())) for code in codes]


def choose_limits(
    session: Session,
    enrolling: Enrolling,
    avoid: Collection[int],
    excluded_sites: Collection[int],
    *,
    version: int,
    when: When,
) -> Enrolment:
    """Avoid exactly these people and places, and name none of these people any more.

    Confidential: never logged, never audited, no reason asked.
    """
    check_takes_part(session, enrolling, when)
    people, places = set(avoid), set(excluded_sites)
    if enrolling.person.id in people or len(people) != _count(session, Person, people):
        raise CannotAvoid
    if enrolling.site.id in places or len(places) != _count(session, Site, places):
        raise SiteUnknown
    enrolment = write(session, enrolling, version)
    for table in (Avoidance, ExcludedSite):
        session.exec(delete(table).where(col(table.enrolment_id) == enrolment.id))
    named = col(ColleagueWish.enrolment_id) == enrolment.id
    session.exec(delete(ColleagueWish).where(named, col(ColleagueWish.person_id).in_(people)))
    session.add_all(Avoidance(enrolment_id=_id(enrolment), person_id=one) for one in sorted(people))
    session.add_all(ExcludedSite(enrolment_id=_id(enrolment), site_id=one) for one in sorted(places))
    session.flush()
    return enrolment


def record_for(
    session: Session,
    enrolling: Enrolling,
    given: Answer,
    visit_days: Iterable[date] | None,
    *,
    version: int,
    actor: Actor,
    when: When,
) -> Enrolment:
    """HR writes down what somebody without e-mail said (on paper, by phone). Audited."""
    _check_open(session, enrolling, when)
    if enrolling.person.email:
        raise AnswersAlone
    leaves = None
    if visit_days is not None:
        leaves = _only(visit_days, _possible_days(session, enrolling))
    enrolment = _answer(session, enrolling, given, leaves, version=version, when=when)
    subject = f"campaign:{enrolling.campaign.id}"
    audit(
        session, actor.account_id, "enrolment.recorded", subject, now=when.now, person_id=enrolling.person.id
    )
    return enrolment


def forbid_pair(
    session: Session, campaign: Campaign, one_id: int, other_id: int, *, actor: Actor, now: datetime
) -> None:
    """Keep two people apart in a campaign; saying it twice changes nothing. Audited."""
    a, b = _pair(session, one_id, other_id)
    if session.get(ForbiddenPair, (campaign.id, a, b)) is not None:
        return
    session.add(
        ForbiddenPair(campaign_id=_id(campaign), a_id=a, b_id=b, account_id=actor.account_id, created_at=now)
    )
    session.flush()
    audit(session, actor.account_id, "pair.forbidden", f"campaign:{campaign.id}", now=now, a=a, b=b)


def allow_pair(
    session: Session, campaign: Campaign, one_id: int, other_id: int, *, actor: Actor, now: datetime
) -> None:
    """Let two people meet again. Audited when they were kept apart."""
    a, b = sorted((one_id, other_id))
    row = session.get(ForbiddenPair, (campaign.id, a, b))
    if row is None:
        return
    session.delete(row)
    session.flush()
    audit(session, actor.account_id, "pair.allowed", f"campaign:{campaign.id}", now=now, a=a, b=b)


def export(session: Session, person: Person) -> list[dict[str, Any]]:
    """What this feature keeps of a person, campaign by campaign, what they keep confidential included."""
    found = []
    rows = session.exec(
        select(Enrolment, Campaign)
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .where(Enrolment.person_id == person.id)
        .order_by(col(Campaign.first_day))
    ).all()
    kept = [_id(enrolment) for enrolment, _campaign in rows]
    wishes = _values(session, kept, Wish, Team, Wish.team_id, Team.name)
    sites = _values(session, kept, ExcludedSite, Site, ExcludedSite.site_id, Site.name)
    avoided = _values(session, kept, Avoidance, Person, Avoidance.person_id, Person.employee_number)
    named = _values(session, kept, ColleagueWish, Person, ColleagueWish.person_id, Person.employee_number)
    taken = {
        one.enrolment_id: one
        for one in session.exec(select(BusyCalendar).where(col(BusyCalendar.enrolment_id).in_(kept)))
    }
    for enrolment, campaign in rows:
        busy = taken.get(_id(enrolment))
        found.append(
            {
                "campaign": campaign.name,
                "answer": enrolment.answer,
                "answered_at": enrolment.answered_at.isoformat() if enrolment.answered_at else None,
                "reminded_at": enrolment.reminded_at.isoformat() if enrolment.reminded_at else None,
                "visit_days": enrolment.visit_days,
                "host_days": enrolment.host_days,
                "languages": enrolment.languages,
                "wished_teams": wishes.get(_id(enrolment), []),
                "named_colleagues": named.get(_id(enrolment), []),
                "avoided_people": avoided.get(_id(enrolment), []),
                "excluded_sites": sites.get(_id(enrolment), []),
                "busy_days": busy.days if busy else [],
                "busy_read_at": busy.read_at.isoformat() if busy and busy.read_at else None,
                "busy_address_kept": bool(busy and busy.sealed_address),
            }
        )
    return found


def erase(session: Session, person: Person) -> None:
    """Forget a person's enrolments, whoever named them (to avoid or to meet), and pairs kept apart."""
    for naming in (Avoidance, ColleagueWish):
        session.exec(delete(naming).where(col(naming.person_id) == person.id))
    session.exec(
        delete(ForbiddenPair).where(
            or_(col(ForbiddenPair.a_id) == person.id, col(ForbiddenPair.b_id) == person.id)
        )
    )
    own = select(Enrolment.id).where(Enrolment.person_id == person.id)
    for table in (Wish, Avoidance, ColleagueWish, ExcludedSite, BusyCalendar):
        session.exec(delete(table).where(col(table.enrolment_id).in_(own)))
    session.exec(delete(Enrolment).where(col(Enrolment.person_id) == person.id))


def _answer(
    session: Session, enrolling: Enrolling, given: Answer, days: list[str] | None, *, version: int, when: When
) -> Enrolment:
    values: dict[str, Any] = {}
    if given == Answer.NO:
        values |= {"visit_days": [], "host_days": None}
        session.exec(delete(BusyCalendar).where(col(BusyCalendar.enrolment_id) == enrolling.enrolment_id))
    elif days is not None or enrolling.answer != Answer.YES:
        offered = days
        if offered is None:
            offered = [day.isoformat() for day in _possible_days(session, enrolling)]
        values |= {"visit_days": offered, "host_days": None}
    if enrolling.enrolment is None or not enrolling.enrolment.languages:
        values["languages"] = list(enrolling.person.languages)
    return write(session, enrolling, version, answer=given, answered_at=when.now, **values)


def _possible_days(session: Session, enrolling: Enrolling) -> list[date]:
    told = told_of(session, enrolling)
    return possible_days(enrolling.campaign, enrolling.person, enrolling.site, told)


def _check_open(session: Session, enrolling: Enrolling, when: When) -> None:
    hold(session, enrolling.campaign)
    if not enrolling.is_invited:
        raise NotFound
    if not is_changeable(enrolling.campaign, when.today):
        raise EnrolmentClosed(enrolling.campaign)


def check_takes_part(session: Session, enrolling: Enrolling, when: When) -> None:
    """Raises EnrolmentClosed, AnswerFirst."""
    _check_open(session, enrolling, when)
    if enrolling.answer != Answer.YES:
        raise AnswerFirst


def _only(chosen: Iterable[date], possible: Sequence[date]) -> list[str]:
    days = sorted(set(chosen))
    allowed = set(possible)
    for day in days:
        if day not in allowed:
            raise DayNotPossible(day)
    return [day.isoformat() for day in days]


def write(session: Session, enrolling: Enrolling, version: int, **values: Any) -> Enrolment:
    """Change the row made on `version` and no other; make it at the first answer."""
    if enrolling.enrolment is None:
        return _begin(session, enrolling, version, values)
    enrolment = enrolling.enrolment
    changed = session.exec(
        update(Enrolment)
        .where(col(Enrolment.id) == enrolment.id, col(Enrolment.version) == version)
        .values(version=version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise Stale
    session.refresh(enrolment)
    return enrolment


def _begin(session: Session, enrolling: Enrolling, version: int, values: dict[str, Any]) -> Enrolment:
    if version != 0:
        raise Stale
    made = Enrolment(campaign_id=_id(enrolling.campaign), person_id=_id(enrolling.person), **values)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as taken:
        raise Stale from taken
    return made


def _pair(session: Session, one_id: int, other_id: int) -> tuple[int, int]:
    a, b = sorted((one_id, other_id))
    if a == b or _count(session, Person, {a, b}) != 2:
        raise PairNotPossible
    return a, b


def _count(session: Session, table: type[Person] | type[Site], ids: Collection[int]) -> int:
    if not ids:
        return 0
    return len(session.exec(select(table.id).where(col(table.id).in_(ids))).all())


def _values(
    session: Session, enrolments: Sequence[int], link: Any, table: Any, key: Any, value: Any
) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = select(link.enrolment_id, value).join(table, col(table.id) == key)
    for enrolment_id, one in session.exec(query.where(col(link.enrolment_id).in_(enrolments)).order_by(key)):
        found.setdefault(enrolment_id, []).append(one)
    return found


def _id(row: Any) -> int:
    found: int | None = row.id
    assert found is not None
    return found


def _language_name(code: str, locale: Locale) -> str:
    return str(locale.languages.get(code, code)).capitalize()
