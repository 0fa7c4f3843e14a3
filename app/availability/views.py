"""What the enrolment pages show, gathered in a fixed number of queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session

from app.availability import colleagues, queries, search, service
from app.availability.busy.errors import sentence
from app.availability.busy.queries import busy_calendar, given_elsewhere, helps_to_move
from app.availability.busy.service import addresses_allowed, is_waiting
from app.availability.days import DayBook, DayState, Told, Why
from app.availability.errors import closed_because, is_left_out
from app.availability.matching import Choice, Hosts, could_host, minutes_from
from app.availability.queries import Enrolling, is_changeable
from app.availability.tables import Answer, BusyCalendar
from app.core.i18n import _
from app.people.tables import Person, Site, Team

EXAMPLES = 3
"""Host teams shown as examples."""


@dataclass(frozen=True)
class BusyView:
    """What was read of somebody's own calendar."""

    row: BusyCalendar | None
    waiting: bool
    fault: str
    """Why the last reading failed, as a sentence."""
    addresses_allowed: bool
    days: frozenset[date]
    """Taken days of the campaign, by whatever calendar."""
    elsewhere: list[str]
    """Other campaigns, by name, whose calendar counts here as well."""

    def greyed(self, shown: Iterable[dict[str, Any]]) -> int:
        """How many of the days shown are busy."""
        return sum(day["state"] == "busy" for day in shown)


@dataclass(frozen=True)
class EnrolmentView:
    """Everything on somebody's enrolment page."""

    enrolling: Enrolling
    changeable: bool
    closed_because: str
    left_out: bool
    """They answered, and are invited no more."""
    moves: bool
    """The plan stands: a calendar given now keeps its days from those to move to."""
    hosts: Hosts
    examples: list[search.FoundTeam]
    visit_days: list[dict[str, Any]]
    host_days: list[dict[str, Any]]
    apart: bool
    wishes: list[search.FoundTeam]
    teams: list[search.FoundTeam]
    team_text: str
    languages: list[tuple[str, str]]
    chosen_languages: Collection[str]
    named: list[tuple[Person, Team]]
    nameable: list[search.FoundPerson]
    named_text: str
    avoided: list[tuple[Person, Team]]
    colleagues: list[search.FoundPerson]
    colleague_text: str
    sites: list[Site]
    excluded_sites: Collection[int]
    busy: BusyView

    @property
    def takes_part(self) -> bool:
        """Whether the person said yes."""
        return self.enrolling.answer == Answer.YES

    @property
    def chosen_days(self) -> list[date]:
        """Days chosen to leave."""
        return [day["date"] for day in self.visit_days if day["chosen"]]

    @property
    def chosen_host_days(self) -> list[date]:
        """Days chosen to receive."""
        return [day["date"] for day in self.host_days if day["chosen"]]


@dataclass(frozen=True)
class Typed:
    """What was typed and not saved, shown again after a refusal; and the words of a search."""

    visit_days: list[str] | None = None
    host_days: list[str] | None = None
    apart: bool | None = None
    languages: list[str] | None = None
    excluded_sites: list[int] | None = None
    team: str = ""
    colleague: str = ""
    named: str = ""


@dataclass(frozen=True)
class _Chosen:
    visit: int
    host: int
    apart: bool
    languages: list[str]
    avoid: frozenset[int] = field(default_factory=frozenset)
    excluded: frozenset[int] = field(default_factory=frozenset)


def enrolment_view(
    session: Session, enrolling: Enrolling, today: date, typed: Typed | None = None
) -> EnrolmentView:
    """Gather the page; `typed` wins over what is saved."""
    typed = typed or Typed()
    campaign, person, team, site = enrolling.campaign, enrolling.person, enrolling.team, enrolling.site
    book = DayBook(campaign)
    avoided = queries.avoided_people(session, enrolling.enrolment)
    excluded = queries.excluded_site_ids(session, enrolling.enrolment)
    told = queries.told_of(session, enrolling)
    chosen = _chosen(enrolling, book, told, typed, avoided, excluded)
    minutes = minutes_from(session, _id(site), campaign.max_travel_minutes)
    hosts = could_host(session, enrolling, _choice(chosen), book, minutes)
    teams = search.wishable_teams(session, enrolling, minutes, hosts.by_team)
    by_id = {one.team_id: one for one in teams}
    wished = queries.wished_team_ids(session, enrolling.enrolment)
    changeable = is_changeable(campaign, today) and enrolling.is_invited
    left_out = is_left_out(campaign, is_invited=enrolling.is_invited)
    busy = busy_view(session, enrolling)
    return EnrolmentView(
        enrolling=enrolling,
        changeable=changeable,
        closed_because="" if changeable else closed_because(campaign, left_out=left_out),
        left_out=left_out,
        moves=not changeable and helps_to_move(campaign, enrolling.enrolment, today),
        hosts=hosts,
        examples=[one for one in teams if one.hosts][:EXAMPLES],
        visit_days=_picked(book.states(person, site, told), book.dates(chosen.visit), busy.days),
        host_days=_picked(
            book.receiving_states(person, site, team.closed_weekdays, told),
            book.dates(chosen.host),
            busy.days,
        ),
        apart=chosen.apart,
        wishes=[by_id[team_id] for team_id in wished if team_id in by_id],
        teams=[one for one in search.search_teams(teams, typed.team) if one.team_id not in wished],
        team_text=typed.team,
        languages=service.offered_languages(person),
        chosen_languages=chosen.languages,
        named=colleagues.named(session, enrolling.enrolment),
        nameable=colleagues.found(session, enrolling, typed.named),
        named_text=typed.named,
        avoided=avoided,
        colleagues=_findable(session, enrolling, typed.colleague, avoided),
        colleague_text=typed.colleague,
        sites=[one for one in queries.sites_by_name(session) if one.id != site.id],
        excluded_sites=excluded if typed.excluded_sites is None else set(typed.excluded_sites),
        busy=busy,
    )


