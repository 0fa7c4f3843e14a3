"""What documents refuse."""

from app.core.errors import Refusal
from app.core.i18n import _


class NobodyChosen(Refusal):
    """Cards are made for people who have no address, a sheet's worth at a time."""

    status = 422

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def message(self) -> str:
        return _(
            "Choisissez entre une et %(most)s personnes sans adresse de courriel, invitées à cette campagne."
        ) % {"most": self.most}
