"""What messages refuse."""

from app.core.errors import Refusal
from app.core.i18n import _


class AlreadyOnItsWay(Refusal):
    """Only a mail that failed, or that lies in the outbox folder, is sent again."""

    def message(self) -> str:
        return _("Ce message est déjà parti ou va partir : il n’y a rien à renvoyer.")


class NotDelivered(Exception):
    """An attempt failed and is worth repeating soon; the text is a code, never an address."""
