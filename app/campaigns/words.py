"""What the states, exchanges and sections of a campaign are called on the screens."""

from app.campaigns.tables import Exchange, Status
from app.core.i18n import _
from app.people.tables import Side


def status_name(status: Status) -> str:
    """One or two words for a state."""
    return {
        Status.DRAFT: _("En préparation"),
        Status.OPEN: _("Inscriptions ouvertes"),
        Status.PLANNING: _("Plan à faire"),
        Status.PUBLISHED: _("Plan publié"),
        Status.RUNNING: _("Journées en cours"),
        Status.DEBRIEFING: _("Bilans en cours"),
        Status.CLOSED: _("Terminée"),
        Status.CANCELLED: _("Annulée"),
    }[status]


def exchange_name(exchange: Exchange) -> str:
    """What is exchanged."""
    return {Exchange.SWAP: _("Échange"), Exchange.SHADOW: _("Journée d’observation")}[exchange]


def side_name(side: Side) -> str:
    """The side, as people say it."""
    return {Side.BACK: _("Back-office"), Side.FRONT: _("Front-office")}[side]
