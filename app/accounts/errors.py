"""Refusals of accounts."""

from datetime import timedelta

from app.core.errors import Refusal
from app.core.i18n import _, ngettext


class EmailTaken(Refusal):
    """Two accounts never share an address."""

    def message(self) -> str:
        return _("Cette adresse e-mail appartient déjà à un autre compte.")


class AccountExists(Refusal):
    """Nobody's password changes by making an administrator."""

    def message(self) -> str:
        return _("Cette adresse e-mail appartient déjà à un autre compte.")


class LastAdministrator(Refusal):
    """Somebody must be able to administer the service."""

    def message(self) -> str:
        return _("C’est le dernier compte administrateur : donnez d’abord ce rôle à quelqu’un d’autre.")


class OwnAccount(Refusal):
    """Nobody shuts the door behind themselves."""

    def message(self) -> str:
        return _("Vous ne pouvez pas fermer votre propre compte.")


class PasswordTooShort(Refusal):
    """A password that guesses would find."""

    status = 422

    def __init__(self, least: int) -> None:
        self.least = least

    def message(self) -> str:
        return _("Ce mot de passe est trop court : %(least)s caractères au moins.") % {"least": self.least}


class TokenTooLong(Refusal):
    """A program's key that nobody would think of again."""

    status = 422

    def message(self) -> str:
        return _("Choisissez un dernier jour entre aujourd’hui et dans deux ans.")


class WrongSecret(Refusal):
    """Name and secret do not fit. The answer is the same whether the name exists or not."""

    status = 422

    def message(self) -> str:
        return _("Ces deux informations ne vont pas ensemble. Vérifiez-les, puis réessayez.")


class TooManyAttempts(Refusal):
    """Guesses are limited; the same for names that exist and names that do not."""

    status = 429

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait

    @property
    def minutes(self) -> int:
        """Full minutes to wait."""
        return -(-int(self.wait.total_seconds()) // 60)

    def message(self) -> str:
        return ngettext(
            "Trop d’essais : réessayez dans une minute, ou entrez par un autre chemin.",
            "Trop d’essais : réessayez dans %(minutes)s minutes, ou entrez par un autre chemin.",
            self.minutes,
        ) % {"minutes": self.minutes}


class PinOutdated(Refusal):
    """The printed code was used up, or replaced, while its person was choosing a PIN."""

    def message(self) -> str:
        return _("Ce code personnel a déjà servi ou a été remplacé. Recommencez avec votre dernier code.")
