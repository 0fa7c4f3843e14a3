"""Letters still to be handed over that news makes untrue: written anew where they name a day that changed,
dropped where they say not to come to a day whose agreement is recorded now."""

from datetime import timedelta

from sqlmodel import Session

from app.calendars.news import News, invite
from app.core import clock
from app.messages import queries as mails
from app.messages.catalogue import Kind
from app.visits import reading
from app.visits.rules import stands
from app.visits.suspending import EVE
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


def drop_warnings(session: Session, visit_id: int) -> None:
    """The agreement is recorded: nobody hands over any more that the visitor is not to travel. That a roster,
    or a closed site, is in the way is another matter."""
    today = clock.today()
    for letter in mails.letters_about(session, f"{Kind.VISIT_UNCERTAIN}:{visit_id}:", today):
        if f":{EVE}" not in letter.key:
            letter.until = today - timedelta(days=1)
