"""The catalogue of questions: what is asked of whom, when, and who will read the answer.

Results, forms, exports and the release follow it; a question is added here and nowhere else. The wording is
our own; the items are what campaigns want to change (support, usefulness, recognition, being listened to).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, create_model

from app.core.forms import FormModel
from app.core.i18n import _
from app.debriefs.tables import Role

GROUP = 5
"""Answers below which no figure is shown."""
COMMENT_GROUP = 8
"""Answers below which no words are shown."""
LONGEST = 1_500
"""Characters of one text."""


class QuestionKind(StrEnum):
    """What an answer is."""

    SCALE = "scale"
    """1 not at all … 4 fully agree, 0 no opinion."""
    SCORE = "score"
    """0 to 10."""
    TEXT = "text"
    TEAM = "team"
    """A team's id; belongs to the text before it."""
    CONSENT = "consent"
    """Ticked or not."""


class Moment(StrEnum):
    """When a question is asked."""

    BEFORE = "before"
    AFTER = "after"


class Readers(StrEnum):
    """Who reads an answer."""

    FIGURES = "figures"
    WORDS = "words"
    VISITOR = "visitor"
    NAMED = "named"


@dataclass(frozen=True)
class Question:
    """One question."""

    key: str
    kind: QuestionKind
    readers: Readers
    text: Callable[[], str]
    roles: tuple[Role, ...] = (Role.VISITOR, Role.HOST)
    moments: tuple[Moment, ...] = (Moment.AFTER,)
    with_key: str | None = None
    """The question whose answer this one completes."""
    hint: Callable[[], str] | None = None


BOTH = (Moment.BEFORE, Moment.AFTER)
VISITOR = (Role.VISITOR,)
HOST = (Role.HOST,)

CATALOGUE: tuple[Question, ...] = (
    Question(
        "surprise",
        QuestionKind.TEXT,
        Readers.WORDS,
        lambda: _("Qu’est-ce qui vous a surpris ?"),
        roles=VISITOR,
    ),
    Question(
        "irritant",
        QuestionKind.TEXT,
        Readers.WORDS,
        lambda: _("Un irritant que vous avez vu : qu’est-ce qui complique la vie de cette équipe ?"),
        roles=VISITOR,
        hint=lambda: _("Une procédure, un outil, une attente… Ne nommez personne."),
    ),
    Question(
        "irritant_team",
        QuestionKind.TEAM,
        Readers.WORDS,
        lambda: _("Quelle équipe pourrait le faire disparaître ?"),
        roles=VISITOR,
        with_key="irritant",
    ),
    Question("suggestion", QuestionKind.TEXT, Readers.WORDS, lambda: _("Que suggérez-vous ?"), roles=VISITOR),
    Question(
        "commitment",
        QuestionKind.TEXT,
        Readers.WORDS,
        lambda: _("Qu’allez-vous changer dans votre propre métier ?"),
        roles=VISITOR,
        hint=lambda: _("Un petit geste suffit : prévenir avant, relire un chiffre, décrocher le téléphone."),
    ),
    Question(
        "recommend",
        QuestionKind.SCORE,
        Readers.FIGURES,
        lambda: _("Recommanderiez-vous cette journée à un collègue ?"),
        roles=VISITOR,
    ),
    Question(
        "prepared",
        QuestionKind.SCALE,
        Readers.FIGURES,
        lambda: _("La visite était bien préparée"),
        roles=HOST,
    ),
    Question(
        "disturbed", QuestionKind.SCALE, Readers.FIGURES, lambda: _("La visite a gêné le service"), roles=HOST
    ),
    Question(
        "eyes",
        QuestionKind.TEXT,
        Readers.WORDS,
        lambda: _("Qu’est-ce que le regard de votre visiteur vous a montré ?"),
        roles=HOST,
    ),
    Question(
        "supported",
        QuestionKind.SCALE,
        Readers.FIGURES,
        lambda: _("Je me sens soutenu par les autres équipes"),
        moments=BOTH,
    ),
    Question(
        "useful",
        QuestionKind.SCALE,
        Readers.FIGURES,
        lambda: _("Je sais ce que mon travail change pour le client"),
        moments=BOTH,
    ),
    Question(
        "valued", QuestionKind.SCALE, Readers.FIGURES, lambda: _("Mon métier est reconnu ici"), moments=BOTH
    ),
    Question(
        "suggestions_heard",
        QuestionKind.SCALE,
        Readers.FIGURES,
        lambda: _("Les suggestions des équipes au contact des clients sont écoutées et appliquées"),
        moments=BOTH,
    ),
    Question(
        "customers_heard",
        QuestionKind.SCALE,
        Readers.FIGURES,
        lambda: _("Les réclamations et les avis des clients reçoivent une forte attention"),
        moments=BOTH,
    ),
    Question(
        "whom_to_call",
        QuestionKind.SCALE,
        Readers.FIGURES,
        lambda: _("Je sais qui appeler de l’autre côté"),
        moments=BOTH,
    ),
    Question(
        "thanks",
        QuestionKind.TEXT,
        Readers.VISITOR,
        lambda: _("Un mot de remerciement pour votre visiteur"),
        roles=HOST,
    ),
    Question(
        "mobility",
        QuestionKind.CONSENT,
        Readers.NAMED,
        lambda: _("Ce métier m’intéresse : j’accepte que les RH m’en parlent"),
        roles=VISITOR,
    ),
)

