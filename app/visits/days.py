"""On which days a visit could take place: for moving it, or for making up for one that fell.

1. The campaign's days that leave its notice; of a booked day, those that its place offers, with the notice
   that booking promises.
2. Both work that day, at the visit's hours; the host's team receives, nobody paused, left, or has another
   visit.
3. Both teams have room, as `limits` says.
4. In a swap, the other visit is near enough and far enough.
5. The two may meet at all: `solver.rules` decides, as it does for the plan.

Days that both had offered come first; another worked day is possible when both agree on it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import Session

from app.availability.busy.taken import calendars_of
from app.availability.days import DayBook
from app.availability.going import pauses_of
from app.availability.matching import department_key, minutes_from, person_key, site_key, team_key
from app.availability.queries import (
    Offer,
    forbidden_pairs,
    offers_of,
)
from app.availability.told import told_of_people
from app.campaigns.tables import Exchange
from app.core.i18n import _, of
from app.core.templating import day_month, long_day
from app.people.tables import Person, Team
from app.teams import days as team_days
from app.visits import queries
from app.visits.bookings import promise_of
from app.visits.limits import team_rooms
from app.visits.queries import SeenVisit
from app.visits.rules import during, stands
from solver import rules

HANDFUL = 6


@dataclass(frozen=True)
class PossibleDay:
    """A day on which a visit could take place."""

    day: date
    offered: bool
    """Both said when answering that they are free."""
    is_good: bool
    """The host's team gladly receives that day."""


@dataclass(frozen=True)
class Days:
    """Every day of the campaign for one visit, and what stands against it. Masks as in `solver.rules`."""

    book: DayBook
    soon: int
    """Days that leave the notice."""
    visitor_works: int
    host_works: int
    site_open: int
    team_receives: int
    team_lets_go: int
    """Days that the one team, and the other, did not close: why `host_works` and `visitor_works` say no."""
    visitor_free: int
    host_free: int
    may_leave: int
    may_come: int
    open: int
    """Of a booked day: those that its place offers, and has room on."""
    near: int
    """Days in the right distance from the swap's other visit."""
    offered: int
    current: int = 0
    """The day of a standing visit: moving it there moves nothing."""
    good: int = 0
    taken: int = 0
    """Days on which the own calendar of one of the two is taken and that they did not offer all the same: not
    proposed, never refused."""
    fell: int = 0
    """The day of a visit that fell: somebody said no to it. Not proposed; the two may still agree."""
    first: date = date.min
    """The first day that leaves the notice."""
    notice_days: int = 0
    is_booked: bool = False
    """Somebody booked the day: the notice is booking's, the days are its place's."""
    may_meet: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    site: str = ""

    @property
    def avoids(self) -> bool:
        """Whether a possible day is not proposed because of somebody's calendar."""
        return bool(self.mask & self.taken)

    @property
    def only_taken(self) -> bool:
        """Possible days remain, and calendars take each of them."""
        return bool(self.mask & ~self.fell) and not self.mask & ~self.taken & ~self.fell

    @property
    def mask(self) -> int:
        """Days against which nothing stands."""
        if not self.may_meet:
            return 0
        works = self.visitor_works & self.host_works & self.visitor_free & self.host_free
        return self.soon & self.open & works & self.may_leave & self.may_come & self.near & ~self.current

    def possible(self, limit: int | None = HANDFUL, near: date | None = None) -> list[PossibleDay]:
        """The best days: offered by both, then good for the team, then close to `near`; in order of date."""
        proposed = self.mask & ~self.taken & ~self.fell
        found = [
            PossibleDay(day, bool(self.offered >> i & 1), bool(self.good >> i & 1))
            for i, day in enumerate(self.book.days)
            if proposed >> i & 1
        ]
        anchor = near or (self.book.days[0] if self.book.days else date.min)
        found.sort(key=lambda one: (not one.offered, not one.is_good, abs((one.day - anchor).days), one.day))
        return sorted(found[:limit], key=lambda one: one.day)

    def why_not(self, day: date) -> str | None:
        """What stands against a day, in words for the two people; None when nothing does."""
        index = self.book.by_iso.get(day.isoformat())
        said = {
            "day": long_day(day),
            "site": self.site,
            **self.names,
            **{f"of_{who}": of(one) for who, one in self.names.items()},
        }
        if index is None:
            return _("Le %(day)s n’est pas un jour de la campagne.") % said
        bit = 1 << index
        if self.current & bit:
            return _("Cette journée est déjà prévue le %(day)s.") % said
        if not self.soon & bit:
            said["first"] = day_month(self.first)
            return _("Le %(day)s est trop proche : choisissez un jour à partir du %(first)s.") % said
        if not self.open & bit:
            return _(
                "L’équipe n’a pas de place à proposer le %(day)s : une journée réservée passe à un autre "
                "jour de la même place."
            ) % {"day": said["day"]}
        if not self.may_meet:
            return _("Les règles de la campagne ne permettent plus cette rencontre. Parlez-en à vos RH.")
        return self._taken_by(bit, said)

    def _taken_by(self, bit: int, said: Mapping[str, str]) -> str | None:
        for mask, sentence in (
            (self.site_open, _("%(site)s est fermé le %(day)s.")),
            (self.team_receives, _("L’équipe %(of_host)s ne reçoit personne le %(day)s.")),
            (self.team_lets_go, _("L’équipe %(of_visitor)s ne laisse partir personne le %(day)s.")),
            (self.visitor_works, _("%(visitor)s ne travaille pas le %(day)s, ou n’est pas disponible.")),
            (self.host_works, _("%(host)s ne travaille pas le %(day)s, ou ne peut pas recevoir.")),
            (self.visitor_free, _("%(visitor)s a déjà une journée le %(day)s.")),
            (self.host_free, _("%(host)s a déjà une journée le %(day)s.")),
            (
                self.may_leave,
                _("L’équipe %(of_visitor)s ne peut laisser partir personne de plus le %(day)s."),
            ),
            (self.may_come, _("L’équipe %(of_host)s ne peut recevoir personne de plus le %(day)s.")),
            (self.near, _("Le %(day)s est trop près ou trop loin de l’autre journée de l’échange.")),
        ):
            if not mask & bit:
                return sentence % said
        return None


