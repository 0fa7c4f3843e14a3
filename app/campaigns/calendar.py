"""The working days of a campaign: which days exist, where they are closed, and why. Pure.

1. The campaign's days    `campaign_days`: Monday to Saturday between the first and the last day.
2. Closed, and why        `closed_reason`: closing of the company, holiday of the site, weekday of the team.
3. What remains           `open_days` of a site or a team; `plannable_days` once the notice is counted.

Whether a person works on a day is theirs (`Person.worked_weekdays`), not said here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.campaigns.tables import Campaign
from app.core.i18n import _
from app.people.holidays import public_holidays
from app.people.tables import Site, Team

SATURDAY, SUNDAY = 5, 6


class ClosedKind(StrEnum):
    """Why nobody visits on a day."""

    OUTSIDE = "outside"
    CLOSING = "closing"
    HOLIDAY = "holiday"
    WEEKDAY = "weekday"


@dataclass(frozen=True)
class Closed:
    """Why a day is closed; `name` is the holiday's, in the reader's language."""

    kind: ClosedKind
    name: str = ""

    @property
    def words(self) -> str:
        """The reason, for a screen."""
        return {
            ClosedKind.OUTSIDE: _("hors campagne"),
            ClosedKind.CLOSING: _("fermeture de l’entreprise"),
            ClosedKind.HOLIDAY: self.name,
            ClosedKind.WEEKDAY: _("équipe fermée ce jour de la semaine"),
        }[self.kind]


def campaign_days(campaign: Campaign) -> list[date]:
    """Every day from first to last, without Sundays; Saturdays only if the campaign counts them."""
    length = (campaign.last_day - campaign.first_day).days + 1
    days = (campaign.first_day + timedelta(days=offset) for offset in range(length))
    return [day for day in days if _counted(campaign, day)]


def closed_reason(campaign: Campaign, team: Team | None, site: Site, day: date) -> Closed | None:
    """Why `day` is closed at `site` (for `team` when one is given); None when it is open."""
    if not campaign.first_day <= day <= campaign.last_day or not _counted(campaign, day):
        return Closed(ClosedKind.OUTSIDE)
    if day.isoformat() in campaign.closing_days:
        return Closed(ClosedKind.CLOSING)
    holiday = public_holidays(site.holidays, (day.year,)).get(day)
    if holiday is not None:
        return Closed(ClosedKind.HOLIDAY, holiday)
    if team is not None and team.closed_weekdays[day.weekday()] == "1":
        return Closed(ClosedKind.WEEKDAY)
    return None


def open_days(campaign: Campaign, site: Site, team: Team | None = None) -> list[date]:
    """The campaign's days on which the site (and the team, when one is given) is open."""
    holidays = public_holidays(site.holidays, range(campaign.first_day.year, campaign.last_day.year + 1))
    closings = set(campaign.closing_days)
    return [
        day
        for day in campaign_days(campaign)
        if day not in holidays
        and day.isoformat() not in closings
        and (team is None or team.closed_weekdays[day.weekday()] == "0")
    ]


def plannable_days(campaign: Campaign, today: date) -> list[date]:
    """The campaign's days that still leave the notice, if the plan were published today."""
    earliest = today + timedelta(days=campaign.notice_days)
    return [day for day in campaign_days(campaign) if day >= earliest]


def weeks(days: Collection[date]) -> list[list[date]]:
    """The weeks, Monday to Saturday, that hold the days."""
    mondays = sorted({day - timedelta(days=day.weekday()) for day in days})
    return [[monday + timedelta(days=offset) for offset in range(SUNDAY)] for monday in mondays]


def _counted(campaign: Campaign, day: date) -> bool:
    return day.weekday() < SATURDAY or (day.weekday() == SATURDAY and campaign.saturdays)
