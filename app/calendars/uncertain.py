"""The mail that nobody is to travel for now, whatever stands in the way (`agreements`, `eve`): to whom, once
for each cause, and whether the visitor got it. HR read who is to be told by hand."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from app.calendars import ics
from app.calendars.news import REQUEST
from app.core import clock
from app.core.db import open_session
from app.core.i18n import speaking
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.messages.service import Invitation
from app.messages.tables import Mail
from app.people.tables import Person
from app.visits import warned
from app.visits.queries import SeenVisit
from app.visits.standing import standing_of
from app.visits.tables import By
from app.visits.warned import Told

NEW = timedelta(minutes=5)
"""A day that came about since then may still have to be told: that nobody is to travel waits for the next
turn of the clock."""

Sentences = Callable[[By, Person, Told], tuple[str, ...]]
"""Why a day is not certain and what to do, for somebody in a role, in the language spoken; to others than the
visitor, what became of the visitor's mail."""

Addressed = tuple[By, Person, str]
"""In which role somebody reads it, and the key of their mail."""


@dataclass(frozen=True)
class Uncertain:
    """A day of which its people are warned."""

    seen: SeenVisit
    sentences: Sentences
    about: str = ""
    """What tells this warning from another one of the same day."""
    but: Collection[int] = ()
    """Who reads of it otherwise."""
    is_news: bool = False
    """The mail tells a change with it, which calendars hear of too."""

    @property
    def people(self) -> list[Addressed]:
        """Who reads it, the visitor first, so that the others read whether they are to tell them by hand."""
        seen = self.seen
        three = ((By.VISITOR, seen.visitor), (By.HOST, seen.host), (By.TUTOR, seen.tutor))
        return [
            (role, person, warned.key(seen, person.id, self.about))
            for role, person in three
            if person is not None and person.id not in self.but
        ]


def untold(session: Session, days: Iterable[Uncertain]) -> list[tuple[Uncertain, list[Addressed]]]:
    """Days of which somebody did not read yet, and who: first of all they read that there is such a day. Two
    queries."""
    warned_of = list(days)
    new = warned.made_since(session, [one.seen.visit.id or 0 for one in warned_of], clock.now() - NEW)
    all_ = [(day, day.people) for day in warned_of if day.seen.visit.id not in new]
    written = mails.keys_written(session, [key for _day, people in all_ for *_who, key in people])
    left = [(day, [one for one in people if one[2] not in written]) for day, people in all_]
    return [(day, people) for day, people in left if people]


def warn(session: Session, day: Uncertain, people: Iterable[Addressed]) -> list[Mail]:
    """Write to some of a day's people; the mails of those still in the company."""
    addressed, seen, sent = list(people), day.seen, list[Mail]()
    readers = mails.readers_of(session, [person.id or 0 for _role, person, _key in addressed])
    visitor_told = warned.told_visitor(session, seen, day.about)
    stand = standing_of(session, seen) if day.is_news else None
    for role, person, key in addressed:
        reader = readers.get(person.id or 0)
        if reader is None:
            continue
        with speaking(reader.language):
            sentences = day.sentences(role, person, visitor_told)
            invitation = Invitation(ics.invitation(seen, person, stand), REQUEST) if stand else None
        mail = outbox.send(
            session,
            Kind.VISIT_UNCERTAIN,
            reader,
            key=key,
            now=clock.now(),
            context={"seen": seen, "role": role.value, "sentences": sentences},
            campaign=seen.campaign,
            reply_to=mails.reply_address(session, seen.campaign),
            calendar=invitation,
            until=seen.visit.day,
        )
        if mail is not None:
            sent.append(mail)
            if role is By.VISITOR:
                visitor_told = warned.became(mail.status)
    return sent


def ask_to_tell(engine: Engine) -> None:
    """Job of `clock.tick`, once all warnings are written: HR of a campaign read who has no e-mail and must be
    told by hand, when there is somebody more."""
    today = clock.today()
    with open_session(engine) as session:
        found = mails.urgent_letters(session, today)
        travelling = warned.travelling(session, [letter for one in found for letter in one.letters])
        for waiting in found:
            campaign, letters = waiting.campaign, waiting.letters
            latest = max(letter.created_at for letter in letters)
            last = mails.last_written(session, Kind.LETTERS_DUE, campaign.id or 0)
            if last is not None and latest <= last:
                continue
            for reader in mails.hr_readers(session, campaign):
                outbox.send(
                    session,
                    Kind.LETTERS_DUE,
                    reader,
                    key=f"{Kind.LETTERS_DUE}:{campaign.id}:{latest.isoformat()}:{reader.account_id}",
                    now=clock.now(),
                    context={"waiting": waiting, "travelling": travelling},
                    campaign=campaign,
                    until=letters[-1].until,
                )
