"""Which of the days that somebody gave are days of the campaign as it stands.

HR may move its dates while people answer. What was given stays as it was: days left outside count for
nothing, and count again where the dates come back.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.availability.days import DayBook, frame_of
from app.campaigns.tables import Campaign
from solver.rules import Frame, Party, have_days


@dataclass(frozen=True)
class Given:
    """The days one person gave, those outside the campaign left out; as masks."""

    frame: Frame
    leaves: int
    receives: int
    all_count: bool
    """None of the days given lies outside."""

    @property
    def any(self) -> bool:
        """At least one is left."""
        return bool(self.leaves | self.receives)

    @property
    def suffice(self) -> bool:
        """Whether they could be planned with somebody who is free every day."""
        whole = (1 << len(self.frame.ordinals)) - 1
        mine, theirs = _free(self.leaves, self.receives), _free(whole, whole)
        return have_days(self.frame, mine, theirs)


class DaysGiven:
    """Reads what people gave to one campaign."""

    def __init__(self, campaign: Campaign) -> None:
        self.book = DayBook(campaign)
        self._frame = frame_of(campaign, self.book, {})
        self._open = self.book.every_day & ~self.book.mask_of(campaign.closing_days)

    def __call__(self, visit_days: Iterable[str], host_days: Iterable[str] | None) -> Given:
        """`host_days` None: the same as `visit_days`."""
        leave = set(visit_days)
        receive = leave if host_days is None else set(host_days)
        leaves, receives = (self.book.mask_of(days) & self._open for days in (leave, receive))
        counted = (leaves | receives).bit_count()
        return Given(self._frame, leaves, receives, counted == len(leave | receive))


def _free(leaves: int, receives: int) -> Party:
    return Party(
        id="", team="", side="", department="", site="",
        can_leave=leaves, can_host=receives, languages=frozenset(),
    )  # fmt: skip
