"""What stands on a day to which a team says no since: visits, and places held until somebody answers. A mark
moves nobody; whoever sets it reads what it leaves, and where to cancel it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from app.core import clock
from app.core.db import another
from app.core.i18n import _, ngettext
from app.core.templating import long_day
from app.people.queries import teams_by_id
from app.people.tables import Person, Team
from app.teams.days import marks_between
from app.teams.rules import marked
from app.teams.service import Mark
from app.visits.queries import SeenVisit
from app.visits.rules import is_ahead
from app.visits.tables import PersonDay

Theirs = another(PersonDay)
"""The day of the other one of the two."""
Member, Other = another(Person), another(Person)

NO_LEAVING, NO_COMING = frozenset({Mark.CLOSED, Mark.NO_LEAVING}), frozenset({Mark.CLOSED, Mark.NO_VISITORS})
TOLD = 3
"""So many are named in a sentence."""


@dataclass(frozen=True)
class Staying:
    """A day that takes place although a team says otherwise."""

    day: date
    leaves: bool
    """Somebody of the team leaves; else somebody comes."""
    visit_id: int | None
    """None: a place that is held for the visitor until they answer."""
    visitor: Person
    host: Person


def against_marks(session: Session, team_id: int, marks: Mapping[date, str]) -> list[Staying]:
    """Visits of a team and places held with it on days marked otherwise, by day; `marks`: what the team says
    of each day. One query; none where no day is closed."""
    shut = {day: mark for day, mark in marks.items() if mark in NO_LEAVING | NO_COMING}
    standing = _standing(session, {(team_id, day): mark for day, mark in shut.items()})
    return [one for _team_id, one in standing]


def _standing(session: Session, shut: Mapping[tuple[int, date], str]) -> list[tuple[int, Staying]]:
    """By day: the team, and what stands. `shut`: what each team refuses of each day."""
    if not shut:
        return []
    same = or_(
        col(Theirs.visit_id) == col(PersonDay.visit_id), col(Theirs.held_for) == col(PersonDay.held_for)
    )
    query = (
        select(
            col(PersonDay.team_id),
            col(PersonDay.day),
            col(PersonDay.leaves),
            col(PersonDay.visit_id),
            Member,
            Other,
        )
        .join(Theirs, and_(same, col(Theirs.day) == col(PersonDay.day), col(Theirs.counts)))
        .join(Member, col(Member.id) == col(PersonDay.person_id))
        .join(Other, col(Other.id) == col(Theirs.person_id))
        .where(
            col(PersonDay.team_id).in_({team_id for team_id, _day in shut}),
            col(PersonDay.day).in_({day for _team_id, day in shut}),
            col(PersonDay.counts),
            col(Theirs.leaves) != col(PersonDay.leaves),
        )
        .order_by(col(PersonDay.day), col(PersonDay.person_id))
    )
    return [
        (team_id, Staying(day, leaves, visit_id, *((member, other) if leaves else (other, member))))
        for team_id, day, leaves, visit_id, member, other in session.execute(query)
        if shut.get((team_id, day)) in (NO_LEAVING if leaves else NO_COMING)
    ]


def made_against(
    session: Session, limits: Mapping[int, Mapping[str, Any]], today: date
) -> list[tuple[Team, Staying]]:
    """What would stand, and does not yet, on days to come that teams would refuse with other limits (by team
    what of them changes), by day. Three queries."""
    if not limits:
        return []
    teams = teams_by_id(session)
    taken = select(col(PersonDay.team_id), col(PersonDay.day)).where(
        col(PersonDay.team_id).in_(limits), col(PersonDay.counts), col(PersonDay.day) >= today
    )
    asked = {(row[0], row[1]) for row in session.execute(taken.distinct())}
    then = {id_: Team(**teams[id_].model_dump() | dict(values)) for id_, values in limits.items()}
    found = _standing(session, {(id_, day): refused(then[id_], day) for id_, day in asked})
    return [
        (teams[id_], one)
        for id_, one in found
        if refused(teams[id_], one.day) not in (NO_LEAVING if one.leaves else NO_COMING)
    ]


def against_limits(session: Session, team: Team, today: date) -> list[Staying]:
    """The same of days to come on which the team receives nobody, or lets nobody leave, whatever its marks.
    Two queries."""
    taken = select(col(PersonDay.day)).where(
        col(PersonDay.team_id) == team.id, col(PersonDay.counts), col(PersonDay.day) >= today
    )
    days = set(session.scalars(taken))
    return against_marks(session, team.id or 0, {day: refused(team, day) for day in days})


def refused(team: Team, day: date, mark: str = "") -> str:
    """What a team refuses of a day, as a mark: by its own mark, its weekdays without visits, or a limit of
    nobody. Empty where it refuses nothing."""
    comes = mark in NO_COMING or marked(team.closed_weekdays, day) or not team.max_visitors
    goes = mark in NO_LEAVING or not team.max_away
    if comes and goes:
        return Mark.CLOSED
    return Mark.NO_VISITORS if comes else Mark.NO_LEAVING if goes else ""


def closed_among(session: Session, visits: Iterable[SeenVisit], today: date) -> set[int]:
    """Ids of those still to come on whose day the team that is to receive says that nobody comes, or receives
    on no such weekday any more. Two queries, or none."""
    ahead = [seen for seen in visits if is_ahead(seen.visit, today)]
    if not ahead:
        return set()
    days = [seen.visit.day for seen in ahead]
    team_ids = {seen.host.team_id for seen in ahead}
    marked = marks_between(session, min(days), max(days), team_ids).own_no_visitors
    return {
        seen.visit.id or 0
        for seen in ahead
        if seen.visit.day in marked.get(seen.host.team_id, ())
        or seen.host_team.closed_weekdays[seen.visit.day.weekday()] == "1"
    }


def is_closed(session: Session, seen: SeenVisit) -> bool:
    """The same of one."""
    return bool(closed_among(session, [seen], clock.today()))


def closed_words(*, receives: bool) -> str:
    """The same in a sentence; `receives`: to who receives, or leads their team."""
    if receives:
        return _(
            "Votre équipe a fermé ce jour. La journée reste prévue tant qu’elle n’est pas annulée : "
            "voyez-le ensemble."
        )
    return _(
        "L’équipe qui reçoit a fermé ce jour. La journée reste prévue tant qu’elle n’est pas annulée : "
        "voyez avec elle."
    )


def staying_words(staying: Sequence[Staying]) -> str:
    """What a mark leaves in place, in a sentence; empty where nothing does."""
    if not staying:
        return ""
    named = [_words(one) for one in staying[:TOLD]]
    if (more := len(staying) - TOLD) > 0:
        named.append(ngettext("et %(n)s autre", "et %(n)s autres", more) % {"n": more})
    said = {"what": ", ".join(named)}
    return _("Ce qui était prévu reste : %(what)s. La liste dit où l’annuler.") % said


def _words(one: Staying) -> str:
    said = {"visitor": one.visitor.name, "host": one.host.name, "day": long_day(one.day)}
    if one.visit_id is None:
        return _("une place gardée pour %(visitor)s avec %(host)s le %(day)s") % said
    return _("%(visitor)s avec %(host)s le %(day)s") % said
