"""What HR find about an absence, as a form and as JSON."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from app.core.forms import AnswerModel, FormModel
from app.visits.reading import SeenChange
from app.visits.schemas import Words
from app.visits.tables import By, NoShow, Visit


class AbsenceOut(AnswerModel):
    """Somebody was said to be absent, what they answered, whether HR have to rule, or did."""

    visit_id: int
    absent: By | None
    """Null: nobody; the day was not held since the agreement was missing."""
    said_by: By
    """Who said so."""
    recorded_at: datetime
    words: str
    contested_at: datetime | None
    contest_words: str
    disputed: bool
    ruled_at: datetime | None
    version: int
    """Of all that was said about the day: a ruling names the one that was read."""


class AbsencesOut(AnswerModel):
    """Absences reported in a campaign, latest first."""

    absences: list[AbsenceOut]


def absence_out(row: NoShow, visit: Visit, version: int) -> AbsenceOut:
    """A reported absence as programs read it."""
    return AbsenceOut(
        visit_id=row.visit_id,
        absent=row.absent,
        said_by=By.HOST if row.absent is By.VISITOR else By.VISITOR,
        recorded_at=row.recorded_at,
        words=row.words,
        contested_at=row.contested_at,
        contest_words=row.contest_words,
        disputed=visit.disputed_at is not None,
        ruled_at=visit.ruled_at,
        version=version,
    )


def not_held_out(visit: Visit, lines: Iterable[SeenChange], version: int) -> AbsenceOut:
    """The same of a day that was not held since its agreement was missing."""
    said, *others = [one.change for one in lines]
    contested = others[0] if others and visit.disputed_at is not None else None
    return AbsenceOut(
        visit_id=visit.id or 0,
        absent=None,
        said_by=visit.not_held_by or said.by,
        recorded_at=said.at,
        words=said.words,
        contested_at=contested.at if contested else None,
        contest_words=contested.words if contested else "",
        disputed=visit.disputed_at is not None,
        ruled_at=visit.ruled_at,
        version=version,
    )


class Outcome(StrEnum):
    """Whether the day took place, and who was not there."""

    HELD = "held"
    NOT_HELD = "not_held"
    """It did not, since the agreement was missing: nobody was absent."""
    VISITOR = "visitor"
    HOST = "host"
    BOTH = "both"


class RulingForm(FormModel):
    """HR's ruling. `version`: how much had been said when they read it."""

    outcome: Outcome
    words: Words = ""
    version: int

    @property
    def absent(self) -> set[By]:
        """Who was not there; empty: the day took place."""
        return {
            Outcome.HELD: set[By](),
            Outcome.NOT_HELD: set[By](),
            Outcome.VISITOR: {By.VISITOR},
            Outcome.HOST: {By.HOST},
            Outcome.BOTH: {By.VISITOR, By.HOST},
        }[self.outcome]

    @property
    def not_held(self) -> bool:
        """Whether it did not take place since the agreement was missing."""
        return self.outcome is Outcome.NOT_HELD
