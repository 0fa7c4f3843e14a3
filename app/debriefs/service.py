"""Writing and sending a form; erasing and exporting what is still somebody's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, and_, col, delete, or_, select, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.tables import Campaign
from app.core import clock, jobs
from app.core.errors import NotFound, Refusal
from app.core.forms import sentence
from app.core.i18n import _
from app.debriefs import queries
from app.debriefs.errors import (
    AlreadySent,
    AnswersRefused,
    DebriefClosed,
    NoDraftHere,
    NothingSaid,
    NotRuledYet,
    NotYetOpen,
)
from app.debriefs.questions import CATALOGUE, SHARED, QuestionKind, Readers, form_of, questions_of
from app.debriefs.releasing import lock_pools, put_into_pool
from app.debriefs.rules import DebriefState, is_open, state_of
from app.debriefs.sealing import Unreadable, pseudonym, seal, unseal
from app.debriefs.tables import Debrief, Draft, MobilityInterest, Role, Thanks
from app.people.tables import Person
from app.visits.absences import note_held
from app.visits.queries import SeenVisit
from app.visits.rules import is_unknown, takes_debriefs
from app.visits.tables import By, Visit


@dataclass(frozen=True)
class Author:
    """One of the two people of a visit, at their form."""

    seen: SeenVisit
    role: Role
    shared_screen: bool = False

    @property
    def visit_id(self) -> int:
        """The visit's id."""
        assert self.seen.visit.id is not None
        return self.seen.visit.id

    @property
    def person(self) -> Person:
        """Who writes."""
        return self.seen.visitor if self.role == Role.VISITOR else self.seen.host

    @property
    def person_id(self) -> int:
        """Their id."""
        assert self.person.id is not None
        return self.person.id

    @property
    def campaign_id(self) -> int:
        """The campaign of the visit."""
        return self.seen.visit.campaign_id


def author_of(seen: SeenVisit, person_id: int | None, *, shared_screen: bool = False) -> Author:
    """The form of a person about a visit. Raises NotFound for anybody but its two people."""
    if person_id is None or not seen.has(person_id):
        raise NotFound
    role = Role.VISITOR if seen.visitor.id == person_id else Role.HOST
    return Author(seen, role, shared_screen)


def open_due(session: Session, *, now: datetime, today: date) -> list[tuple[int, Role]]:
    """Open the forms of every day that is over; each is announced once. Returns (visit's id, role)."""
    opened = []
    for visit, campaign, role in queries.visits_to_open(session, today):
        if visit.id is None or not is_open(visit, campaign, now):
            continue
        session.add(Debrief(visit_id=visit.id, role=role))
        jobs.record(session, "debrief.opened", visit_id=visit.id, role=role.value)
        opened.append((visit.id, role))
    return opened


def state(session: Session, author: Author, *, now: datetime) -> DebriefState:
    """Where the author's form stands."""
    line = queries.find_debrief(session, author.visit_id, author.role)
    sent = line is not None and line.sent
    return state_of(author.seen.visit, author.seen.campaign, sent, now)


def is_unsure(author: Author, today: date) -> bool:
    """Whether nobody knows that the day was lived, since its agreement was missing."""
    return is_unknown(author.seen.visit, crosses=author.seen.crosses, today=today)


def asks_statements(session: Session, author: Author) -> bool:
    """Whether the form asks the shared statements: a person tells them once in a campaign."""
    here = (author.visit_id, author.role)
    return not queries.has_sent_another(session, author.campaign_id, author.person_id, here)


def draft_of(session: Session, author: Author) -> dict[str, Any]:
    """What the author has begun to write, by question; empty when nothing, or sealed under another secret."""
    draft = queries.find_draft(session, author.visit_id, author.role)
    if draft is None:
        return {}
    try:
        return unseal(draft.sealed, _draft_place(author))
    except Unreadable:
        return {}


