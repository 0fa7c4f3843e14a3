"""Refusals: what a rule answers when it says no, in the reader's language, with its HTTP status."""

from app.core.i18n import _


class Refusal(Exception):
    """Base of every refusal. A subclass states its status and builds its sentence when it is shown."""

    status = 409

    @property
    def code(self) -> str:
        """Stable word for programs: the class's name."""
        return type(self).__name__

    def message(self) -> str:
        """One sentence for the reader: what happened and what to do."""
        raise NotImplementedError(type(self).__name__)


class NotFound(Refusal):
    """The thing does not exist, or not for this person: the answer does not tell which."""

    status = 404

    def message(self) -> str:
        return _("Cette page n’existe pas ou n’est pas pour vous.")


class Forbidden(Refusal):
    """Signed in, but not allowed in."""

    status = 403

    def message(self) -> str:
        return _("Vous n’avez pas accès à cette page.")


class SignInNeeded(Refusal):
    """Nobody is signed in; pages lead to the sign-in form, the API answers 401."""

    status = 401

    def message(self) -> str:
        return _("Connectez-vous pour continuer.")


class FormRefused(Refusal):
    """A form that only our own pages fill in came back otherwise."""

    status = 422

    def message(self) -> str:
        return _("Ce formulaire n’a pas pu être lu. Revenez à la page et recommencez.")


class Stale(Refusal):
    """Somebody changed the same thing meanwhile; nothing was overwritten."""

    def message(self) -> str:
        return _(
            "Quelqu’un a modifié cette page entre-temps. Rien n’a été écrasé : relisez la nouvelle version, "
            "puis refaites votre changement."
        )
