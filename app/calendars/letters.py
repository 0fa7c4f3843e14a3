"""Letters still to be handed over that news makes untrue: written anew where they name a day that changed,
dropped where they state what is over: an answer that nobody waits for any more, a choice that was made, a
warning that does not hold, a change that another one followed."""

from collections.abc import Collection
from datetime import timedelta

from sqlmodel import Session

from app.calendars.news import News, invite
from app.core import clock
from app.messages import queries as mails
from app.messages.catalogue import Kind
from app.messages.tables import Mail, MailStatus
from app.people.tables import Person
from app.visits import queries as visits
from app.visits import reading
from app.visits.queries import SeenSwap
from app.visits.rules import stands
from app.visits.suspending import EVE, OVER
from app.visits.tables import ChangeKind, VisitChange


def remake_letters(news: News) -> None:
    """A day of a swap moved or fell: invitations to the other one that wait on paper say so. Each takes the
    place of the former, which nobody hands over any more; a day that is over has no new one. Safe to run
    twice."""
    other, today = news.other, clock.today()
    if other is None or not stands(other.visit) or other.is_past:
        return
    begins = f"{Kind.VISIT_INVITATION}:{other.visit.id}:"
    for letter in mails.letters_about(news.session, [begins], today):
        about, role = letter.key.removeprefix(begins).split(":")
        told, _, since = about.partition("-")  # the line it tells, and after which change of this day
        if since == str(news.about):
            continue
        line = reading.find_change(news.session, int(told)) if int(told) else None
        moved = line is not None and line.change.kind is ChangeKind.MOVED
        letter.until = today - timedelta(days=1)
        invite(News(news.session, other, news.seen, line, f"{told}-{news.about}"), moved=moved, only=role)


TALK = {
    ChangeKind.PROPOSED,
    ChangeKind.REFUSED,
    ChangeKind.WITHDRAWN,
    ChangeKind.LAPSED,
    ChangeKind.ONE_WAY,
    ChangeKind.MADE_UP,
}
"""What the two say to each other of one of their days: the next word answers the one before."""
CLOSING = {ChangeKind.MADE_UP, ChangeKind.ONE_WAY}
"""They settled what becomes of a day that fell."""


def drop_overtaken(news: News) -> None:
    """Of what is said about the days of a swap, only what is still so is handed over: not what one of the two
    proposed and the other answered, nor the words before the last, nor that they may choose once they chose,
    something replaces the day, or the other one fell too. Safe to run twice."""
    session, today = news.session, clock.today()
    ids, swap = visits.ids_of_swap(session, news.seen.visit), visits.swap_of(session, news.seen)
    kinds = (Kind.VISIT_PROPOSAL, Kind.VISIT_CANCELLED)
    letters = mails.letters_about(session, [f"{kind}:{one}:" for kind in kinds for one in ids], today)
    if not letters:
        return
    waiting, history = reading.open_proposals(session, ids), reading.history_of(session, ids)
    lines = {line.change.id or 0: line.change for line in history}
    for letter in letters:
        line = lines.get(_line_of(letter))
        if line is None:
            continue
        later = (one for id_, one in lines.items() if id_ > (line.id or 0))
        after = {one.kind for one in later if one.visit_id == line.visit_id}
        if letter.kind == Kind.VISIT_CANCELLED:
            over = bool(after & CLOSING) or all(leg.visit.id != line.visit_id for leg in swap.legs)
        elif line.kind is ChangeKind.PROPOSED:
            proposal = waiting.get(line.visit_id)
            over = proposal is None or line.at < proposal.created_at
        else:
            over = bool(after & TALK) or not _is_open(swap, line)
        if over:
            letter.until = today - timedelta(days=1)


def _line_of(letter: Mail) -> int:
    """The line of the history that a letter tells."""
    return int(letter.key.split(":")[2].partition("-")[0])


