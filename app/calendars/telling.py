"""Tells those concerned about each change of a visit: both people, the tutor, and their managers.

Every change has a line in the visit's history and a message of its own to each of them; a message shows the
visit as it is when the message is written, so that one written late is never wrong. A change of a visit that
fell meanwhile is not told any more: that it fell is.
"""

from collections.abc import Collection, Mapping
from datetime import time
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from app.calendars.agreements import warns_at_once
from app.calendars.falling import say_anew
from app.calendars.letters import (
    drop_asked_of,
    drop_former,
    drop_overtaken,
    drop_replaced,
    drop_warnings,
)
from app.calendars.news import (
    CANCEL,
    REQUEST,
    News,
    Said,
    both_said_yes,
    certain_request,
    invite,
    news_of,
    standing,
    tell_managers,
    tell_receivers,
    write,
)
from app.calendars.queries import left_at_one
from app.core import clock
from app.core.db import open_session
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.visits import queries as visits
from app.visits import reading, sentences, suspending
from app.visits.conditions import conditions_of, too_young
from app.visits.moving import Remains, remains_of
from app.visits.queries import SeenVisit
from app.visits.rosters import conflict_of
from app.visits.rules import (
    confirmed_by,
    is_lived,
    is_past,
    stands,
    takes_debriefs,
    takes_place,
)
from app.visits.standing import Missing, standing_of, words
from app.visits.suspending import closed_before, resumed_by
from app.visits.tables import By, CancelReason, ChangeKind

RULINGS = {ChangeKind.HELD, ChangeKind.MISSED}
SIGNED = {ChangeKind.AGREED, ChangeKind.NOT_NEEDED}
"""Nothing is to be signed any more."""
FOUND = {ChangeKind.TEAM, ChangeKind.PLACE, ChangeKind.UNSIGNED, ChangeKind.RELEASED}
"""What a look at a day finds of it: several of these may be told in one message."""
SETTLING = RULINGS | {ChangeKind.TAKEN_BACK}
"""After these, nobody is asked any more what they say of an absence."""


def tell_booked(
    engine: Engine,
    visit_id: int,
    revision: int,
    change_id: int,
    not_given: Collection[str] = (),
    replaces: Mapping[str, int] = MappingProxyType({}),
    unasked: bool = False,
    repaired: bool = False,
    hours_asked: Collection[str] = (),
) -> None:
    """A day was booked, or made by a repair: an invitation to both; whoever has said yes with it is not asked
    again. `not_given`: the roles of those who are asked for a day that they had not given. `replaces`: by
    role, the visit that fell and that it is instead of. `unasked`: a new rule accepted the request, and no
    team answers it any more. `repaired`: a repair chose it, HR's or the rule's: both read which.
    `hours_asked`: from when to when it was as the visitor asked for it, where the team changed that since."""
    with open_session(engine) as session:
        news = standing(session, visit_id, change_id, revision)
        if news is None:
            return
        visit = news.seen.visit
        fell = {one.visit.id: one for one in visits.visits_with_ids(session, set(replaces.values()))}
        back = news.other if news.other is not None and stands(news.other.visit) else None
        back_off = back is not None and conflict_of(session, back, clock.today()) is not None
        two_again = repaired and back is not None and left_at_one(session, news.seen)
        asker = news.change.other_id if news.change is not None else None  # whose request was accepted
        silent = asker is not None and news.change is not None and news.change.by is By.SERVICE

        hours = [time.fromisoformat(one) for one in hours_asked]
        now_at = [visit.starts_at, visit.ends_at]

        def said(role: str, person: Person) -> dict[str, Any]:
            agreed = confirmed_by(visit, By(role))
            asked: dict[str, Any] = {"moved": False, "agreed": agreed, "not_given": role in not_given}
            asked["accepted"] = role == "visitor" and person.id == asker
            asked |= {"silent": silent, "unasked": unasked, "repaired": repaired, "two_again": two_again}
            asked["hours_asked"] = hours if role == "visitor" and hours != now_at else []
            return {"back": back, "back_off": back_off, "fell": fell.get(replaces.get(role)), **asked}

        for role, person in news.two:
            if role in replaces:
                drop_replaced(session, replaces[role], person)
        drop_overtaken(news)
        write(news, Kind.VISIT_INVITATION, news.two, said, REQUEST)
        tell_managers(news, "booked", unasked=unasked, repaired=repaired)


