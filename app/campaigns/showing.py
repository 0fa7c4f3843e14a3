"""What a campaign's page says beside its content: the steps of its life, and the one thing to do next."""

from dataclasses import dataclass
from datetime import date

from app.campaigns.lifecycle import is_booked_openly
from app.campaigns.schemas import Section
from app.campaigns.tables import Campaign, Status, StatusChange
from app.campaigns.words import section_name
from app.core.i18n import _
from app.core.templating import day, long_day

LIFE = (Status.DRAFT, Status.OPEN, Status.PLANNING, Status.PUBLISHED, Status.RUNNING, Status.DEBRIEFING)
BOOKED_LIFE = (Status.DRAFT, Status.OPEN, Status.RUNNING, Status.DEBRIEFING)
"""Of a campaign whose days are all booked."""
BOOKING = "booking"
"""The step of the guided creation that only such a campaign has: how one books."""


@dataclass(frozen=True)
class Action:
    """The next thing to do: what the button says, where it leads, one sentence before it."""

    label: str
    href: str
    text: str


def life_steps(campaign: Campaign, last: StatusChange | None) -> list[dict[str, str | None]]:
    """The steps of the life, for the `steps` part: a cancelled campaign stops where it was."""
    stopped = last.before if campaign.status == Status.CANCELLED and last else None
    booked = is_booked_openly(campaign)
    life = BOOKED_LIFE if booked else LIFE
    here = life.index(stopped or campaign.status) if (stopped or campaign.status) in life else len(life)
    labels = {
        Status.DRAFT: (_("Préparation"), None),
        Status.OPEN: (_("Réservations"), None)
        if booked
        else (_("Inscriptions"), _("jusqu’au %(day)s") % {"day": day(campaign.enrol_until)}),
        Status.PLANNING: (_("Binômes"), _("avant le %(day)s") % {"day": day(campaign.plan_by)}),
        Status.PUBLISHED: (_("Plan publié"), None),
        Status.RUNNING: (_("Journées"), _("dès le %(day)s") % {"day": day(campaign.first_day)}),
        Status.DEBRIEFING: (_("Bilans"), _("jusqu’au %(day)s") % {"day": day(campaign.debrief_until)}),
    }
    steps: list[dict[str, str | None]] = []
    for place, status in enumerate(life):
        state = "done" if place < here else "next" if place > here or stopped else "now"
        label, detail = labels[status]
        steps.append({"label": label, "detail": detail, "state": state})
    return steps


def next_action(campaign: Campaign, missing: list[str] | None, today: date) -> Action | None:
    """The one dark button; `missing` is what a draft still lacks to open, None when not looked at."""
    here = f"/campaigns/{campaign.id}"
    if campaign.status == Status.DRAFT:
        return _draft_action(campaign, missing, here)
    if is_booked_openly(campaign) and campaign.status in {Status.OPEN, Status.RUNNING}:
        return Action(
            _("Voir les réservations"),
            f"{here}/booking",
            _("Les équipes proposent leurs places, chacun réserve la sienne."),
        )
    return {
        Status.OPEN: Action(
            _("Voir qui a répondu"),
            f"{here}/answers",
            _("Les inscriptions se ferment seules le %(day)s au soir.") % {"day": day(campaign.enrol_until)},
        ),
        Status.PLANNING: Action(
            _("Former les binômes"),
            f"{here}/planning",
            _("Le plan est attendu au plus tard le %(day)s.") % {"day": long_day(campaign.plan_by)}
            if today <= campaign.plan_by
            else _("Le plan était attendu le %(day)s : chaque jour qui passe raccourcit la campagne.")
            % {"day": day(campaign.plan_by)},
        ),
        Status.PUBLISHED: Action(
            _("Voir les journées"),
            f"{here}/visits",
            _("Chacun connaît son jour et la personne qui l’attend."),
        ),
        Status.RUNNING: Action(
            _("Voir les journées"),
            f"{here}/visits",
            _("Après chaque journée, ses deux personnes font leur bilan."),
        ),
        Status.DEBRIEFING: Action(
            _("Suivre les bilans"),
            f"{here}/results",
            _("Les bilans se ferment seuls le %(day)s au soir.") % {"day": day(campaign.debrief_until)},
        ),
        Status.CLOSED: Action(_("Voir les résultats"), f"{here}/results", ""),
    }.get(campaign.status)


def _draft_action(campaign: Campaign, missing: list[str] | None, here: str) -> Action:
    if missing is None:
        return Action(_("Continuer la préparation"), f"{here}/check", "")
    if not missing:
        return Action(
            opening_label(campaign), opening_page(campaign), _("Tout est prêt : il ne manque que vous.")
        )
    if campaign.information_sheet_on is None or campaign.representatives_informed_on is None:
        return Action(
            _("Compléter la liste de lancement"),
            f"{here}/edit/checklist",
            _("Deux dates à noter avant d’ouvrir."),
        )
    return Action(
        _("Voir ce qui manque"), f"{here}/check", _("Il reste quelque chose à corriger avant d’ouvrir.")
    )


def opening_label(campaign: Campaign) -> str:
    """What the button that opens a campaign says."""
    return _("Ouvrir les réservations") if is_booked_openly(campaign) else _("Ouvrir les inscriptions")


def opening_page(campaign: Campaign) -> str:
    """Where one opens it: with the places offered in sight, where every day is booked."""
    here = f"/campaigns/{campaign.id}"
    return f"{here}/booking/opening" if is_booked_openly(campaign) else f"{here}/steps/opening"


def progress(campaign: Campaign | None, here: str | None) -> list[dict[str, str | None]]:
    """The steps of the guided creation; `here` a section, `BOOKING`, or None for the last reading."""
    base = f"/campaigns/{campaign.id}" if campaign else None
    pages: list[tuple[str, str, str]] = [(one, section_name(one), f"{base}/edit/{one}") for one in Section]
    if campaign is not None and is_booked_openly(campaign):
        place = list(Section).index(Section.RULES) + 1
        pages.insert(place, (BOOKING, _("La réservation"), f"{base}/booking/edit"))
    at = len(pages) if here is None else [one[0] for one in pages].index(here)
    steps: list[dict[str, str | None]] = [
        {
            "label": label,
            "state": "done" if number < at else "now" if number == at else "next",
            "href": page if base and number != at else None,
        }
        for number, (_name, label, page) in enumerate(pages)
    ]
    last = {
        "label": _("Relecture"),
        "state": "now" if here is None else "next",
        "href": f"{base}/check" if base and here is not None else None,
    }
    return [*steps, last]
