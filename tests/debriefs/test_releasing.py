"""Sealed answers are released five at a time, or at the end, and destroyed where they are too few."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.core.db import open_session
from app.debriefs import queries, releasing, service
from app.debriefs.jobs import close_campaign, destroy_expired, release_batches
from app.debriefs.tables import (
    Answer,
    Debrief,
    Draft,
    MobilityInterest,
    Role,
    SealedDebrief,
    Thanks,
)
from tests.debriefs.conftest import EVENING, HOST, VISITOR, Company, rows, send
from tests.support.web import Clock


def test_four_forms_stay_sealed_the_fifth_releases_all(many: Company, engine: Engine, evening: Clock) -> None:
    with open_session(engine) as session:
        send(session, many, 4)
    release_batches(engine)
    with open_session(engine) as session:
        assert rows(session, Answer) == []
        assert len(rows(session, SealedDebrief)) == 4
        send(session, many, 1, start=4)
    release_batches(engine)
    with open_session(engine) as session:
        assert rows(session, SealedDebrief) == []
        assert queries.tallies(session, many.campaign_id) == {
            "recommend": {0: 1, 1: 1, 2: 1, 3: 1, 4: 1},
            "supported": {3: 5},
        }
        assert queries.released(session, many.campaign_id)[Role.VISITOR].forms == 5


def test_five_forms_of_two_roles_are_no_batch(many: Company, engine: Engine) -> None:
    with open_session(engine) as session:
        send(session, many, 4)
        send(session, many, 3, Role.HOST)
    release_batches(engine)
    with open_session(engine) as session:
        assert rows(session, Answer) == []


def test_a_release_writes_all_answers_anew_in_another_order(many: Company, engine: Engine) -> None:
    with open_session(engine) as session:
        send(session, many, 5)
    release_batches(engine)
    with open_session(engine) as session:
        before = {row.id for row in rows(session, Answer)}
        for n in range(5):
            said = {"recommend": n}
            releasing.put_into_pool(session, many.campaign_id, Role.VISITOR, said, who=f"p{n}", first=True)
        assert releasing.release(session, many.campaign_id, Role.VISITOR) == 5
        session.expire_all()
        after = rows(session, Answer)
        assert not before & {row.id for row in after}
        assert len(after) == len(before) + 5


def test_each_arrival_rewrites_the_pool(many: Company, session: Session) -> None:
    send(session, many, 3)
    before = {(row.id, row.sealed) for row in rows(session, SealedDebrief)}
    send(session, many, 1, start=3)
    session.expire_all()
    after = {(row.id, row.sealed) for row in rows(session, SealedDebrief)}
    assert len(after) == 4
    assert not {id_ for id_, _ in before} & {id_ for id_, _ in after}
    assert not {sealed for _, sealed in before} & {sealed for _, sealed in after}


def test_at_closing_the_last_few_give_their_words_but_not_their_figures(
    many: Company, engine: Engine
) -> None:
    with open_session(engine) as session:
        send(session, many, 5)
    release_batches(engine)
    with open_session(engine) as session:
        figures = queries.tallies(session, many.campaign_id)
        send(session, many, 2, start=5)
    close_campaign(engine, many.campaign_id)
    with open_session(engine) as session:
        assert queries.tallies(session, many.campaign_id) == figures
        done = queries.released(session, many.campaign_id)[Role.VISITOR]
        assert (done.forms, done.words_only) == (5, 2)
        assert len([row for row in rows(session, Answer) if row.question == "surprise"]) == 7
        assert rows(session, SealedDebrief) == []


def test_fewer_than_five_in_all_stay_sealed_and_are_destroyed(
    many: Company, engine: Engine, evening: Clock
) -> None:
    with open_session(engine) as session:
        send(session, many, 4)
        author = many.author(session, many.hosts[0])
        service.save_draft(session, author, HOST, now=EVENING)
        thanker = many.author(session, many.hosts[1], 1)
        service.send_debrief(session, thanker, {**HOST, "thanks": "Merci"}, now=EVENING)
    close_campaign(engine, many.campaign_id)
    with open_session(engine) as session:
        assert rows(session, Answer) == []
        assert rows(session, Draft) == []
        assert len(rows(session, SealedDebrief)) == 5
    evening.set(datetime(2028, 5, 13, 12, tzinfo=UTC))
    destroy_expired(engine)
    with open_session(engine) as session:
        assert len(rows(session, SealedDebrief)) == 5
    evening.set(datetime(2028, 5, 15, 12, tzinfo=UTC))
    destroy_expired(engine)
    with open_session(engine) as session:
        for table in (SealedDebrief, Debrief, Thanks, MobilityInterest):
            assert rows(session, table) == []


def test_a_changed_secret_loses_nothing_and_breaks_nothing(
    many: Company, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.core.settings import settings

    with open_session(engine) as session:
        send(session, many, 4)
        service.save_draft(session, many.author(session, many.visitors[5], 5), VISITOR, now=EVENING)
    monkeypatch.setenv("SECRET_KEY", "another one")
    settings.cache_clear()
    with open_session(engine) as session:
        assert service.draft_of(session, many.author(session, many.visitors[5], 5)) == {}
        send(session, many, 1, start=4)
        assert releasing.release(session, many.campaign_id, Role.VISITOR) == 0
        assert len(rows(session, SealedDebrief)) == 5
