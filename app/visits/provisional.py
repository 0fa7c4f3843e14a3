"""Which days a team's first roster would make provisional: it works by roster from then on."""

from datetime import date

from sqlmodel import Session

from app.teams import days
from app.teams.importing.run import RosterPlan
from app.visits.queries import SeenVisit, visits_of_teams
from app.visits.rosters import provisional
from app.visits.rules import is_ahead


def becoming_provisional(session: Session, plan: RosterPlan, today: date) -> list[SeenVisit]:
    """Visits to come, certain until now, that would wait for another roster, were this one confirmed: one of
    the two is of a team whose first roster it is, and it says nothing of their day. By day; four queries."""
    first = set(plan.spans) - days.teams_by_roster(session)
    if not first:
        return []
    ahead = [one for one in visits_of_teams(session, first, today, date.max) if is_ahead(one.visit, today)]
    told = days.shifts_on(
        session, [(one.id or 0, seen.visit.day) for seen in ahead for one in (seen.visitor, seen.receiver)]
    )
    known = {*told, *plan.told}
    before = provisional(session, ahead)
    return [
        seen
        for seen in ahead
        if seen.visit.id not in before
        and any(
            team.id in first and (person.id or 0, seen.visit.day) not in known
            for person, team in ((seen.visitor, seen.visitor_team), (seen.receiver, seen.host_team))
        )
    ]