def busy_view(session: Session, enrolling: Enrolling) -> BusyView:
    """What the page says of somebody's own calendar."""
    row, campaign = busy_calendar(session, enrolling), enrolling.campaign
    elsewhere = given_elsewhere(session, campaign, enrolling.person.id)
    days = {
        date.fromisoformat(day)
        for one in (row, *(each.given for each in elsewhere))
        if one
        for day in one.days
    }
    return BusyView(
        row=row,
        waiting=row is not None and is_waiting(row),
        fault=sentence(row.fault) if row is not None and row.fault else "",
        addresses_allowed=addresses_allowed(),
        days=frozenset(day for day in days if campaign.first_day <= day <= campaign.last_day),
        elsewhere=[one.campaign.name for one in elsewhere],
    )


def possible_hosts(session: Session, enrolling: Enrolling) -> Hosts:
    """Colleagues who could receive the reader, for the figure alone."""
    book = DayBook(enrolling.campaign)
    avoided = queries.avoided_people(session, enrolling.enrolment)
    excluded = queries.excluded_site_ids(session, enrolling.enrolment)
    minutes = minutes_from(session, _id(enrolling.site), enrolling.campaign.max_travel_minutes)
    told = queries.told_of(session, enrolling)
    chosen = _chosen(enrolling, book, told, Typed(), avoided, excluded)
    return could_host(session, enrolling, _choice(chosen), book, minutes)


def found_colleagues(session: Session, enrolling: Enrolling, text: str) -> list[search.FoundPerson]:
    """Colleagues of that name who are not avoided yet."""
    return _findable(session, enrolling, text, queries.avoided_people(session, enrolling.enrolment))


def day_options(session: Session, enrolling: Enrolling, chosen: Iterable[str] | None) -> list[dict[str, Any]]:
    """The days of somebody for a picker; without a choice their usual days are ticked."""
    book, told = DayBook(enrolling.campaign), queries.told_of(session, enrolling)
    mask = book.leaving(enrolling.person, enrolling.site, told)
    ticked = mask if chosen is None else book.mask_of(chosen) & mask
    return _picked(book.states(enrolling.person, enrolling.site, told), book.dates(ticked))


def _chosen(
    enrolling: Enrolling,
    book: DayBook,
    told: Told,
    typed: Typed,
    avoided: Iterable[tuple[Person, Team]],
    excluded: Iterable[int],
) -> _Chosen:
    leaves = book.leaving(enrolling.person, enrolling.site, told)
    receives = book.receiving(enrolling.person, enrolling.site, enrolling.team.closed_weekdays, told)
    saved = enrolling.enrolment if enrolling.answer == Answer.YES else None
    visit = book.mask_of(saved.visit_days) & leaves if saved else leaves
    apart = saved is not None and saved.host_days is not None
    host = book.mask_of(saved.host_days) if saved and saved.host_days is not None else visit
    languages = (saved.languages if saved else None) or enrolling.person.languages
    if typed.visit_days is not None:
        visit = book.mask_of(typed.visit_days) & leaves
    if typed.apart is not None:
        apart = typed.apart
        host = book.mask_of(typed.host_days or []) if apart else visit
    return _Chosen(
        visit=visit,
        host=host & receives,
        apart=apart,
        languages=list(languages) if typed.languages is None else typed.languages,
        avoid=frozenset(_id(person) for person, _team in avoided),
        excluded=frozenset(excluded),
    )


def _choice(chosen: _Chosen) -> Choice:
    return Choice(chosen.visit, chosen.host, frozenset(chosen.languages), chosen.avoid, chosen.excluded)


def _picked(
    states: Iterable[DayState], chosen: Collection[date], busy: Collection[date] = ()
) -> list[dict[str, Any]]:
    return [_day(state, state.date in chosen, state.date in busy) for state in states]


def _day(state: DayState, chosen: bool, busy: bool) -> dict[str, Any]:
    look = {
        # One's own calendar advises: a busy day can still be ticked.
        None: ("busy" if busy else "free", ""),
        Why.HOLIDAY: ("holiday", state.name),
        Why.CLOSING: ("closed", _("fermeture de l’entreprise")),
        Why.NOT_WORKED: ("off", ""),
        Why.SCHOOL: ("off", _("jour d’école")),
        Why.CONTRACT: ("off", _("hors contrat")),
        Why.TEAM_CLOSED: ("closed", _("votre équipe ne reçoit pas")),
        Why.TEAM_NEEDED: ("closed", _("votre équipe a besoin de tous")),
        Why.ROSTER_OFF: ("off", _("repos selon le planning")),
        Why.ROSTER_PART: ("off", _("pas toute la journée, selon le planning")),
    }
    shown, note = look[state.why]
    return {
        "date": state.date,
        "state": shown,
        "note": note,
        "chosen": chosen and state.why is None,
        "locked": state.why is not None,
    }


def _findable(
    session: Session, enrolling: Enrolling, text: str, avoided: Iterable[tuple[Person, Team]]
) -> list[search.FoundPerson]:
    already = {person.id for person, _team in avoided}
    found = search.search_people(session, enrolling, text)
    return [one for one in found if one.person_id not in already]


def _id(row: Any) -> int:
    found: int | None = row.id
    assert found is not None
    return found