def save_draft(session: Session, author: Author, answers: Mapping[str, Any], *, now: datetime) -> None:
    """Keep what was typed so far. Raises NoDraftHere at a shared screen, and what `send_debrief` raises."""
    _check_open(session, author, now)
    if author.shared_screen:
        raise NoDraftHere
    sealed = seal(_said(session, author.role, answers), _draft_place(author))
    _begin_line(session, author)
    if queries.lock_debrief(session, author.visit_id, author.role).sent:
        raise AlreadySent  # a sending overtook this draft, which must not outlive it
    session.exec(
        _insert(session, Draft)
        .values(visit_id=author.visit_id, role=author.role, sealed=sealed)
        .on_conflict_do_update(index_elements=["visit_id", "role"], set_={"sealed": sealed})
    )


def send_debrief(session: Session, author: Author, answers: Mapping[str, Any], *, now: datetime) -> None:
    """Send a form, once: its words go sealed into the pool, the draft goes, the ledger notes "sent".

    The first form somebody sends in a campaign tells the shared statements; from later ones they are dropped.

    `answers` by question, as `questions.form_of` takes them. Raises NotYetOpen, DebriefClosed, AlreadySent,
    NothingSaid, AnswersRefused. Of a day without its agreement it says that it took place
    (`visits.absences.note_held`), and no more. No event is recorded: its row would tell when somebody
    answered.
    """
    _check_open(session, author, now)
    said = _said(session, author.role, answers)
    lock_pools(session, author.campaign_id)  # of two forms of one person at once, one comes second
    first = asks_statements(session, author)
    if not first:
        said = {key: one for key, one in said.items() if key not in SHARED}
    if not said:
        raise NothingSaid
    if is_unsure(author, clock.today()) and not note_held(session, author.visit_id, By(author.role.value)):
        raise DebriefClosed  # said not to have been held, meanwhile
    _note_sent(session, author)
    session.exec(delete(Draft).where(col(Draft.visit_id) == author.visit_id, col(Draft.role) == author.role))
    readers = {one.key: one.readers for one in CATALOGUE}
    if "thanks" in said:
        sealed = seal({"thanks": said["thanks"]}, _thanks_place(author.visit_id))
        session.add(Thanks(visit_id=author.visit_id, sealed=sealed))
    if said.get("mobility"):
        session.add(MobilityInterest(visit_id=author.visit_id, person_id=author.person_id))
    pooled = {key: one for key, one in said.items() if readers[key] in {Readers.FIGURES, Readers.WORDS}}
    session.flush()
    if pooled:
        who = pseudonym(author.campaign_id, author.person_id)
        put_into_pool(session, author.campaign_id, author.role, pooled, who=who, first=first)


def thanks_for(session: Session, author: Author) -> str | None:
    """The host's thanks, for the visitor alone."""
    found = queries.find_thanks(session, author.visit_id)
    if found is None or author.role != Role.VISITOR:
        return None
    try:
        return str(unseal(found.sealed, _thanks_place(author.visit_id))["thanks"])
    except Unreadable:
        return None


def withdraw_interest(session: Session, author: Author) -> None:
    """Take the declared interest back; saying it twice changes nothing."""
    session.exec(
        delete(MobilityInterest).where(
            col(MobilityInterest.visit_id) == author.visit_id,
            col(MobilityInterest.person_id) == author.person.id,
        )
    )


def can_remind(campaign: Campaign, today: date) -> bool:
    """Whether forms can still be sent."""
    return takes_debriefs(campaign, today)


def remind(session: Session, campaign: Campaign, *, actor: Actor, now: datetime, today: date) -> int:
    """Remind those who have not answered; how many they are. The mails' keys hold it to once a day each."""
    if not can_remind(campaign, today):
        raise DebriefClosed
    assert campaign.id is not None
    forms = len(queries.silent(session, campaign.id))
    if forms:
        # Who is reminded is read when the job runs: no row lists them.
        jobs.record(session, "debrief.reminded", campaign_id=campaign.id)
        audit(session, actor.account_id, "debrief.reminded", f"campaign:{campaign.id}", now=now, forms=forms)
    return forms


