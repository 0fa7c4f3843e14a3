"""A person's day and a team's places: taken once, given back once, and counted as they stand."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from app.campaigns.tables import Campaign, Exchange
from app.core.db import make_engine
from app.core.migrations import migrate, migrate_tables
from app.people.tables import Person
from app.visits import limits, places, service
from app.visits.errors import DayTaken, TeamShort, TeamTaken
from app.visits.limits import Decisions
from app.visits.tables import CancelReason, PersonDay, TeamDay, Visit
from tests.factories import make_campaign, make_person, make_team

pytestmark = pytest.mark.database("sqlite", "postgresql")

NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
MONDAY, TUESDAY = date(2027, 4, 5), date(2027, 4, 6)


def counted(session: Session) -> dict[tuple[int, date], tuple[int, int]]:
    """The counters that are not at nought."""
    session.expire_all()
    rows = session.exec(select(TeamDay))
    return {(row.team_id, row.day): (row.away, row.received) for row in rows if row.away or row.received}


def recounted(session: Session) -> dict[tuple[int, date], tuple[int, int]]:
    """What they must be: the days that people hold."""
    away: Counter[tuple[int, date]] = Counter()
    received: Counter[tuple[int, date]] = Counter()
    for row in session.exec(select(PersonDay)):
        (away if row.leaves else received)[row.team_id, row.day] += 1
    return {at: (away[at], received[at]) for at in away | received}


class Pair:
    """A shop that receives one visitor a day, a payroll of three that lets one go."""

    def __init__(self, session: Session) -> None:
        self.campaign: Campaign = make_campaign(session, exchange=Exchange.SHADOW)
        self.shop, self.payroll = make_team(session), make_team(session, max_away=2)
        self.hosts: list[Person] = [make_person(session, self.shop) for _ in range(3)]
        self.visitors: list[Person] = [make_person(session, self.payroll) for _ in range(3)]

    def plan(self, session: Session, *legs: tuple[int, int, date]) -> list[Visit]:
        triples = [(self.visitors[a].id, self.hosts[b].id, day) for a, b, day in legs]
        return service.plan_visits(session, self.campaign, triples, NOW)  # type: ignore[arg-type]


@pytest.fixture
def pair(session: Session) -> Pair:
    return Pair(session)


def test_a_visit_counts_in_both_teams(session: Session, pair: Pair) -> None:
    pair.plan(session, (0, 0, MONDAY), (1, 1, TUESDAY))
    assert counted(session) == {
        (pair.payroll.id, MONDAY): (1, 0),
        (pair.payroll.id, TUESDAY): (1, 0),
        (pair.shop.id, MONDAY): (0, 1),
        (pair.shop.id, TUESDAY): (0, 1),
    }


def test_a_team_receives_up_to_its_limit_and_no_more(session: Session, pair: Pair) -> None:
    pair.plan(session, (0, 0, MONDAY))
    before = counted(session)
    with pytest.raises(TeamTaken) as refused:
        pair.plan(session, (1, 1, MONDAY))
    assert (refused.value.team_id, refused.value.day) == (pair.shop.id, MONDAY)
    assert counted(session) == before == recounted(session)
    assert len(session.exec(select(Visit)).all()) == 1


def test_a_team_lets_go_up_to_its_limit_and_no_more(session: Session, pair: Pair) -> None:
    pair.shop.max_visitors = 3
    pair.plan(session, (0, 0, MONDAY), (1, 1, MONDAY))
    with pytest.raises(TeamShort) as refused:
        pair.plan(session, (2, 2, MONDAY))
    assert refused.value.team_id == pair.payroll.id
    assert counted(session) == recounted(session)


def test_minimum_presence_is_counted_against_who_works_that_day(session: Session, pair: Pair) -> None:
    pair.shop.max_visitors, pair.payroll.min_presence = 3, 2
    pair.plan(session, (0, 0, MONDAY))
    with pytest.raises(TeamShort):
        pair.plan(session, (1, 1, MONDAY))
    pair.visitors[2].worked_weekdays = "1011100"
    session.flush()
    with pytest.raises(TeamShort):
        pair.plan(session, (0, 0, TUESDAY))


def test_the_campaigns_ceiling_counts_visits_of_other_campaigns(session: Session, pair: Pair) -> None:
    pair.shop.max_visitors = 3
    pair.plan(session, (0, 0, MONDAY))
    other = make_campaign(session, max_visitors_per_team=1)
    with pytest.raises(TeamTaken):
        service.plan_visits(session, other, [(pair.visitors[1].id, pair.hosts[1].id, MONDAY)], NOW)  # type: ignore[list-item]


def test_a_team_receives_nobody_on_a_closed_day(session: Session, pair: Pair) -> None:
    pair.shop.closed_weekdays = "1000000"
    with pytest.raises(TeamTaken):
        pair.plan(session, (0, 0, MONDAY))
    assert len(pair.plan(session, (0, 0, TUESDAY))) == 1


def test_who_takes_it_upon_themselves_passes_the_limits_but_not_a_persons_day(
    session: Session, pair: Pair
) -> None:
    pair.plan(session, (0, 0, MONDAY))
    more = Visit(
        campaign_id=pair.campaign.id,
        visitor_id=pair.visitors[1].id,
        host_id=pair.hosts[1].id,
        day=MONDAY,
        created_at=NOW,
        changed_at=NOW,
    )
    session.add(more)
    session.flush()
    places.take(session, pair.campaign, [more], unlimited=True)
    assert counted(session)[pair.shop.id, MONDAY] == (0, 2)
    with pytest.raises(DayTaken):
        places.take(session, pair.campaign, [more], unlimited=True)
    assert counted(session) == recounted(session)


def test_a_plan_that_does_not_fit_leaves_nothing(session: Session, pair: Pair) -> None:
    with pytest.raises(TeamTaken):
        pair.plan(session, (0, 0, TUESDAY), (1, 1, MONDAY), (2, 2, MONDAY))
    assert counted(session) == {}
    assert session.exec(select(PersonDay)).all() == session.exec(select(Visit)).all() == []


def test_places_are_given_back_once(session: Session, pair: Pair) -> None:
    there, other = pair.plan(session, (0, 0, MONDAY), (1, 1, TUESDAY))
    service.cancel_visit(session, there, CancelReason.SERVICE, None, NOW, today=NOW.date())
    places.give_back(session, [there.id])  # type: ignore[list-item]
    assert counted(session) == recounted(session)
    assert (pair.shop.id, MONDAY) not in counted(session)
    assert counted(session)[pair.shop.id, other.day] == (0, 1)


def test_a_visit_moves_in_one_go(session: Session, pair: Pair) -> None:
    first, second = pair.plan(session, (0, 0, MONDAY), (1, 1, TUESDAY))
    first.day = TUESDAY
    with pytest.raises(TeamTaken):
        places.exchange(session, pair.campaign, [first], given_back=[first.id])  # type: ignore[list-item]
    first.day = MONDAY
    session.flush()
    assert counted(session)[pair.shop.id, MONDAY] == (0, 1)
    # The place that is given back may be the one that is taken: another host of the same team.
    second.host_id = pair.hosts[2].id  # type: ignore[assignment]
    session.flush()
    places.exchange(session, pair.campaign, [second], given_back=[second.id])  # type: ignore[list-item]
    assert counted(session) == recounted(session)


def test_whoever_changes_team_takes_their_days_along(session: Session, pair: Pair) -> None:
    pair.plan(session, (0, 0, MONDAY))
    elsewhere = make_team(session)
    pair.hosts[0].team_id = elsewhere.id  # type: ignore[assignment]
    session.flush()
    assert places.follow_moves(session, TUESDAY) == []
    [one] = places.follow_moves(session, MONDAY)
    assert (one.person_id, one.left, one.joined) == (pair.hosts[0].id, pair.shop.id, elsewhere.id)
    assert counted(session)[elsewhere.id, MONDAY] == (0, 1)
    assert (pair.shop.id, MONDAY) not in counted(session)
    assert counted(session) == recounted(session)


@contextmanager
def decided(monkeypatch: pytest.MonkeyPatch, decisions: Decisions) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(limits, "decisions", lambda *_: decisions)
        yield


def test_what_a_team_decided_about_a_day_counts(
    session: Session, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, payroll = (pair.shop.id, MONDAY), (pair.payroll.id, MONDAY)
    pair.payroll.min_presence = 1
    with decided(monkeypatch, Decisions(no_visitors={shop})), pytest.raises(TeamTaken):
        pair.plan(session, (0, 0, MONDAY))
    with decided(monkeypatch, Decisions(nobody_leaves={payroll})), pytest.raises(TeamShort):
        pair.plan(session, (0, 0, MONDAY))
    with decided(monkeypatch, Decisions(present={payroll: 1})), pytest.raises(TeamShort):
        pair.plan(session, (0, 0, MONDAY))
    with decided(monkeypatch, Decisions(present={payroll: 2}, good={shop})):
        pair.plan(session, (0, 0, MONDAY))
        rooms = places.rooms_of(session, pair.campaign, [shop, payroll])  # type: ignore[list-item]
    assert (rooms[shop].is_good, rooms[shop].left.max_visitors, rooms[payroll].left.max_away) == (True, 0, 0)  # type: ignore[index]


def test_the_upgrade_counts_the_visits_that_stand(empty_url: str) -> None:
    migrate(empty_url)
    engine = make_engine(empty_url)
    with Session(engine) as session:
        pair = Pair(session)
        pair.plan(session, (0, 0, MONDAY), (1, 1, TUESDAY))
        session.commit()
        before = counted(session)
    engine.dispose()
    migrate_tables(empty_url, "0001", back=True)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM person_day")).scalar_one() == 4
    engine.dispose()
    migrate_tables(empty_url)
    engine = make_engine(empty_url)
    with Session(engine) as session:
        assert counted(session) == before == recounted(session)
    engine.dispose()
