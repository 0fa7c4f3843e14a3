"""Pages of the company: sites, teams, who serves whom."""

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.guards import Hr
from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.people import queries, service, words
from app.people.chain import draw_chain
from app.people.holidays import public_holidays
from app.people.schemas import LinkForm, SiteForm
from app.people.tables import Holidays, Side, Site, Team

router = APIRouter()


@router.get("/people/sites", response_class=HTMLResponse)
def show_sites(request: Request, session: Db, actor: Hr) -> Response:
    """Every site, its teams and people."""
    sites, teams = queries.sites_by_id(session), queries.teams_by_id(session)
    heads = queries.people_per_team(session)
    rows = [
        {
            "site": site,
            "teams": sum(team.site_id == site_id for team in teams.values()),
            "people": sum(heads.get(id_, 0) for id_, team in teams.items() if team.site_id == site_id),
            "holidays": words.holidays_name(site.holidays),
        }
        for site_id, site in sites.items()
    ]
    return render(request, "people/sites.html", rows=rows)


@router.get("/people/sites/{site_id}", response_class=HTMLResponse)
def show_site(request: Request, session: Db, actor: Hr, site_id: int) -> Response:
    """One site, to change it."""
    site = queries.site(session, site_id)
    return _site(request, site, blank(**site.model_dump()))


@router.post("/people/sites/{site_id}")
def change_site(request: Request, session: Db, actor: Hr, site_id: int, sent: Submitted) -> Response:
    """Change a site."""
    form = bind(SiteForm, sent)
    if form.value is None:
        return _site(request, queries.site(session, site_id), form, status=422)
    site = service.change_site(session, site_id, form.value, by=actor.account_id, now=clock.now())
    return redirect("/people/sites", say=_("Le site %(name)s est à jour.") % {"name": site.name})


def _site(request: Request, site: Site, form: Bound[Any], *, status: int = 200) -> Response:
    year = clock.today().year
    return render(
        request,
        "people/site.html",
        status=status,
        site=site,
        form=form,
        holidays_options=[(zone.value, words.holidays_name(zone)) for zone in Holidays],
        year=year,
        holidays=public_holidays(site.holidays, (year,)),
    )


@router.get("/people/teams", response_class=HTMLResponse)
def show_teams(request: Request, session: Db, actor: Hr) -> Response:
    """Every team and its limits."""
    sites = queries.sites_by_id(session)
    heads = queries.people_per_team(session)
    rows = [
        {
            "team": team,
            "site": sites[team.site_id],
            "people": heads.get(team_id, 0),
            "closed": words.weekdays(team.closed_weekdays),
        }
        for team_id, team in queries.teams_by_id(session).items()
    ]
    return render(request, "people/teams.html", rows=rows)


@router.get("/people/teams/{team_id}", response_class=HTMLResponse)
def show_team(request: Request, session: Db, actor: Hr, team_id: int) -> Response:
    """One team, to change its limits."""
    team, site = queries.team(session, team_id)
    closed = [str(day) for day in range(7) if team.closed_weekdays[day] == "1"]
    return team_page(request, session, team, site, blank(**team.model_dump(), closed=closed))


def team_page(
    request: Request, session: Db, team: Team, site: Site, form: Bound[Any], *, status: int = 200
) -> Response:
    """A team with its limits; `visits.pages_marks`, which knows what stands on its days, changes them."""
    return render(
        request,
        "people/team.html",
        status=status,
        team=team,
        site=site,
        form=form,
        people=queries.people_per_team(session).get(team.id or 0, 0),
        weekday_options=words.weekday_options(),
    )


@router.get("/people/links", response_class=HTMLResponse)
def show_links(request: Request, session: Db, actor: Hr) -> Response:
    """Who serves whom, as a map and as a table; where the chain stops."""
    return _links(request, session, blank())


@router.post("/people/links")
def add_link(request: Request, session: Db, actor: Hr, sent: Submitted) -> Response:
    """Add a link."""
    form = bind(LinkForm, sent)
    if form.value is None:
        return _links(request, session, form, status=422)
    service.add_link(session, form.value.back, form.value.front, by=actor.account_id, now=clock.now())
    return redirect("/people/links", say=_("Le lien est enregistré."))


@router.post("/people/links/{back_team_id}/{front_team_id}/deletion")
def remove_link(session: Db, actor: Hr, back_team_id: int, front_team_id: int) -> Response:
    """Remove a link."""
    service.remove_link(session, back_team_id, front_team_id, by=actor.account_id, now=clock.now())
    return redirect("/people/links", say=_("Le lien est supprimé."))


def _links(request: Request, session: Db, form: Bound[Any], *, status: int = 200) -> Response:
    sites, teams = queries.sites_by_id(session), queries.teams_by_id(session)
    links = queries.service_links(session)
    labels = {id_: queries.team_label(team, sites[team.site_id]) for id_, team in teams.items()}
    serving, served = {back for back, _front in links}, {front for _back, front in links}
    sides = {side: [(id_, labels[id_]) for id_, team in teams.items() if team.side == side] for side in Side}
    return render(
        request,
        "people/links.html",
        status=status,
        form=form,
        rows=sorted(
            (
                {"back": back, "front": front, "back_label": labels[back], "front_label": labels[front]}
                for back, front in links
            ),
            key=lambda row: (str(row["back_label"]), str(row["front_label"])),
        ),
        chain=draw_chain(links, _short_labels(teams, labels)),
        back_options=sides[Side.BACK],
        front_options=sides[Side.FRONT],
        serve_nobody=[label for id_, label in sides[Side.BACK] if id_ not in serving],
        served_by_nobody=[label for id_, label in sides[Side.FRONT] if id_ not in served],
    )


def _short_labels(teams: dict[int, Team], labels: dict[int, str]) -> dict[int, str]:
    """A team's name alone where no other team has it."""
    uses = Counter(team.name for team in teams.values())
    return {id_: team.name if uses[team.name] == 1 else labels[id_] for id_, team in teams.items()}
