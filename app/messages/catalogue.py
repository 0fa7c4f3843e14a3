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
    VISIT_CHANGED = "visit_changed"
    VISIT_CONFIRMED = "visit_confirmed"
    VISIT_PROPOSAL = "visit_proposal"
    VISIT_TUTOR = "visit_tutor"
    VISIT_ABSENCE = "visit_absence"
    VISIT_TEAM = "visit_team"
    DEBRIEF_INVITATION = "debrief_invitation"
    DEBRIEF_REMINDER = "debrief_reminder"
    BOOKING_REQUEST = "booking_request"
    BOOKING_REFUSED = "booking_refused"
    BOOKING_EXPIRED = "booking_expired"
    BOOKING_OFFER = "booking_offer"
    REPAIR_READY = "repair_ready"
    VISIT_CERTAIN = "visit_certain"
    DELEGATION = "delegation"
    VISIT_CONDITIONS = "visit_conditions"
    BOOKING_QUEUED = "booking_queued"
    VISIT_REMINDER = "visit_reminder"
    SEARCH_OVER = "search_over"
    VISIT_SUSPENDED = "visit_suspended"
    VISIT_RESUMED = "visit_resumed"
    HOURS_TO_CHANGE = "hours_to_change"
    SITE_REOPENED = "site_reopened"
    TEAM_DAYS = "team_days"
    PLACE_HOST = "place_host"
    BOOKING_DAYS = "booking_days"
    VISIT_UNCERTAIN = "visit_uncertain"
    AGREEMENTS_DUE = "agreements_due"
    RULINGS_DUE = "rulings_due"
    REQUESTS_INHERITED = "requests_inherited"
    LETTERS_DUE = "letters_due"
    DAYS_UNDECIDED = "days_undecided"
    VISIT_PROVISIONAL = "visit_provisional"
    REQUESTS_SILENT = "requests_silent"
    BOOKING_ASKED = "booking_asked"
    INVITATION_CHANGED = "invitation_changed"
    TEAM_MOVED = "team_moved"
    DAYS_LOST = "days_lost"
    TEAM_WEEKDAYS = "team_weekdays"


SECRET = {Kind.SIGN_IN_LINK}
"""Their words open a session: blanked once a mail server took them, shown on demand where none exists."""

URGENT = {Kind.VISIT_UNCERTAIN}
"""Who does not read them in time sets out for nothing, or where nobody may receive them: on paper, first."""

ON_PAPER = set(Kind) - {Kind.SIGN_IN_LINK}
"""What somebody without e-mail is told on paper; a sign-in link is asked for by address only."""

ABOUT_VISITS = (
    Kind.VISIT_INVITATION,
    Kind.VISIT_CANCELLED,
    Kind.VISIT_CHANGED,
    Kind.VISIT_CONFIRMED,
    Kind.VISIT_PROPOSAL,
    Kind.VISIT_TUTOR,
    Kind.VISIT_ABSENCE,
    Kind.VISIT_TEAM,
    Kind.VISIT_CERTAIN,
    Kind.VISIT_PROVISIONAL,
    Kind.VISIT_CONDITIONS,
    Kind.VISIT_REMINDER,
    Kind.VISIT_UNCERTAIN,
    Kind.SEARCH_OVER,
    Kind.VISIT_SUSPENDED,
    Kind.VISIT_RESUMED,
    Kind.DEBRIEF_INVITATION,
    Kind.DEBRIEF_REMINDER,
)
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
        Kind.VISIT_CHANGED: _("Changement d’une journée"),
        Kind.VISIT_CONFIRMED: _("Journée confirmée"),
        Kind.VISIT_PROPOSAL: _("Proposition de date"),
        Kind.VISIT_TUTOR: _("Accueil à la place d’un collègue"),
        Kind.VISIT_ABSENCE: _("Absence signalée"),
        Kind.VISIT_TEAM: _("Mouvement dans une équipe"),
        Kind.DEBRIEF_INVITATION: _("Bilan à remplir"),
        Kind.DEBRIEF_REMINDER: _("Rappel de bilan"),
        Kind.BOOKING_REQUEST: _("Demande de journée à accepter"),
        Kind.BOOKING_REFUSED: _("Demande refusée"),
        Kind.BOOKING_EXPIRED: _("Demande expirée"),
        Kind.BOOKING_OFFER: _("Place libérée à confirmer"),
        Kind.REPAIR_READY: _("Réparation à décider"),
        Kind.VISIT_CERTAIN: _("Journée certaine"),
        Kind.DELEGATION: _("Délégation reçue"),
        Kind.VISIT_CONDITIONS: _("Conditions à accepter"),
        Kind.BOOKING_QUEUED: _("Demande mise en liste d’attente"),
        Kind.VISIT_REMINDER: _("Rappel : journée à confirmer"),
        Kind.SEARCH_OVER: _("Recherche sans résultat"),
        Kind.VISIT_SUSPENDED: _("Journée suspendue"),
        Kind.VISIT_RESUMED: _("Journée de nouveau possible"),
        Kind.HOURS_TO_CHANGE: _("Heures à changer"),
        Kind.SITE_REOPENED: _("Site de nouveau ouvert"),
        Kind.TEAM_DAYS: _("Journées d’une équipe suspendues, ou de nouveau possibles"),
        Kind.TEAM_MOVED: _("Journées passées d’une équipe à une autre"),
        Kind.TEAM_WEEKDAYS: _("Jours de la semaine où une équipe reçoit"),
        Kind.PLACE_HOST: _("Place sans personne pour recevoir"),
        Kind.BOOKING_DAYS: _("Jour attendu : fermé par l’équipe, ou de nouveau ouvert"),
        Kind.VISIT_UNCERTAIN: _("Journée pas certaine : ne pas se déplacer"),
        Kind.AGREEMENTS_DUE: _("Conventions à enregistrer"),
        Kind.RULINGS_DUE: _("Journées contestées à trancher"),
        Kind.REQUESTS_INHERITED: _("Demandes adressées à quelqu’un d’autre auparavant"),
        Kind.LETTERS_DUE: _("Personnes à prévenir de vive voix"),
        Kind.BOOKING_ASKED: _("Demande faite à votre place"),
        Kind.INVITATION_CHANGED: _("Invitation retirée après un oui, ou rendue"),
        Kind.DAYS_LOST: _("Jours donnés, hors des nouvelles dates"),
        Kind.REQUESTS_SILENT: _("Demandes restées sans réponse"),
        Kind.VISIT_PROVISIONAL: _("Journée provisoire : un planning est attendu"),
        Kind.DAYS_UNDECIDED: _("Journées proches qui attendent une décision"),
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
        Choice("told", _("Remis sur papier, ou lu")),
    ]


def status_label(status: str) -> str:
    """One status in the reader's words."""
    return next((choice.label for choice in statuses() if choice.value == status), status)


def status_tone(status: str) -> str:
    """Colour of a status's chip."""
    return {"sent": "good", "told": "good", "failed": "bad", "unreachable": "warn", "waiting": "meet"}.get(
        status, "plain"
    )