def tell_moved(
    engine: Engine,
    visit_id: int,
    revision: int,
    change_id: int | None = None,
    not_given: Collection[str] = (),
) -> None:
    """A visit has another day: the invitation replaces the former one, also for who receives. `not_given`: as
    in `tell_booked`."""
    with open_session(engine) as session:
        news = standing(session, visit_id, change_id, revision)
        if news is not None:
            people = {person.id for _role, person in news.three if person.id is not None}
            outbox.drop_letters(session, visit_id, people, today=clock.today(), about=news.about)
            invite(news, moved=True, not_given=not_given)
            say_anew(news)
            drop_overtaken(news)
            drop_former(news, Kind.VISIT_TEAM)
            tell_managers(news, "moved", repaired=True)


def tell_made_up(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """Both agreed on a day for a visit that fell: an invitation to it."""
    with open_session(engine) as session:
        news = standing(session, visit_id, change_id, revision)
        if news is not None:
            drop_overtaken(news)
            invite(news, moved=False)
            tell_managers(news, "made_up")


def tell_changed(engine: Engine, visit_id: int, revision: int, change_id: int, far: bool = False) -> None:
    """Hours, the place, or who receives: both people read what changed, a tutor newly named what is asked of
    them. `far`: the visitor's yes is asked again, since the journey is too long now. That the agreement of a
    near day holds no more is told with not to travel."""
    with open_session(engine) as session:
        news = standing(session, visit_id, change_id, revision)
        if news is None:
            return
        unsigned = news.change is not None and news.change.kind is ChangeKind.UNSIGNED
        if unsigned and warns_at_once(session, news.seen):
            return
        tutor = news.change is not None and news.change.kind is ChangeKind.TUTOR
        named = news.change.other_id if news.change is not None and tutor else None
        readers = [one for one in news.three if one[1].id != named]
        drop_former(news, Kind.VISIT_CHANGED)
        write(news, Kind.VISIT_CHANGED, readers, _after(news, far=far), REQUEST)
        asked = [one for one in news.three if named is not None and one[1].id == named]
        write(news, Kind.VISIT_TUTOR, asked, lambda *_: {"released": False}, REQUEST)
        tell_owed(session, news.seen)


def _after(news: News, *, far: bool = False) -> Said:
    """Whether the day, which could not take place, holds with this change, or with the site, which is open
    again; and whose yes is missing then. `far`: as in `tell_changed`."""
    holds = news.change is not None and resumed_by(news.session, news.change)
    elsewhere = news.change is not None and news.change.kind is ChangeKind.PLACE
    opened = holds and not elsewhere and closed_before(news.session, news.seen.visit.id or 0)
    found = news.change is not None and news.change.kind in FOUND
    with_it = reading.told_with(news.session, news.change) if news.change and found else []

    def said(role: str, _person: Person) -> dict[str, Any]:
        also = " ".join(sentences.sentence(one, to_host=role == By.HOST) for one in with_it)
        unconfirmed = role != By.TUTOR and not confirmed_by(news.seen.visit, By(role))
        asks = far and role == By.VISITOR and unconfirmed
        return {"holds": holds, "opened": opened, "unconfirmed": unconfirmed, "far": asks, "also": also}

    return said


def tell_tutor_released(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """The host receives in person again: the tutor has their day back, both people know who is there. Of a
    day that the host cannot receive either, they read what becomes of it alone."""
    with open_session(engine) as session:
        news = news_of(session, visit_id, change_id, about=revision)
        if news is None or news.line is None or news.line.other is None:
            return
        former = news.line.other
        if news.seen.tutor is None or news.seen.tutor.id != former.id:
            write(news, Kind.VISIT_TUTOR, [("tutor", former)], lambda *_: {"released": True}, CANCEL)
        if _is_mended(news):
            return
        if stands(news.seen.visit) and news.seen.tutor is None:  # else who was named since is told
            write(news, Kind.VISIT_CHANGED, news.two, _after(news), REQUEST)
            tell_owed(session, news.seen)


def _is_mended(news: News) -> bool:
    """The day cannot be since, or nobody was left to receive: what is done about it tells it."""
    if news.change is None:
        return False
    suspended = reading.find_change(news.session, suspending.news_of(news.session, news.change.visit_id))
    with_it = reading.told_with(news.session, suspended.change) if suspended is not None else []
    if any(one.change.id == news.change.id for one in with_it):
        return True
    if news.change.reason is not CancelReason.UNAVAILABLE:
        return False
    against = conflict_of(news.session, news.seen, clock.today())
    return against is None or against.mends_itself


def tell_tutor_replaced(engine: Engine, visit_id: int, revision: int, change_id: int, former_id: int) -> None:
    """Another colleague receives instead: the former tutor has their day back. The others read who does
    from `tell_changed`."""
    with open_session(engine) as session:
        news = news_of(session, visit_id, change_id, about=revision)
        former = session.get(Person, former_id)
        if news is not None and former is not None and news.seen.visit.tutor_id != former_id:
            write(news, Kind.VISIT_TUTOR, [("former", former)], lambda *_: {"released": True}, CANCEL)


def tell_host_replaced(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """A roster has the host off and a colleague receives: whoever received has their day back, the colleague
    is asked, the visitor and who leads the team read who receives and why."""
    with open_session(engine) as session:
        news = news_of(session, visit_id, change_id, about=revision)
        if news is None:
            return
        seen, former = news.seen, news.line.other if news.line is not None else None
        if former is not None and not seen.has(former.id):
            outbox.drop_letters(session, visit_id, {former.id or 0}, today=clock.today(), about=news.about)
            write(news, Kind.VISIT_TUTOR, [("former_host", former)], lambda *_: {"released": True}, CANCEL)
        if stands(seen.visit):
            write(news, Kind.VISIT_CHANGED, [("visitor", seen.visitor)], _after(news), REQUEST)
            asked = {"back": None, "moved": False, "agreed": confirmed_by(seen.visit, By.HOST)}
            write(news, Kind.VISIT_INVITATION, [("host", seen.host)], lambda *_: asked, REQUEST)
            tell_receivers(news, "host", but={seen.host.id, former.id if former is not None else None})


def tell_confirmed(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """One of the two said yes first: the other knows, unless they said it too meanwhile. Nothing is told as
    missing a yes, nor as confirmed, while a roster contradicts the day."""
    with open_session(engine) as session:
        news = standing(session, visit_id, change_id, revision)
        if news is not None and news.change is not None and not both_said_yes(news):
            if not confirmed_by(news.seen.visit, news.change.by):
                return  # the team asked something else meanwhile: that is told
            drop_asked_of(news)
            if conflict_of(session, news.seen, clock.today()) is not None:
                return
            write(news, Kind.VISIT_CONFIRMED, news.but(news.change.by), lambda *_: {"both": False}, None)


def tell_confirmed_by_both(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """The second yes: both read that the day is confirmed, once; not while a roster contradicts it."""
    with open_session(engine) as session:
        news = standing(session, visit_id, change_id, revision)
        if news is not None and both_said_yes(news):
            drop_asked_of(news)
            if conflict_of(session, news.seen, clock.today()) is not None:
                return
            write(news, Kind.VISIT_CONFIRMED, news.two, lambda *_: {"both": True}, certain_request(news))


def tell_agreed(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """HR recorded the agreement of the two companies, none is needed any more, or the team made an exception:
    whether the day is certain now and one may come, else who is still asked, and what is missing."""
    with open_session(engine) as session:
        news = standing(session, visit_id, change_id, revision)
        if news is None:
            return
        visit, stand = news.seen.visit, standing_of(session, news.seen)
        over = is_past(visit, clock.today())
        agreed = news.change is not None and news.change.kind in SIGNED and not over
        two = {By.VISITOR: news.seen.visitor, By.HOST: news.seen.host}
        silent = {} if over else {role: one for role, one in two.items() if not confirmed_by(visit, role)}
        yes = {Missing.VISITOR, Missing.HOST}

        def said(role: str, _person: Person) -> dict[str, Any]:
            """Whoever has not said yes is asked to, with the news."""
            return {
                "unconfirmed": By(role) in silent,
                "agreed": agreed,
                "certain": agreed and stand.is_certain,
                "asked": [one.name for asked, one in silent.items() if asked != role],
                "missing": [
                    words(one, to_visitor=role == By.VISITOR) for one in stand.missing if one not in yes
                ],
            }

        if agreed:
            drop_warnings(session, visit_id)
        to = news.three if agreed else news.two
        write(news, Kind.VISIT_CHANGED, to, said, None if over else certain_request(news))


def tell_conditions(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """The team asks something else of visitors, or the staff file says that one is too young: the visitor
    reads it, and where to say yes again. One who has not the age reads who may make an exception; whoever may
    reads it too."""
    with open_session(engine) as session:
        news = standing(session, visit_id, change_id, revision)
        if news is None or confirmed_by(news.seen.visit, By.VISITOR):
            return
        seen, visit = news.seen, news.seen.visit
        asks = conditions_of(session, seen.host_team)
        young = too_young(seen.visitor, visit, asks)
        since = news.change is not None and news.change.kind is ChangeKind.TOO_YOUNG
        said = {
            "too_young": young,
            "since": young and since,
            "waits_host": not confirmed_by(visit, By.HOST),
            "waits_agreement": seen.crosses and visit.agreement_at is None,
        }
        write(news, Kind.VISIT_CONDITIONS, [("visitor", seen.visitor)], lambda *_: said, None)
        if said["too_young"]:
            tell_receivers(news, "too_young")


def tell_absence(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """One of the two reported the other absent, said that they were there, or that the day was not held, or
    took it back: the other reads it. HR said so, or ruled: both do."""
    with open_session(engine) as session:
        news = news_of(session, visit_id, change_id, about=revision)
        if news is not None and news.change is not None:
            words = news.change.words
            remains = remains_of(session, news.seen, clock.today())
            said: dict[str, Any] = {
                "words_said": words,
                "make_up": remains is Remains.DAY,
                "no_day": remains is Remains.ONE,
            }
            said["opposed"] = news.seen.visit.disputed_at is not None
            counts = takes_place(news.seen.visit) and news.seen.visit.disputed_at is None
            lived = counts and is_lived(news.seen.visit, clock.now())
            said["debrief"] = lived and takes_debriefs(news.seen.campaign, clock.today())
            to = news.two if news.change.kind in RULINGS else news.but(news.change.by)
            if news.change.kind in SETTLING:
                drop_former(news, Kind.VISIT_ABSENCE, to=[person.id for _role, person in to])
            write(news, Kind.VISIT_ABSENCE, to, lambda *_: said, None)


def tell_owed(session: Session, seen: SeenVisit) -> None:
    """Both said yes while a roster contradicted the day, and nothing contradicts it any more: what was not
    told then is told now, once."""
    visit = seen.visit
    if not (confirmed_by(visit, By.VISITOR) and confirmed_by(visit, By.HOST)):
        return
    if conflict_of(session, seen, clock.today()) is not None:
        return
    line = reading.last_yes(session, visit.id or 0)
    if line is None or line.change.at not in {visit.visitor_confirmed_at, visit.host_confirmed_at}:
        return  # they agreed otherwise: by settling on a day
    news = News(session, seen, None, line, line.change.id or 0)
    write(news, Kind.VISIT_CONFIRMED, news.two, lambda *_: {"both": True}, certain_request(news))
