"""Figures 32 and 33: what somebody learns who watches the results, or who holds a copy of the database.

Figure 33. The attacker has a dump of every table in its physical order (rowid, or ctid and xmin), the logs,
and even knows the order in which people sent. Each attack orders the sealed pool, and later the released
answers, in some way and lays that order upon the authors. Chance links one author in each such matching,
whatever its length; an attack that links more than chance does once in 30,000 times (four standard deviations
of a normal law) has found something.
The control stores the same words naively, as they arrive, and must be relinked.
"""

import logging
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from scipy.stats import norm, poisson
from sqlalchemy import DateTime, Engine, event, text
from sqlmodel import Session, SQLModel, select

from app.campaigns.tables import Status
from app.core import jobs
from app.core.db import Instant, make_engine, open_session
from app.debriefs import queries, releasing, service
from app.debriefs.questions import GROUP
from app.debriefs.sealing import unseal
from app.debriefs.tables import Answer, Draft, Role, SealedDebrief
from app.visits import queries as visits
from app.visits.tables import Visit
from tests.factories import NOW, make_campaign, make_person, make_team
from tests.figures.progress import counted
from tests.support.databases import one_database

AUTHORS = 20
FIRST_BATCH = 9
KINDS = ("sqlite", "postgresql")
EVENING = datetime(2027, 4, 5, 18, 0, tzinfo=UTC)
CONTROL_LINKS = 0.9
"""The share of authors that the control must give away for the attack to count as one."""


@dataclass
class Relinked:
    """Authors found, by attack."""

    trials: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    matchings: Counter[str] = field(default_factory=Counter)
    control: int = 0
    said_in_logs: int = 0

    def limit(self, attack: str) -> float:
        """What chance gives: one link a matching, as rare events fall; more comes once in 30,000 attacks."""
        return float(poisson.isf(norm.sf(4), self.matchings[attack]))

    @property
    def better_than_chance(self) -> dict[str, int]:
        """Attacks that found something."""
        return {one: n for one, n in self.hits.items() if n > self.limit(one)}

    @property
    def control_is_relinked(self) -> bool:
        """Whether naive storing gives its authors away."""
        return self.control >= CONTROL_LINKS * AUTHORS * self.trials


def relink(engine: Engine, trials: int, seed: int = 33) -> Relinked:
    """Attack `trials` campaigns of `AUTHORS` people each."""
    found, chance = Relinked(), random.Random(seed)
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    watched, before = logging.getLogger(), logging.getLogger().level
    watched.addHandler(handler)
    watched.setLevel(logging.DEBUG)
    try:
        for _n in counted(range(trials), trials, "campaigns"):
            _trial(engine, found, chance)
    finally:
        watched.removeHandler(handler)
        watched.setLevel(before)
    found.said_in_logs = sum("words of " in line for line in lines)
    return found


def _trial(engine: Engine, found: Relinked, chance: random.Random) -> None:
    found.trials += 1
    campaign_id, visit_ids, people = _company(engine)
    order = list(range(AUTHORS))
    chance.shuffle(order)
    lengths: dict[int, int] = {}
    for place, author in enumerate(order):
        if place == FIRST_BATCH:
            _attack_pool(engine, found, chance, campaign_id, order[:FIRST_BATCH], lengths)
            with open_session(engine) as session:
                releasing.release(session, campaign_id, Role.VISITOR)
        with open_session(engine) as session:
            seen = visits.visit(session, visit_ids[author])
            writer = service.author_of(seen, people[author])
            said = {"surprise": f"words of {author} " + "x" * (author * 40), "supported": 1 + author % 4}
            service.save_draft(session, writer, said, now=EVENING)
            draft = session.exec(select(Draft).where(Draft.visit_id == visit_ids[author])).one()
            lengths[author] = len(draft.sealed)
            service.send_debrief(session, writer, said, now=EVENING)
    with open_session(engine) as session:
        releasing.release(session, campaign_id, Role.VISITOR)
    _attack_answers(engine, found, chance, campaign_id, order, lengths)
    found.control += _control(engine, order)


def _company(engine: Engine) -> tuple[int, list[int], list[int]]:
    with open_session(engine) as session:
        shop, payroll = make_team(session), make_team(session, side="back")
        campaign = make_campaign(session, status=Status.RUNNING, invited=False)
        host = make_person(session, shop, account=None)
        guests = [make_person(session, payroll, account=None) for _n in range(AUTHORS)]
        rows = [
            Visit(
                campaign_id=campaign.id or 0,
                visitor_id=one.id or 0,
                host_id=host.id or 0,
                day=date(2027, 4, 5),
                created_at=NOW,
                changed_at=NOW,
            )
            for one in guests
        ]
        session.add_all(rows)
        session.flush()
        return campaign.id or 0, [row.id or 0 for row in rows], [one.id or 0 for one in guests]


