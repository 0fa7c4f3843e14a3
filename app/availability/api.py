"""JSON door of enrolment."""

from typing import Any

from fastapi import APIRouter
from sqlmodel import Session

from app.availability import answers, colleagues, queries, service, views
from app.availability.busy import api as busy_api
from app.availability.days import possible_days, receiving_days
from app.availability.guards import OwnEnrolment
from app.availability.queries import Enrolling, is_changeable
from app.availability.schemas import (
    AnswersOut,
    EnrolmentIn,
    EnrolmentOut,
    SiteTallyOut,
    TeamTallyOut,
)
from app.availability.service import When
from app.availability.tables import Answer
from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound

router = APIRouter(prefix="/api/v1", tags=["availability"])
router.include_router(busy_api.router)


@router.get("/campaigns/{campaign_id}/enrolment")
def show(session: Db, mine: OwnEnrolment) -> EnrolmentOut:
    """One's own enrolment in a campaign."""
    return _out(session, mine)


@router.put("/campaigns/{campaign_id}/enrolment")
def replace(session: Db, mine: OwnEnrolment, given: EnrolmentIn) -> EnrolmentOut:
    """Set one's own enrolment, the whole of it; a refusal changes nothing. After a no the rest is ignored."""
    when = When(clock.today(), clock.now())
    service.answer(session, mine, given.answer, version=given.version, when=when)
    mine = _again(session, mine)
    if given.answer == Answer.YES:
        changes: tuple[tuple[Any, ...], ...] = (
            (service.choose_days, given.visit_days, given.host_days),
            (service.choose_wishes, given.wishes),
            (service.choose_languages, given.languages or mine.person.languages),
            (service.choose_limits, given.avoid, given.excluded_sites),
            (colleagues.choose, given.colleagues),
        )
        for change, *values in changes:
            change(session, mine, *values, version=mine.version, when=when)
    return _out(session, mine)


@router.get("/campaigns/{campaign_id}/answers")
def count(session: Db, campaign: HrCampaign) -> AnswersOut:
    """How many answered, by team and by site; how many said no, in all."""
    found = answers.answers_to(session, campaign)
    total = found.total
    return AnswersOut(
        invited=total.invited,
        answered=total.answered,
        yes=total.yes,
        no=found.no,
        teams=[
            TeamTallyOut(
                invited=team.invited,
                answered=team.answered,
                team_id=team.team_id,
                team=team.team,
                side=team.side.value,
                site_id=team.site_id,
                site=team.site,
            )
            for team in found.teams
        ],
        sites=[
            SiteTallyOut(invited=site.invited, answered=site.answered, site_id=site.site_id, site=site.site)
            for site in found.sites
        ],
    )


def _again(session: Session, mine: Enrolling) -> Enrolling:
    found = queries.find(session, mine.campaign, mine.person)
    if found is None:
        raise NotFound
    return found


def _out(session: Session, mine: Enrolling) -> EnrolmentOut:
    saved = mine.enrolment
    campaign, person, team, site = mine.campaign, mine.person, mine.team, mine.site
    told = queries.told_of(session, mine)
    assert campaign.id is not None
    return EnrolmentOut.model_validate(
        {
            "campaign_id": campaign.id,
            "version": mine.version,
            "answer": mine.answer,
            "changeable": mine.is_invited and is_changeable(campaign, clock.today()),
            "enrol_until": campaign.enrol_until,
            "possible_days": possible_days(campaign, person, site, told),
            "possible_host_days": receiving_days(campaign, person, team, site, told),
            "visit_days": saved.visit_days if saved else [],
            "host_days": saved.host_days if saved else None,
            "wishes": queries.wished_team_ids(session, saved),
            "languages": saved.languages if saved else person.languages,
            "colleagues": [one.id for one, _team in colleagues.named(session, saved)],
            "avoid": [one.id for one, _team in queries.avoided_people(session, saved)],
            "excluded_sites": sorted(queries.excluded_site_ids(session, saved)),
            "possible_hosts": views.possible_hosts(session, mine).total,
        }
    )
