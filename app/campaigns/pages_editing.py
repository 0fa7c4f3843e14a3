"""Pages that write a campaign: the guided creation, and the same sections edited later."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.guards import Hr
from app.campaigns import queries, service, words
from app.campaigns.errors import OutsideCampaign, SectionFixed, TermsRefused
from app.campaigns.guards import Asking, HrCampaign
from app.campaigns.invited import invited_counts
from app.campaigns.lifecycle import is_booked_openly, refusals
from app.campaigns.reach import out_of_reach
from app.campaigns.rules import proposed_terms
from app.campaigns.schemas import FORMS, ConfirmedForm, PeopleForm, Section, StoryForm
from app.campaigns.service import CHANGEABLE, fixed_dates
from app.campaigns.showing import opening_page, progress
from app.campaigns.tables import Booking, Campaign, Exchange, InvitedKind, Status
from app.core import clock
from app.core.db import Db
from app.core.errors import Stale
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.people.queries import travel_minutes
from app.people.tables import Side

router = APIRouter(include_in_schema=False)

SPARE_CLOSINGS = 3
"""Empty lines offered for more closing days; saving offers as many again."""


@router.get("/campaigns/new", response_class=HTMLResponse)
def new(request: Request, session: Db, actor: Hr) -> Response:
    """The first step: a name and a story, proposed."""
    return _new_page(
        request, blank(name=_proposed_name(), story=words.proposed_story(Booking.NONE), booking=Booking.NONE)
    )


@router.post("/campaigns")
def create(request: Request, session: Db, actor: Hr, sent: Submitted) -> Response:
    """From here on the campaign exists as a draft: nothing typed is lost."""
    form = bind(StoryForm, sent)
    if form.value is None:
        return _new_page(request, form, status=422)
    made = service.new_campaign(
        session,
        name=form.value.name,
        story=words.fitting_story(form.value.story, form.value.booking),
        booking=form.value.booking,
        exchange=Exchange.SHADOW if form.value.booking == Booking.OPEN else None,
        actor=actor,
        now=clock.now(),
        today=clock.today(),
    )
    if form.value.then == "leave":
        return redirect(f"/campaigns/{made.id}", say=_("Le brouillon est enregistré."))
    return redirect(f"/campaigns/{made.id}/edit/{Section.DATES}")


@router.get("/campaigns/{campaign_id}/edit/{section}", response_class=HTMLResponse)
def edit(request: Request, session: Db, campaign: HrCampaign, section: Section) -> Response:
    """One section, with what stands there."""
    if campaign.status not in CHANGEABLE[section]:
        raise SectionFixed(campaign.status)
    return _section_page(request, session, campaign, section, blank(**_standing(session, campaign, section)))


@router.post("/campaigns/{campaign_id}/edit/{section}")
def save(
    request: Request, session: Db, campaign: HrCampaign, section: Section, actor: Asking, sent: Submitted
) -> Response:
    """Save a section; a draft goes on to the next one."""
    form: Bound[Any] = bind(FORMS[section], sent)
    if section == Section.PEOPLE and form.value is not None and not _somebody(form.value):
        form.refuse(
            "scope", _("Choisissez au moins un côté, un site ou une équipe, ou invitez tout le monde.")
        )
    if form.value is None:
        return _section_page(request, session, campaign, section, form, status=422)
    then = form.value.then
    try:
        _change(session, campaign, section, form.value, actor)
    except TermsRefused as refused:
        for name, sentence in refused.faults.items():
            form.refuse(name if name in FORMS[section].model_fields else "", sentence)
        kept = refused.days if isinstance(refused, OutsideCampaign) else ()
        return _section_page(request, session, campaign, section, form, status=422, kept=kept)
    except Stale as stale:
        session.refresh(campaign)
        form.refuse("", stale.message())
        return _section_page(request, session, campaign, section, form, status=409, stale=True)
    here = f"/campaigns/{campaign.id}"
    if campaign.status == Status.DRAFT and then == "next":
        if section == Section.RULES and is_booked_openly(campaign):
            return redirect(f"{here}/booking/edit")
        sections = list(Section)
        place = sections.index(section) + 1
        return redirect(f"{here}/edit/{sections[place]}" if place < len(sections) else f"{here}/check")
    return redirect(here, say=_("C’est enregistré."))


@router.get("/campaigns/{campaign_id}/check", response_class=HTMLResponse)
def check(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """The last step: everything in words, what is missing, who is invited. Once open there is none."""
    assert campaign.id is not None
    if campaign.status != Status.DRAFT:
        return redirect(f"/campaigns/{campaign.id}")
    invited = invited_counts(session, campaign)
    return render(
        request,
        "campaigns/check.html",
        campaign=campaign,
        progress=progress(campaign, None),
        missing=refusals(session, campaign, Status.OPEN, clock.today()),
        invited=invited,
        sides=[(side, words.side_name(side), invited.of_side(side)) for side in Side],
        opening=opening_page(campaign),
        alone=words.out_of_reach_in_words(
            out_of_reach(invited, travel_minutes(session), campaign.max_travel_minutes),
            campaign.max_travel_minutes,
        ),
        recap=[
            (section, words.section_name(section), _lines(session, campaign, section)) for section in Section
        ],
    )


def _change(session: Db, campaign: Campaign, section: Section, value: Any, actor: Asking) -> None:
    groups = None
    if isinstance(value, PeopleForm):
        groups = service.groups_chosen(
            everybody=value.scope == "everybody", sides=value.sides, sites=value.sites, teams=value.teams
        )
    service.change(
        session,
        campaign,
        {name: getattr(value, name) for name in service.FIELDS[section]},
        version=value.version if value.version is not None else 0,
        actor=actor,
        now=clock.now(),
        today=clock.today(),
        groups=groups,
        ends_requests=isinstance(value, ConfirmedForm) and value.ends_requests,
        loses_answers=isinstance(value, ConfirmedForm) and value.loses_answers,
    )


def _somebody(form: PeopleForm) -> bool:
    return form.scope == "everybody" or bool(form.sides or form.sites or form.teams)


def _standing(session: Db, campaign: Campaign, section: Section) -> dict[str, Any]:
    assert campaign.id is not None
    values = {name: getattr(campaign, name) for name in service.FIELDS[section]}
    if section == Section.PEOPLE:
        groups = queries.groups_of(session, campaign.id)
        refs = {kind: [group.ref for group in groups if group.kind == kind] for kind in InvitedKind}
        values |= {
            "scope": "everybody" if refs[InvitedKind.EVERYBODY] or not groups else "some",
            "sides": refs[InvitedKind.SIDE],
            "sites": refs[InvitedKind.SITE],
            "teams": refs[InvitedKind.TEAM],
        }
    return values


def _section_page(
    request: Request,
    session: Db,
    campaign: Campaign,
    section: Section,
    form: Bound[Any],
    *,
    status: int = 200,
    stale: bool = False,
    kept: Sequence[date] = (),
) -> Response:
    """`kept`: days of visits that stand in the way of the change; the page leads to them."""
    context: dict[str, Any] = {}
    if section == Section.PEOPLE:
        teams = queries.teams_by_site(session)
        context = {
            "sites": [(site.id, site.name) for site in queries.sites(session)],
            "teams": [
                (site, [(team.id, team.name, words.side_name(team.side)) for team, _site in rows])
                for site, rows in groupby(teams, key=itemgetter(1))
            ],
        }
    if section == Section.DATES:
        typed = [str(day) for day in form.get("closing_days", []) if day]
        context = {
            "closings": [*typed, *[""] * SPARE_CLOSINGS],
            "fixed": fixed_dates(campaign.status),
        }
    return render(
        request,
        "campaigns/edit.html",
        status=status,
        campaign=campaign,
        section=section,
        title=words.section_name(section),
        question=words.section_question(section),
        form=form,
        progress=progress(campaign, section) if campaign.status == Status.DRAFT else [],
        guided=campaign.status == Status.DRAFT,
        standing=_lines(session, campaign, section) if stale else [],
        kept=kept,
        **context,
    )


def _new_page(request: Request, form: Bound[Any], *, status: int = 200) -> Response:
    return render(
        request,
        "campaigns/edit.html",
        status=status,
        campaign=None,
        section=Section.STORY,
        title=words.section_name(Section.STORY),
        question=words.section_question(Section.STORY),
        form=form,
        progress=progress(None, Section.STORY),
        guided=True,
        standing=[],
        kept=(),
    )


def _lines(session: Db, campaign: Campaign, section: Section) -> list[str]:
    assert campaign.id is not None
    if section == Section.STORY:
        return [campaign.name, *(campaign.story.splitlines() or [_("Aucune histoire n’est encore écrite.")])]
    if section == Section.DATES:
        pairs = words.dates_in_words(campaign)
        said = [_("%(what)s : %(when)s") % {"what": what, "when": when} for what, when in pairs]
        return [*said, *words.calendar_in_words(campaign)]
    if section == Section.PEOPLE:
        groups = queries.groups_of(session, campaign.id)
        return words.people_in_words(campaign, groups, queries.sites(session), queries.teams_by_site(session))
    if section == Section.RULES:
        return words.rules_in_words(campaign)
    return [
        _("%(what)s : %(when)s") % {"what": what, "when": when or _("pas encore")}
        for what, when in words.checklist_in_words(campaign)
    ]


def _proposed_name() -> str:
    first = proposed_terms(clock.today()).first_day
    season = (_("hiver"), _("printemps"), _("été"), _("automne"))[first.month % 12 // 3]
    return _("Vis ma vie, %(season)s %(year)s") % {"season": season, "year": first.year}
