"""What happened to a visit, and how it is written to each of those whom it concerns (`telling.py`)."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.calendars import ics
from app.core import clock
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.readers import Reader
from app.messages.service import Invitation
from app.people.tables import Person
from app.teams import queries as teams
from app.visits import closing, history, reading, sentences
from app.visits import queries as visits
from app.visits.bookings import Instead
from app.visits.marks import closed_words, is_closed
from app.visits.provisional import remember_read
from app.visits.queries import SeenVisit
from app.visits.reading import SeenChange
from app.visits.rosters import conflict_of
from app.visits.rules import confirmed_by, reason_labels, stands
from app.visits.standing import Missing, standing_of, words
from app.visits.tables import By, VisitChange

REQUEST, CANCEL = "REQUEST", "CANCEL"
SAID_APART = dict.fromkeys(
    (Kind.VISIT_INVITATION, Kind.VISIT_CONFIRMED), frozenset({Missing.AGREEMENT, Missing.VISITOR})
) | {Kind.VISIT_PROVISIONAL: frozenset({Missing.ROSTER})}
"""What these mails say in words of their own; every other one says all that the day still waits for."""
SAYS_CLOSED = {
    Kind.VISIT_INVITATION,
    Kind.VISIT_CONFIRMED,
    Kind.VISIT_CHANGED,
    Kind.VISIT_CONDITIONS,
    Kind.VISIT_PROVISIONAL,
    Kind.VISIT_RESUMED,
    Kind.VISIT_CERTAIN,
}
"""Mails that may ask for a yes: they say that the team that receives closed the day since."""
SAYS_MISSING = {
    Kind.VISIT_INVITATION,
    Kind.VISIT_CHANGED,
    Kind.VISIT_CONFIRMED,
    Kind.VISIT_RESUMED,
    Kind.VISIT_CERTAIN,
}
"""They say what the day waits for."""


@dataclass(frozen=True)
class News:
    """A change of a visit, with what a message about it needs."""

    session: Session
    seen: SeenVisit
    other: SeenVisit | None
    line: SeenChange | None
    about: int | str
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


Said = Callable[[str, Person], dict[str, Any]]


def certain_request(news: News) -> str | None:
    """The invitation that goes with a change by which the day may have become certain: sent again then."""
    return REQUEST if standing_of(news.session, news.seen).is_certain else None


def news_of(session: Session, visit_id: int, change_id: int | None, *, about: int) -> News | None:
    seen = visits.find_visit(session, visit_id)
    if seen is None:
        return None
    other = visits.swap_of(session, seen).other(visit_id)
    line = reading.find_change(session, change_id) if change_id is not None else None
    return News(session, seen, other, line, about if change_id is None else change_id)


def both_said_yes(news: News) -> bool:
    visit = news.seen.visit
    return confirmed_by(visit, By.VISITOR) and confirmed_by(visit, By.HOST)


def standing(session: Session, visit_id: int, change_id: int | None, revision: int) -> News | None:
    news = news_of(session, visit_id, change_id, about=revision)
    return news if news is not None and stands(news.seen.visit) else None


def invite(news: News, *, moved: bool, only: str | None = None, not_given: Collection[str] = ()) -> None:
    """`only`: whom, by role, where the others have it already; `not_given`: who had not given the day."""
    back = news.other if news.other is not None and stands(news.other.visit) else None
    back_off = back is not None and conflict_of(news.session, back, clock.today()) is not None
    place = reading.told_with(news.session, news.change) if moved and news.change is not None else []

    def said(role: str, _person: Person) -> dict[str, Any]:
        """Whoever has not said yes to the new day is asked to."""
        agreed = not moved or confirmed_by(news.seen.visit, By(role))
        asked = {"moved": moved, "agreed": agreed, "not_given": role in not_given}
        elsewhere = " ".join(sentences.sentence(one) for one in place)
        return {"back": back, "back_off": back_off, "elsewhere": elsewhere, **asked}

    to = [one for one in news.three if only in (None, one[0])]
    write(news, Kind.VISIT_INVITATION, to, said, REQUEST)


def tell_managers(
    news: News,
    what: str,
    instead: Instead | None = None,
    *,
    unasked: bool = False,
    repaired: bool = False,
) -> None:
    """Whoever leads one of the two teams, the own managers of the two, and who decides for them today, each
    once, about their side of it; a reason only where it is about nobody. `instead`: what is kept for the
    visitor, who may leave that day then. `unasked`: the receiving team's answer is no longer wanted.
    `repaired`: HR or the campaign's rule chose it, and they read which."""
    seen = news.seen
    about = teams.readers_about(news.session, (seen.host, seen.visitor), clock.today())
    sides: dict[int, str] = {}
    for side, person in (("host", seen.host), ("visitor", seen.visitor)):
        sides |= dict.fromkeys(about[person.id or 0], side)
    readers = mails.readers_of(news.session, [one for one in sides if not seen.has(one)])
    unsure = not standing_of(news.session, seen).is_certain
    closed = what == "booked" and is_closed(news.session, seen)
    for person_id, reader in readers.items():
        with speaking(reader.language):
            cause = history.reason_for_managers(news.change)
            shut = closed_words(receives=sides[person_id] == By.HOST) if closed else ""
            if what == "cancelled":
                shut = closing.told(news.session, seen, news.change)
        said = {"what": what, "side": sides[person_id], "cause": cause, "unsure": unsure}
        said["closed_since"] = shut
        said["repaired"] = repaired
        said["unasked"] = unasked and sides[person_id] == By.HOST
        said["instead"] = instead if sides[person_id] == By.VISITOR else None
        _send(news, Kind.VISIT_TEAM, reader, f"manager-{person_id}", said, None)