@dataclass(frozen=True)
class Row:
    """A row of the dump: where it lies, when it was written (xmin), its id, how long it is; and who wrote it,
    which only the judge can tell."""

    position: int
    written: int
    id: str
    length: int
    author: int


def _dump(engine: Engine, table: type[SQLModel], judge: dict[str, int]) -> list[Row]:
    name = table.__tablename__
    sqlite = engine.dialect.name == "sqlite"
    order, written = ("rowid", "0") if sqlite else ("ctid", "xmin::text::bigint")
    query = f"SELECT id, length(sealed), {written} FROM {name} WHERE sealed IS NOT NULL ORDER BY {order}"
    with engine.connect() as connection:
        lines = connection.execute(text(query)).all()
    return [
        Row(place, int(line[2]), line[0], int(line[1]), judge[line[0]])
        for place, line in enumerate(line for line in lines if line[0] in judge)
    ]


def _ledger(engine: Engine, visit_authors: dict[int, int]) -> list[int]:
    """Authors in the physical order of the ledger, which an update moves on PostgreSQL."""
    order = "rowid" if engine.dialect.name == "sqlite" else "ctid"
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT visit_id FROM debrief WHERE sent ORDER BY {order}")).all()
    return [visit_authors[row[0]] for row in rows if row[0] in visit_authors]


def _attack_pool(
    engine: Engine,
    found: Relinked,
    chance: random.Random,
    campaign_id: int,
    order: Sequence[int],
    lengths: dict[int, int],
) -> None:
    with open_session(engine) as session:
        pool = queries.sealed_pool(session, campaign_id, Role.VISITOR)
        judge = {
            row.id: _author(unseal(row.sealed, f"pool:{campaign_id}:visitor")["said"]["surprise"])
            for row in pool
        }
        ledger = _visit_authors(session, campaign_id)
    rows = _dump(engine, SealedDebrief, judge)
    _attack(found, chance, "pool", rows, order, _ledger(engine, ledger), lengths)


def _attack_answers(
    engine: Engine,
    found: Relinked,
    chance: random.Random,
    campaign_id: int,
    order: Sequence[int],
    lengths: dict[int, int],
) -> None:
    with open_session(engine) as session:
        answers = queries.answers_of(session, campaign_id, Role.VISITOR)
        judge = {
            row.id: _author(unseal(row.sealed, f"answer:{campaign_id}:surprise")["text"])
            for row in answers
            if row.sealed is not None
        }
        ledger = _visit_authors(session, campaign_id)
    assert len(judge) == AUTHORS
    rows = _dump(engine, Answer, judge)
    _attack(found, chance, "answers", rows, order, _ledger(engine, ledger), lengths)


def _attack(
    found: Relinked,
    chance: random.Random,
    stage: str,
    rows: list[Row],
    order: Sequence[int],
    ledger: Sequence[int],
    lengths: dict[int, int],
) -> None:
    guesses: dict[str, tuple[Callable[[Row], Any], Sequence[int]]] = {
        "position": (lambda row: row.position, order),
        "position backwards": (lambda row: -row.position, order),
        "position as in the ledger": (lambda row: row.position, ledger),
        "position as people are numbered": (lambda row: row.position, sorted(order)),
        "id": (lambda row: row.id, order),
        "time": (lambda row: (row.written, chance.random()), order),
        "length": (
            lambda row: (row.length, chance.random()),
            sorted(order, key=lambda author: (lengths[author], chance.random())),
        ),
    }
    for attack, (key, authors) in guesses.items():
        name = f"{stage}: {attack}"
        laid = zip(sorted(rows, key=key), authors, strict=True)
        found.hits[name] += sum(row.author == author for row, author in laid)
        found.matchings[name] += 1


def _control(engine: Engine, order: Sequence[int]) -> int:
    """The same words stored as they arrive: the attack by position finds their authors."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE naive (words TEXT)"))
        for author in order:
            connection.execute(text("INSERT INTO naive VALUES (:words)"), {"words": f"words of {author} "})
        place = "rowid" if engine.dialect.name == "sqlite" else "ctid"
        rows = connection.execute(text(f"SELECT words FROM naive ORDER BY {place}")).scalars().all()
        connection.execute(text("DROP TABLE naive"))
    return sum(_author(words) == author for words, author in zip(rows, order, strict=True))


def _visit_authors(session: Session, campaign_id: int) -> dict[int, int]:
    """Visit's id → number of the author, in the order in which they were made."""
    ids = session.exec(select(Visit.id).where(Visit.campaign_id == campaign_id).order_by(Visit.id))  # type: ignore[arg-type]
    return {visit_id: number for number, visit_id in enumerate(ids) if visit_id is not None}


