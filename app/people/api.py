"""JSON door of people."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.accounts.guards import Hr
from app.core.db import Db
from app.people import queries
from app.people.queries import Wanted
from app.people.schemas import PeopleShape, PersonShape, SiteShape, TeamShape
from app.people.tables import ContractKind, Side

router = APIRouter(prefix="/api/v1", tags=["people"])


@router.get("/sites")
def list_sites(session: Db, _actor: Hr) -> list[SiteShape]:
    """Every site."""
    return [
        SiteShape(**site.model_dump(include=set(SiteShape.model_fields)))
        for site in queries.sites_by_id(session).values()
    ]


@router.get("/teams")
def list_teams(session: Db, _actor: Hr) -> list[TeamShape]:
    """Every team, with how many people work in it."""
    heads = queries.people_per_team(session)
    return [
        TeamShape(**team.model_dump(include=set(TeamShape.model_fields)), people=heads.get(team_id, 0))
        for team_id, team in queries.teams_by_id(session).items()
    ]


@router.get("/people")
def list_people(
    session: Db,
    _actor: Hr,
    q: Annotated[str, Query(max_length=100)] = "",
    site: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    team: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    side: Side | None = None,
    contract: ContractKind | None = None,
    active: bool | None = True,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> PeopleShape:
    """People by family name, a page at a time; `active=false` are the leavers."""
    wanted = Wanted(q, site, team, side, contract, active)
    return PeopleShape(
        total=queries.count_people(session, wanted),
        offset=offset,
        people=[
            PersonShape(**one.person.model_dump(include=set(PersonShape.model_fields)))
            for one in queries.list_people(session, wanted, offset=offset, limit=limit)
        ],
    )
