"""What HR asks about a plan: what if, whom else, what would help. The solver answers, on today's rows.

Confidential answers count (nobody is proposed to somebody who avoids them) and are never named: what comes
out is ids of people who could meet, teams, days and figures.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

from sqlmodel import Session, col, delete

from app.availability.matching import person_key, team_key
from app.campaigns.tables import Campaign, Status
from app.core import jobs
from app.core.errors import NotFound
from app.planning import queries, runs
from app.planning.costs import cost, worth
from app.planning.errors import (
    AnotherForecast,
    NothingToPublish,
    NotPlannable,
    PinsClash,
    PlanIsOld,
    RemedyGone,
)
from app.planning.problem import build, row_id
from app.planning.schemas import AlternativesForm, RemedyForm, WhatIfForm
from app.planning.tables import PlanningQuestion, QuestionKind
from solver import Forecasts, Limits, Plan, Problem, ProblemError, Visit, alternatives, merit, remedy
from solver.changes import Change, apply
from solver.plan import Remedy, Text

AT_ONCE = 2_000
"""Up to so many people a forecast or alternatives fit into one page; beyond, a job answers."""
FORECAST = Limits(seconds=1.0, threads=1)
"""For what is and what would be."""
FORECAST_BY_JOB = Limits(seconds=20.0, threads=2)
WAIT = 3.0
"""Seconds a page waits for another forecast to end."""
KEPT = timedelta(days=1)

ASKABLE = (Status.DRAFT, *runs.PLANNABLE)

_one_at_a_time = Lock()
_last: list[Forecasts] = []
"""What is known of the problem that a page asked about last; whoever has the turn reads and writes it."""


@dataclass(frozen=True)
class Told:
    """How many people are matched, and would be: at least and at most; who stands in the way then."""

    before: tuple[int, int]
    after: tuple[int, int]
    people: int
    bottlenecks: list[tuple[int, int]]
    """Team id, and how many people without a match could visit it."""
    loosens: bool = True
    """Nothing became stricter: whoever could be matched before still can, unless others come first."""
    tried: bool = True
    """Something was changed at all."""
    prioritised: bool = False
    """Some people come first: the plan need not match as many as possible."""
    likely: int | None = None
    """So many more people, more or less: a guess where the gain is not exact."""

    @property
    def exact(self) -> bool:
        """Whether both figures are proven."""
        return self.before[0] == self.before[1] and self.after[0] == self.after[1]

    @property
    def gain(self) -> tuple[int, int]:
        """So many more people, at least and at most; negative where fewer are matched."""
        least, most = self.after[0] - self.before[1], self.after[1] - self.before[0]
        never_fewer = self.loosens and not self.prioritised
        return (max(0, least), max(0, most)) if never_fewer else (least, most)


# -- what if --


def changes(problem: Problem, asked: WhatIfForm) -> list[Change]:
    """What the form changes, as the solver reads it; what already holds is left out. Days come apart."""
    rules, found = problem.campaign, list[Change]()
    if asked.max_travel is not None and asked.max_travel != rules.max_travel_minutes:
        found.append({"kind": "max_travel", "value": asked.max_travel})
    if asked.max_gap is not None and asked.max_gap != rules.max_gap_days and rules.is_swap:
        found.append({"kind": "max_gap", "value": asked.max_gap})
    if asked.max_swaps is not None and asked.max_swaps != rules.max_swaps_per_person:
        found.append({"kind": "max_swaps", "value": asked.max_swaps})
    team = {} if asked.team is None else {"id": team_key(asked.team)}
    if team and team["id"] not in problem.team_by_id:
        raise NotFound
    for kind, more in (("max_visitors", asked.more_visitors), ("max_away", asked.more_away)):
        if more:
            found.append({"kind": kind, "value": more, **team})
    return found


def with_days(problem: Problem, asked: WhatIfForm) -> Problem:
    """The problem with some people free on more days, to leave and to receive."""
    mask = 0
    for number, day in enumerate(problem.campaign.days):
        if asked.day in (f"w{day.weekday()}", day.isoformat()):
            mask |= 1 << number
    if not mask or not asked.who:
        return problem
    sides = {team.id: team.side for team in problem.teams}
    people = tuple(
        replace(person, available=person.available | mask, can_host=person.can_host | mask)
        if asked.who in ("everybody", person.id, sides[person.team])
        else person
        for person in problem.people
    )
    return replace(problem, people=people)


def remedy_known(session: Session, campaign: Campaign, person: int) -> Remedy:
    """What is known to be enough for somebody without a match: from the plan, or asked for since.

    Raises `RemedyGone`.
    """
    assert campaign.id is not None
    for run in queries.finished_runs(session, campaign.id, limit=1):
        for row in runs.load(session, run)[1].unmatched:
            if row.person == person_key(person) and row.remedy is not None:
                return row.remedy
    for question in queries.questions_of(session, campaign.id, QuestionKind.REMEDY):
        if asked_in(question) == {"person": person} and question.answer:
            return remedy_in(question.answer)
    raise RemedyGone


def remedy_in(answer: dict[str, Any]) -> Remedy:
    """The remedy that a question was answered with."""
    return Remedy(answer["change"], answer["gain"], Text(answer["fr"], answer["en"]))


def tell(
    problem: Problem,
    asked: WhatIfForm,
    limits: Limits = FORECAST,
    plan: Plan | None = None,
    also: Remedy | None = None,
    known: Forecasts | None = None,
) -> Told:
    """What is, and what would be, with a remedy (`also`) as well; no less than a plan at hand already does.
    ``known``: what earlier questions about this problem and plan found out.

    Raises `PinsClash`, and `RemedyGone` where the remedy is of people or days that are no longer there.
    """
    try:
        helped = problem if also is None else apply(problem, [also.change])
    except ProblemError as gone:
        raise RemedyGone from gone
    changed = with_days(apply(helped, changes(problem, asked)), asked)
    known = known or Forecasts(problem, plan)
    said = known.to(changed, limits=limits)
    if not said.possible:
        raise PinsClash
    after = said.after
    if also is not None and also.gain and changed is helped and known.proven:
        # So many more than that plan has were shown when the remedy was found.
        sure = said.before[0] + also.gain
        after = max(sure, after[0]), max(sure, after[1])
    return Told(
        before=said.before,
        after=after,
        people=len(problem.people),
        bottlenecks=[(row_id(one.team), one.waiting) for one in said.bottlenecks],
        loosens=said.same or said.loosened,
        tried=not said.same,
        prioritised=said.prioritised,
        likely=said.likely,
    )


def plan_at_hand(session: Session, campaign: Campaign, problem: Problem) -> Plan | None:
    """The last plan, on the days of a problem, whether or not it still holds; None where there is none.

    What it had proven does not count once answers or rules changed.
    """
    assert campaign.id is not None
    found = queries.finished_runs(session, campaign.id, limit=1)
    if not found:
        return None
    then, plan = runs.load(session, found[0])
    index = {day: number for number, day in enumerate(problem.campaign.days)}
    days = then.campaign.days
    visits = [v._replace(day=index[days[v.day]]) for v in plan.visits if days[v.day] in index]
    changed = (
        found[0].inputs != queries.inputs_stamp(session, campaign)
        or found[0].people != len(problem.people)
        or len(visits) < len(plan.visits)
    )
    return replace(plan, visits=tuple(visits), bounds={} if changed else plan.bounds)


def problem_for(session: Session, campaign: Campaign, asked: WhatIfForm, today: date) -> Problem:
    """The problem that a what-if starts from. Raises `NotPlannable`, `NobodyEnrolled`, `NoDaysLeft`."""
    if campaign.status not in ASKABLE:
        raise NotPlannable
    return build(session, campaign, today, everybody=asked.crowd == "invited").problem


def tell_at_once(
    problem: Problem, asked: WhatIfForm, plan: Plan | None = None, also: Remedy | None = None
) -> Told:
    """`tell`, in a page: about a second, one at a time. Raises `AnotherForecast`.

    Of the problem that was asked about last, what is known as it stands is not sought again.
    """
    with _turn():
        known = next((one for one in _last if one.problem == problem and one.plan == plan), None)
        if known is None:
            known = Forecasts(problem, plan)
            _last[:] = [known]
        return tell(known.problem, asked, also=also, known=known)


@contextmanager
def _turn() -> Iterator[None]:
    if not _one_at_a_time.acquire(timeout=WAIT):
        raise AnotherForecast
    try:
        yield
    finally:
        _one_at_a_time.release()


# -- about the plan shown --


def current(session: Session, campaign: Campaign, today: date) -> tuple[Problem, Plan]:
    """The plan shown, on today's whole problem. Raises `PlanIsOld` where they no longer fit."""
    assert campaign.id is not None
    if campaign.status not in runs.PLANNABLE:
        raise NotPlannable
    found = queries.finished_runs(session, campaign.id, limit=1)
    if not found:
        raise NothingToPublish
    if found[0].inputs != queries.inputs_stamp(session, campaign):
        raise PlanIsOld
    then, plan = runs.load(session, found[0])
    problem = build(session, campaign, today).problem
    index = {day: number for number, day in enumerate(problem.campaign.days)}
    days = then.campaign.days
    known = problem.person_by_id
    if any(days[v.day] not in index or v.visitor not in known or v.host not in known for v in plan.visits):
        raise PlanIsOld
    visits = tuple(Visit(v.visitor, v.host, index[days[v.day]]) for v in plan.visits)
    return problem, replace(plan, visits=visits)


