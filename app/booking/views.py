"""What booking's pages show, computed from rows already read; two doors share it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlmodel import Session

from app.booking import absent, facts, lines, queries
from app.booking.looking import Look, look
from app.booking.not_held import given_back_among
from app.booking.queries import SeenPlace, SeenRequest, Wanted
from app.booking.schemas import RequestsFilter, SearchForm
from app.booking.tables import Place, RequestStatus
from app.campaigns.calendar import closed_reason
from app.campaigns.tables import Campaign
from app.core.i18n import _, ngettext
from app.core.searching import matches
from app.people.tables import Person
from app.teams.days import Marks, marks_between
from app.visits.limits import TeamRoom
from app.visits.places import rooms_of
from app.visits.rules import part_labels
from app.visits.tables import DayPart, Visit

PAGE = 20


@dataclass(frozen=True)
class Search:
    """What a search found: bookable places first, then full ones, then closed ones with the reason."""

    looks: list[Look]
    total: int
    free: int
    page: int
    languages: list[str]
    sites: list[tuple[int, str]]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def search(session: Session, campaign: Campaign, person: Person, asked: SearchForm, today: date) -> Search:
    """Places of a campaign as a person finds them."""
    assert campaign.id is not None
    terms = queries.rules_of(session, campaign.id)
    everything = queries.offered_places(session, campaign.id, Wanted(first=today))
    wanted = Wanted(asked.q, asked.site, max(asked.first or today, today), asked.last)
    seen = queries.offered_places(session, campaign.id, wanted)
    found = look(session, campaign, person, seen, terms.notice_days, today, most=terms.max_per_person)
    kept = [one for one in found if _matches(one, asked)]
    kept.sort(key=lambda one: one.rank)
    page = min(asked.page, max(1, -(-len(kept) // PAGE)))
    return Search(
        looks=kept[(page - 1) * PAGE : page * PAGE],
        total=len(kept),
        free=sum(one.rank == 0 for one in kept),
        page=page,
        languages=sorted({language for one in found for language in one.languages}),
        sites=sorted({(one.site.id or 0, one.site.name) for one in everything}, key=lambda site: site[1]),
    )


def _matches(found: Look, asked: SearchForm) -> bool:
    if asked.language and asked.language not in found.languages:
        return False
    return asked.minutes is None or (found.minutes is not None and found.minutes <= asked.minutes)


@dataclass(frozen=True)
class OwnLimit:
    """Somebody has as many days as a campaign lets one person have."""

    most: int
    used: list[SeenRequest]
    """What uses it up: booked, asked for, or kept for them."""
    may_reopen: bool
    """Some of it lies ahead: given up, another may be chosen."""


def own_limit(
    session: Session, campaign: Campaign, person: Person, requests: Iterable[SeenRequest], today: date
) -> OwnLimit | None:
    """The limit per person, where somebody has reached it. `requests`: theirs that are not over."""
    most = queries.rules_of(session, campaign.id or 0).max_per_person
    if facts.days_held(session, campaign.id or 0, person.id or 0) < most:
        return None
    count = (RequestStatus.REQUESTED, RequestStatus.OFFERED, RequestStatus.BOOKED)
    booked = [one for one in requests if one.campaign.id == campaign.id and one.request.status in count]
    again = given_back_among(session, {one.request.visit_id for one in booked})
    used = [one for one in booked if one.request.visit_id not in again]
    return OwnLimit(most, used, any(one.day >= today for one in used))


def hours_words(place: Place | Visit) -> str:
    """When one comes: `matin, 09:00 – 12:30`."""
    times = f"{place.starts_at:%H:%M} – {place.ends_at:%H:%M}"
    if place.part == DayPart.FULL:
        return times
    return f"{part_labels()[place.part].lower()}, {times}"


def closed_days(
    session: Session, places: Sequence[SeenPlace], campaigns: Mapping[int | None, Campaign], today: date
) -> set[tuple[int, date]]:
    """Days of these places, by place, on which nobody comes: the team or the site is closed."""
    ahead = [(seen, one.day) for seen in places for one in seen.offered if one.day >= today]
    if not ahead:
        return set()
    days = [day for _seen, day in ahead]
    marks = marks_between(session, min(days), max(days), {seen.place.team_id for seen in places})
    found = set()
    for seen, day in ahead:
        campaign = campaigns.get(seen.place.campaign_id)
        is_closed = campaign is not None and closed_reason(campaign, seen.team, seen.site, day) is not None
        if is_closed or day in marks.no_visitors.get(seen.place.team_id, ()):
            found.add((seen.place.id or 0, day))
    return found


def full_days(
    session: Session,
    places: Sequence[SeenPlace],
    campaigns: Mapping[int | None, Campaign],
    closed: Collection[tuple[int, date]],
    today: date,
) -> set[tuple[int, date]]:
    """Days of these places that still have one, on which the team receives already as many as it can."""
    found = set()
    for campaign_id, campaign in campaigns.items():
        free = [
            (seen, one.day)
            for seen in places
            for one in seen.offered
            if seen.place.campaign_id == campaign_id
            and one.day >= today
            and one.taken < seen.place.per_day
            and (seen.place.id or 0, one.day) not in closed
        ]
        rooms = rooms_of(session, campaign, {(seen.place.team_id, day) for seen, day in free}) if free else {}
        for seen, day in free:
            if rooms[seen.place.team_id, day].left.max_visitors <= 0:
                found.add((seen.place.id or 0, day))
    return found


@dataclass(frozen=True)
class Effect:
    """What a yes would do to the two teams that day."""

    lines: list[str]
    fits: bool
    why: str
    """What stands against a yes, where it is no team's limit."""
    rivals: int
    """Other requests for the same day of the same place."""


