"""Refusals of people."""

from app.core.errors import Refusal
from app.core.i18n import _


class SameSite(Refusal):
    """A journey needs two places."""

    status = 422

    def message(self) -> str:
        return _("Un trajet relie deux sites différents.")


class Unreadable(Refusal):
    """A file that cannot be read as a table; nothing was imported."""

    status = 422

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def message(self) -> str:
        return self.sentence


class ImportGone(Refusal):
    """A preview that was confirmed, dropped, or too old."""

    status = 404

    def message(self) -> str:
        return _(
            "Cet import n’attend plus : il a été confirmé, abandonné, ou date de plus d’un jour. Renvoyez "
            "le fichier."
        )


class ImportChanged(Refusal):
    """Something changed between the preview and its confirmation."""

    def message(self) -> str:
        return _(
            "Les données ont changé depuis l’aperçu. Rien n’a été importé : relisez le nouvel aperçu, puis "
            "confirmez."
        )
