"""Pages that take a step of a campaign's life: what it will do is said first, then one button."""

from dataclasses import dataclass
from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.campaigns import service
from app.campaigns.errors import ImpossibleStep, NotReady
from app.campaigns.guards import Asking, HrCampaign
from app.campaigns.invited import invited_counts, invited_without_email
from app.campaigns.lifecycle import By, find_step, is_booked_openly, refusals
from app.campaigns.schemas import StepForm
from app.campaigns.showing import opening_page
from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _, ngettext
from app.core.templating import day, number, redirect, render

router = APIRouter(include_in_schema=False)


class StepName(StrEnum):
    """The steps that HR takes on the campaign's own pages."""

    OPENING = "opening"
    ENROLMENT_CLOSING = "enrolment-closing"
    REOPENING = "reopening"
    CLOSING = "closing"
    CANCELLATION = "cancellation"


TARGET = {
    StepName.OPENING: Status.OPEN,
    StepName.ENROLMENT_CLOSING: Status.PLANNING,
    StepName.REOPENING: Status.OPEN,
    StepName.CLOSING: Status.CLOSED,
    StepName.CANCELLATION: Status.CANCELLED,
}


@dataclass(frozen=True)
class Question:
    """A confirming page: what is asked, what will follow, what the button says, what is said afterwards."""

    title: str
    label: str
    consequences: list[str]
    done: str
    danger: bool = False


@router.get("/campaigns/{campaign_id}/steps/{step}", response_class=HTMLResponse)
def ask(request: Request, session: Db, campaign: HrCampaign, step: StepName) -> Response:
    """Say what the step will do, or what is missing for it."""
    _require_step(campaign, step)
    if step == StepName.OPENING and is_booked_openly(campaign):
        return redirect(opening_page(campaign))
    missing = refusals(session, campaign, Status.OPEN, clock.today()) if step == StepName.OPENING else []
    form = blank(enrol_until="", plan_by=campaign.plan_by)
    return _page(request, session, campaign, step, form, missing)


@router.post("/campaigns/{campaign_id}/steps/{step}")
def take(
    request: Request, session: Db, campaign: HrCampaign, step: StepName, actor: Asking, sent: Submitted
) -> Response:
    """Take the step; what is missing is said with everything typed kept."""
    form = bind(StepForm, sent)
    if form.value is None:
        return _page(request, session, campaign, step, form, [], status=422)
    if step == StepName.OPENING and is_booked_openly(campaign):
        return redirect(opening_page(campaign))
    question = _question(session, campaign, step)
    try:
        service.take_step(
            session,
            campaign,
            TARGET[step],
            version=form.value.version,
            actor=actor,
            now=clock.now(),
            today=clock.today(),
            reason=form.value.reason,
            enrol_until=form.value.enrol_until,
            plan_by=form.value.plan_by,
        )
    except NotReady as refused:
        return _page(request, session, campaign, step, form, refused.reasons, status=422)
    return redirect(f"/campaigns/{campaign.id}", say=question.done)


def _require_step(campaign: Campaign, step: StepName) -> None:
    found = find_step(campaign.status, TARGET[step])
    reopening = campaign.status == Status.PLANNING
    if (
        found is None
        or By.HR not in found.by
        or not found.offered
        or (TARGET[step] == Status.OPEN and reopening != (step == StepName.REOPENING))
    ):
        raise ImpossibleStep(campaign.status, TARGET[step])


def _page(
    request: Request,
    session: Db,
    campaign: Campaign,
    step: StepName,
    form: Bound[StepForm],
    missing: list[str],
    *,
    status: int = 200,
) -> Response:
    return render(
        request,
        "campaigns/step.html",
        status=status,
        campaign=campaign,
        step=step,
        question=_question(session, campaign, step),
        form=form,
        missing=missing,
        embeds=_embeds(campaign) if step == StepName.CANCELLATION else [],
    )


