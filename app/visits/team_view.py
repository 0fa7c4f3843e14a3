"""A team's days as its manager sees them: who leaves, who comes, who stays, against what the team bears."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import Session, col, or_

from app.core.i18n import _, ngettext
from app.core.templating import long_day
from app.people.holidays import public_holidays
from app.people.tables import Person, Site, Team
from app.teams import days as team_days
from app.teams import queries as teams
from app.teams.days import Marks
from app.teams.rules import Presence, marked
from app.visits import bookings, queries
from app.visits.bookings import Kept
from app.visits.queries import SeenVisit, read_visits, to_come
from app.visits.tables import Visit

WEEKS = 6
"""How far ahead one looks."""
SUNDAY = 6


@dataclass
class TeamDay:
    """One day of one team."""

    day: date
    team: Team
    present: int
    """Members at work, those who leave included."""
    mark: str = ""
    """`closed`, `no_visitors`, `no_leaving`, `good`; empty on an ordinary day."""
    closed: str = ""
    """Why nobody comes whatever the team says: HR closed the site, a holiday's name, a weekday without
    visits."""
    shut: bool = False
    """HR closed the site: said, unlike a holiday or a weekday without visits, which everybody knows."""
    past: bool = False
    provisional: bool = False
    """No roster covers it yet."""
    leaving: list[SeenVisit] = field(default_factory=list)
    coming: list[SeenVisit] = field(default_factory=list)
    kept_leaving: list[Kept] = field(default_factory=list)
    kept_coming: list[Kept] = field(default_factory=list)
    """Places that wait for somebody's answer: each counts as its visit would."""

    @property
    def away(self) -> int:
        """How many leave, or have a place kept elsewhere."""
        return len(self.leaving) + len(self.kept_leaving)

    @property
    def received(self) -> int:
        """How many come, or have a place kept here."""
        return len(self.coming) + len(self.kept_coming)

    @property
    def staying(self) -> int:
        """Members at work who do not leave."""
        return self.present - self.away

    @property
    def may_leave(self) -> int:
        """The most that may leave, whoever already does: the team's limit, and what its presence allows."""
        if self.mark in ("closed", "no_leaving"):
            return 0
        return max(0, min(self.team.max_away, self.present - self.team.min_presence))

    @property
    def may_come(self) -> int:
        """The most that may come."""
        return 0 if self.closed or self.mark in ("closed", "no_visitors") else self.team.max_visitors

    @property
    def short(self) -> bool:
        """Fewer stay than the team needs on a day with visits: to let somebody go, or to receive them."""
        return bool(self.away or self.received) and self.staying < self.team.min_presence

    @property
    def over(self) -> bool:
        """More leave or come than the team bears now: limits, marks or rosters changed since."""
        return self.short or self.away > self.may_leave or self.received > self.may_come

    @property
    def full(self) -> bool:
        """A limit is reached."""
        return (0 < self.away >= self.may_leave) or (0 < self.received >= self.may_come)

    @property
    def state(self) -> str:
        """How the day is drawn: `over`, `full`, `some`, `none`."""
        if self.over:
            return "over"
        if self.full:
            return "full"
        return "some" if self.away or self.received else "none"

    @property
    def says_something(self) -> bool:
        """Whether the table has a line for it."""
        return bool(self.away or self.received or self.mark or self.shut)

    @property
    def words(self) -> str:
        """The whole day in one sentence, for those who do not see it."""
        parts = [long_day(self.day)]
        parts += [self.closed] if self.closed else []
        parts += [self.mark_words] if self.mark else []
        parts.append(
            ngettext("%(n)s part sur %(most)s", "%(n)s partent sur %(most)s", self.away)
            % {"n": self.away, "most": self.may_leave}
        )
        parts += _kept_among(self.kept_leaving)
        parts.append(
            ngettext("%(n)s vient sur %(most)s", "%(n)s viennent sur %(most)s", self.received)
            % {"n": self.received, "most": self.may_come}
        )
        parts += _kept_among(self.kept_coming)
        parts.append(_("%(n)s restent, %(least)s au moins") % self.presence)
        parts += [self.state_words] if self.state_words else []
        return ", ".join(parts)

    @property
    def presence(self) -> dict[str, int]:
        """Figures of who stays."""
        return {"n": self.staying, "least": self.team.min_presence}

    @property
    def state_words(self) -> str:
        """The state in words; empty where nothing is to be said."""
        if self.short:
            return _("sous le minimum")
        return {"over": _("au-delà des limites"), "full": _("limite atteinte")}.get(self.state, "")

    @property
    def mark_words(self) -> str:
        """What the team says of the day, short."""
        return {
            "closed": _("ni départ ni visite"),
            "no_visitors": _("personne ne vient"),
            "no_leaving": _("personne ne part"),
            "good": _("bon jour pour recevoir"),
        }.get(self.mark, "")


