"""Tells those concerned about each change of a visit: both people, the tutor, and their managers.

Every change has a line in the visit's history and a message of its own to each of them; a message shows the
visit as it is when the message is written, so that one written late is never wrong. A change of a visit that
fell meanwhile is not told any more: that it fell is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from app.calendars import ics
from app.core import clock
from app.core.db import open_session
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.readers import Reader
from app.messages.service import Invitation
from app.people.tables import Person
from app.teams import queries as teams
from app.visits import history, reading
from app.visits import queries as visits
from app.visits.queries import SeenVisit
from app.visits.reading import SeenChange
from app.visits.rosters import conflict_of
from app.visits.rules import confirmed_by, is_over, is_sought_again, may_be_made_up, reason_labels, stands
from app.visits.tables import By, CancelReason, Visit, VisitChange

REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True)
class News:
    """A change of a visit, with what a message about it needs."""

    session: Session
    seen: SeenVisit
    other: SeenVisit | None
    line: SeenChange | None
    about: int
    """Names the news in the messages' keys: the history's line."""

    @property
    def change(self) -> VisitChange | None:
        """The history's line."""
        return self.line.change if self.line else None

    @property
    def two(self) -> list[tuple[str, Person]]:
        """Visitor and host, with their roles."""
        return [("visitor", self.seen.visitor), ("host", self.seen.host)]

    @property
    def three(self) -> list[tuple[str, Person]]:
        """Visitor, host, and who receives in the host's place."""
        tutor = self.seen.tutor
        return self.two if tutor is None else [*self.two, ("tutor", tutor)]

    def but(self, by: By | None) -> list[tuple[str, Person]]:
        """The other one of the two; both when neither did it."""
        return [(role, person) for role, person in self.two if by is None or role != by.value]


def tell_cancelled(engine: Engine, visit_id: int, revision: int, change_id: int | None = None) -> None:
    """A visit fell: it leaves everybody's calendar, and the managers know who stays."""
    with open_session(engine) as session:
        news = _news(session, visit_id, change_id, about=revision)
        if news is None or stands(news.seen.visit):
            return
        seen = news.seen
        reason, change = seen.visit.cancel_reason, news.change
        back = news.other if news.other is not None and stands(news.other.visit) else None
        sought = is_sought_again(seen.visit, seen.campaign, clock.today())
        resting = {CancelReason.LEFT, CancelReason.VISITOR_LEFT, CancelReason.NOT_FOR_ME}
        made_up = back is not None and may_be_made_up(seen.visit, seen.campaign, clock.today())

        def said(role: str, person: Person) -> dict[str, Any]:
            own = change is not None and change.by.value == role
            return {
                "back": back,
                "reason": reason_labels()[reason] if reason else "",
                "words_said": change.words if change is not None and not own else "",
                "make_up": made_up and seen.has(person.id),
                "sought": sought and back is None and seen.has(person.id) and not (own and reason in resting),
            }

        _write(news, Kind.VISIT_CANCELLED, news.three, said, CANCEL)
        _tell_managers(news, "cancelled")


