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


def sections(role: Role, *, statements: bool) -> list[Section]:
    """The day itself, everyday work unless that was told in another form, and what is said by name."""
    asked = questions_of(role, statements=statements)
    named = {Readers.VISITOR, Readers.NAMED}
    always = [one for one in asked if Moment.BEFORE in one.moments]
    end = [one for one in asked if one.readers in named]
    day = [one for one in asked if one not in always and one not in end]
    parts = [
        Section(_("La journée"), "", day),
        Section(
            _("Votre travail, tous les jours"),
            _("Êtes-vous d’accord avec ces phrases ? De plusieurs bilans, le premier envoyé compte."),
            always,
        ),
        Section(_("Avec votre nom"), _("Ces réponses-là sont signées ; elles restent facultatives."), end),
    ]
    return [part for part in parts if part.questions]
