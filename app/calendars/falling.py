"""Tells those concerned that a day fell, and what the other letters about its swap say since."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from app.calendars.letters import drop_former, drop_overtaken, remake_letters
from app.calendars.news import CANCEL, News, Said, news_of, tell_managers, write
from app.calendars.queries import others_of
from app.core import clock
from app.core.db import open_session
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.visits import reading
from app.visits.bookings import Instead, booked_among, has_places, instead_of, of_teams
from app.visits.closing import told
from app.visits.moving import finds_day
from app.visits.queries import SeenVisit
from app.visits.rosters import Conflict, conflict_of, conflicts_among
from app.visits.rules import OFF, is_sought_again, last_chance, reason_labels, stands
from app.visits.tables import By, CancelReason

BY_REPAIR = {CancelReason.REPLACED, CancelReason.CLOSED, *OFF}
"""Why a day of a plan falls that HR, or the campaign's rule, let fall."""


def tell_cancelled(engine: Engine, visit_id: int, revision: int, change_id: int | None = None) -> None:
    """A visit fell: it leaves everybody's calendar, and the managers know who stays."""
    _tell_fallen(engine, visit_id, revision, change_id)


def tell_ended(engine: Engine, visit_id: int, revision: int, change_id: int | None = None) -> None:
    """The same when whoever decided it knows that nothing replaces it: nobody is promised a search."""
    _tell_fallen(engine, visit_id, revision, change_id, for_good=True)


def _tell_fallen(
    engine: Engine, visit_id: int, revision: int, change_id: int | None, *, for_good: bool = False
) -> None:
    with open_session(engine) as session:
        news = news_of(session, visit_id, change_id, about=revision)
        if news is None or stands(news.seen.visit):
            return
        people = {person.id for _role, person in news.three if person.id is not None}
        outbox.drop_letters(session, news.seen.visit.id or 0, people, today=clock.today())
        say_anew(news, for_good=for_good)
        drop_overtaken(news)
        drop_former(news, Kind.VISIT_TEAM)
        instead = instead_of(session, news.seen.visit)
        said = _words(news, instead, for_good=for_good)
        write(news, Kind.VISIT_CANCELLED, news.three, said, CANCEL)
        of_plan = not booked_among(session, [news.seen])
        tell_managers(
            news, "cancelled", instead, repaired=of_plan and news.seen.visit.cancel_reason in BY_REPAIR
        )


def say_anew(news: News, *, for_good: bool = False) -> None:
    """A day of a swap moved, fell, cannot be, or can again: letters about the other one that wait on paper
    say what is true now. Each takes the place of the former, which nobody hands over any more. Safe to run
    twice."""
    remake_letters(news)
    other = news.other
    if other is not None and not stands(other.visit):
        _write_anew(news.session, other, news.seen, news.about, for_good=for_good)


def tell_too_late(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """Job of `visit.too_late`: letters about the fall that wait on paper promise no other day any more."""
    with open_session(engine) as session:
        news = news_of(session, visit_id, change_id, about=revision)
        if news is not None and not stands(news.seen.visit):
            _write_anew(session, news.seen, news.other, news.about)


def _write_anew(
    session: Session, seen: SeenVisit, other: SeenVisit | None, news: int | str, *, for_good: bool = False
) -> None:
    """Letters about the fall of a visit say what is so since that news."""
    today, begins = clock.today(), f"{Kind.VISIT_CANCELLED}:{seen.visit.id}:"
    for letter in mails.letters_about(session, [begins], today):
        about, role = letter.key.removeprefix(begins).split(":")
        told, _, since = about.partition("-")  # the line it tells, and after which news
        line = reading.find_change(session, int(told))
        if since == str(news) or line is None or line.change.visit_id != seen.visit.id:
            continue
        letter.until = today - timedelta(days=1)
        anew = News(session, seen, other, line, f"{told}-{news}")
        said = _words(anew, instead_of(session, seen.visit), for_good=for_good)
        write(anew, Kind.VISIT_CANCELLED, [one for one in anew.three if one[0] == role], said, CANCEL)


def _words(news: News, instead: Instead | None, *, for_good: bool) -> Said:
    """What is said of a day that fell, to each. `instead`: what is kept for the visitor in its place."""
    session, seen, visit_id = news.session, news.seen, news.seen.visit.id or 0
    reason, change = seen.visit.cancel_reason, news.change
    against = _against(session, seen)
    with_team = against is not None and bool(of_teams(session, {visit_id}))
    back = news.other if news.other is not None and stands(news.other.visit) else None
    back_off = back is not None and conflict_of(session, back, clock.today()) is not None
    booked = seen.visit.id in booked_among(session, [seen])  # another place is held for it, or none is
    chosen = change is not None and change.by in {By.HR, By.SERVICE} and not booked and reason in BY_REPAIR
    today, chance = clock.today(), last_chance(seen.campaign)
    in_time, then = today <= chance, min(today, chance)  # then: when a day, if any, could still be had
    sought = not booked and is_sought_again(seen.visit, seen.campaign, then)
    resting = {CancelReason.LEFT, CancelReason.VISITOR_LEFT, CancelReason.NOT_FOR_ME}
    could_be = back is not None and reason is not CancelReason.REPLACED and seen.may_be_made_up(then)
    open_ = back is not None and seen.may_be_made_up(today)
    made_up = open_ and finds_day(session, seen, today)
    places = open_ and not made_up and has_places(session, seen.campaign, today)

    left = others_of(session, seen, {person.id or 0 for _role, person in news.three}, today)

    def said(role: str, person: Person) -> dict[str, Any]:
        own = change is not None and change.by.value == role
        wants = sought and seen.has(person.id) and not (own and reason in resting)
        awaits = wants and back is None
        return {
            "back": back,
            "back_off": back_off,
            "left": [(one, one.visitor.id == person.id) for one in left.get(person.id or 0, ())],
            "reason": reason_labels()[reason] if reason else "",
            "shut": "" if role == By.VISITOR else told(session, seen, change),
            "chosen": chosen,
            "against": against.words_to(person) if against is not None else "",
            "with_team": with_team and against is not None and against.visitor_day is None,
            "instead": instead if role == By.VISITOR else None,
            "words_said": change.words if change is not None and not own else "",
            "make_up": made_up and seen.has(person.id),
            "no_day": open_ and not made_up and seen.has(person.id),
            "places": places,
            "sought": awaits and in_time and not for_good,
            "ended": awaits and in_time and for_good and reason is not CancelReason.REPLACED,
            "too_late": not in_time and (wants or (could_be and seen.has(person.id))),
        }

    return said


def _against(session: Session, seen: SeenVisit) -> Conflict | None:
    """What a roster says of a day that fell because of it, or a contract, or somebody's week."""
    if seen.visit.cancel_reason not in OFF:
        return None
    return next((one for one in conflicts_among(session, [seen]) if not one.closed), None)