def _embeds(campaign: Campaign) -> list[tuple[str, str]]:
    here = f"/campaigns/{campaign.id}"
    if is_booked_openly(campaign):
        return [(_("Voir les réservations"), f"{here}/booking")]
    if campaign.status in {Status.PUBLISHED, Status.RUNNING}:
        return [(_("Voir les journées prévues"), f"{here}/planning")]
    if campaign.status in {Status.OPEN, Status.PLANNING}:
        return [(_("Voir les réponses"), f"{here}/answers")]
    return []


def _question(session: Db, campaign: Campaign, step: StepName) -> Question:
    if step == StepName.OPENING:
        on_paper = invited_without_email(session, campaign)
        people = invited_counts(session, campaign).total - on_paper
        paper = [
            ngettext(
                "%(n)s personne n’a pas d’adresse : prévenez-la sur papier.",
                "%(n)s personnes n’ont pas d’adresse : prévenez-les sur papier.",
                on_paper,
            )
            % {"n": number(on_paper)}
        ]
        return Question(
            _("Ouvrir les inscriptions ?"),
            _("Ouvrir les inscriptions"),
            [
                ngettext(
                    "%(n)s personne reçoit l’invitation à s’inscrire.",
                    "%(n)s personnes reçoivent l’invitation à s’inscrire.",
                    people,
                )
                % {"n": number(people)},
                *(paper if on_paper else []),
                _("Chacun répond librement jusqu’au %(day)s, et peut changer d’avis jusque-là.")
                % {"day": day(campaign.enrol_until)},
                _("L’affiche et son code permettent de s’inscrire sans adresse de messagerie."),
            ],
            _("Les inscriptions sont ouvertes. Les invitations partent."),
        )
    if step == StepName.ENROLMENT_CLOSING:
        return Question(
            _("Clore les inscriptions dès maintenant ?"),
            _("Clore les inscriptions"),
            [
                _("Plus personne ne peut répondre ni changer ses jours."),
                _("Les personnes qui n’ont pas encore répondu ne participent pas."),
                _("Vous pouvez former les binômes, ou rouvrir les inscriptions avant la publication."),
            ],
            _("Les inscriptions sont closes : vous pouvez former les binômes."),
        )
    if step == StepName.REOPENING:
        return Question(
            _("Rouvrir les inscriptions ?"),
            _("Rouvrir les inscriptions"),
            [
                _("Chacun peut de nouveau répondre et changer ses jours."),
                _("Les binômes déjà calculés sont à recalculer ensuite."),
            ],
            _("Les inscriptions sont rouvertes."),
        )
    if step == StepName.CLOSING:
        return Question(
            _("Terminer la campagne dès maintenant ?"),
            _("Terminer la campagne"),
            [
                _("Plus aucun bilan ne peut être envoyé."),
                _("Les résultats ne changent plus."),
            ],
            _("La campagne est terminée. Merci pour tous ceux qui l’ont vécue."),
        )
    return Question(
        _("Annuler la campagne ?"),
        _("Annuler la campagne"),
        _cancelling(campaign),
        _("La campagne est annulée."),
        danger=True,
    )


def _cancelling(campaign: Campaign) -> list[str]:
    if campaign.status == Status.OPEN and is_booked_openly(campaign):
        return [
            _("Plus personne ne peut réserver."),
            _("Les journées à venir sont annulées."),
            _("C’est définitif : pour recommencer, dupliquez la campagne."),
        ]
    lines = {
        Status.DRAFT: [_("Personne n’a encore été prévenu : rien ne part.")],
        Status.OPEN: [
            _("Plus personne ne peut s’inscrire."),
            _("Les réponses déjà données ne serviront pas."),
        ],
        Status.PLANNING: [_("Aucun binôme ne sera formé."), _("Les réponses déjà données ne serviront pas.")],
        Status.PUBLISHED: [_("Toutes les journées prévues sont annulées.")],
        Status.RUNNING: [
            _("Les journées à venir sont annulées."),
            _("Les journées déjà vécues restent."),
        ],
        Status.DEBRIEFING: [_("Les journées déjà vécues restent."), _("Plus aucun bilan n’est attendu.")],
    }.get(campaign.status, [])
    return [*lines, _("C’est définitif : pour recommencer, dupliquez la campagne.")]
