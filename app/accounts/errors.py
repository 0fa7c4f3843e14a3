"""Refusals of accounts."""

from app.core.errors import Refusal
from app.core.i18n import _


class EmailTaken(Refusal):
    """Two accounts never share an address."""

    def message(self) -> str:
        return _("Cette adresse e-mail appartient déjà à un autre compte.")


class LastAdministrator(Refusal):
    """Somebody must be able to administer the service."""

    def message(self) -> str:
        return _("C’est le dernier compte administrateur : donnez d’abord ce rôle à quelqu’un d’autre.")


class PasswordTooShort(Refusal):
    """A password that guesses would find."""

    status = 422

    def __init__(self, least: int) -> None:
        self.least = least

    def message(self) -> str:
        return _("Ce mot de passe est trop court : %(least)s caractères au moins.") % {"least": self.least}
