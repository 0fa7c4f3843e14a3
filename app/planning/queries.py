"""Every SELECT of planning."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from app.availability.tables import Answer, Enrolment, ForbiddenPair
from app.campaigns.tables import Campaign
from app.core.errors import NotFound
from app.people.tables import Person, Site, Team
from app.planning.tables import (
    ACTIVE,
    OnceMore,
    Pin,
    PlanningQuestion,
    PlanningResult,
    PlanningRun,
    QuestionKind,
    RunStatus,
)
from app.teams import days as teams
from solver.plan import INFEASIBLE


def find_run(session: Session, run_id: int) -> PlanningRun:
    """One run. Raises NotFound."""
    run = session.get(PlanningRun, run_id)
    if run is None:
        raise NotFound
    return run


def runs_of(session: Session, campaign_id: int) -> list[PlanningRun]:
    """Every run of a campaign, newest first."""
    query = select(PlanningRun).where(col(PlanningRun.campaign_id) == campaign_id)
    return list(session.scalars(query.order_by(col(PlanningRun.id).desc())))


def latest_run(session: Session, campaign_id: int) -> PlanningRun | None:
    """The run asked for last."""
    query = select(PlanningRun).where(col(PlanningRun.campaign_id) == campaign_id)
    return session.scalars(query.order_by(col(PlanningRun.id).desc()).limit(1)).first()


def active_run(session: Session, campaign_id: int) -> PlanningRun | None:
    """The run waiting or under way."""
    return session.scalars(
        select(PlanningRun).where(
            col(PlanningRun.campaign_id) == campaign_id, col(PlanningRun.status).in_(ACTIVE)
        )
    ).first()


def _gave_a_plan(campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    """Finished, and not with the word that the pinned pairs contradict the rules."""
    return (
        col(PlanningRun.campaign_id) == campaign_id,
        col(PlanningRun.status) == RunStatus.FINISHED,
        col(PlanningRun.message) != INFEASIBLE,
    )


def finished_runs(session: Session, campaign_id: int, limit: int = 2) -> list[PlanningRun]:
    """The last runs that gave a plan, newest first; the published one comes before all others."""
    return list(
        session.scalars(
            select(PlanningRun)
            .where(*_gave_a_plan(campaign_id))
            .order_by(col(PlanningRun.published_at).is_(None), col(PlanningRun.id).desc())
            .limit(limit)
        )
    )


def count_finished(session: Session, campaign_id: int) -> int:
    """How many plans a campaign has had."""
    return (
        session.scalar(select(func.count()).select_from(PlanningRun).where(*_gave_a_plan(campaign_id))) or 0
    )


def result_of(session: Session, run_id: int) -> PlanningResult:
    """What a finished run was given and found. Raises NotFound."""
    result = session.get(PlanningResult, run_id)
    if result is None:
        raise NotFound
    return result


def find_question(session: Session, campaign_id: int, question_id: int) -> PlanningQuestion:
    """One question about a campaign. Raises NotFound."""
    question = session.get(PlanningQuestion, question_id)
    if question is None or question.campaign_id != campaign_id:
        raise NotFound
    return question


def questions_of(session: Session, campaign_id: int, kind: QuestionKind) -> list[PlanningQuestion]:
    """The questions of a kind about a campaign, newest first."""
    query = select(PlanningQuestion).where(
        col(PlanningQuestion.campaign_id) == campaign_id, col(PlanningQuestion.kind) == kind
    )
    return list(session.scalars(query.order_by(col(PlanningQuestion.id).desc())))


def team_choices(session: Session, campaign_id: int, limit: int = 500) -> list[tuple[int, str]]:
    """Teams of those who said yes (of the whole company while nobody has), at most `limit`, by name."""
    answered = (
        select(func.count())
        .select_from(Enrolment)
        .where(col(Enrolment.campaign_id) == campaign_id, col(Enrolment.answer) == Answer.YES)
        .scalar_subquery()
    )
    yes = (
        select(col(Enrolment.id))
        .where(
            col(Enrolment.person_id) == col(Person.id),
            col(Enrolment.campaign_id) == campaign_id,
            col(Enrolment.answer) == Answer.YES,
        )
        .exists()
    )
    found = session.execute(
        select(col(Team.id), col(Team.name), col(Site.name))
        .join(Site, col(Site.id) == col(Team.site_id))
        .join(Person, col(Person.team_id) == col(Team.id))
        .where(col(Person.active), or_(answered == 0, yes))
        .group_by(col(Team.id), col(Team.name), col(Site.name))
        .order_by(func.count().desc(), col(Team.name))
        .limit(limit)
    )
    return sorted(((row[0], f"{row[1]} · {row[2]}") for row in found), key=lambda one: one[1].casefold())


def name_of_participant(session: Session, campaign_id: int, person_id: int) -> str:
    """The name of somebody who said yes; empty for anybody else."""
    query = (
        select(Person)
        .join(Enrolment, col(Enrolment.person_id) == col(Person.id))
        .where(
            col(Person.id) == person_id,
            col(Enrolment.campaign_id) == campaign_id,
            col(Enrolment.answer) == Answer.YES,
        )
    )
    found = session.scalars(query).first()
    return found.name if found else ""


def team_names(session: Session, team_ids: Collection[int]) -> dict[int, str]:
    """Teams with their site, by id."""
    found = session.execute(
        select(col(Team.id), col(Team.name), col(Site.name))
        .join(Site, col(Site.id) == col(Team.site_id))
        .where(col(Team.id).in_(team_ids))
    )
    return {row[0]: f"{row[1]} · {row[2]}" for row in found}


def pins_of(session: Session, campaign_id: int) -> list[Pin]:
    """The visits HR keeps, by day."""
    query = select(Pin).where(col(Pin.campaign_id) == campaign_id)
    return list(session.scalars(query.order_by(col(Pin.day), col(Pin.visitor_id))))


def once_more_of(session: Session, campaign_id: int) -> dict[int, int]:
    """People who may take part more often than the campaign says, with their number of exchanges."""
    query = select(col(OnceMore.person_id), col(OnceMore.most)).where(
        col(OnceMore.campaign_id) == campaign_id
    )
    return {row[0]: row[1] for row in session.execute(query.order_by(col(OnceMore.created_at)))}


def forbidden_of(session: Session, campaign_id: int) -> list[ForbiddenPair]:
    """The pairs HR keeps apart, newest first."""
    query = select(ForbiddenPair).where(col(ForbiddenPair.campaign_id) == campaign_id)
    return list(session.scalars(query.order_by(col(ForbiddenPair.created_at).desc())))


@dataclass(frozen=True)
class Participant:
    """Somebody of a plan, as pages show them."""

    person: Person
    team: Team
    site: Site


def participants(session: Session, campaign_id: int) -> dict[int, Participant]:
    """Everybody who answered a campaign, by id, leavers included: whoever a plan may name."""
    found = session.execute(
        select(Person, Team, Site)
        .join(Team, col(Team.id) == col(Person.team_id))
        .join(Site, col(Site.id) == col(Team.site_id))
        .join(Enrolment, col(Enrolment.person_id) == col(Person.id))
        .where(col(Enrolment.campaign_id) == campaign_id)
    )
    return {row[0].id: Participant(*row) for row in found}


def yes_count(session: Session, campaign_id: int) -> int:
    """How many people said yes."""
    found = session.scalars(
        select(func.count())
        .select_from(Enrolment)
        .where(col(Enrolment.campaign_id) == campaign_id, col(Enrolment.answer) == Answer.YES)
    )
    return int(found.one())


def inputs_stamp(session: Session, campaign: Campaign) -> str:
    """A short text that differs when answers, pins, forbidden pairs, rules, rosters or marks changed."""
    answers = session.execute(
        select(func.count(), func.coalesce(func.sum(Enrolment.version), 0)).where(
            col(Enrolment.campaign_id) == campaign.id
        )
    ).one()
    pairs = session.execute(
        select(func.count(), func.max(ForbiddenPair.created_at)).where(
            col(ForbiddenPair.campaign_id) == campaign.id
        )
    ).one()
    pins = session.execute(
        select(func.count(), func.max(Pin.created_at)).where(col(Pin.campaign_id) == campaign.id)
    ).one()
    more = session.execute(
        select(func.count(), func.max(OnceMore.created_at)).where(col(OnceMore.campaign_id) == campaign.id)
    ).one()
    parts = (
        campaign.first_day,
        campaign.last_day,
        campaign.exchange,
        campaign.closing_days,
        campaign.saturdays,
        campaign.max_travel_minutes,
        campaign.min_gap_days,
        campaign.max_gap_days,
        campaign.notice_days,
        campaign.max_swaps_per_person,
        campaign.max_visitors_per_team,
        campaign.max_away_per_team,
        campaign.min_presence_per_team,
        campaign.link_points,
        campaign.allow_repeat_pairs,
        campaign.include_temporary,
        *answers,
        *pairs,
        *pins,
        *(more if more[0] else ()),
        *teams.stamp(session),
    )
    return sha256(repr(parts).encode()).hexdigest()[:32]
