"""Pinned pairs that rules no longer allow, in words: before a rule is saved, before a plan is asked for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from app.campaigns.tables import Campaign
from app.core.errors import Refusal
from app.planning import queries, runs
from app.planning.problem import build
from app.planning.queries import Participant
from app.planning.review import contradictions_named
from app.planning.tables import PlanningRun


def now(session: Session, campaign: Campaign, people: Mapping[int, Participant], today: date) -> list[str]:
    """What each pinned pair contradicts today; nothing where all of them could be kept, or none is pinned.

    Pairs that are possible one by one and not all together are found by the next computation only.
    """
    assert campaign.id is not None
    if campaign.status not in runs.PLANNABLE or not queries.pins_of(session, campaign.id):
        return []
    try:
        problem = build(session, campaign, today).problem
    except Refusal:
        return []  # without people or days there is no plan anyway, and the pages say why
    return contradictions_named(problem, runs.contradictions_told(problem), people)


def with_rules(session: Session, campaign: Campaign, rules: Mapping[str, Any], today: date) -> list[str]:
    """What the pinned pairs would contradict under other rules of the campaign, which are not saved."""
    assert campaign.id is not None
    tried = Campaign(**{**campaign.model_dump(), **rules})
    return now(session, tried, queries.participants(session, campaign.id), today)


def of_run(session: Session, run: PlanningRun, people: Mapping[int, Participant]) -> list[str]:
    """Why a run found no plan."""
    problem, plan = runs.load(session, run)
    return contradictions_named(problem, plan.contradictions, people)
