"""Rows for tests: plain functions with sensible defaults; `over` replaces any column.

They flush, so ids are there; the caller commits (`with committed() as session:`).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import Session

from app.accounts.tables import Account
from app.availability.tables import Answer, Enrolment
from app.campaigns.tables import Campaign, InvitedGroup, InvitedKind, Status
from app.core import jobs
from app.people.tables import Person, Side, Site, Team
from app.teams.tables import Roster, RosterDay, Shift
from app.visits import places
from app.visits.tables import Visit, VisitStatus

NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
"""The instant at which the tests' clock stands."""

_numbers = count(1)


def make_site(session: Session, **over: Any) -> Site:
    """A site in Lyon."""
    number = next(_numbers)
    return _add(session, Site(**{"code": f"S{number}", "name": f"Lyon {number}", **over}))


def make_team(session: Session, site: Site | None = None, **over: Any) -> Team:
    """A front-office team, at a site of its own unless `site` is given."""
    site = site or make_site(session)
    values = {"name": f"Boutique {next(_numbers)}", "side": Side.FRONT, "department": "Réseau", **over}
    return _add(session, Team(site_id=site.id, **values))


def make_account(session: Session, name: str | None = None, **over: Any) -> Account:
    """Somebody who signs in with an address."""
    number = next(_numbers)
    name = name or f"Compte {number}"
    values = {"email": f"compte{number}@exemple.fr", "created_at": NOW, **over}
    return _add(session, Account(name=name, **values))


def make_person(session: Session, team: Team | None = None, **over: Any) -> Person:
    """An employee with an account; `account=None` leaves them without, `email=None` without an address."""
    team = team or make_team(session)
    number = next(_numbers)
    values = {
        "employee_number": f"E{number:05}",
        "first_name": "Camille",
        "last_name": f"Martin{number}",
        "email": f"camille.martin{number}@exemple.fr",
        "department": team.department,
        **over,
    }
    if "account" in values:
        account = values.pop("account")
    elif "account_id" in values:
        account = None
    else:
        account = make_account(
            session,
            f"{values['first_name']} {values['last_name']}",
            email=values["email"],
            employee_number=values["employee_number"],
        )
    if account is not None:
        values["account_id"] = account.id
    return _add(session, Person(team_id=team.id, **values))


def make_campaign(session: Session, *, invited: bool = True, **over: Any) -> Campaign:
    """An open spring campaign to which everybody is invited, unless `invited=False`."""
    values = {
        "code": f"printemps{next(_numbers)}",
        "name": "Campagne de printemps",
        "status": Status.OPEN,
        "first_day": date(2027, 4, 5),
        "last_day": date(2027, 4, 30),
        "enrol_until": date(2027, 3, 12),
        "plan_by": date(2027, 3, 19),
        "debrief_until": date(2027, 5, 14),
        "created_at": NOW,
        **over,
    }
    campaign = _add(session, Campaign(**values))
    if invited:
        _add(session, InvitedGroup(campaign_id=campaign.id, kind=InvitedKind.EVERYBODY))
    return campaign


def make_enrolment(session: Session, campaign: Campaign, person: Person, **over: Any) -> Enrolment:
    """A yes, free on the first ten weekdays of the campaign."""
    days = (campaign.first_day + timedelta(days=n) for n in range(14))
    values = {
        "answer": Answer.YES,
        "visit_days": [day.isoformat() for day in days if day.weekday() < 5 and day <= campaign.last_day],
        "languages": list(person.languages),
        "answered_at": NOW,
        **over,
    }
    return _add(session, Enrolment(campaign_id=campaign.id, person_id=person.id, **values))


def make_visit(session: Session, campaign: Campaign, visitor: Person, host: Person, **over: Any) -> Visit:
    """A planned visit on the campaign's first day, with the two people's day taken."""
    team = session.get_one(Team, host.team_id)
    values = {
        "told_site_id": team.site_id,
        "day": campaign.first_day,
        "created_at": NOW,
        "changed_at": NOW,
        **over,
    }
    visit = _add(session, Visit(campaign_id=campaign.id, visitor_id=visitor.id, host_id=host.id, **values))
    if visit.status == VisitStatus.PLANNED:
        places.take(session, campaign, [visit], unlimited=True)
    return visit


def make_roster(
    session: Session,
    team_id: int | None,
    shifts: Mapping[tuple[int | None, date], Shift],
    *,
    sender: Account | None = None,
    told: bool = True,
    now: datetime = NOW,
) -> Roster:
    """A roster of a team arrives, which says who (by id) works how on which day; `told`: what follows is to
    be done."""
    for (person_id, day), shift in shifts.items():
        session.merge(RosterDay(person_id=person_id or 0, day=day, shift=shift))
    days = sorted(day for _person_id, day in shifts)
    by = sender.id if sender is not None else None
    people = len({person_id for person_id, _day in shifts})
    values = {"team_id": team_id, "first_day": days[0], "last_day": days[-1], "people": people}
    made = _add(session, Roster(**values, received_at=now, account_id=by))
    if told:
        jobs.record(session, "roster.imported", roster_ids=[made.id], by=by, program="")
    return made


def _add(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
