"""A booked day was given by a team, whoever of it receives: a roster that has its host off does not end it
while a colleague may receive."""

from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session, col

from app.accounts.sessions import Actor
from app.booking import queries
from app.booking.looking import look
from app.booking.tables import PlaceDay, RequestStatus
from app.core import jobs
from app.people.tables import Person
from app.teams.days import roster_days
from app.visits import hosting, reading
from app.visits import queries as visits
from app.visits.changing import situation
from app.visits.errors import DayTaken, NotOfTheTeam, TutorBusy
from app.visits.history import Hand
from app.visits.rosters import Conflict
from app.visits.rules import during
from app.visits.tables import By


def receive_instead(
    session: Session, conflict: Conflict, sender: Actor | None, now: datetime, today: date
) -> bool:
    """A colleague whom the rules allow, and who works at the day's hours, becomes its host, best one whom a
    roster has at work, and nobody who gave the day back; `sender`: of the roster. False where it is not for
    the team to mend, or nobody of it can: nothing has changed then."""
    seen, visit = conflict.seen, conflict.seen.visit
    request = queries.request_of_visit(session, visit.id or 0)
    if conflict.closed or conflict.visitor_day is not None or request is None:
        return False
    place = queries.find_place(session, request.place_id)
    if request.status != RequestStatus.BOOKED or place.host is not None:
        return False
    day = PlaceDay(place_id=request.place_id, day=visit.day)  # booked, whatever the team offers since
    here = replace(place, days=[day], at=during(visit))
    [found] = look(session, seen.campaign, seen.visitor, [here], 0, today, ahead=0)
    option = found.of_day(visit.day)
    gave_back = reading.released_from(session, visit.id or 0)
    hosts = [one for one in option.hosts if one not in gave_back] if option is not None else []
    sure = roster_days(session, visit.day, visit.day, col(Person.id).in_(hosts))
    hand = Hand(By.SERVICE, sender, now)
    for host_id in sorted(hosts, key=lambda one: one not in sure):
        before = situation(session, visits.visit(session, visit.id or 0), By.SERVICE, None, today)
        colleague = session.get_one(Person, host_id)
        try:
            with session.begin_nested():
                hosting.replace_host(session, before, colleague, hand, revision=visit.revision)
        except (NotOfTheTeam, TutorBusy, DayTaken):
            session.refresh(visit)
            continue  # somebody was faster
        jobs.record(session, "booking.taken", request_id=request.id)
        return True
    return False