def tell_booked(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """A day was booked: an invitation to both; whoever has said yes with it is not asked again."""
    with open_session(engine) as session:
        news = _standing(session, visit_id, change_id, revision)
        if news is None:
            return
        visit = news.seen.visit

        def said(role: str, _person: Person) -> dict[str, Any]:
            return {"back": None, "moved": False, "agreed": confirmed_by(visit, By(role))}

        _write(news, Kind.VISIT_INVITATION, news.two, said, REQUEST)
        _tell_managers(news, "booked")


def tell_moved(engine: Engine, visit_id: int, revision: int, change_id: int | None = None) -> None:
    """A visit has another day: the invitation replaces the former one, also for who receives."""
    with open_session(engine) as session:
        news = _standing(session, visit_id, change_id, revision)
        if news is not None:
            _invite(news, moved=True)
            _tell_managers(news, "moved")


def tell_made_up(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """Both agreed on a day for a visit that fell: an invitation to it."""
    with open_session(engine) as session:
        news = _standing(session, visit_id, change_id, revision)
        if news is not None:
            _invite(news, moved=False)
            _tell_managers(news, "made_up")


def tell_changed(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """Hours, or who receives: both people read what changed, a tutor newly named what is asked of them."""
    with open_session(engine) as session:
        news = _standing(session, visit_id, change_id, revision)
        if news is None:
            return
        named = news.change.other_id if news.change is not None else None
        readers = [one for one in news.three if one[1].id != named]
        _write(news, Kind.VISIT_CHANGED, readers, _nothing, REQUEST)
        asked = [one for one in news.three if named is not None and one[1].id == named]
        _write(news, Kind.VISIT_TUTOR, asked, lambda *_: {"released": False}, REQUEST)


def tell_tutor_released(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """The host receives in person again: the tutor has their day back, both people know who is there."""
    with open_session(engine) as session:
        news = _news(session, visit_id, change_id, about=revision)
        if news is None or news.line is None or news.line.other is None:
            return
        former = news.line.other
        if news.seen.tutor is None or news.seen.tutor.id != former.id:
            _write(news, Kind.VISIT_TUTOR, [("tutor", former)], lambda *_: {"released": True}, CANCEL)
        if stands(news.seen.visit) and news.seen.tutor is None:  # else who was named since is told
            _write(news, Kind.VISIT_CHANGED, news.two, _nothing, REQUEST)


def tell_tutor_replaced(engine: Engine, visit_id: int, revision: int, change_id: int, former_id: int) -> None:
    """Another colleague receives instead: the former tutor has their day back. The others read who does
    from `tell_changed`."""
    with open_session(engine) as session:
        news = _news(session, visit_id, change_id, about=revision)
        former = session.get(Person, former_id)
        if news is not None and former is not None and news.seen.visit.tutor_id != former_id:
            _write(news, Kind.VISIT_TUTOR, [("former", former)], lambda *_: {"released": True}, CANCEL)


def tell_confirmed(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """One of the two said yes first: the other knows, unless they said it too meanwhile. Nothing is told as
    missing a yes, nor as confirmed, while a roster contradicts the day."""
    with open_session(engine) as session:
        news = _standing(session, visit_id, change_id, revision)
        if news is not None and news.change is not None and not _both_said_yes(news):
            if conflict_of(session, news.seen, clock.today()) is not None:
                return
            _write(news, Kind.VISIT_CONFIRMED, news.but(news.change.by), lambda *_: {"both": False}, None)


def tell_confirmed_by_both(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """The second yes: both read that the day is confirmed, once; not while a roster contradicts it."""
    with open_session(engine) as session:
        news = _standing(session, visit_id, change_id, revision)
        if news is not None and _both_said_yes(news):
            if conflict_of(session, news.seen, clock.today()) is not None:
                return
            _write(news, Kind.VISIT_CONFIRMED, news.two, lambda *_: {"both": True}, None)


def tell_agreed(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """HR recorded the agreement of the two companies: nothing stands in the way any more."""
    with open_session(engine) as session:
        news = _standing(session, visit_id, change_id, revision)
        if news is not None:
            _write(news, Kind.VISIT_CHANGED, news.two, _nothing, None)


def tell_conditions(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """The team asks something else of visitors: the visitor reads it, and where to say yes again."""
    with open_session(engine) as session:
        news = _standing(session, visit_id, change_id, revision)
        if news is not None and not confirmed_by(news.seen.visit, By.VISITOR):
            _write(news, Kind.VISIT_CONDITIONS, [("visitor", news.seen.visitor)], _nothing, None)


def tell_proposal(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """One of the two proposed something, took it back, or said no to it: the other reads it."""
    with open_session(engine) as session:
        news = _news(session, visit_id, change_id, about=revision)
        if news is None or news.change is None:
            return
        waits = reading.open_proposal(session, visit_id) is not None
        _write(news, Kind.VISIT_PROPOSAL, news.but(news.change.by), lambda *_: {"waits": waits}, None)


def tell_one_way(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """Both agreed to leave it at one day: both read it."""
    with open_session(engine) as session:
        news = _news(session, visit_id, change_id, about=revision)
        if news is not None:
            _write(news, Kind.VISIT_PROPOSAL, news.two, lambda *_: {"waits": False}, None)


def tell_absence(engine: Engine, visit_id: int, revision: int, change_id: int) -> None:
    """One of the two reported the other absent, or said that they were there: the other reads it."""
    with open_session(engine) as session:
        news = _news(session, visit_id, change_id, about=revision)
        if news is not None and news.change is not None:
            words = news.change.words
            fallen = visits.swap_of(session, news.seen).fallen
            lost = fallen is not None and fallen.visit.id == visit_id
            in_time = may_be_made_up(news.seen.visit, news.seen.campaign, clock.today())
            said = {"words_said": words, "make_up": lost and in_time}
            _write(news, Kind.VISIT_ABSENCE, news.but(news.change.by), lambda *_: said, None)


def tell_certain(engine: Engine, visit_ids: list[int]) -> None:
    """A roster arrived and holds: the day is provisional no more. Those concerned read it once a day."""
    for visit_id in visit_ids:
        with open_session(engine) as session:
            seen = visits.find_visit(session, visit_id)
            if seen is None or not stands(seen.visit) or is_over(seen.visit, clock.today()):
                continue
            visit = seen.visit
            news = News(session, seen, None, None, visit.revision)

            def said(role: str, _person: Person, visit: Visit = visit) -> dict[str, Any]:
                return {"unconfirmed": role != By.TUTOR and not confirmed_by(visit, By(role))}

            _write(news, Kind.VISIT_CERTAIN, news.three, said, None)


Said = Callable[[str, Person], dict[str, Any]]


def _nothing(_role: str, _person: Person) -> dict[str, Any]:
    return {}


def _news(session: Session, visit_id: int, change_id: int | None, *, about: int) -> News | None:
    seen = visits.find_visit(session, visit_id)
    if seen is None:
        return None
    other = visits.swap_of(session, seen).other(visit_id)
    line = reading.find_change(session, change_id) if change_id is not None else None
    return News(session, seen, other, line, about if change_id is None else change_id)


def _both_said_yes(news: News) -> bool:
    visit = news.seen.visit
    return confirmed_by(visit, By.VISITOR) and confirmed_by(visit, By.HOST)


def _standing(session: Session, visit_id: int, change_id: int | None, revision: int) -> News | None:
    news = _news(session, visit_id, change_id, about=revision)
    return news if news is not None and stands(news.seen.visit) else None


def _invite(news: News, *, moved: bool) -> None:
    back = news.other if news.other is not None and stands(news.other.visit) else None
    said = {"back": back, "moved": moved, "agreed": not moved}
    _write(news, Kind.VISIT_INVITATION, news.three, lambda *_: said, REQUEST)


def _tell_managers(news: News, what: str) -> None:
    """Each manager, and whoever decides for them today, once, about their side of it; never a reason."""
    seen = news.seen
    managers = [(seen.host.manager_id, "host"), (seen.visitor.manager_id, "visitor")]
    lent = teams.delegates_of(news.session, {one for one, _ in managers if one}, clock.today())
    sides: dict[int, str] = {}
    for manager_id, side in managers:
        if manager_id is not None:
            sides |= dict.fromkeys([manager_id, *lent.get(manager_id, ())], side)
    readers = mails.readers_of(news.session, [one for one in sides if not seen.has(one)])
    for person_id, reader in readers.items():
        said = {"what": what, "side": sides[person_id]}
        _send(news, Kind.VISIT_TEAM, reader, f"manager-{person_id}", said, None)


def _write(news: News, kind: Kind, to: Iterable[tuple[str, Person]], said: Said, method: str | None) -> None:
    people = list(to)
    readers = mails.readers_of(news.session, [person.id for _role, person in people if person.id])
    for role, person in people:
        reader = readers.get(person.id or 0)
        if reader is None:
            continue
        with speaking(reader.language):
            invitation = None
            if method is not None:
                content = ics.invitation(news.seen, person, withdrawn=method == CANCEL)
                invitation = Invitation(content, method)
            context = {**said(role, person), "change": history.sentence(news.line) if news.line else ""}
        _send(news, kind, reader, role, context, invitation)


def _send(
    news: News,
    kind: Kind,
    reader: Reader,
    role: str,
    context: dict[str, Any],
    invitation: Invitation | None,
) -> None:
    outbox.send(
        news.session,
        kind,
        reader,
        key=f"{kind}:{news.seen.visit.id}:{news.about}:{role}",
        now=clock.now(),
        context={
            "seen": news.seen,
            "role": role,
            "line": news.line.change if news.line is not None else None,
            "who": news.line.who if news.line is not None else "",
            **context,
        },
        campaign=news.seen.campaign,
        reply_to=mails.reply_address(news.session, news.seen.campaign),
        calendar=invitation,
    )