def export(session: Session, person: Person) -> list[dict[str, Any]]:
    """What is still a person's own: drafts, thanks, interests, which forms were sent."""
    assert person.id is not None
    found: list[dict[str, Any]] = []
    for own in queries.debriefs_of(session, person.id):
        assert own.visit.id is not None
        seen = session.get(Draft, (own.visit.id, own.role))
        found.append(
            {
                "campaign": own.campaign.name,
                "day": own.visit.day.isoformat(),
                "role": own.role.value,
                "sent": own.sent,
                "draft": _opened(seen.sealed, f"draft:{own.visit.id}:{own.role.value}") if seen else None,
                "thanks": _thanks_text(session, own.visit.id),
            }
        )
    interests = [
        {"mobility_interest_after_visit": one.visit_id} for one in queries.interests_of(session, person.id)
    ]
    return found + interests


def erase(session: Session, person: Person) -> None:
    """Forget a person's drafts, thanks, interests, and that they answered. Nobody can find what was sent."""
    visited = select(Visit.id).where(Visit.visitor_id == person.id)
    hosted = select(Visit.id).where(Visit.host_id == person.id)
    for table in (Draft, Debrief):
        session.exec(
            delete(table).where(
                or_(
                    and_(col(table.visit_id).in_(visited), col(table.role) == Role.VISITOR),
                    and_(col(table.visit_id).in_(hosted), col(table.role) == Role.HOST),
                )
            )
        )
    session.exec(
        delete(Thanks).where(or_(col(Thanks.visit_id).in_(visited), col(Thanks.visit_id).in_(hosted)))
    )
    session.exec(delete(MobilityInterest).where(col(MobilityInterest.person_id) == person.id))


def refusal(session: Session, author: Author, *, now: datetime) -> Refusal | None:
    """Why the author's form takes nothing now; None when it does."""
    return {
        DebriefState.SENT: AlreadySent(),
        DebriefState.EARLY: NotYetOpen(),
        DebriefState.CONTESTED: NotRuledYet(),
        DebriefState.CLOSED: DebriefClosed(),
        DebriefState.OPEN: None,
    }[state(session, author, now=now)]


def _check_open(session: Session, author: Author, now: datetime) -> None:
    refused = refusal(session, author, now=now)
    if refused is not None:
        raise refused


def _begin_line(session: Session, author: Author) -> None:
    """The ledger's line, for an author who comes before the clock."""
    line = _insert(session, Debrief).values(visit_id=author.visit_id, role=author.role, sent=False)
    session.exec(line.on_conflict_do_nothing())


def _insert(session: Session, table: type[SQLModel]) -> Any:
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def _note_sent(session: Session, author: Author) -> None:
    """Of two sendings at once, one wins: the row changes only from "not sent"."""
    _begin_line(session, author)
    noted = session.exec(
        update(Debrief)
        .where(col(Debrief.visit_id) == author.visit_id, col(Debrief.role) == author.role, ~col(Debrief.sent))
        .values(sent=True)
    )
    if noted.rowcount != 1:
        raise AlreadySent


def _said(session: Session, role: Role, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that were given, checked; what was left out is absent."""
    try:
        checked = form_of(role).model_validate(dict(answers)).model_dump()
    except ValidationError as refused:
        faults = {str(one["loc"][0]) if one["loc"] else "": sentence(dict(one)) for one in refused.errors()}
        raise AnswersRefused(faults) from refused
    said = {}
    for one in questions_of(role):
        value = checked[one.key]
        if value is None or value is False or value == "":
            continue
        if one.kind == QuestionKind.TEAM and not queries.known_team(session, value):
            raise AnswersRefused({one.key: _("Cette équipe n’existe pas.")})
        if one.with_key is None or one.with_key in said:
            said[one.key] = value
    return said


def _draft_place(author: Author) -> str:
    return f"draft:{author.visit_id}:{author.role.value}"


def _thanks_place(visit_id: int) -> str:
    return f"thanks:{visit_id}"


def _thanks_text(session: Session, visit_id: int) -> str | None:
    found = queries.find_thanks(session, visit_id)
    opened = _opened(found.sealed, _thanks_place(visit_id)) if found else None
    return str(opened["thanks"]) if opened else None


def _opened(sealed: bytes, place: str) -> dict[str, Any] | None:
    try:
        return unseal(sealed, place)
    except Unreadable:
        return None