def _is_open(swap: SeenSwap, line: VisitChange) -> bool:
    """Whether what an answer left open still is: a day to find for the one that fell, or the one that is left
    after both agreed on it."""
    if line.kind is ChangeKind.ONE_WAY:
        return any(stands(leg.visit) for leg in swap.legs)
    fallen = swap.fallen
    own = next((leg for leg in swap.legs if leg.visit.id == line.visit_id), None)
    said_elsewhere = line.kind is ChangeKind.LAPSED and line.reason is not None
    return said_elsewhere or (own is not None and (stands(own.visit) or own is fallen))


def never_asked(news: News) -> set[str]:
    """The roles of those to whom nobody handed over what was proposed, where that is withdrawn or void: they
    need not read of either."""
    change = news.change
    if change is None or change.kind not in {ChangeKind.WITHDRAWN, ChangeKind.LAPSED}:
        return set()
    proposed = max(
        one.change.id or 0
        for one in reading.history_of(news.session, [change.visit_id])
        if one.change.kind is ChangeKind.PROPOSED and (one.change.id or 0) < (change.id or 0)
    )
    about = f"{Kind.VISIT_PROPOSAL}:{change.visit_id}:{proposed}"
    keys = {f"{about}:{role}": role for role, _person in news.two}
    found = mails.statuses_of(news.session, keys)
    return {keys[key] for key, status in found.items() if status is MailStatus.UNREACHABLE}


def drop_replaced(session: Session, fell_id: int, person: Person) -> None:
    """Somebody is invited to a day in place of one that fell, and reads so: nobody hands over to them any
    more that another one is looked for, was not found, or is to be chosen."""
    today = clock.today()
    kinds = (Kind.VISIT_CANCELLED, Kind.SEARCH_OVER, Kind.VISIT_PROPOSAL)
    for letter in mails.letters_about(session, [f"{kind}:{fell_id}:" for kind in kinds], today):
        if letter.person_id == person.id:
            letter.until = today - timedelta(days=1)


def drop_former(news: News, kind: Kind, *, to: Collection[int | None] | None = None) -> None:
    """What was said of the same day in a message of this kind (`to` these people; None: to all) is not so any
    more, and this news says what is: of two changes of the same thing, only the later is handed over."""
    today, visit_id = clock.today(), news.seen.visit.id
    letters = mails.letters_about(news.session, [f"{kind}:{visit_id}:"], today)
    former = [one for one in letters if one.key.split(":")[2] != str(news.about)]
    if kind is Kind.VISIT_CHANGED:
        told = reading.changes_with_ids(news.session, {_line_of(one) for one in former}) if former else []
        same = {one.change.id for one in told if news.change and one.change.kind is news.change.kind}
        former = [one for one in former if _line_of(one) in same]
    for letter in former:
        if to is None or letter.person_id in to:
            letter.until = today - timedelta(days=1)


def drop_asked_of(news: News) -> None:
    """Somebody said yes: nobody hands over to them any more what asked for it. The invitation stays: it says
    where and when."""
    today, visit_id, change = clock.today(), news.seen.visit.id, news.change
    asked = (Kind.VISIT_CONFIRMED, Kind.VISIT_REMINDER, Kind.VISIT_CONDITIONS)
    person = next((one.id for role, one in news.two if change is not None and role == change.by), None)
    for letter in mails.letters_about(news.session, [f"{kind}:{visit_id}:" for kind in asked], today):
        if letter.person_id == person and letter.key.split(":")[2] != str(news.about):
            letter.until = today - timedelta(days=1)


def drop_first_word(session: Session, visit_id: int) -> None:
    """That nobody chose another day than one that cannot be is to be said: who has not been handed the letter
    that HR were to decide needs this one only."""
    today = clock.today()
    for letter in mails.letters_about(session, [f"{Kind.VISIT_SUSPENDED}:{visit_id}:"], today):
        if not letter.key.endswith(OVER):
            letter.until = today - timedelta(days=1)


def drop_warnings(session: Session, visit_id: int) -> None:
    """The agreement is recorded, or not needed: nobody hands over any more that the visitor is not to travel.
    That a roster, or a closed site, is in the way is another matter."""
    today = clock.today()
    for letter in mails.letters_about(session, [f"{Kind.VISIT_UNCERTAIN}:{visit_id}:"], today):
        if f":{EVE}" not in letter.key:
            letter.until = today - timedelta(days=1)