def tell_receivers(news: News, what: str, *, but: Collection[int | None] = ()) -> None:
    """Whoever may decide for the receiving team today, once. `but`: who read it otherwise."""
    leads = teams.leaders_of(news.session, news.seen.host_team.id or 0, clock.today())
    leads -= {news.seen.visitor.id, *but}
    for person_id, reader in mails.readers_of(news.session, leads).items():
        former = news.line.other.name if news.line is not None and news.line.other is not None else ""
        said = {"what": what, "side": "host", "former": former}
        _send(news, Kind.VISIT_TEAM, reader, f"manager-{person_id}", said, None)


def write(
    news: News,
    kind: Kind,
    to: Iterable[tuple[str, Person]],
    said: Said,
    method: str | None,
) -> None:
    people = list(to)
    readers = mails.readers_of(news.session, [person.id for _role, person in people if person.id])
    stand = standing_of(news.session, news.seen)
    apart = SAID_APART.get(kind, frozenset())
    closed = kind in SAYS_CLOSED and is_closed(news.session, news.seen)
    for role, person in people:
        reader = readers.get(person.id or 0)
        if reader is None:
            continue
        with speaking(reader.language):
            invitation = None
            if method is not None:
                content = ics.invitation(news.seen, person, stand, withdrawn=method == CANCEL)
                invitation = Invitation(content, method)
            change = said_to(news.line, role, person) if news.line else ""
            reason = news.change.reason if news.change is not None else None
            because = reason_labels()[reason] if reason is not None else ""
            missing = [
                words(one, to_visitor=role == By.VISITOR)
                for one in stand.missing
                if one not in apart and one.value != role
            ]
            young = Missing.EXCEPTION in stand.missing
            context = {
                "change": change,
                "because": because,
                "missing": missing,
                "too_young": young,
                "cannot_be": stand.is_suspended,
                "closed_since": closed_words(receives=role != By.VISITOR) if closed else "",
                **said(role, person),
            }
        _send(news, kind, reader, role, context, invitation)
        if kind in SAYS_MISSING and Missing.ROSTER in stand.missing:
            remember_read(news.session, news.seen.visit, clock.now())
        elif kind is Kind.VISIT_INVITATION:
            remember_read(news.session, news.seen.visit, None)


def _is_by(change: VisitChange, role: str, person: Person) -> bool:
    """Also for a host who decided as whoever leads the team."""
    account = change.account_id
    return change.by.value == role or (account is not None and account == person.account_id)


def said_to(line: SeenChange, role: str, person: Person) -> str:
    """What happened, to one of those whom it concerns."""
    own = _is_by(line.change, role, person)
    is_other = line.other is not None and line.other.id == person.id
    to_two = role in {By.VISITOR, By.HOST}
    return sentences.sentence(line, own=own, to_host=role == By.HOST, to_other=is_other, to_two=to_two)


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
        until=None if kind is Kind.VISIT_ABSENCE else news.seen.visit.day,
    )
