"""An independent judge of visits: the rules of the matching problem, read from rows, not from services.

The rules are those of the problem's specification (who may meet whom, when, within which limits); beside
them, what must agree between tables, and that each of the two has a message for each change.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from app.availability.tables import Avoidance, Enrolment, ExcludedSite, ForbiddenPair
from app.campaigns.tables import Campaign
from app.messages.tables import Mail
from app.people.tables import Person, Team, TravelTime
from app.visits.tables import ChangeKind, PersonDay, Swap, TeamDay, Visit, VisitChange


class Rows:
    """One campaign's rows, read anew."""

    def __init__(self, session: Session, campaign_id: int) -> None:
        def all_of(table: type, *which: object) -> list:  # type: ignore[type-arg]
            query = select(table).where(*which).execution_options(populate_existing=True)  # type: ignore[arg-type]
            return list(session.exec(query).all())

        session.flush()
        self.campaign = session.get_one(Campaign, campaign_id)
        self.visits: list[Visit] = all_of(Visit, col(Visit.campaign_id) == campaign_id)
        self.swaps = {row.id: row for row in all_of(Swap, col(Swap.campaign_id) == campaign_id)}
        self.answers = {
            row.person_id: row for row in all_of(Enrolment, col(Enrolment.campaign_id) == campaign_id)
        }
        ids = [row.id for row in self.answers.values()]
        named = {one for visit in self.visits for one in (visit.visitor_id, visit.host_id, visit.tutor_id)}
        named |= set(self.answers)
        self.people = {row.id: row for row in all_of(Person, col(Person.id).in_(named - {None}))}
        team_ids = {person.team_id for person in self.people.values()}
        self.teams = {row.id: row for row in all_of(Team, col(Team.id).in_(team_ids))}
        self.travel = {(row.from_site_id, row.to_site_id): row.minutes for row in all_of(TravelTime)}
        self.avoid = {
            (row.enrolment_id, row.person_id)
            for row in all_of(Avoidance, col(Avoidance.enrolment_id).in_(ids))
        }
        self.excluded = {
            (row.enrolment_id, row.site_id)
            for row in all_of(ExcludedSite, col(ExcludedSite.enrolment_id).in_(ids))
        }
        self.forbidden = {
            (row.a_id, row.b_id)
            for row in all_of(ForbiddenPair, col(ForbiddenPair.campaign_id) == campaign_id)
        }
        visit_ids = [visit.id for visit in self.visits]
        self.person_days = all_of(PersonDay, col(PersonDay.visit_id).in_(visit_ids))
        self.team_days = all_of(TeamDay, col(TeamDay.team_id).in_(team_ids))
        self.changes = all_of(VisitChange, col(VisitChange.visit_id).in_(visit_ids))

    @property
    def standing(self) -> list[Visit]:
        """Visits that are to take place, or did."""
        return [visit for visit in self.visits if visit.status.value == "planned"]


def faults(session: Session, campaign_id: int, today: date) -> list[str]:
    """Every broken rule, in words; empty when all hold."""
    rows = Rows(session, campaign_id)
    found = [*_one_a_day(rows), *_swaps(rows), *_limits(rows), *_tables(rows)]
    for visit in rows.standing:
        found += _pair(rows, visit)
        if visit.day >= today:
            found += _days(rows, visit)
    return found


def _days(rows: Rows, visit: Visit) -> Iterable[str]:
    """Rule 1: the visitor is available and the host can host that day."""
    iso = visit.day.isoformat()
    for role, person_id in (("visitor", visit.visitor_id), ("host", visit.host_id)):
        answer = rows.answers.get(person_id)
        if answer is None or answer.answer is None or answer.answer.value != "yes":
            yield f"{visit.id}: the {role} takes no part"
            continue
        hosts = answer.visit_days if answer.host_days is None else answer.host_days
        if iso not in (answer.visit_days if role == "visitor" else hosts):
            yield f"{visit.id}: the {role} does not offer {iso}"
        first, last = answer.paused_from, answer.paused_until
        if first and last and first <= visit.day <= last:
            yield f"{visit.id}: the {role} pauses on {iso}"
    if not rows.campaign.first_day <= visit.day <= rows.campaign.last_day:
        yield f"{visit.id}: outside the campaign"


def _one_a_day(rows: Rows) -> Iterable[str]:
    """Rule 1: a person takes part in at most one visit a day."""
    taken = Counter(
        (person_id, visit.day)
        for visit in rows.standing
        for person_id in (visit.visitor_id, visit.host_id, visit.tutor_id)
        if person_id is not None
    )
    for (person_id, day), count in taken.items():
        if count > 1:
            yield f"person {person_id} has {count} visits on {day}"


def _swaps(rows: Rows) -> Iterable[str]:
    """Rule 2: reciprocal, on two days, the gap within bounds; once together; so many each."""
    by_swap = defaultdict(list)
    for visit in rows.standing:
        by_swap[visit.swap_id].append(visit)
    pairs: Counter[tuple[int, int]] = Counter()
    each: Counter[int] = Counter()
    for swap_id, legs in by_swap.items():
        if swap_id is None:
            yield f"a visit of a swap campaign without a swap: {[leg.id for leg in legs]}"
            continue
        two = {legs[0].visitor_id, legs[0].host_id}
        pairs[min(two), max(two)] += 1
        each.update(two)
        if len(legs) > 2 or any({leg.visitor_id, leg.host_id} != two for leg in legs):
            yield f"swap {swap_id} is no pair"
        if len(legs) == 2:
            gap = abs((legs[0].day - legs[1].day).days)
            if legs[0].visitor_id == legs[1].visitor_id:
                yield f"swap {swap_id} goes one way twice"
            if not gap or not rows.campaign.min_gap_days <= gap <= rows.campaign.max_gap_days:
                yield f"swap {swap_id}: {gap} days between its visits"
            if rows.swaps[swap_id].one_way_at is not None:
                yield f"swap {swap_id} was to stay one way"
    yield from (f"pair {pair} swaps {count} times" for pair, count in pairs.items() if count > 1)
    most = rows.campaign.max_swaps_per_person
    yield from (f"person {one} has {count} swaps" for one, count in each.items() if count > most)


