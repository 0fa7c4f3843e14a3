"""A reason that speaks of a team, or of its site, closes the day that fell there: nobody else gets it.

It is the team's own mark of the day, as its calendar writes it and takes it back; what HR closed stays HR's.
A host who speaks of themselves, or of what their team asks of them alone, closes nothing.
"""

from dataclasses import dataclass

from sqlmodel import Session

from app.core import clock
from app.core.i18n import _
from app.people.tables import Team
from app.teams import service as teams
from app.teams.days import closed_sites, marks_between
from app.teams.service import Mark
from app.visits.history import Hand
from app.visits.marks import Staying, against_marks, staying_words
from app.visits.queries import SeenVisit
from app.visits.tables import By, CancelReason, VisitChange

OF_TEAM = {
    By.HOST: frozenset({CancelReason.CLOSED}),
    By.MANAGER: frozenset({CancelReason.SERVICE, CancelReason.CLOSED}),
    By.HR: frozenset({CancelReason.SERVICE, CancelReason.CLOSED}),
}
"""Which reasons speak of the team, by who gives them. HR and a host speak of the team that receives; a
manager of the one they lead, the visitor's too."""


@dataclass(frozen=True)
class Closing:
    """What a reason says of a team's day."""

    team: Team
    leaves: bool
    """Nobody leaves it; else nobody comes."""

    @property
    def mark(self) -> Mark:
        """As the team's calendar has it."""
        return Mark.NO_LEAVING if self.leaves else Mark.NO_VISITORS


def closing_of(seen: SeenVisit, reason: CancelReason, by: By, *, leads_host: bool) -> Closing | None:
    """What the day becomes when somebody gives this reason; None where it stays open."""
    if reason not in OF_TEAM.get(by, ()):
        return None
    leaves = by is By.MANAGER and not leads_host
    return Closing(seen.visitor_team if leaves else seen.host_team, leaves)


def close(session: Session, seen: SeenVisit, closing: Closing, hand: Hand) -> None:
    """Mark the day, in the caller's transaction; where it is closed already, by HR too, nothing changes."""
    day, team_id = seen.visit.day, closing.team.id or 0
    assert hand.actor is not None
    if not _is_closed(session, seen, closing):
        teams.close_day(session, team_id, day, closing.mark, actor=hand.actor, now=hand.now)


def words_before(session: Session, seen: SeenVisit, closing: Closing, reasons: list[str]) -> str:
    """What these reasons do, said before one of them is chosen; empty where HR closed the site already."""
    if _is_hrs(session, seen, closing):
        return ""
    either = _("ou")
    why = f" {either} ".join(f"« {one} »" for one in reasons)
    said = {"why": why, "team": closing.team.name}
    words = (
        _(
            "%(why)s ferme aussi ce jour aux départs dans l’équipe %(team)s : personne d’autre n’en partira. "
            "Son calendrier peut le rouvrir."
        )
        if closing.leaves
        else _(
            "%(why)s ferme aussi ce jour aux visites dans l’équipe %(team)s : personne d’autre n’y va. "
            "Son calendrier peut le rouvrir."
        )
    )
    return words % said


def words_after(session: Session, seen: SeenVisit, closing: Closing) -> str:
    """What became of the day, and what still stands on it; empty where HR closed the site before."""
    if _is_hrs(session, seen, closing):
        return ""
    return f"{_closed_words(closing)} {staying_words(staying(session, seen, closing))}".rstrip()


def staying(session: Session, seen: SeenVisit, closing: Closing) -> list[Staying]:
    """What still stands on the day. One query."""
    return against_marks(session, closing.team.id or 0, {seen.visit.day: closing.mark.value})


def is_the_teams(session: Session, seen: SeenVisit, closing: Closing) -> bool:
    """Whether the day is closed there, and the team's calendar opens it again."""
    return _is_closed(session, seen, closing) and not _is_hrs(session, seen, closing)


def told(session: Session, seen: SeenVisit, line: VisitChange | None) -> str:
    """The same to those who read that a day fell, as it is when they do; empty where its reason closed
    nothing, the day is open again, or HR closed the site: no team's calendar opens that."""
    if line is None or line.reason is None or line.reason not in OF_TEAM.get(line.by, ()):
        return ""
    sides = [Closing(seen.host_team, leaves=False)]
    sides += [Closing(seen.visitor_team, leaves=True)] if line.by is By.MANAGER else []
    shut = next((one for one in sides if _is_closed(session, seen, one)), None)
    return "" if shut is None or _is_hrs(session, seen, shut) else _closed_words(shut)


def _closed_words(closing: Closing) -> str:
    words = (
        _("Ce jour est fermé aux départs dans l’équipe %(team)s. Son calendrier peut le rouvrir.")
        if closing.leaves
        else _("Ce jour est fermé aux visites dans l’équipe %(team)s. Son calendrier peut le rouvrir.")
    )
    return words % {"team": closing.team.name}


def _is_closed(session: Session, seen: SeenVisit, closing: Closing) -> bool:
    day, team_id = seen.visit.day, closing.team.id or 0
    if day < clock.today():
        return False
    marks = marks_between(session, day, day, {team_id})
    return day in (marks.no_leaving if closing.leaves else marks.no_visitors).get(team_id, ())


def _is_hrs(session: Session, seen: SeenVisit, closing: Closing) -> bool:
    return not closing.leaves and bool(closed_sites(session, [(closing.team.id or 0, seen.visit.day)]))
