"""Pages on which HR asks: what if, whom else, what would help. Whole pages, or the answer alone for htmx."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.calendar import plannable_days
from app.campaigns.guards import HrCampaign
from app.campaigns.invited import invited_totals
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound, Refusal
from app.core.forms import Submitted, bind
from app.core.i18n import _
from app.core.templating import redirect, render
from app.planning import asking, queries, showing, steps, words
from app.planning.errors import NotPlannable, RemedyGone
from app.planning.schemas import AlternativesForm, RemedyForm, WhatIfForm
from app.planning.showing import Plan, plan_page
from app.planning.tables import PlanningQuestion, QuestionKind
from solver.plan import Remedy

router = APIRouter()

FORMS: dict[QuestionKind, type[WhatIfForm] | type[AlternativesForm] | type[RemedyForm]] = {
    QuestionKind.FORECAST: WhatIfForm,
    QuestionKind.ALTERNATIVES: AlternativesForm,
    QuestionKind.REMEDY: RemedyForm,
}


def _alone(request: Request) -> bool:
    """Whether htmx asks for the answer without the page around."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


@router.get("/campaigns/{campaign_id}/planning/what-if", response_class=HTMLResponse)
def what_if(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """Other rules, limits or days, and how many more people they would match.

    A value that is not possible is said beside the form, with its field; the others are kept.
    """
    assert campaign.id is not None
    form = bind(WhatIfForm, request.query_params)
    wrong = form.errors
    asked = form.value or WhatIfForm.model_validate(
        {name: value for name, value in form.raw.items() if value and name not in wrong}
    )
    context: dict[str, Any] = {
        "asked": asked,
        "told": None,
        "refused": "",
        "by_job": False,
        "longer": campaign.status in asking.ASKABLE,
        "remedy": None,
    }
    if wrong:
        context["refused"] = " ".join(
            words.not_possible(name, form.get(name), told) for name, told in wrong.items()
        )
    elif request.url.query:
        crowd = _crowd(session, campaign, asked)
        context["by_job"] = crowd > asking.AT_ONCE
        try:
            known = asking.remedy_known(session, campaign, asked.remedy) if asked.remedy else None
            if known is not None:
                context |= _remedy(session, campaign, asked.remedy or 0, known)
            if not context["by_job"]:
                problem = asking.problem_for(session, campaign, asked, clock.today())
                plan = asking.plan_at_hand(session, campaign, problem)
                context |= _told(session, campaign, asked, asking.tell_at_once(problem, asked, plan, known))
        except NotFound:  # the team: no other value names something
            wrong = {"team": _("Choisissez une équipe de la campagne.")}
            context["refused"] = words.not_possible("team", form.get("team"), wrong["team"])
        except Refusal as refused:
            context["refused"] = refused.message()
    if _alone(request):
        status = 422 if wrong else 200
        return render(request, "planning/_forecast.html", status=status, campaign=campaign, **context)
    shown = showing.plan_of(session, campaign)
    return plan_page(
        request,
        "what_if",
        shown,
        "/what-if",
        status=422 if wrong else 200,
        campaign=campaign,
        teams=queries.team_choices(session, campaign.id),
        days=plannable_days(campaign, clock.today()),
        person=_person(session, campaign.id, asked),
        **context,
    )


def _crowd(session: Session, campaign: Campaign, asked: WhatIfForm) -> int:
    assert campaign.id is not None
    if asked.crowd == "invited":
        return invited_totals(session, [campaign.id]).get(campaign.id, 0)
    return queries.yes_count(session, campaign.id)


def _person(session: Session, campaign_id: int, asked: WhatIfForm) -> str:
    if not asked.who.startswith("p"):
        return ""
    return queries.name_of_participant(session, campaign_id, int(asked.who[1:]))


def _told(session: Session, campaign: Campaign, asked: WhatIfForm, told: asking.Told) -> dict[str, Any]:
    return {
        "told": told,
        "gain": words.gain_words(told.gain, loosens=told.loosens) if told.tried else "",
        "likely": words.likely_words(told.likely),
        "before": words.matched_words(told.before),
        "after": words.matched_words(told.after),
        "names": queries.team_names(session, [team_id for team_id, _waiting in told.bottlenecks]),
        "where": steps.where_to_change(asked, campaign),
    }


def _remedy(session: Session, campaign: Campaign, person: int, known: Remedy) -> dict[str, Any]:
    """What would be enough for somebody, in words, and how HR do it."""
    assert campaign.id is not None
    colleague = steps.colleague_of(known.change)
    names = (
        {} if colleague is None else {colleague: queries.name_of_participant(session, campaign.id, colleague)}
    )
    more = queries.once_more_of(session, campaign.id)
    return {
        "remedy": words.spoken(known.text.fr, known.text.en),
        "who": person,
        "helped": queries.name_of_participant(session, campaign.id, person),
        "steps": steps.steps_of(campaign, known.change, names, more),
    }


@router.get("/campaigns/{campaign_id}/planning/alternatives", response_class=HTMLResponse)
def alternatives(
    request: Request, session: Db, campaign: HrCampaign, asked: Annotated[AlternativesForm, Query()]
) -> Response:
    """Why two people are together, whom else each could meet, and what that would cost others."""
    plan = showing.plan_of(session, campaign)
    swap = showing.swap_of(plan, asked.one, asked.other)
    context: dict[str, Any] = {"options": [], "refused": "", "by_job": plan.enrolled > asking.AT_ONCE}
    if not context["by_job"]:
        try:
            problem, solved = asking.current(session, campaign, clock.today())
            context |= asking.whom_else_at_once(problem, solved, asked)
        except NotFound:
            raise
        except Refusal as refused:
            context["refused"] = refused.message()
    return plan_page(request, "alternatives", plan, "", swap=swap, asked=asked, people=plan.people, **context)


@router.post("/campaigns/{campaign_id}/planning/questions/{kind}")
def ask(request: Request, session: Db, campaign: HrCampaign, kind: QuestionKind, sent: Submitted) -> Response:
    """Put a question that a job answers."""
    form = bind(FORMS[kind], sent)
    if form.value is None:
        raise NotFound
    if campaign.status not in asking.ASKABLE:
        raise NotPlannable
    asked = form.value.model_dump(mode="json", exclude_defaults=True)
    question = asking.ask(session, campaign, kind, asked, clock.now())
    if _alone(request):
        return _answer(request, session, campaign, question)
    return redirect(f"/campaigns/{campaign.id}/planning/questions/{question.id}")


@router.get("/campaigns/{campaign_id}/planning/questions/{question_id}", response_class=HTMLResponse)
def show_question(request: Request, session: Db, campaign: HrCampaign, question_id: int) -> Response:
    """An answer, or that it is still to come."""
    assert campaign.id is not None
    question = queries.find_question(session, campaign.id, question_id)
    if _alone(request):
        return _answer(request, session, campaign, question)
    plan = showing.plan_of(session, campaign)
    return plan_page(request, "question", plan, "", **_context(session, campaign, question, plan))


def _answer(request: Request, session: Session, campaign: Campaign, question: PlanningQuestion) -> Response:
    plan = None
    if question.kind == QuestionKind.ALTERNATIVES and question.answer is not None:
        plan = showing.plan_of(session, campaign)
    context = _context(session, campaign, question, plan)
    return render(
        request,
        "planning/_question.html",
        face_of=showing.face_of_participant,
        wish_words=words.wish_words,
        here=f"/campaigns/{campaign.id}/planning",
        **context,
    )


def _context(
    session: Session, campaign: Campaign, question: PlanningQuestion, plan: Plan | None
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "campaign": campaign,
        "question": question,
        "refused": words.failure_words(question.failed) if question.failed else "",
        "people": plan.people if plan is not None else {},
    }
    if question.answer is None:
        return context
    asked = FORMS[question.kind].model_validate(asking.asked_in(question))
    if isinstance(asked, WhatIfForm):
        if asked.remedy:
            with suppress(RemedyGone):
                known = asking.remedy_known(session, campaign, asked.remedy)
                context |= _remedy(session, campaign, asked.remedy, known)
        return context | _told(session, campaign, asked, asking.told_from_json(question.answer))
    if isinstance(asked, AlternativesForm):
        return context | {**question.answer, "asked": asked}
    if not question.answer:
        return context | {"remedy": ""}
    return context | _remedy(session, campaign, asked.person, asking.remedy_in(question.answer))
