"""Shapes of what debriefs take and answer to programs."""

from typing import Any

from app.core.forms import AnswerModel, FormModel
from app.debriefs.questions import QuestionKind, Readers, questions_of, reader_sentence
from app.debriefs.results import Result, Results
from app.debriefs.rules import DebriefState
from app.debriefs.tables import Role


class AnswersIn(FormModel):
    """Answers by question; those left out, or null, are not given."""

    answers: dict[str, int | str | bool | None]


class QuestionOut(AnswerModel):
    """A question, and who will read its answer."""

    key: str
    kind: QuestionKind
    text: str
    readers: Readers
    read_by: str


class DebriefOut(AnswerModel):
    """One's own form. What was sent is not here: nobody can find it again."""

    visit_id: int
    role: Role
    state: DebriefState
    questions: list[QuestionOut]
    draft: dict[str, Any]
    thanks: str | None


class AnsweredOut(AnswerModel):
    """How many forms are in, of how many that are expected; how many are in the figures."""

    sent: int
    opened: int
    counted: int


class ResultOut(AnswerModel):
    """One question. Hidden: fewer than five answers, or all the same."""

    key: str
    text: str
    hidden: bool
    total: int | None
    counts: list[int] | None
    no_opinion: int | None
    mean: float | None


class ResultsOut(AnswerModel):
    """A campaign's results."""

    campaign_id: int
    answered: dict[Role, AnsweredOut]
    questions: list[ResultOut]


def questions_out(role: Role, *, statements: bool) -> list[QuestionOut]:
    """The questions of a form, in the reader's language."""
    return [
        QuestionOut(
            key=one.key,
            kind=one.kind,
            text=one.text(),
            readers=one.readers,
            read_by=reader_sentence(one.readers),
        )
        for one in questions_of(role, statements=statements)
    ]


def results_out(campaign_id: int, found: Results) -> ResultsOut:
    """Results as programs read them."""
    answered = {
        role: AnsweredOut(
            sent=one.sent,
            opened=one.opened,
            counted=found.released[role].forms if role in found.released else 0,
        )
        for role, one in found.answered.items()
    }
    return ResultsOut(
        campaign_id=campaign_id, answered=answered, questions=[_result_out(one) for one in found.questions]
    )


def _result_out(one: Result) -> ResultOut:
    score = one.question.kind == QuestionKind.SCORE
    return ResultOut(
        key=one.question.key,
        text=one.question.text(),
        hidden=one.hidden,
        total=None if one.hidden else one.total,
        counts=None if one.hidden else list(one.counts),
        no_opinion=None if one.hidden or score else one.none,
        mean=None if one.hidden or not score else one.mean,
    )
