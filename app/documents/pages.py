"""Pages of documents: poster, code cards, information sheet; each also as a PDF."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.campaigns.guards import Asking, HrCampaign
from app.campaigns.lifecycle import is_booked_openly
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted, bind
from app.core.i18n import _
from app.core.security import everyone
from app.core.settings import settings
from app.core.templating import day_range, long_day, render
from app.documents import information, queries, service
from app.documents.errors import NobodyChosen
from app.documents.pdf import pdf, pdf_headers, qr
from app.documents.schemas import CardsForm

router = APIRouter(include_in_schema=False)

PDF = "application/pdf"


@router.get("/campaigns/{campaign_id}/poster", response_class=HTMLResponse)
def poster(request: Request, campaign: HrCampaign) -> Response:
    """The poster as a page to print."""
    return render(request, "documents/poster.html", campaign=campaign, words=_poster(campaign))


@router.get("/campaigns/{campaign_id}/poster.pdf")
def poster_pdf(campaign: HrCampaign) -> Response:
    """The poster as a file, A4."""
    title = _("Affiche : %(campaign)s") % {"campaign": campaign.name}
    return Response(
        pdf("poster", title, **_poster(campaign)),
        media_type=PDF,
        headers=pdf_headers(f"affiche-{campaign.id}"),
    )


def _poster(campaign: Campaign) -> dict[str, object]:
    address = f"{settings().public_url}/join/{campaign.code}"
    days = {"days": day_range(campaign.first_day, campaign.last_day)}
    booked = is_booked_openly(campaign)
    return {
        "headline": _("Et si vous passiez une journée dans le métier d’un collègue ?"),
        "campaign": campaign.name,
        "story": [line.strip() for line in campaign.story.splitlines() if line.strip()],
        "scan": _("Scannez pour réserver votre journée") if booked else _("Scannez pour choisir vos jours"),
        "or_type": _("ou tapez cette adresse :"),
        "address": address,
        "qr": qr(address),
        "qr_alt": _("Code à scanner qui mène à %(address)s") % {"address": address},
        "days": _("Les journées : %(days)s") % days,
        "until": _("Réservez quand vous voulez, tant qu’il reste des places")
        if booked
        else _("Répondez jusqu’au %(day)s") % {"day": long_day(campaign.enrol_until)},
    }


@router.get("/campaigns/{campaign_id}/cards", response_class=HTMLResponse)
def cards(
    request: Request,
    session: Db,
    campaign: HrCampaign,
    site: Annotated[int | None, Query()] = None,
) -> Response:
    """Who enters by a card, and whose card is still to print."""
    everybody = queries.card_holders(session, campaign)
    sites = {holder.site.id: holder.site.name for holder in everybody}
    shown = [holder for holder in everybody if site is None or holder.site.id == site]
    chosen = [holder.person.id for holder in shown if not holder.has_code][: service.MOST_CARDS]
    return render(
        request,
        "documents/cards.html",
        campaign=campaign,
        holders=shown,
        missing=sum(not holder.has_code for holder in shown),
        chosen=chosen,
        sites=sites,
        site=site,
        most=service.MOST_CARDS,
    )


@router.get("/campaigns/{campaign_id}/cards/confirmation", response_class=HTMLResponse)
def ask_cards(
    request: Request,
    session: Db,
    campaign: HrCampaign,
    person: Annotated[list[int] | None, Query(max_length=1000)] = None,
) -> Response:
    """What printing does: a new code for each, the former one ends."""
    holders = queries.chosen_holders(session, campaign, person or [])
    if not 1 <= len(holders) <= service.MOST_CARDS:
        raise NobodyChosen(service.MOST_CARDS)
    return render(request, "documents/cards_confirmation.html", campaign=campaign, holders=holders)


@router.post("/campaigns/{campaign_id}/cards")
def print_cards(session: Db, actor: Asking, campaign: HrCampaign, sent: Submitted) -> Response:
    """New codes, on cards to cut out. The answer is the only place where they are written."""
    form = bind(CardsForm, sent)
    chosen = form.value.person if form.value else []
    holders = queries.chosen_holders(session, campaign, chosen)
    issued = service.issue_cards(session, holders, actor, now=clock.now())
    address = f"{settings().public_url}/sign-in"
    content = pdf(
        "cards",
        _("Cartes personnelles"),
        people=[
            {
                "name": holder.person.name,
                "team": f"{holder.team.name} · {holder.site.name}",
                "number": holder.person.employee_number,
                "code": code,
            }
            for holder, code in issued
        ],
        number_label=_("Matricule"),
        code_label=_("Code personnel"),
        address=address,
        qr=qr(address),
        qr_alt=_("Code à scanner qui mène à %(address)s") % {"address": address},
        advice=_(
            "Ce code est à vous seul. À la première connexion, vous choisirez votre propre code secret."
        ),
    )
    headers = {"content-disposition": f'attachment; filename="cartes-{campaign.id}.pdf"'}
    return Response(content, 201, media_type=PDF, headers=headers)


@router.get("/information", response_class=HTMLResponse, dependencies=[Depends(everyone)])
def show_information(request: Request) -> Response:
    """What is stored, why, how long, who sees it: open to everybody, before they sign in as well."""
    return render(request, "documents/information.html", parts=information.parts())


@router.get("/information.pdf", dependencies=[Depends(everyone)])
def information_pdf() -> Response:
    """The same sheet to print, and to give to staff representatives."""
    title = _("Vos données : qui voit quoi")
    content = pdf("information", title, lead=lead(), parts=[asdict(part) for part in information.parts()])
    return Response(content, media_type=PDF, headers=pdf_headers("vis-ma-vie-information"))


def lead() -> str:
    """The sheet's first sentence."""
    return _("Ce que Vis ma vie garde chez %(company)s, pourquoi, combien de temps, et qui le voit.") % {
        "company": settings().company
    }