def _pair(rows: Rows, visit: Visit) -> Iterable[str]:
    """Rule 3: who may meet whom."""
    visitor, host = rows.people[visit.visitor_id], rows.people[visit.host_id]
    here, there = rows.teams[visitor.team_id], rows.teams[host.team_id]
    one, other = rows.answers.get(visitor.id), rows.answers.get(host.id)
    if here.side == there.side:
        yield f"{visit.id}: the same side"
    if here.department == there.department:
        yield f"{visit.id}: the same department"
    if visitor.manager_id == host.id or host.manager_id == visitor.id:
        yield f"{visit.id}: a manager"
    if one and other and {(one.id, host.id), (other.id, visitor.id)} & rows.avoid:
        yield f"{visit.id}: one avoids the other"
    if (min(visitor.id, host.id), max(visitor.id, host.id)) in rows.forbidden:
        yield f"{visit.id}: kept apart"
    if one and other and not set(one.languages) & set(other.languages):
        yield f"{visit.id}: no common language"
    ends = (min(here.site_id, there.site_id), max(here.site_id, there.site_id))
    minutes = 0 if ends[0] == ends[1] else rows.travel.get(ends)
    if minutes is None or minutes > rows.campaign.max_travel_minutes:
        yield f"{visit.id}: too far"
    if one and (one.id, there.site_id) in rows.excluded:
        yield f"{visit.id}: an excluded site"


def _limits(rows: Rows) -> Iterable[str]:
    """Rule 4: members away, visitors received, closed days."""
    away: Counter[tuple[int, date]] = Counter()
    received: Counter[tuple[int, date]] = Counter()
    for visit in rows.standing:
        away[rows.people[visit.visitor_id].team_id, visit.day] += 1
        received[rows.people[visit.host_id].team_id, visit.day] += 1
        if rows.teams[rows.people[visit.host_id].team_id].closed_weekdays[visit.day.weekday()] == "1":
            yield f"{visit.id}: a closed day"
    for (team_id, day), count in away.items():
        if count > rows.teams[team_id].max_away:
            yield f"team {team_id}: {count} away on {day}"
    for (team_id, day), count in received.items():
        if count > rows.teams[team_id].max_visitors:
            yield f"team {team_id}: {count} visitors on {day}"
    counted = {(row.team_id, row.day): (row.away, row.received) for row in rows.team_days}
    for at in {*away, *received, *counted}:
        if counted.get(at, (0, 0)) != (away[at], received[at]):
            yield f"team's day {at}: counted {counted.get(at)}, is {(away[at], received[at])}"


def _tables(rows: Rows) -> Iterable[str]:
    """What must agree between tables."""
    taken = {(row.person_id, row.day, row.visit_id) for row in rows.person_days}
    due = {
        (person_id, visit.day, visit.id)
        for visit in rows.standing
        for person_id in (visit.visitor_id, visit.host_id, visit.tutor_id)
        if person_id is not None
    }
    if taken != due:
        yield f"days taken without a visit {taken - due}, visits without their day {due - taken}"
    fell = {
        line.visit_id for line in rows.changes if line.kind in (ChangeKind.CANCELLED, ChangeKind.DECLINED)
    }
    for visit in rows.visits:
        if (visit.status.value == "cancelled") != (visit.id in fell):
            yield f"{visit.id}: its history does not say whether it stands"
    if len({visit.uid for visit in rows.visits}) != len(rows.visits):
        yield "two visits share a UID"


TOLD = {
    ChangeKind.DECLINED,
    ChangeKind.CANCELLED,
    ChangeKind.MOVED,
    ChangeKind.MADE_UP,
    ChangeKind.ONE_WAY,
    ChangeKind.HOURS,
    ChangeKind.TUTOR,
    ChangeKind.RELEASED,
}
"""Changes of which both people must hear; of the others, the other one must."""


def unheard(session: Session, campaign_id: int) -> list[str]:
    """Changes of which somebody concerned got no message. What a visit was before it fell, its fall tells."""
    rows = Rows(session, campaign_id)
    mails = session.exec(select(Mail).where(col(Mail.campaign_id) == campaign_id)).all()
    heard = {(mail.key.split(":", 1)[1].rsplit(":", 1)[0], mail.person_id) for mail in mails}
    by_id = {visit.id: visit for visit in rows.visits}
    found = []
    for line in rows.changes:
        if line.kind is ChangeKind.PLANNED:
            continue
        visit = by_id[line.visit_id]
        is_fall = line.kind in (ChangeKind.DECLINED, ChangeKind.CANCELLED)
        about_proposal = line.kind in {
            ChangeKind.PROPOSED,
            ChangeKind.REFUSED,
            ChangeKind.WITHDRAWN,
            ChangeKind.LAPSED,
            ChangeKind.ONE_WAY,
        }
        if visit.status.value == "cancelled" and not is_fall and not about_proposal:
            continue
        two = {"visitor": visit.visitor_id, "host": visit.host_id}
        to = two if line.kind in TOLD else {r: p for r, p in two.items() if r != line.by.value}
        for role, person_id in to.items():
            if (f"{visit.id}:{line.id}", person_id) not in heard:
                found.append(f"{line.kind.value} of {visit.id}: the {role} heard nothing")
    return found
