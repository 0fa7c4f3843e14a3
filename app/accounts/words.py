"""What the audit trail's actions are called on pages. An action without words here is shown by its code."""

from app.accounts.tables import TokenRole
from app.core.i18n import _


def actions() -> dict[str, str]:
    """Action code → words, in the order of the filter."""
    return {
        "account.signed_in": _("Connexion"),
        "account.pin_chosen": _("PIN choisi"),
        "account.secret_changed": _("PIN ou mot de passe changé"),
        "account.sessions_ended": _("Sessions fermées"),
        "account.card_printed": _("Carte imprimée"),
        "account.invited": _("Compte invité"),
        "account.roles": _("Rôles changés"),
        "account.admin_created": _("Administrateur créé"),
        "account.closed": _("Compte fermé"),
        "account.reopened": _("Compte rouvert"),
        "api_token.created": _("Jeton créé"),
        "api_token.revoked": _("Jeton révoqué"),
        "import.confirmed": _("Import confirmé"),
        "person.erased": _("Données d’une personne effacées"),
        "site.changed": _("Site modifié"),
        "team.changed": _("Équipe modifiée"),
        "travel.changed": _("Trajet modifié"),
        "roster.imported": _("Planning importé"),
        "team.days_marked": _("Jours d’une équipe réglés"),
        "team.by_roster": _("Équipe au planning, ou non"),
        "team.conditions_changed": _("Conditions de visite modifiées"),
        "delegation.given": _("Délégation donnée"),
        "delegation.ended": _("Délégation retirée"),
        "link.added": _("Lien de service ajouté"),
        "link.removed": _("Lien de service retiré"),
        "campaign.created": _("Campagne créée"),
        "campaign.changed": _("Campagne modifiée"),
        "campaign.open": _("Inscriptions ouvertes"),
        "campaign.planning": _("Inscriptions closes"),
        "campaign.published": _("Plan publié"),
        "campaign.running": _("Journées en cours"),
        "campaign.debriefing": _("Bilans en cours"),
        "campaign.closed": _("Campagne terminée"),
        "campaign.cancelled": _("Campagne annulée"),
        "campaign.reminded": _("Rappel envoyé"),
        "enrolment.recorded": _("Réponse notée par les RH"),
        "planning.requested": _("Calcul du plan lancé"),
        "planning.cancelled": _("Calcul du plan arrêté"),
        "pair.pinned": _("Binôme imposé"),
        "pair.unpinned": _("Binôme libéré"),
        "pair.forbidden": _("Binôme interdit"),
        "pair.allowed": _("Binôme de nouveau permis"),
        "visit.cancelled": _("Journée annulée"),
        "debrief.reminded": _("Rappel de bilan"),
        "mail.sent_again": _("Message renvoyé"),
        "mail.revealed": _("Lien personnel montré"),
        "mail.handed_over": _("Messages remis en main propre"),
        "demo.begun": _("Démonstration commencée"),
        "demo.loaded": _("Démonstration prête"),
    }


def token_roles() -> dict[TokenRole, str]:
    """What a program's key opens."""
    return {
        TokenRole.HR: _("Données des ressources humaines"),
        TokenRole.ADMIN: _("Administration"),
    }


def action_label(action: str) -> str:
    """The action in words."""
    return actions().get(action, action)
