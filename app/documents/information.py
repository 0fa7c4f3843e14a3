"""The information sheet: what is stored, why, how long, who sees it. One text for the page and for the PDF.

It states what the product does; whoever changes a storage or a retention changes its line here.
"""

from dataclasses import dataclass, field

from app.core.i18n import _


@dataclass(frozen=True)
class Part:
    """A part of the sheet: sentences, then perhaps a table."""

    title: str
    lines: list[str]
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def parts() -> list[Part]:
    """The sheet in the reader's language."""
    return [
        Part(
            _("À quoi cela sert"),
            [
                _(
                    "Vis ma vie fait passer à des volontaires une journée dans le métier d’un collègue. "
                    "Les données servent à cela seulement : inviter, trouver avec qui et quand, prévenir, "
                    "recueillir les bilans. Participer est libre ; dire non n’a pas de suite."
                ),
            ],
        ),
        Part(
            _("Ce qui est gardé, et qui le voit"),
            [],
            [_("Quoi"), _("Pourquoi"), _("Qui le voit"), _("Combien de temps")],
            _stored(),
        ),
        Part(
            _("Comment les binômes sont formés"),
            [
                _(
                    "Un calcul propose le plus grand nombre d’échanges possible, en respectant les jours, "
                    "les trajets, les effectifs de chaque équipe, puis les souhaits. Les ressources humaines "
                    "relisent le plan avant de le publier. Qui n’a pas de binôme en reçoit la raison."
                ),
            ],
        ),
        Part(
            _("Ce qui n’est jamais fait"),
            [
                _("Votre responsable ne sait pas que vous avez dit non, ni qui vous préférez éviter."),
                _("Aucun résultat n’est montré sous cinq réponses ; personne n’est noté ni classé."),
                _("Aucune donnée n’est vendue, ni envoyée à un service de mesure d’audience."),
                _(
                    "Les cookies servent seulement à vous garder connecté, à retenir votre langue et à vous "
                    "dire ce que vous venez de faire."
                ),
            ],
        ),
        Part(
            _("Vos droits"),
            [
                _(
                    "Vous pouvez voir vos données, les corriger, les emporter ou les faire effacer : "
                    "adressez-vous à l’équipe des ressources humaines ou au délégué à la protection des "
                    "données de votre entreprise. Vous pouvez aussi saisir la CNIL."
                ),
            ],
        ),
    ]


def _stored() -> list[list[str]]:
    return [
        [
            _("Identité professionnelle : nom, matricule, adresse, équipe, site, métier, langues"),
            _("Vous inviter, vous écrire, trouver un collègue d’un autre métier"),
            _("Ressources humaines. Vos collègues de journée : nom, métier, équipe, site, adresse"),
            _("Tant que vous êtes dans l’entreprise"),
        ],
        [
            _("Jours travaillés, contrat, temps de trajet habituel"),
            _("Ne proposer que des jours et des lieux possibles"),
            _("Ressources humaines"),
            _("Tant que vous êtes dans l’entreprise"),
        ],
        [
            _("Votre oui ou votre non, vos jours, vos souhaits"),
            _("Trouver avec qui et quand"),
            _("Ressources humaines ; jamais votre responsable"),
            _("Avec la campagne"),
        ],
        [
            _("Jours pris dans votre agenda, si vous le donnez : ni titres, ni heures"),
            _("Les griser sur votre calendrier"),
            _("Vous seul"),
            _("Jusqu’au dernier jour de la campagne"),
        ],
        [
            _("Les collègues que vous nommez, un ou deux"),
            _("Vous réunir, si le souhait est réciproque"),
            _("Personne ; réciproque, vous deux et les ressources humaines"),
            _("Avec la campagne"),
        ],
        [
            _("Personnes à éviter, lieux impossibles"),
            _("Ne pas vous les proposer"),
            _("Personne : seul le calcul les lit"),
            _("Avec la campagne"),
        ],
        [
            _("Vos journées : avec qui, où, quand"),
            _("Les organiser, et ne pas vous proposer deux fois la même personne"),
            _("Vous deux, vos responsables, les ressources humaines"),
            _("Avec la campagne"),
        ],
        [
            _("Votre bilan"),
            _("Savoir ce que les journées changent"),
            _("Chaque question dit qui la lit. Les ressources humaines lisent des totaux, dès cinq réponses"),
            _("Séparé de votre nom à l’envoi"),
        ],
        [
            _("Messages envoyés"),
            _("Vous prévenir, et savoir qu’un message est bien parti"),
            _("Administration du service ; ressources humaines pour les messages sur papier"),
            _("Un an"),
        ],
        [
            _("Connexions, et journal des changements"),
            _("Protéger les comptes"),
            _("Administration du service"),
            _("Connexions : 30 jours. Journal : 13 mois"),
        ],
    ]
