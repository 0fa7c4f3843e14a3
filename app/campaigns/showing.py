"""What a campaign's page says beside its content: the steps of its life, and the one thing to do next."""

from dataclasses import dataclass
from datetime import date

from app.campaigns.tables import Campaign, Status, StatusChange
from app.core.i18n import _
from app.core.templating import day, long_day

LIFE = (Status.DRAFT, Status.OPEN, Status.PLANNING, Status.PUBLISHED, Status.RUNNING, Status.DEBRIEFING)


@dataclass(frozen=True)
class Action:
    """The next thing to do: what the button says, where it leads, one sentence before it."""

    label: str
    href: str
    text: str


def life_steps(campaign: Campaign, last: StatusChange | None) -> list[dict[str, str | None]]:
    """The steps of the life, for the `steps` part: a cancelled campaign stops where it was."""
    stopped = last.before if campaign.status == Status.CANCELLED and last else None
    here = LIFE.index(stopped or campaign.status) if (stopped or campaign.status) in LIFE else len(LIFE)
    labels = {
        Status.DRAFT: (_("Préparation"), None),
        Status.OPEN: (_("Inscriptions"), _("jusqu’au %(day)s") % {"day": day(campaign.enrol_until)}),
        Status.PLANNING: (_("Binômes"), _("avant le %(day)s") % {"day": day(campaign.plan_by)}),
        Status.PUBLISHED: (_("Plan publié"), None),
        Status.RUNNING: (_("Journées"), _("dès le %(day)s") % {"day": day(campaign.first_day)}),
        Status.DEBRIEFING: (_("Bilans"), _("jusqu’au %(day)s") % {"day": day(campaign.debrief_until)}),
    }
    steps: list[dict[str, str | None]] = []
    for place, status in enumerate(LIFE):
        state = "done" if place < here else "next" if place > here or stopped else "now"
        label, detail = labels[status]
        steps.append({"label": label, "detail": detail, "state": state})
    return steps


def next_action(campaign: Campaign, missing: list[str] | None, today: date) -> Action | None:
    """The one dark button; `missing` is what a draft still lacks to open, None when not looked at."""
    here = f"/campaigns/{campaign.id}"
    if campaign.status == Status.DRAFT:
        return _draft_action(campaign, missing, here)
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
            _("Ouvrir les inscriptions"), f"{here}/steps/opening", _("Tout est prêt : il ne manque que vous.")
        )
    if campaign.information_sheet_on is None or campaign.representatives_informed_on is None:
        return Action(
            _("Compléter la liste de lancement"),
            f"{here}/edit/checklist",
            _("Deux dates à noter avant d’ouvrir les inscriptions."),
        )
    return Action(
        _("Voir ce qui manque"), f"{here}/check", _("Il reste quelque chose à corriger avant d’ouvrir.")
    )