def whom_else(problem: Problem, plan: Plan, asked: AlternativesForm) -> dict[str, Any]:
    """For two people of the plan, whom else they could meet, and what that would cost the others.

    On days of observation, for the visitor (`one`) alone.
    """
    days = problem.campaign.days
    people = (asked.one, asked.other) if problem.campaign.is_swap else (asked.one,)
    if any(person_key(person) not in problem.person_by_id for person in people):
        raise NotFound
    options = []
    for person in people:
        for option in alternatives(problem, plan, person_key(person)):
            others = sorted({*option.moved, option.partner} - set(option.losers))
            told = cost(problem, plan.visits, option.after, others)
            options.append(
                {
                    "person": person,
                    "partner": row_id(option.partner),
                    "days": [days[visit.day].isoformat() for visit in option.visits],
                    "points": option.wish_points,
                    "minutes": option.minutes,
                    "losers": [row_id(loser) for loser in option.losers],
                    "gained": [row_id(one) for one in option.gained],
                    "moved": [row_id(one) for one in option.moved],
                    "wishes": [[row_id(one), rank] for one, rank in told.wishes],
                    "longer": told.minutes,
                }
            )
    together = {person_key(asked.one), person_key(asked.other)}
    now = [visit for visit in plan.visits if {visit.visitor, visit.host} == together]
    minutes = merit(problem, now[0]).minutes if now else 0
    return {"options": options, "now": {"points": worth(problem, now), "minutes": minutes}}