def days_for(session: Session, seen: SeenVisit, *, today: date, other_day: date | None) -> Days:
    """The days of one visit. `other_day` is the swap's other visit's, None where there is none to mind."""
    campaign, book = seen.campaign, DayBook(seen.campaign)
    promise = promise_of(session, seen.visit, today)
    notice = campaign.notice_days if promise is None else promise.notice_days
    first = max(campaign.first_day, today + timedelta(days=notice))
    visitor_id, host_id = seen.visit.visitor_id, seen.visit.host_id
    offers = offers_of(session, seen.visit.campaign_id, {visitor_id, host_id})
    pauses = pauses_of(session, seen.visit.campaign_id, {visitor_id, host_id})
    busy = queries.busy_days(session, {visitor_id, host_id}, but=seen.visit.id)
    told = told_of_people(session, campaign, [seen.visitor, seen.host])
    at = during(seen.visit)
    closed = team_days.closed_days(session, seen.host_site.id or 0)
    own, theirs = told(visitor_id, seen.visitor.team_id, at), told(host_id, seen.host.team_id, at)
    leaves = book.leaving(seen.visitor, seen.visitor_site, own)
    leaves &= _here(book, seen.visitor, pauses.get(visitor_id))
    receives = book.receiving(seen.host, seen.host_site, seen.host_team.closed_weekdays, theirs)
    receives &= _here(book, seen.host, pauses.get(host_id))
    sites = {site.id: site for site in (seen.visitor_site, seen.host_site) if site.id is not None}
    rooms = team_rooms(session, campaign, _teams(seen), sites, book.days)
    away = [rooms[seen.visitor.team_id, day] for day in book.days]
    here = [rooms[seen.host.team_id, day] for day in book.days]
    frame = rules.Frame(
        ordinals=tuple(day.toordinal() for day in book.days),
        is_swap=campaign.exchange == Exchange.SWAP,
        min_gap=campaign.min_gap_days,
        max_gap=campaign.max_gap_days,
        max_travel=campaign.max_travel_minutes,
        minutes=_minutes(session, seen),
        forbidden={(person_key(a), person_key(b)) for a, b in forbidden_pairs(session, campaign.id or 0)},
    )
    visitor = _party(seen.visitor, seen.visitor_team, leaves, 0, offers.get(visitor_id))
    host = _party(seen.host, seen.host_team, 0, receives, offers.get(host_id))
    return Days(
        book=book,
        soon=book.mask_between(first, campaign.last_day),
        open=book.every_day if promise is None else book.mask_of(day.isoformat() for day in promise.days),
        visitor_works=leaves,
        host_works=receives,
        site_open=book.every_day & ~book.mask_of(day.isoformat() for day in closed),
        team_receives=book.every_day & ~book.mask_of(day.isoformat() for day in theirs.no_visitors),
        team_lets_go=book.every_day & ~book.mask_of(day.isoformat() for day in own.no_leaving),
        visitor_free=book.every_day & ~book.mask_of(day.isoformat() for day in busy.get(visitor_id, ())),
        host_free=book.every_day & ~book.mask_of(day.isoformat() for day in busy.get(host_id, ())),
        may_leave=_mask(room.left.max_away > 0 for room in away),
        may_come=_mask(room.is_open and room.left.max_visitors > 0 for room in here),
        first=first,
        notice_days=notice,
        is_booked=promise is not None,
        near=_near(frame, book, other_day),
        offered=_offered(book, offers.get(visitor_id), offers.get(host_id)),
        current=book.mask_of([seen.visit.day.isoformat()]) if stands(seen.visit) else 0,
        fell=0 if stands(seen.visit) else book.mask_of([seen.visit.day.isoformat()]),
        good=_mask(room.is_good for room in here),
        taken=_taken(
            book,
            calendars_of(session, {visitor_id, host_id}),
            seen.visit.campaign_id,
            {
                visitor_id: offers[visitor_id].visit_days if visitor_id in offers else (),
                host_id: offers[host_id].host_days if host_id in offers else (),
            },
        ),
        may_meet=_still(offers, visitor_id, host_id) and not rules.leg_refusals(frame, visitor, host),
        names={"visitor": seen.visitor.name, "host": seen.host.name},
        site=seen.host_site.name,
    )