SHARED = tuple(one.key for one in CATALOGUE if Moment.BEFORE in one.moments)
"""Statements about everyday work: asked of both roles, and once per person and campaign."""

HIGHLIGHTED = ("supported", "useful", "valued")
"""What people in contact with customers need to feel: shown first."""


def questions_of(role: Role, moment: Moment = Moment.AFTER, *, statements: bool = True) -> list[Question]:
    """The questions of a form, in order; without the shared statements for who has told them already."""
    asked = [one for one in CATALOGUE if role in one.roles and moment in one.moments]
    return [one for one in asked if statements or one.key not in SHARED]


def figures() -> list[Question]:
    """The questions whose answers are counted."""
    return [one for one in CATALOGUE if one.readers == Readers.FIGURES]


def reader_sentence(readers: Readers) -> str:
    """Who reads the answer, in words that hold."""
    return {
        Readers.FIGURES: _("les RH, en résumé, à partir de %(n)s réponses") % {"n": GROUP},
        Readers.WORDS: _("les RH, sans votre nom, seulement après relecture et à partir de %(n)s réponses")
        % {"n": COMMENT_GROUP},
        Readers.VISITOR: _("la personne que vous avez reçue, avec votre nom"),
        Readers.NAMED: _("les RH, avec votre nom ; jamais votre responsable"),
    }[readers]


def _one_kind_of_line(text: object) -> object:
    # Browsers send CR LF; other control characters have no place in words.
    if not isinstance(text, str):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char for char in text if char == "\n" or char.isprintable() or char in "\u00a0\u202f\u200d"
    )


_TYPES: dict[QuestionKind, Any] = {
    QuestionKind.SCALE: Annotated[int, Field(ge=0, le=4)] | None,
    QuestionKind.SCORE: Annotated[int, Field(ge=0, le=10)] | None,
    QuestionKind.TEXT: Annotated[str, BeforeValidator(_one_kind_of_line), Field(max_length=LONGEST)] | None,
    QuestionKind.TEAM: Annotated[int, Field(ge=1, lt=2**31)] | None,
    QuestionKind.CONSENT: bool,
}


@cache
def form_of(role: Role) -> type[FormModel]:
    """The form of a role: every answer may be left out."""
    fields: dict[str, Any] = {
        one.key: (_TYPES[one.kind], False if one.kind == QuestionKind.CONSENT else None)
        for one in questions_of(role)
    }
    return create_model(f"{role.value.capitalize()}Answers", __base__=FormModel, **fields)
