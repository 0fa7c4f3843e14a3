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
            [
                _(
                    "« Jusqu’à votre effacement » : les ressources humaines effacent une personne à sa "
                    "demande, ou après son départ. « Avec la campagne » : tant qu’elle est gardée ; aucune "
                    "ne s’efface d’elle-même. Une personne effacée n’y laisse que ses journées passées, sans "
                    "son nom."
                ),
            ],
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
            _(
                "Identité professionnelle : nom, matricule, adresse, téléphone, équipe, site, "
                "responsable, métier, langues"
            ),
            _("Vous inviter, vous écrire, trouver un collègue d’un autre métier"),
            _("Ressources humaines. Vos collègues de journée : nom, métier, équipe, site, adresse"),
            _("Jusqu’à votre effacement"),
        ],
        [
            _("Jours travaillés, jours d’école, horaires et trajet habituels, contrat, date d’entrée"),
            _("Ne proposer que des jours et des lieux possibles"),
            _(
                "Ressources humaines. Si une journée ne peut avoir lieu pour cela, qui la voit en lit la "
                "cause"
            ),
            _("Jusqu’à votre effacement"),
        ],
        [
            _("Planning : vos heures ou votre repos, jour par jour, jamais la raison d’un repos"),
            _("Ne rien prévoir quand vous ne travaillez pas"),
            _(
                "Ressources humaines ; votre responsable et qui le remplace, qui l’importent. Quand il "
                "contredit une journée, qui la voit lit vos heures de ce jour"
            ),
            _("Trois mois après le jour. Un fichier jamais confirmé : un jour"),
        ],
        [
            _("Moins de 18 ans : oui ou non"),
            _("Respecter les équipes qui ne reçoivent que des adultes"),
            _("Ressources humaines. Une telle équipe et son responsable, si vous devez y venir"),
            _("Jusqu’à votre effacement"),
        ],
        [
            _("La société qui vous emploie, et les conventions entre sociétés"),
            _("Faire signer une convention quand deux sociétés sont concernées"),
            _("Ressources humaines. Qui voit votre journée lit qu’une convention manque, ou est enregistrée"),
            _("Société : jusqu’à votre effacement. Convention : avec la campagne"),
        ],
        [
            _("Votre oui ou votre non, vos jours, vos souhaits"),
            _("Trouver avec qui et quand"),
            _("Ressources humaines ; jamais votre responsable"),
            _("Avec la campagne"),
        ],
        [
            _("Vos pauses, et si vous ne participez plus"),
            _("Ne rien vous proposer alors"),
            _(
                "Vous, et le calcul. Si une journée tombe, votre collègue et les ressources humaines "
                "lisent un empêchement, ou que vous ne participez plus"
            ),
            _("Avec la campagne"),
        ],
        [
            _("Jours pris dans votre agenda, si vous le donnez : ni titres, ni heures"),
            _("Les griser sur votre calendrier"),
            _("Vous seul"),
            _("Jusqu’au dernier jour de la campagne"),
        ],
        [
            _("Les collègues que vous nommez, un ou deux"),
            _("Vous réunir, si le souhait est réciproque"),
            _("Personne ; réciproque, vous deux et les ressources humaines"),
            _("Avec la campagne"),
        ],
        [
            _("Personnes à éviter, lieux impossibles"),
            _("Ne pas vous les proposer"),
            _("Personne : seul le calcul les lit"),
            _("Avec la campagne"),
        ],
        [
            _(
                "Vos demandes de places, vos files d’attente, les places gardées pour vous, et ce "
                "qu’elles deviennent"
            ),
            _("Répondre à chacun, dans l’ordre"),
            _(
                "Vous, et les ressources humaines. Qui décide pour l’équipe qui reçoit, et qui le "
                "remplace. Une place gardée : les responsables des deux équipes"
            ),
            _("Avec la campagne"),
        ],
        [
            _("La raison, si le plan n’a personne pour vous"),
            _("Vous l’expliquer"),
            _("Vous, et les ressources humaines"),
            _("Avec la campagne"),
        ],
        [
            _("Vos journées : avec qui, où, quand, qui a dit oui, ce que vous avez accepté"),
            _("Les organiser, et ne pas vous proposer deux fois la même personne"),
            _(
                "Vous deux, qui accueille à la place de l’hôte, vos responsables et qui les remplace, les "
                "ressources humaines"
            ),
            _("Avec la campagne"),
        ],
        [
            _("L’historique de chaque journée : qui a changé quoi, quand"),
            _("Savoir ce qui s’est passé"),
            _(
                "Vous deux, qui accueille, les ressources humaines. Vos responsables : ce qui touche leur "
                "équipe"
            ),
            _("Avec la campagne"),
        ],
        [
            _("La raison et les mots d’un refus, d’une annulation, d’un autre jour proposé"),
            _("Prévenir les autres, et chercher une suite"),
            _(
                "Vous deux, qui accueille, les ressources humaines. Vos responsables : ni vos mots, ni "
                "une raison personnelle"
            ),
            _("Avec la campagne ; vos mots, jusqu’à votre effacement"),
        ],
        [
            _("Une absence signalée, ce que chacun en dit, ce que les ressources humaines décident"),
            _("Savoir si la journée a eu lieu, et trancher quand les versions s’opposent"),
            _(
                "Vous deux, et les ressources humaines. Vos responsables : où en est la journée, jamais "
                "qui a dit quoi"
            ),
            _("Avec la campagne ; vos mots, jusqu’à votre effacement"),
        ],
        [
            _("Votre bilan"),
            _("Savoir ce que les journées changent"),
            _("Chaque question dit qui la lit. Les ressources humaines lisent des totaux, dès cinq réponses"),
            _("Séparé de votre nom à l’envoi"),
        ],
        [
            _("Brouillon de bilan, remerciement, intérêt déclaré pour un métier, et si un bilan est envoyé"),
            _("Finir plus tard, remercier, ouvrir une suite, relancer"),
            _(
                "Brouillon : vous seul. Remerciement : qui vous a rendu visite. Intérêt : les ressources "
                "humaines, jamais votre responsable. Envoi : personne, un total"
            ),
            _("Un an après la fin des bilans"),
        ],
        [
            _("Délégations : qui décide à la place d’un responsable, entre quels jours"),
            _("Qu’une équipe ait toujours une réponse"),
            _("Vous deux. L’historique d’une journée dit qui a décidé à la place de qui"),
            _("Trois mois après la fin"),
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
