"""Letters still to be handed over that news makes untrue: written anew where they name a day that changed,
dropped where they say not to come to a day whose agreement is recorded now, or ask for an answer that nobody
waits for any more."""

from datetime import timedelta

from sqlmodel import Session

from app.calendars.news import News, invite
from app.core import clock
from app.messages import queries as mails
from app.messages.catalogue import Kind
from app.visits import queries as visits
from app.visits import reading
from app.visits.rules import stands
from app.visits.suspending import EVE, OVER
from app.visits.tables import ChangeKind


def remake_letters(news: News) -> None:
    """A day of a swap moved or fell: invitations to the other one that wait on paper say so. Each takes the
    place of the former, which nobody hands over any more. Safe to run twice."""
    other, today = news.other, clock.today()
    if other is None or not stands(other.visit):
        return
    begins = f"{Kind.VISIT_INVITATION}:{other.visit.id}:"
    for letter in mails.letters_about(news.session, begins, today):
        about, role = letter.key.removeprefix(begins).split(":")
        told, _, since = about.partition("-")  # the line it tells, and after which change of this day
        if since == str(news.about):
            continue
        line = reading.find_change(news.session, int(told)) if int(told) else None
        moved = line is not None and line.change.kind is ChangeKind.MOVED
        letter.until = today - timedelta(days=1)
        invite(News(news.session, other, news.seen, line, f"{told}-{news.about}"), moved=moved, only=role)


def drop_answered(news: News) -> None:
    """What one of the two proposed about this visit, or another of its swap, was answered or means nothing
    any more: nobody hands over the letter that asks for an answer. Safe to run twice."""
    session, today = news.session, clock.today()
    ids = visits.ids_of_swap(session, news.seen.visit)
    waiting = reading.open_proposals(session, ids)
    for visit_id in sorted(ids):
        letters = mails.letters_about(session, f"{Kind.VISIT_PROPOSAL}:{visit_id}:", today)
        told = {int(letter.key.split(":")[2]): letter for letter in letters}
        for line in reading.changes_with_ids(session, told) if told else []:
            change, proposal = line.change, waiting.get(visit_id)
            is_open = proposal is not None and change.at >= proposal.created_at
            if change.kind is ChangeKind.PROPOSED and not is_open:
                told[change.id or 0].until = today - timedelta(days=1)


def drop_first_word(session: Session, visit_id: int) -> None:
    """That nobody chose another day than one that cannot be is to be said: who has not been handed the letter
    that HR were to decide needs this one only."""
    today = clock.today()
    for letter in mails.letters_about(session, f"{Kind.VISIT_SUSPENDED}:{visit_id}:", today):
        if not letter.key.endswith(OVER):
            letter.until = today - timedelta(days=1)


def drop_warnings(session: Session, visit_id: int) -> None:
    """The agreement is recorded: nobody hands over any more that the visitor is not to travel. That a roster,
    or a closed site, is in the way is another matter."""
    today = clock.today()
    for letter in mails.letters_about(session, f"{Kind.VISIT_UNCERTAIN}:{visit_id}:", today):
        if f":{EVE}" not in letter.key:
            letter.until = today - timedelta(days=1)