def effects(session: Session, requests: Sequence[SeenRequest]) -> dict[int, Effect]:
    """The effect of each request, by its id; a handful of queries for each campaign concerned."""
    rooms: dict[tuple[int, int, date], TeamRoom] = {}
    for campaign in {one.campaign.id: one.campaign for one in requests}.values():
        at = {
            (team_id, one.request.day)
            for one in requests
            if one.campaign.id == campaign.id
            for team_id in (one.place.team_id, one.person.team_id)
        }
        found = rooms_of(session, campaign, at)
        rooms |= {(campaign.id or 0, *key): room for key, room in found.items()}
    taken = lines.taken_of(session, {(one.request.place_id, one.request.day) for one in requests})
    people = {one.person.id or 0 for one in requests} | {one.host.id or 0 for one in requests if one.host}
    busy = facts.busy_days(session, people, min((one.request.day for one in requests), default=date.max))
    marks, off = _marks_of(session, requests), absent.off_among(session, requests)
    return {
        one.request.id or 0: _effect(
            one, rooms, requests, _said_by_teams(one, marks), _stands_against(one, taken, busy, off)
        )
        for one in requests
    }


def _marks_of(session: Session, requests: Sequence[SeenRequest]) -> Marks:
    """What the two teams of each request decided about their days. Two queries."""
    if not requests:
        return Marks()
    days = [one.request.day for one in requests]
    teams = {team_id for one in requests for team_id in (one.place.team_id, one.team.id or 0)}
    return marks_between(session, min(days), max(days), teams)


def closed_words(session: Session, one: SeenRequest) -> Callable[[], str]:
    """Why the day of a request is closed to it, in the language of whoever reads then; empty where it is
    not."""
    return partial(_said_by_teams, one, _marks_of(session, [one]))


def _said_by_teams(one: SeenRequest, marks: Marks) -> str:
    """That one of the two teams said that nobody comes, or leaves; empty where neither did."""
    day, there, home = one.request.day, one.place.team_id, one.team.id or 0
    if day in marks.own_no_visitors.get(there, ()):
        return _("L’équipe %(team)s a dit que personne ne vient ce jour-là.") % {"team": one.host_team.name}
    if day in marks.no_visitors.get(there, ()):
        return _("Le site %(site)s est fermé ce jour-là.") % {"site": one.host_site.name}
    if day in marks.no_leaving.get(home, ()):
        return _("L’équipe %(team)s a dit que personne ne part ce jour-là.") % {"team": one.team.name}
    return ""


def _stands_against(
    one: SeenRequest,
    taken: dict[tuple[int, date], int],
    busy: dict[int, set[date]],
    off: Collection[int],
) -> str:
    """Why a yes is no longer possible, the teams' limits aside; empty when nothing is known against it. That
    somebody does not work then (`off`) is theirs to read."""
    day = one.request.day
    if one.request.id in off:
        return _("Les règles ne permettent plus cette journée à %(name)s.") % {"name": one.person.name}
    if day in busy.get(one.person.id or 0, ()):
        return _("%(name)s a déjà une autre journée ce jour-là.") % {"name": one.person.name}
    if one.host is not None and day in busy.get(one.host.id or 0, ()):
        return _("%(name)s reçoit déjà quelqu’un, ou part, ce jour-là.") % {"name": one.host.name}
    if taken.get((one.request.place_id, day), 0) >= one.place.per_day:
        return _("La place est prise, ou gardée pour quelqu’un de la liste d’attente.")
    return ""


def _effect(
    one: SeenRequest,
    rooms: dict[tuple[int, int, date], TeamRoom],
    requests: Iterable[SeenRequest],
    decided: str,
    why: str,
) -> Effect:
    day = one.request.day
    there = rooms[one.campaign.id or 0, one.place.team_id, day]
    home = rooms[one.campaign.id or 0, one.person.team_id, day]
    lines = [
        ngettext(
            "%(team)s reçoit %(n)s personne ce jour-là, %(most)s au plus.",
            "%(team)s reçoit %(n)s personnes ce jour-là, %(most)s au plus.",
            there.received + 1,
        )
        % {"team": one.host_team.name, "n": there.received + 1, "most": there.max_visitors},
        ngettext(
            "%(team)s laisse partir %(n)s personne, %(most)s au plus, présence minimale gardée.",
            "%(team)s laisse partir %(n)s personnes, %(most)s au plus, présence minimale gardée.",
            home.away + 1,
        )
        % {"team": one.team.name, "n": home.away + 1, "most": home.max_away},
    ]
    rivals = sum(
        other.request.place_id == one.request.place_id
        and other.request.day == day
        and other.request.id != one.request.id
        for other in requests
    )
    fits = there.is_open and there.left.max_visitors > 0 and home.left.max_away > 0
    if decided:  # the teams' limits say nothing of such a day
        return Effect([], False, decided, rivals)
    return Effect(lines, fits and not why, why, rivals)


def summary(requests: Sequence[SeenRequest]) -> dict[str, int]:
    """How many requests stand where."""
    found: dict[str, int] = {}
    for one in requests:
        found[one.request.status.value] = found.get(one.request.status.value, 0) + 1
    return found


def requests_matching(requests: Iterable[SeenRequest], asked: RequestsFilter) -> list[SeenRequest]:
    """Requests in a state, whose people, teams or job hold every word looked for."""
    return [
        seen
        for seen in requests
        if asked.status in (None, seen.request.status)
        and matches(asked.q, seen.person.name, seen.team.name, seen.host_team.name, seen.place.job)
    ]
