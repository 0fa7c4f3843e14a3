"""Every mail the product sends: its kind, what HR calls it, and whether it carries a secret."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.i18n import _


class Kind(StrEnum):
    """The folder `templates/mail/<kind>` holds the words."""

    SIGN_IN_LINK = "sign_in_link"
    CAMPAIGN_INVITATION = "campaign_invitation"
    ENROLMENT_REMINDER = "enrolment_reminder"
    VISIT_INVITATION = "visit_invitation"
    NO_MATCH = "no_match"
    VISIT_CANCELLED = "visit_cancelled"
    DEBRIEF_INVITATION = "debrief_invitation"
    DEBRIEF_REMINDER = "debrief_reminder"


SECRET = {Kind.SIGN_IN_LINK}
"""Their words open a session: blanked once a mail server took them, shown on demand where none exists."""

ON_PAPER = set(Kind) - {Kind.SIGN_IN_LINK}
"""What somebody without e-mail is told on paper; a sign-in link is asked for by address only."""

ABOUT_VISITS = (Kind.VISIT_INVITATION, Kind.VISIT_CANCELLED, Kind.DEBRIEF_INVITATION, Kind.DEBRIEF_REMINDER)
"""They name the other person of a visit; their keys begin `kind:visit id:`."""


@dataclass(frozen=True)
class Choice:
    """A line of a filter."""

    value: str
    label: str


def kinds() -> list[Choice]:
    """The kinds in the reader's words."""
    labels = {
        Kind.SIGN_IN_LINK: _("Lien de connexion"),
        Kind.CAMPAIGN_INVITATION: _("Invitation à s’inscrire"),
        Kind.ENROLMENT_REMINDER: _("Rappel d’inscription"),
        Kind.VISIT_INVITATION: _("Invitation à une journée"),
        Kind.NO_MATCH: _("Pas de binôme"),
        Kind.VISIT_CANCELLED: _("Journée annulée"),
        Kind.DEBRIEF_INVITATION: _("Bilan à remplir"),
        Kind.DEBRIEF_REMINDER: _("Rappel de bilan"),
    }
    return [Choice(kind, label) for kind, label in labels.items()]


def kind_label(kind: str) -> str:
    """One kind in the reader's words."""
    return next((choice.label for choice in kinds() if choice.value == kind), kind)


def statuses() -> list[Choice]:
    """The statuses in the reader's words."""
    return [
        Choice("waiting", _("En attente")),
        Choice("sent", _("Envoyé")),
        Choice("kept", _("Gardé dans le dossier d’envoi")),
        Choice("failed", _("Échec")),
        Choice("unreachable", _("À dire sur papier")),
        Choice("told", _("Remis sur papier")),
    ]


def status_label(status: str) -> str:
    """One status in the reader's words."""
    return next((choice.label for choice in statuses() if choice.value == status), status)


def status_tone(status: str) -> str:
    """Colour of a status's chip."""
    return {"sent": "good", "told": "good", "failed": "bad", "unreachable": "warn", "waiting": "meet"}.get(
        status, "plain"
    )
