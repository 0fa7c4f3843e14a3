"""Repairs as pages show them: what fell, and each proposal drawn line by line. No decision here."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlmodel import Session, col, select

from app.accounts.tables import Account
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.i18n import _
from app.people import queries as people_queries
from app.planning.problem import at_most
from app.planning.queries import Participant, once_more_of
from app.planning.repairs import chain, due, queries, words
from app.planning.repairs.errors import NoDayLeft
from app.planning.repairs.proposals import Proposal
from app.planning.repairs.searching import ORDER
from app.planning.tables import COMPUTING, Repair, RepairKind, RepairProposal, RepairStatus
from app.teams.days import closed_from
from app.visits import queries as visits_queries
from app.visits import reading
from app.visits.moving import finds_day
from app.visits.queries import SeenVisit
from app.visits.rosters import conflicts_among
from app.visits.rules import first_day_to_plan, leaves_days, stands, takes_place, why_not
from app.visits.tables import Visit
from app.visits.views import side_of

DECIDED = (RepairStatus.ACCEPTED, RepairStatus.DISMISSED, RepairStatus.SETTLED)
FIRST = 6
"""Lines of a proposal shown at once, the rest is behind a tap; and of so few days more is looked up."""


@dataclass(frozen=True)
class Line:
    """One day of a proposal: who goes to whom, from which day to which."""

    visitor: Participant
    host: Participant
    before: date | None
    after: date | None
    """None: it falls and nothing replaces it."""
    touched: bool
    """It stood, and would change all the same."""
    is_back: bool = False
    """Its two lost their day in the other direction."""

    @property
    def sides(self) -> tuple[str, str]:
        """As the faces take them."""
        return side_of(self.visitor.team), side_of(self.host.team)


@dataclass(frozen=True)
class Card:
    """One proposal."""

    row: RepairProposal
    title: str
    text: str
    effects: list[tuple[str, str]]
    first: list[Line]
    more: list[Line]
    days: list[date]


@dataclass(frozen=True)
class Lost:
    """A visit that a repair is about, on the day it had when it fell."""

    seen: SeenVisit
    day: date
    meanwhile: str = ""
    """What the two do about it themselves, while nobody decided."""

    @property
    def was_one_way(self) -> bool:
        """Its swap had lost the other day before, and the two had agreed to do without."""
        return self.seen.swap is not None and self.seen.swap.one_way_at is not None


@dataclass(frozen=True)
class Listed:
    """A repair in the list."""

    repair: Repair
    who: str
    """Whose days, and when."""
    cause: str
    status: str
    tone: str
    visits: int
    decidable: bool
    """It waits for HR; else it is still looked for, or over."""
    newer: int | None = None
    """The later repair that took its days over."""


def page_of(session: Session, campaign: Campaign, repair: Repair) -> dict[str, Any]:
    """Everything the page of one repair shows."""
    assert repair.id is not None
    rows = {row.kind: row for row in queries.proposals_of(session, [repair.id])}
    contents = {kind: Proposal.from_json(row.content) for kind, row in rows.items()}
    ids = set(queries.visit_ids(session, repair.id))
    touched = {one for content in contents.values() for one in content.visit_ids}
    seen = _by_id(session, ids | touched)
    named = {
        person_id
        for content in contents.values()
        for one in content.fresh
        for person_id in (one.visitor_id, one.host_id)
    }
    people = queries.people_with_ids(session, named)
    late = repair in due.late(session, clock.today(), campaign.id)
    was = {visit_id: day for content in contents.values() for visit_id, day in content.before}
    done = rows.get(repair.accepted) if repair.accepted is not None else None
    partly = done is not None and done.left > 0
    newer = None if late else chain.taken_over(session, [repair]).get(repair.id)
    former = chain.former_of(session, repair)
    lost_now = [] if repair.status in DECIDED else [seen[one] for one in ids if one in seen]
    told, some_find_a_day = _meanwhile(session, lost_now)
    lost = sorted(
        (Lost(seen[one], was.get(one, seen[one].visit.day), told.get(one, "")) for one in ids if one in seen),
        key=lambda one: (one.day, one.seen.visit.id or 0),
    )
    impossible = len(conflicts_among(session, [one.seen for one in lost if stands(one.seen.visit)]))
    in_time = leaves_days(campaign, clock.today())
    no_day = "" if in_time else NoDayLeft(impossible).message()
    status, tone = words.status_words(
        repair.status,
        late=late,
        partly=partly,
        why=repair.message,
        taken=newer,
        no_day=impossible > 0 and not in_time,
    )
    unused = _is_unused(repair) or (repair.status is RepairStatus.READY and not in_time)
    return {
        "campaign": campaign,
        "repair": repair,
        "computing": repair.status in COMPUTING,
        "decidable": repair.status is RepairStatus.READY,
        "late": late,
        "left": len(due.left_by(session, repair, clock.today())),
        "newer": newer,
        "former": former[0].id if former else None,
        "goes_on": words.goes_on_words(*former) if former else "",
        "closed": _still_closed(session, repair),
        "expired": late and repair.status is RepairStatus.EXPIRED,
        "cause": words.cause_words(
            repair, _site_name(session, repair), [why_not(one.seen.visit) for one in lost]
        ),
        "mended": words.mended_words(done, len(lost)) if done is not None else "",
        "settled": repair.status is RepairStatus.SETTLED,
        "opened": repair.message == words.REOPENED,
        "possible": repair.message == words.POSSIBLE,
        "passed": repair.message == words.PASSED,
        "deserted": repair.message == words.LEFT,
        "undone": repair.message == words.NO_DAY and repair.status is RepairStatus.SETTLED,
        "no_day": no_day,
        "choosing": any(one.meanwhile for one in lost),
        "finding": some_find_a_day,
        "hands": _hands(session, repair),
        "state": status,
        "tone": tone,
        "lost": lost,
        "impossible": impossible,
        "stays": words.stays_words(repair, impossible),
        "first": first_day_to_plan(campaign, clock.day_of(repair.computed_at or repair.requested_at)),
        "unused": unused,
        "cards": [
            _card(rows[kind], contents[kind], seen, people, lost, unused=unused)
            for kind in ORDER
            if kind in rows
        ],
        "best": max(
            (rows[kind] for kind in ORDER if kind in rows),
            key=lambda row: (row.restored, -row.movers),
            default=None,
        ),
        "full": [] if rows else _with_their_number(session, campaign, [one.seen for one in lost]),
        "failed": no_day or words.why_failed(repair.message) if repair.status is RepairStatus.FAILED else "",
        "progress": progress_of(repair),
    }


def _meanwhile(session: Session, lost: Collection[SeenVisit]) -> tuple[dict[int, str], bool]:
    """What the two of each fallen visit propose to one another, or still may, by visit; and whether some of
    them have a day to choose. A day is looked for while few may choose one: some fifteen queries each."""
    ids = {one.visit.id or 0 for one in lost}
    proposed = reading.open_proposals(session, ids)
    swaps = {one.visit.swap_id for one in lost if one.visit.swap_id is not None}
    legs = visits_queries.read_visits(session, col(Visit.swap_id).in_(swaps)) if swaps else []
    fallen = {
        swap.fallen.visit.id or 0: swap.fallen
        for swap in visits_queries.as_swaps(legs)
        if swap.fallen is not None
    }
    found = {}
    for one in lost:
        proposal = proposed.get(one.visit.id or 0)
        if proposal is not None:
            by = one.visitor if proposal.by_id == one.visit.visitor_id else one.host
            found[one.visit.id or 0] = words.proposed_words(by.name, proposal.day)
    today = clock.today()
    free = [
        one
        for one in lost
        if one.visit.id in fallen and one.visit.id not in found and one.may_be_made_up(today)
    ]
    days = {one.visit.id: len(free) > FIRST or finds_day(session, one, today) for one in free}
    may = words.may_agree_words
    found |= {one.visit.id or 0: may(sure=len(free) <= FIRST, day=days[one.visit.id]) for one in free}
    return found, any(days.values())


def _hands(session: Session, repair: Repair) -> dict[int | None, str]:
    """Who in HR opened it, and who decided, by account; nobody where a rule or the product did."""
    asked = (repair.requested_by, repair.decided_by)
    return {row.id: row.name for row in session.exec(select(Account).where(col(Account.id).in_(asked)))}


def _still_closed(session: Session, repair: Repair) -> tuple[date, date] | None:
    """Between which days the site of a closure is still closed; None: there is nothing to reopen."""
    if repair.site_id is None or repair.first_day is None or repair.last_day is None:
        return None
    days = closed_from(session, clock.today()).get(repair.site_id, [])
    mine = [day for day in days if repair.first_day <= day <= repair.last_day]
    return (mine[0], mine[-1]) if mine else None


def _with_their_number(session: Session, campaign: Campaign, lost: Collection[SeenVisit]) -> list[str]:
    """Who has no visit to make any more and, with the one that stands of its swap, as many exchanges as the
    campaign allows: by name. Two queries."""
    of_swap = {one.visitor.id: one.visitor.name for one in lost if one.visit.swap_id is not None}
    if not of_swap:
        return []
    mine = {one.visit.swap_id for one in lost}
    has: defaultdict[int, set[int | None]] = defaultdict(set)
    for visit in visits_queries.rows_of_campaign(session, campaign.id or 0):
        if takes_place(visit) and visit.swap_id is not None:
            for one in (visit.visitor_id, visit.host_id):
                has[one].add(visit.swap_id)
    more = once_more_of(session, campaign.id or 0)
    full = [
        name
        for one, name in of_swap.items()
        if one and len(has[one]) >= at_most(campaign, more, one) and has[one] & mine
    ]
    return sorted(full)


def progress_of(repair: Repair) -> dict[str, Any]:
    """How far the search is."""
    begun = repair.status is RepairStatus.RUNNING and repair.step
    return {
        "title": _("Nous cherchons qui peut rencontrer qui, et quand…"),
        "value": repair.step - 1 if begun else None,
        "max": len(ORDER),
        "facts": [(_("Solution cherchée"), words.kind_words(ORDER[repair.step - 1])[0])] if begun else [],
    }


def listed(
    session: Session,
    repairs: Iterable[Repair],
    late: Collection[int | None] = (),
    left: Mapping[int, Collection[int]] = MappingProxyType({}),
) -> list[Listed]:
    """Repairs of a campaign as its list shows them; `late`: those over while something is to be repaired,
    by id; `left`: by repair, the days that one accepted left without another."""
    repairs = list(repairs)
    visits = queries.visits_by_repair(session, [one.id or 0 for one in repairs])
    sites = people_queries.sites_by_id(session)
    seen = _by_id(session, {one for ids in visits.values() for one in ids})
    taken = chain.taken_over(session, repairs)
    accepted = {one.id: one.accepted for one in repairs}
    rows = queries.proposals_of(session, list(visits)) if visits else []
    partly = {row.repair_id for row in rows if row.left and accepted[row.repair_id] is row.kind}
    was: dict[int, dict[int, date]] = {}
    for row in rows:
        was.setdefault(row.repair_id, {}).update(Proposal.from_json(row.content).before)
    found = []
    for one in repairs:
        newer = None if one.id in late else taken.get(one.id or 0)
        about = left.get(one.id or 0, ()) or visits.get(one.id or 0, [])
        mine = [seen[visit_id] for visit_id in about if visit_id in seen]
        status, tone = words.status_words(
            one.status,
            late=one.id in late,
            partly=one.id in partly,
            why=one.message,
            taken=newer,
            no_day=any(_waits_late(one) for one in mine),
        )
        site = sites[one.site_id].name if one.site_id in sites else ""
        cause, who = (
            words.cause_words(one, site, [why_not(lost.visit) for lost in mine]),
            words.pair_words(_pairs(mine, was.get(one.id or 0, {}))) or _("Sans journée"),
        )
        decidable = one.status is RepairStatus.READY or one.id in late
        found.append(Listed(one, who, cause, status, tone, len(mine), decidable, newer))
    return found


def _waits_late(seen: SeenVisit) -> bool:
    """It stands, and no other day of its campaign leaves the notice."""
    return stands(seen.visit) and not leaves_days(seen.campaign, clock.today())


def _by_id(session: Session, ids: Collection[int]) -> dict[int, SeenVisit]:
    return {one.visit.id or 0: one for one in visits_queries.visits_with_ids(session, ids)}


def _pairs(lost: Iterable[SeenVisit], was: Mapping[int, date]) -> list[tuple[str, str, date]]:
    """Visitor, host and day of each, by day: the one that it had when it fell."""
    found = [(one.visitor.name, one.host.name, was.get(one.visit.id or 0, one.visit.day)) for one in lost]
    return sorted(found, key=lambda one: (one[2], one[0]))


def _site_name(session: Session, repair: Repair) -> str:
    return people_queries.site(session, repair.site_id).name if repair.site_id is not None else ""


def _is_unused(repair: Repair) -> bool:
    """Its solutions were neither chosen nor wait for a choice: they are what could have been done."""
    return repair.accepted is None and repair.status not in {RepairStatus.READY, *COMPUTING}


def _card(
    row: RepairProposal,
    content: Proposal,
    seen: dict[int, SeenVisit],
    people: dict[int, Participant],
    lost: Collection[Lost],
    *,
    unused: bool,
) -> Card:
    title, text = words.kind_words(row.kind)
    same = {frozenset((one.seen.visitor.id, one.seen.host.id)) for one in lost}
    if row.kind is RepairKind.WORKED and any(
        {one.visitor_id, one.host_id} not in same for one in content.fresh
    ):
        title, text = words.together_words()
    lines = sorted(
        _lines(content, seen, people, lost), key=lambda line: (line.touched, line.after or date.max)
    )
    return Card(
        row=row,
        title=title,
        text=text,
        effects=words.unused_lines(row)
        if unused
        else words.effect_lines(row, len(_concerned(lost)) - row.restored - row.left),
        first=lines[:FIRST],
        more=lines[FIRST:],
        days=content.days,
    )


def _concerned(lost: Collection[Lost]) -> set[int | None]:
    """Who lost a day: both in a swap; of a single visit, whoever was to make it. Whoever left the company has
    none to look for."""
    found = [one.seen.visitor for one in lost]
    found += [one.seen.host for one in lost if one.seen.visit.swap_id is not None]
    return {one.id for one in found if one.active}


def _lines(
    content: Proposal, seen: dict[int, SeenVisit], people: dict[int, Participant], fell: Collection[Lost]
) -> Iterable[Line]:
    was, lost = dict(content.before), {one.seen.visit.id for one in fell}
    same = {(one.seen.visitor.id, one.seen.host.id): one.day for one in fell}
    for move in content.moves:
        if move.visit_id in seen:
            yield _of_visit(seen[move.visit_id], was, move.day, touched=move.visit_id not in lost)
    for new in content.fresh:
        if new.visitor_id in people and new.host_id in people:
            before = same.get((new.visitor_id, new.host_id))
            back = (new.host_id, new.visitor_id) in same
            yield Line(people[new.visitor_id], people[new.host_id], before, new.day, False, back)
    for fall in content.falls:
        if fall.visit_id in seen:
            yield _of_visit(seen[fall.visit_id], was, None, touched=fall.visit_id not in lost)


def _of_visit(one: SeenVisit, was: dict[int, date], after: date | None, *, touched: bool) -> Line:
    return Line(
        Participant(one.visitor, one.visitor_team, one.visitor_site),
        Participant(one.host, one.host_team, one.host_site),
        was.get(one.visit.id or 0, one.visit.day),
        after,
        touched,
    )
