"""Where teams and campaigns stand, in a sentence each. Readings only."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns import words
from app.campaigns.invited import invited_totals
from app.campaigns.showing import Action, next_action
from app.campaigns.tables import Campaign
from app.core.i18n import _, ngettext
from app.people.tables import Person
from app.teams.queries import ids_of_led_teams
from app.visits import bookings
from app.visits import queries as visits

TEAM_DAYS = 14
"""How far ahead a manager's line looks."""


def team_news(session: Session, person: Person, *, today: date) -> str | None:
    """One sentence for who leads a team: who moves in the next two weeks. None for those who lead none."""
    teams = ids_of_led_teams(session, person, today)
    if not teams:
        return None
    last = today + timedelta(days=TEAM_DAYS)
    moving = len(visits.visits_of_teams(session, teams, today, last))
    moving += len(bookings.kept_with(session, teams, today, last))
    if not moving:
        return _("Personne ne part ni n’arrive dans les deux semaines qui viennent.")
    return ngettext(
        "%(n)s journée concerne votre équipe dans les deux semaines qui viennent.",
        "%(n)s journées concernent votre équipe dans les deux semaines qui viennent.",
        moving,
    ) % {"n": moving}


@dataclass(frozen=True)
class News:
    """Where a campaign stands, and HR's next step."""

    campaign: Campaign
    sentence: str
    action: Action | None


def campaign_news(session: Session, *, today: date) -> list[News]:
    """The campaigns under way, latest first."""
    found, _total = campaigns.campaigns(session, statuses=campaigns.UNDER_WAY)
    invited = invited_totals(session, [one.id for one in found if one.id is not None])
    return [
        News(one, words.news(one, today, invited.get(one.id or 0, 0)), next_action(one, None, today))
        for one in found
    ]
