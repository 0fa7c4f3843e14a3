"""What figures may be shown, computed from released answers. No query here.

Fewer than five answers show nothing; when all answers agree, the figure would tell what each person said, so
it is hidden too. Only one-way results exist: no filter, no crossing, nothing to subtract.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.debriefs.queries import Answered
from app.debriefs.questions import GROUP, HIGHLIGHTED, Question, QuestionKind, figures
from app.debriefs.tables import Released, Role

AGREES = 3
"""From this point of the four-point scale on, somebody agrees."""


@dataclass(frozen=True)
class Result:
    """One question's figures; `hidden` ones tell nothing, not even how many answered."""

    question: Question
    counts: tuple[int, ...] = ()
    """How many at each point: 1 to 4 of a scale, 0 to 10 of a score."""
    none: int = 0
    """How many have no opinion."""
    hidden: bool = False

    @property
    def total(self) -> int:
        """Answers that are an opinion."""
        return sum(self.counts)

    @property
    def agree(self) -> int:
        """Percent of the opinions that agree (scale)."""
        return round(100 * sum(self.counts[AGREES - 1 :]) / self.total) if self.total else 0

    @property
    def mean(self) -> float:
        """Mean of a score, one decimal."""
        return round(sum(at * n for at, n in enumerate(self.counts)) / self.total, 1) if self.total else 0.0

    @property
    def thirds(self) -> tuple[int, int, int]:
        """A score's answers: 9 and 10, 7 and 8, 0 to 6."""
        return sum(self.counts[9:]), sum(self.counts[7:9]), sum(self.counts[:7])


def result_of(question: Question, tally: Mapping[int, int]) -> Result:
    """The figures of one question, hidden when they would point at somebody."""
    points = range(11) if question.kind == QuestionKind.SCORE else range(1, 5)
    counts = tuple(tally.get(point, 0) for point in points)
    if sum(counts) < GROUP or sum(1 for n in counts if n) == 1:
        return Result(question, hidden=True)
    none = 0 if question.kind == QuestionKind.SCORE else tally.get(0, 0)
    return Result(question, counts, none)


@dataclass(frozen=True)
class Results:
    """A campaign's results: what has arrived, and what may be shown of it."""

    answered: Mapping[Role, Answered]
    released: Mapping[Role, Released]
    questions: tuple[Result, ...]

    @property
    def sent(self) -> int:
        """Forms that are in."""
        return sum(one.sent for one in self.answered.values())

    @property
    def opened(self) -> int:
        """Forms that are expected: of days that took place and whose form opened."""
        return sum(one.opened for one in self.answered.values())

    @property
    def silent(self) -> int:
        """Forms that are open and did not come back."""
        return self.opened - self.sent

    @property
    def counted(self) -> int:
        """Forms in the figures."""
        return sum(one.forms for one in self.released.values())

    @property
    def words_only(self) -> int:
        """Last forms whose figures would have pointed at their authors."""
        return sum(one.words_only for one in self.released.values())

    @property
    def highlighted(self) -> list[Result]:
        """Supported, useful, valued."""
        return [one for key in HIGHLIGHTED for one in self.questions if one.question.key == key]

    @property
    def score(self) -> Result | None:
        """Whether visitors would recommend the day."""
        return next((one for one in self.questions if one.question.kind == QuestionKind.SCORE), None)

    @property
    def others(self) -> list[Result]:
        """The other scales, in the form's order."""
        return [
            one
            for one in self.questions
            if one.question.kind == QuestionKind.SCALE and one.question.key not in HIGHLIGHTED
        ]


def results(
    answered: Mapping[Role, Answered],
    released: Mapping[Role, Released],
    tallies: Mapping[str, Mapping[int, int]],
) -> Results:
    """Everything HR may see of a campaign's debriefs."""
    shown = tuple(result_of(one, tallies.get(one.key, {})) for one in figures())
    return Results(answered, released, shown)