def _here(book: DayBook, person: Person, pause: tuple[date, date] | None) -> int:
    """Days on which somebody is neither gone nor pausing."""
    mask = book.every_day if person.active else 0
    return mask & ~book.mask_between(*pause) if pause else mask


def _taken(
    book: DayBook,
    calendars: Mapping[int, Mapping[int, set[str]]],
    campaign_id: int,
    offered: Mapping[int, Collection[str]],
) -> int:
    """Days on which somebody's calendar is taken, but those they ticked although this campaign's own reading
    greyed them."""
    mask = 0
    for person_id, given in calendars.items():
        on_purpose = given.get(campaign_id, set()) & set(offered[person_id])
        mask |= book.mask_of(set().union(*given.values()) - on_purpose)
    return mask


def _offered(book: DayBook, visitor: Offer | None, host: Offer | None) -> int:
    """Where one of the two never answered this campaign (a booked day), the other's days decide."""
    mask = book.every_day
    if visitor is not None:
        mask &= book.mask_of(visitor.visit_days)
    if host is not None:
        mask &= book.mask_of(host.host_days)
    return mask


def _still(offers: Mapping[int, Offer], *person_ids: int) -> bool:
    """Nobody of them said no, or left."""
    return all(offers[one].takes_part for one in person_ids if one in offers)


def _party(person: Person, team: Team, leave: int, host: int, offer: Offer | None) -> rules.Party:
    assert person.id is not None
    assert team.id is not None
    return rules.Party(
        id=person_key(person.id),
        team=team_key(team.id),
        side=team.side,
        department=department_key(team.department, team.id),
        site=site_key(team.site_id),
        can_leave=leave,
        can_host=host,
        languages=frozenset((offer and offer.languages) or person.languages),
        manager=None if person.manager_id is None else person_key(person.manager_id),
        avoid=frozenset(person_key(one) for one in offer.avoid) if offer else frozenset(),
        excluded_sites=frozenset(site_key(one) for one in offer.excluded_sites) if offer else frozenset(),
    )


def _minutes(session: Session, seen: SeenVisit) -> dict[tuple[str, str], int]:
    here = seen.visitor_team.site_id
    found = minutes_from(session, here, seen.campaign.max_travel_minutes)
    return {(site_key(here), site_key(there)): told for there, told in found.items()}


def _near(frame: rules.Frame, book: DayBook, other_day: date | None) -> int:
    if other_day is None:
        return book.every_day
    index = book.by_iso.get(other_day.isoformat())
    if index is not None:
        return frame.partners[index]
    gaps = [abs(ordinal - other_day.toordinal()) for ordinal in frame.ordinals]
    return _mask(bool(gap) and frame.min_gap <= gap <= frame.max_gap for gap in gaps)


def _teams(seen: SeenVisit) -> Sequence[Team]:
    return list({team.id: team for team in (seen.visitor_team, seen.host_team)}.values())


def _mask(bits: Iterable[bool]) -> int:
    return sum(1 << index for index, bit in enumerate(bits) if bit)
