"""Refusals of people."""

from app.core.errors import Refusal
from app.core.i18n import _
from app.people.tables import ImportKind
from app.people.words import kind_name


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


class WrongKind(Unreadable):
    """A file whose columns are those of another kind; nothing was imported."""

    def __init__(self, chosen: ImportKind, looks: ImportKind) -> None:
        super().__init__(
            _(
                "Ce fichier ressemble à « %(looks)s », pas à « %(chosen)s ». Rien n’a été importé : "
                "choisissez « %(looks)s », ou vérifiez les en-têtes."
            )
            % {"looks": kind_name(looks), "chosen": kind_name(chosen)}
        )


class LeaversUncounted(Refusal):
    """Many accounts would close, and their number was not written, or is another one."""

    status = 422

    def __init__(self, leavers: int) -> None:
        super().__init__(leavers)
        self.leavers = leavers

    def message(self) -> str:
        return _(
            "Rien n’a été importé : pour fermer tant de comptes, écrivez le nombre de personnes qui partent "
            "(%(n)s)."
        ) % {"n": self.leavers}


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
