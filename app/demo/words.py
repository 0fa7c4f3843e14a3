"""What the demo company's people said after their day."""

import random
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from app.core import clock
from app.core.db import open_session
from app.debriefs import service
from app.debriefs.questions import Question, QuestionKind, questions_of
from app.debriefs.tables import Role
from app.visits.queries import SeenVisit, visits_of_campaign

ANSWERING = 0.72
"""Share of the forms that come back."""

SCALES: dict[str, tuple[float, ...]] = {
    "supported": (0.05, 0.2, 0.45, 0.25, 0.05),
    "useful": (0.02, 0.08, 0.4, 0.47, 0.03),
    "valued": (0.12, 0.3, 0.38, 0.16, 0.04),
    "suggestions_heard": (0.15, 0.35, 0.33, 0.12, 0.05),
    "customers_heard": (0.06, 0.2, 0.45, 0.25, 0.04),
    "whom_to_call": (0.03, 0.1, 0.4, 0.45, 0.02),
    "prepared": (0.03, 0.12, 0.45, 0.38, 0.02),
    "disturbed": (0.55, 0.3, 0.1, 0.03, 0.02),
}
"""Shares of: not at all, rather not, rather, fully, no opinion."""

WORDS: dict[str, tuple[str, ...]] = {
    "surprise": (
        "Le nombre d’écrans ouverts pour répondre à une seule question.",
        "Tout le monde connaît les clients par leur prénom.",
        "Le silence du plateau à 14 h, puis trente appels d’un coup.",
        "On ne s’assied pas de la journée.",
    ),
    "irritant": (
        "Le RIB est saisi trois fois avant d’arriver à la paie.",
        "Le bon de retour s’imprime en deux exemplaires que personne ne garde.",
        "Les prix changent le samedi matin, à l’ouverture.",
        "Il faut appeler pour savoir si une pièce est en stock.",
    ),
    "suggestion": (
        "Envoyer les changements de prix la veille à midi.",
        "Donner aux boutiques l’accès en lecture au stock des pièces.",
        "Un numéro direct entre la facturation et le SAV.",
    ),
    "commitment": (
        "Appeler la boutique avant de bloquer un avoir.",
        "Relire les coordonnées bancaires avec le client.",
        "Répondre le jour même aux demandes du magasin.",
    ),
    "eyes": (
        "Nos procédures, vues de l’extérieur, se ressemblent beaucoup.",
        "Nous expliquons bien, mais trop vite.",
        "Que notre métier intéresse.",
    ),
    "thanks": (
        "Merci pour vos questions, elles nous ont fait avancer.",
        "Merci d’être venu un jour de livraison !",
    ),
}


class DebriefWriter:
    """Fills in and sends forms as people would."""

    def __init__(self, engine: Engine, rng: random.Random) -> None:
        self.engine = engine
        self.rng = rng

    def write(self, campaign_id: int, now: datetime) -> None:
        """Most of the people of a campaign's visits that are over send their form."""
        with clock.frozen(lambda: now), open_session(self.engine) as session:
            service.open_due(session, now=now, today=clock.today())
            for seen in visits_of_campaign(session, campaign_id):
                if seen.visit.day >= now.date():
                    continue
                for role in Role:
                    if self.rng.random() < ANSWERING:
                        author = service.author_of(seen, self._person_id(seen, role))
                        service.send_debrief(session, author, self._answers(role), now=now)

    @staticmethod
    def _person_id(seen: SeenVisit, role: Role) -> int:
        return seen.visit.visitor_id if role is Role.VISITOR else seen.visit.host_id

    def _answers(self, role: Role) -> dict[str, Any]:
        answers = {question.key: self._answer(question) for question in questions_of(role)}
        return {key: value for key, value in answers.items() if value is not None}

    def _answer(self, question: Question) -> object:
        if question.kind is QuestionKind.SCALE:
            return self.rng.choices((1, 2, 3, 4, 0), SCALES[question.key])[0]
        if question.kind is QuestionKind.SCORE:
            return self.rng.choices(range(5, 11), (1, 2, 4, 8, 9, 7))[0]
        if question.kind is QuestionKind.CONSENT:
            return self.rng.random() < 0.08
        if question.kind is QuestionKind.TEXT and self.rng.random() < 0.6:
            return self.rng.choice(WORDS[question.key])
        return None
