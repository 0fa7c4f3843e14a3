"""What the form's page shows, computed from the catalogue. No query here."""

from dataclasses import dataclass

from app.core.i18n import _
from app.debriefs.questions import Moment, Question, Readers, questions_of
from app.debriefs.tables import Role


@dataclass(frozen=True)
class Section:
    """A part of the form."""

    title: str
    text: str
    questions: list[Question]


def sections(role: Role) -> list[Section]:
    """The day itself, everyday work, and what is said by name."""
    asked = questions_of(role)
    named = {Readers.VISITOR, Readers.NAMED}
    always = [one for one in asked if Moment.BEFORE in one.moments]
    end = [one for one in asked if one.readers in named]
    day = [one for one in asked if one not in always and one not in end]
    return [
        Section(_("La journée"), "", day),
        Section(
            _("Votre travail, tous les jours"),
            _("Êtes-vous d’accord avec ces phrases ? Les deux côtés répondent aux mêmes."),
            always,
        ),
        Section(_("Avec votre nom"), _("Ces réponses-là sont signées ; elles restent facultatives."), end),
    ]
