"""The rules of the game of one campaign: what its dates and limits must satisfy, in words. Pure.

1. The terms           `Terms`: the dates and limits as typed, before they are a campaign's.
2. What contradicts    `faults`: field → sentence; empty when the terms hold together.
3. Good beginnings     `proposed_terms`: dates and limits that hold together, from today.
4. Limits of a team    `team_limits`: the stricter of the team's own limits and the campaign's.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from app.campaigns.tables import Booking, Campaign, Exchange
from app.core.i18n import _, ngettext
from app.core.templating import long_day
from app.people.holidays import public_holidays
from app.people.tables import Holidays, Team

LONGEST_DAYS = 366
SATURDAY = 5
PREPARATION = timedelta(weeks=8)
"""From today to the first day proposed: four weeks of enrolment, a week and more of planning, the notice."""
DURATION = timedelta(weeks=6)


@dataclass(frozen=True)
class Terms:
    """Dates and limits that must hold together."""

    first_day: date
    last_day: date
    enrol_until: date
    plan_by: date
    debrief_until: date
    notice_days: int = 14
    exchange: Exchange = Exchange.SWAP
    min_gap_days: int = 1
    max_gap_days: int = 21
    booking: Booking = Booking.NONE


def terms_of(campaign: Campaign, **changes: Any) -> Terms:
    """The terms of a campaign, with some of them changed."""
    now = Terms(**{field.name: getattr(campaign, field.name) for field in fields(Terms)})
    return replace(now, **{name: value for name, value in changes.items() if hasattr(now, name)})


def faults(terms: Terms) -> dict[str, str]:
    """What does not hold together: field → what is wrong and what to do."""
    found: dict[str, str] = {}
    latest_plan = terms.first_day - timedelta(days=terms.notice_days)
    if terms.last_day < terms.first_day:
        found["last_day"] = _("Le dernier jour vient avant le premier : échangez-les.")
    elif (terms.last_day - terms.first_day).days >= LONGEST_DAYS:
        found["last_day"] = _("Une campagne dure un an au plus : choisissez un dernier jour plus proche.")
    planned = terms.booking != Booking.OPEN
    if planned and terms.plan_by > latest_plan:
        found["plan_by"] = ngettext(
            "Le plan doit être publié au plus tard le %(day)s : %(notice)s jour avant le premier jour.",
            "Le plan doit être publié au plus tard le %(day)s : %(notice)s jours avant le premier jour.",
            terms.notice_days,
        ) % {"day": long_day(latest_plan), "notice": terms.notice_days}
    if planned and terms.enrol_until >= terms.plan_by:
        found["enrol_until"] = _(
            "Les inscriptions doivent se terminer avant la publication du plan, le %(day)s."
        ) % {"day": long_day(terms.plan_by)}
    if terms.debrief_until < terms.last_day:
        found["debrief_until"] = _(
            "Les bilans restent ouverts au moins jusqu’au dernier jour, le %(day)s."
        ) % {"day": long_day(terms.last_day)}
    if not planned:
        return found
    if terms.min_gap_days > terms.max_gap_days:
        found["max_gap_days"] = _("L’écart le plus long est plus court que l’écart le plus petit.")
    elif terms.exchange == Exchange.SWAP and terms.last_day >= terms.first_day:
        span = (terms.last_day - terms.first_day).days
        if terms.min_gap_days > span:
            found["min_gap_days"] = ngettext(
                "La campagne ne dure que %(days)s jour : deux journées ne peuvent pas être si éloignées.",
                "La campagne ne dure que %(days)s jours : deux journées ne peuvent pas être si éloignées.",
                span + 1,
            ) % {"days": span + 1}
    return found


def faults_today(terms: Terms, today: date) -> dict[str, str]:
    """What is already too late: a campaign that has not opened yet must lie ahead."""
    if terms.enrol_until < today:
        return {
            "enrol_until": _(
                "La fin des inscriptions, le %(day)s, est déjà passée : choisissez une autre date."
            )
            % {"day": long_day(terms.enrol_until)}
        }
    return {}


def proposed_terms(today: date) -> Terms:
    """Dates that work, so that HR changes only what matters: six weeks of days, eight weeks ahead."""
    ahead = today + PREPARATION
    first = ahead + timedelta(days=-ahead.weekday() % 7)
    last = first + DURATION - timedelta(days=3)
    return Terms(
        first_day=first,
        last_day=last,
        enrol_until=_ordinary(first - timedelta(days=31)),
        plan_by=_ordinary(first - timedelta(days=18)),
        debrief_until=last + timedelta(days=14),
    )


def _ordinary(day: date) -> date:
    """The day itself or the last one before on which people are at work: no feast, no end of the year."""
    feasts = public_holidays(Holidays.ALSACE_MOSELLE, (day.year - 1, day.year))
    while (
        day.weekday() >= SATURDAY
        or day in feasts
        or (day.month, day.day) >= (12, 24)
        or (day.month, day.day) <= (1, 2)
    ):
        day -= timedelta(days=1)
    return day


@dataclass(frozen=True)
class TeamLimits:
    """What one team bears on one day."""

    max_away: int
    max_visitors: int
    min_presence: int


def team_limits(campaign: Campaign, team: Team) -> TeamLimits:
    """The campaign's ceilings lower a team's own limits and its floor raises them; they never loosen them."""
    away, visitors = campaign.max_away_per_team, campaign.max_visitors_per_team
    return TeamLimits(
        max_away=team.max_away if away is None else min(team.max_away, away),
        max_visitors=team.max_visitors if visitors is None else min(team.max_visitors, visitors),
        min_presence=max(team.min_presence, campaign.min_presence_per_team),
    )
