"""Refusals of campaigns."""

from collections.abc import Collection
from datetime import date

from app.campaigns.tables import Status
from app.campaigns.words import status_name
from app.core.errors import Refusal
from app.core.i18n import _


class ImpossibleStep(Refusal):
    """The life cycle has no such step, or not for who asks."""

    def __init__(self, before: Status, after: Status) -> None:
        super().__init__(before, after)
        self.before, self.after = before, after

    def message(self) -> str:
        return _("La campagne est « %(before)s » : elle ne peut pas passer à « %(after)s » d’ici.") % {
            "before": status_name(self.before),
            "after": status_name(self.after),
        }


class NotReady(Refusal):
    """The step exists, but something is missing; `reasons` says all of it, one sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def message(self) -> str:
        return " ".join(self.reasons)


class SectionFixed(Refusal):
    """This part of the campaign may no longer change at this point of its life."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status_now = status

    def message(self) -> str:
        return _("La campagne est « %(status)s » : cette partie ne peut plus changer.") % {
            "status": status_name(self.status_now)
        }


class TermsRefused(Refusal):
    """Dates or rules that contradict each other; `faults` by field."""

    status = 422

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(faults)
        self.faults = faults

    def message(self) -> str:
        return " ".join(self.faults.values())


class OutsideCampaign(TermsRefused):
    """A change would leave outside the campaign what people count on in it; `days`: those of the visits that
    stand in the way, none where HR only have to confirm that requests end."""

    def __init__(self, faults: dict[str, str], days: Collection[date]) -> None:
        super().__init__(faults)
        self.days = sorted(days)