def _author(words: str) -> int:
    return int(words.split()[2])


def _engine(url: str) -> Engine:
    """What is measured is not whether the disk holds: SQLite need not wait for it."""
    made = make_engine(url)
    if made.dialect.name == "sqlite":
        event.listen(made, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
    return made


def telling_columns() -> list[str]:
    """Columns that could tell when or who, in the tables that hold answers."""
    return [
        f"{table.__tablename__}.{column.name}"
        for table in (SealedDebrief, Answer)
        for column in SQLModel.metadata.tables[str(table.__tablename__)].columns
        if isinstance(column.type, DateTime | Instant)
        or any(key.column.table.name in {"visit", "person", "account"} for key in column.foreign_keys)
    ]


@dataclass
class Watched:
    """What somebody sees who looks at the figures after every sending."""

    sendings: int = 0
    moved_by_fewer: int = 0
    releases: int = 0
    control_moved: int = 0


def watch(engine: Engine, trials: int, seed: int = 32) -> Watched:
    """Look at the figures of a campaign after each of its sendings, and at those of a naive counting."""
    found, chance = Watched(), random.Random(seed)
    for _n in counted(range(trials), trials, "campaigns", lambda: found.moved_by_fewer):
        campaign_id, visit_ids, people = _company(engine)
        shown: dict[str, dict[int, int]] = {}
        at_once: Counter[tuple[str, int]] = Counter()
        since = 0
        for visit_id, person_id in zip(visit_ids, people, strict=True):
            with open_session(engine) as session:
                writer = service.author_of(visits.visit(session, visit_id), person_id)
                said = {"recommend": chance.randint(0, 10), "supported": chance.randint(0, 4)}
                service.send_debrief(session, writer, said, now=EVENING)
            found.sendings += 1
            since += 1
            with open_session(engine) as session:
                if chance.random() < 0.5:
                    releasing.release(session, campaign_id, Role.VISITOR)
                now = queries.tallies(session, campaign_id)
                both = _counted_at_once(session, campaign_id, now)
            found.control_moved += both != at_once
            at_once = both
            if now != shown:
                found.releases += 1
                found.moved_by_fewer += since < GROUP
                shown, since = now, 0
        with open_session(engine) as session:
            releasing.close(session, campaign_id)
            closed = queries.tallies(session, campaign_id)
        found.moved_by_fewer += closed != shown and since < GROUP
    return found


def _counted_at_once(
    session: Session, campaign_id: int, released: dict[str, dict[int, int]]
) -> Counter[tuple[str, int]]:
    """The control: figures that also count what waits in the pool."""
    found = Counter({(key, value): n for key, tally in released.items() for value, n in tally.items()})
    for form in queries.sealed_pool(session, campaign_id, Role.VISITOR):
        found.update(unseal(form.sealed, f"pool:{campaign_id}:visitor")["said"].items())
    return found


def unchanged_until_release(scale: float) -> bool:
    """Figure 32 on both databases."""
    good = True
    for kind in KINDS:
        with one_database(kind) as url:
            engine = _engine(url)
            found = watch(engine, max(1, round(200 * scale)))
            engine.dispose()
        print(
            f"  {kind}: {found.sendings} sendings, {found.releases} changes of figures, "
            f"{found.moved_by_fewer} by fewer than {GROUP} people"
        )
        good &= found.moved_by_fewer == 0 and found.releases > 0 and found.control_moved == found.sendings
    return good


def relinking(scale: float) -> bool:
    """Figure 33 on both databases."""
    good = not telling_columns()
    for kind in KINDS:
        with one_database(kind) as url:
            engine = _engine(url)
            found = relink(engine, max(2, round(200 * scale)))
            silent = jobs.pending(engine) == []
            engine.dispose()
        worst = max(found.hits, key=lambda one: found.hits[one] / found.limit(one))
        print(
            f"  {kind}: {found.trials} campaigns of {AUTHORS}; best attack “{worst}” links "
            f"{found.hits[worst]}, chance {found.matchings[worst]} (limit {found.limit(worst):.0f}); "
            f"naive storing gives {found.control} of {found.trials * AUTHORS} authors away"
        )
        good &= not found.better_than_chance and found.control_is_relinked
        good &= found.said_in_logs == 0 and silent
    return good
