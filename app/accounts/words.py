"""What the audit trail's actions are called on pages; a test finds an action without words."""

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
        "enrolment.resumed": _("Participation reprise"),
        "planning.requested": _("Calcul du plan lancé"),
        "planning.cancelled": _("Calcul du plan arrêté"),
        "planning.concluded": _("Calcul du plan terminé plus tôt, avec le plan trouvé"),
        "pair.pinned": _("Binôme imposé"),
        "pair.unpinned": _("Binôme libéré"),
        "pair.forbidden": _("Binôme interdit"),
        "pair.allowed": _("Binôme de nouveau permis"),
        "once_more.allowed": _("Une participation de plus permise"),
        "once_more.withdrawn": _("Une participation de plus retirée"),
        "campaign.invited": _("Invitations envoyées"),
        "campaign.booking_set": _("Réservations réglées"),
        "place.offered": _("Place proposée"),
        "place.changed": _("Place modifiée"),
        "place.withdrawn": _("Place retirée"),
        "booking.requested": _("Journée demandée"),
        "booking.booked": _("Journée réservée"),
        "booking.offered": _("Place gardée pour quelqu’un"),
        "booking.cancelled": _("Réservation annulée"),
        "booking.waiting": _("Liste d’attente rejointe"),
        "booking.approved": _("Demande acceptée"),
        "booking.refused": _("Demande refusée"),
        "booking.expired": _("Demande expirée"),
        "booking.queued": _("Demande mise en liste d’attente"),
        "booking.withdrawn": _("Demande retirée"),
        "booking.moved": _("Demande passée à une autre place"),
        "booking.accepted": _("Place gardée acceptée"),
        "booking.offered_instead": _("Autre journée proposée"),
        "visit.planned": _("Journée prévue"),
        "visit.confirmed": _("Journée confirmée"),
        "visit.declined": _("Journée déclinée"),
        "visit.cancelled": _("Journée annulée"),
        "visit.proposed": _("Autre jour proposé"),
        "visit.refused": _("Proposition refusée"),
        "visit.withdrawn": _("Proposition retirée"),
        "visit.lapsed": _("Proposition sans réponse"),
        "visit.moved": _("Journée déplacée"),
        "visit.made_up": _("Journée de rattrapage prise"),
        "visit.one_way": _("Échange laissé à une journée"),
        "visit.hours": _("Heures d’une journée fixées"),
        "visit.place": _("Lieu d’une journée changé"),
        "visit.team": _("Équipe qui reçoit changée"),
        "visit.shows": _("Ce que montre une journée changé"),
        "visit.bring": _("Ce qu’il faut apporter changé"),
        "visit.tutor": _("Tuteur nommé"),
        "visit.host": _("Hôte remplacé, selon le planning"),
        "visit.released": _("Tuteur libéré"),
        "visit.waived": _("Visiteur accueilli sans conditions"),
        "visit.agreed": _("Convention enregistrée"),
        "visit.asked_anew": _("Visiteur interrogé de nouveau"),
        "visit.too_young": _("Visiteur trop jeune d’après le fichier du personnel"),
        "visit.suspended": _("Journée suspendue"),
        "visit.resumed": _("Journée de nouveau possible"),
        "visit.set_aside": _("Aucune solution retenue pour une journée"),
        "visit.not_found": _("Rien trouvé à la place d’une journée"),
        "visit.too_late": _("Journée tombée, sans autre jour possible"),
        "visit.absent": _("Absence signalée"),
        "visit.contested": _("Absence contestée"),
        "visit.held": _("Absence écartée : la journée a eu lieu"),
        "visit.missed": _("Absence retenue : la journée n’a pas eu lieu"),
        "visit.not_held": _("Journée dite non tenue, faute de convention"),
        "visit.taken_back": _("Ce qui était dit d’une journée retiré"),
        "visit.left_without": _("Journée passée laissée sans convention"),
        "visit.warned": _("Message envoyé : ne pas se déplacer"),
        "visit.not_needed": _("Journée qui n’a plus besoin de convention"),
        "visit.unsigned": _("Convention qui ne vaut plus, à enregistrer de nouveau"),
        "repair.requested": _("Réparation cherchée"),
        "repair.accepted": _("Réparation acceptée"),
        "repair.dismissed": _("Réparation écartée"),
        "repair.settled": _("Réparation devenue inutile"),
        "repair.stopped": _("Recherche de réparation arrêtée"),
        "repair.rules": _("Règle des réparations changée"),
        "site.closed": _("Site fermé quelques jours"),
        "site.reopened": _("Site rouvert"),
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


HR, ADMIN = frozenset({TokenRole.HR}), frozenset({TokenRole.ADMIN})
NO_KEY = frozenset[TokenRole]()


def who_may() -> dict[str, tuple[str, frozenset[TokenRole]]]:
    """Policy of a route of the API → who enters, and which keys of programs do. A test holds it complete."""
    hr = _("Les ressources humaines.")
    return {
        "signed_in": (_("Toute personne qui a un compte."), HR | ADMIN),
        "admin": (_("L’administration du service."), ADMIN),
        "hr": (hr, HR),
        "hr_campaign": (hr, HR),
        "hr_for_person": (hr, HR),
        "hr_for_request": (hr, HR),
        "employee": (_("Les personnes de l’entreprise, chacune pour elle-même."), NO_KEY),
        "enrolling": (_("Les personnes que la campagne invite, chacune pour elle-même."), NO_KEY),
        "place_visitor": (_("Les personnes que la campagne invite, chacune pour elle-même."), NO_KEY),
        "asker": (_("La personne qui a fait la demande."), NO_KEY),
        "team_lead": (_("Qui dirige l’équipe, ses délégués, et les ressources humaines."), HR),
        "place_keeper": (_("Qui dirige l’équipe, ses délégués, et les ressources humaines."), HR),
        "roster_sender": (_("Qui dirige une équipe, ses délégués, et les ressources humaines."), HR),
        "receiver": (_("Qui dirige une équipe, ses délégués, et les ressources humaines."), HR),
        "decider": (_("Qui dirige une des deux équipes, ses délégués, et les ressources humaines."), HR),
        "managing": (_("Qui dirige une équipe ; un délégué ne transmet rien."), NO_KEY),
        "visit_participant": (
            _("Les deux personnes de la journée, le tuteur, qui les dirige, et les ressources humaines."),
            HR,
        ),
        "visit_person": (_("Les deux personnes de la journée."), NO_KEY),
        "visit_receiver": (_("Qui reçoit, qui dirige l’équipe qui reçoit, et les ressources humaines."), HR),
        "visit_hr": (_("Les ressources humaines, sauf pour leur propre journée."), HR),
        "debrief_author": (_("Les deux personnes de la journée, chacune pour son bilan."), NO_KEY),
    }


def api_parts() -> dict[str, str]:
    """Parts of the API in words, in the order of the page."""
    return {
        "accounts": _("Comptes"),
        "people": _("Personnel, équipes et sites"),
        "teams": _("Les jours d’une équipe"),
        "campaigns": _("Campagnes"),
        "availability": _("Inscriptions"),
        "planning": _("Plans et réparations"),
        "home": _("Mon espace"),
        "booking": _("Réservations"),
        "visits": _("Journées"),
        "calendars": _("Agendas"),
        "debriefs": _("Bilans"),
        "messages": _("Boîte d’envoi"),
    }


def action_label(action: str) -> str:
    """The action in words."""
    return actions().get(action, action)