@dataclass
class TeamAhead:
    """What a manager sees of a team."""

    team: Team
    site: Site
    days: list[TeamDay]
    version: int
    """Of its marked days."""
    by_roster: bool
    covered_until: date | None

    @property
    def told(self) -> list[TeamDay]:
        """The days of which there is something to say."""
        return [day for day in self.days if day.says_something]

    @property
    def moving(self) -> int:
        """Days on which somebody leaves or comes."""
        return sum(bool(day.away or day.received) for day in self.days)

    @property
    def has_kept(self) -> bool:
        """Whether a place is kept for somebody on one of the days."""
        return any(day.kept_leaving or day.kept_coming for day in self.days)


def team_ahead(session: Session, team: Team, site: Site, first: date, last: date, today: date) -> TeamAhead:
    """A team between two days, in a fixed number of queries."""
    assert team.id is not None
    practice = team_days.practice_of(session, team.id)
    marks = team_days.marks_between(session, first, last, [team.id])
    presence = team_days.presence_between(session, first, last, [team.id])
    until = team_days.covered_until(session, [team.id]).get(team.id)
    found = {
        day: _day(team, site, day, marks, presence, today=today, waits=_waits(practice.by_roster, until, day))
        for day in _days_between(first, last)
    }
    _place(found, team, queries.visits_of_teams(session, [team.id], first, last))
    for kept in bookings.kept_with(session, [team.id], first, last):
        if kept.visitor_team.id == team.id:
            found[kept.day].kept_leaving.append(kept)
        if kept.host_team.id == team.id:
            found[kept.day].kept_coming.append(kept)
    ordered = [found[day] for day in sorted(found) if day.weekday() != SUNDAY or found[day].says_something]
    return TeamAhead(team, site, ordered, practice.version, practice.by_roster, until)


def _kept_among(kept: Sequence[Kept]) -> list[str]:
    if not kept:
        return []
    said = ngettext("dont %(n)s place gardée", "dont %(n)s places gardées", len(kept))
    return [said % {"n": len(kept)}]


def _waits(by_roster: bool, until: date | None, day: date) -> bool:
    return by_roster and (until is None or day > until)


def _place(found: Mapping[date, TeamDay], team: Team, visits: Iterable[SeenVisit]) -> None:
    for seen in visits:
        day = found[seen.visit.day]
        if seen.visitor_team.id == team.id:
            day.leaving.append(seen)
        if seen.host_team.id == team.id:
            day.coming.append(seen)


def _day(
    team: Team, site: Site, day: date, marks: Marks, presence: Presence, *, today: date, waits: bool
) -> TeamDay:
    assert team.id is not None
    holiday = public_holidays(site.holidays, (day.year,)).get(day, "")
    shut = _("site fermé") if day in marks.site_closed.get(team.id, ()) else ""
    weekday = _("jour sans visite") if marked(team.closed_weekdays, day) else ""
    return TeamDay(
        day=day,
        team=team,
        present=0 if holiday else presence.on(team.id, day),
        mark=_mark(team.id, day, marks),
        closed=shut or holiday or weekday,
        shut=bool(shut) and not (holiday or weekday),
        past=day < today,
        provisional=waits and day >= today,
    )


def _mark(team_id: int, day: date, marks: Marks) -> str:
    comes = day in marks.own_no_visitors.get(team_id, ())
    goes = day in marks.no_leaving.get(team_id, ())
    if comes or goes:
        return "closed" if comes and goes else "no_visitors" if comes else "no_leaving"
    return "good" if day in marks.good.get(team_id, ()) else ""


def _days_between(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


@dataclass(frozen=True)
class Managed:
    """Somebody in a team that others lead, as their own manager sees them."""

    person: Person
    team: Team
    led_by: list[str]
    """Who leads that team."""
    days: list[SeenVisit]
    """To come, as visitor or host."""


def people_ahead(session: Session, managers: Collection[Person], today: date) -> list[Managed]:
    """The people of these managers, by name, with their days to come. Four queries."""
    found = teams.managed_by(session, managers)
    leads = teams.managers_of(session, {team.id or 0 for _person, team in found})
    ids = set().union(*leads.values())
    names = {one.id: one.name for one in session.scalars(select(Person).where(col(Person.id).in_(ids)))}
    people = [one.id for one, _team in found]
    theirs = or_(col(Visit.visitor_id).in_(people), col(Visit.host_id).in_(people))
    ahead = read_visits(session, theirs, *to_come(today))
    return [
        Managed(
            person,
            team,
            sorted(names[one] for one in leads[team.id or 0]),
            [seen for seen in ahead if seen.has(person.id)],
        )
        for person, team in found
    ]