def whom_else_at_once(problem: Problem, plan: Plan, asked: AlternativesForm) -> dict[str, Any]:
    """`whom_else`, in a page. Raises `AnotherForecast`."""
    with _turn():
        return whom_else(problem, plan, asked)


def what_helps(problem: Problem, plan: Plan, asked: RemedyForm) -> dict[str, Any]:
    """The cheapest change found that would match somebody, with what it brings; empty when none does."""
    key = person_key(asked.person)
    if key not in {row.person for row in plan.unmatched}:
        raise PlanIsOld
    found = remedy(problem, plan, key)
    if found is None:
        return {}
    return {"change": dict(found.change), "gain": found.gain, **found.text.to_json()}


# -- by a job --


def ask(
    session: Session, campaign: Campaign, kind: QuestionKind, asked: dict[str, Any], now: datetime
) -> PlanningQuestion:
    """Let a job answer; put again within a day, and nothing changed since, a question finds its answer."""
    assert campaign.id is not None
    session.exec(delete(PlanningQuestion).where(col(PlanningQuestion.asked_at) < now - KEPT))
    shown = [run.id for run in queries.finished_runs(session, campaign.id, limit=1)]
    asked = {**asked, "inputs": f"{queries.inputs_stamp(session, campaign)} {shown}"}
    for question in queries.questions_of(session, campaign.id, kind):
        if question.asked == asked and not question.failed:
            return question
    question = PlanningQuestion(campaign_id=campaign.id, kind=kind, asked=asked, asked_at=now)
    session.add(question)
    session.flush()
    jobs.record(session, "planning.asked", queue=jobs.SOLVER_QUEUE, question_id=question.id)
    return question


def asked_in(question: PlanningQuestion) -> dict[str, Any]:
    """What was asked, without the stamp of what it was asked on."""
    return {name: value for name, value in question.asked.items() if name != "inputs"}


@dataclass(frozen=True)
class Subject:
    """What a question is about: the problem, the plan and the remedy where it is about one."""

    problem: Problem
    plan: Plan | None
    remedy: Remedy | None = None


def subject(session: Session, campaign: Campaign, question: PlanningQuestion, today: date) -> Subject:
    """What a question is about, from today's rows."""
    if question.kind == QuestionKind.FORECAST:
        asked = WhatIfForm.model_validate(asked_in(question))
        problem = problem_for(session, campaign, asked, today)
        known = remedy_known(session, campaign, asked.remedy) if asked.remedy else None
        return Subject(problem, plan_at_hand(session, campaign, problem), known)
    return Subject(*current(session, campaign, today))


def answer(about: Subject, question: PlanningQuestion) -> dict[str, Any]:
    """What a job writes into a question's row."""
    asked, problem, plan = asked_in(question), about.problem, about.plan
    if question.kind == QuestionKind.FORECAST:
        form = WhatIfForm.model_validate(asked)
        return told_to_json(tell(problem, form, FORECAST_BY_JOB, plan, about.remedy))
    assert plan is not None
    if question.kind == QuestionKind.ALTERNATIVES:
        return whom_else(problem, plan, AlternativesForm.model_validate(asked))
    return what_helps(problem, plan, RemedyForm.model_validate(asked))


def told_to_json(told: Told) -> dict[str, Any]:
    """For a question's row."""
    return {
        "before": list(told.before),
        "after": list(told.after),
        "people": told.people,
        "bottlenecks": [list(one) for one in told.bottlenecks],
        "loosens": told.loosens,
        "tried": told.tried,
        "prioritised": told.prioritised,
        "likely": told.likely,
    }


def told_from_json(row: dict[str, Any]) -> Told:
    """From a question's row."""
    return Told(
        before=_two(row["before"]),
        after=_two(row["after"]),
        people=row["people"],
        bottlenecks=[_two(one) for one in row["bottlenecks"]],
        loosens=row["loosens"],
        tried=row["tried"],
        prioritised=row.get("prioritised", False),
        likely=row.get("likely"),
    )


def _two(numbers: Iterable[int]) -> tuple[int, int]:
    first, second = numbers
    return first, second
