"""What is kept for somebody counts against the limits of both teams: their calendars show it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.core.templating import when
from app.home import news
from app.people.tables import Team
from tests.booking.conftest import MONDAY, TODAY, Shop, let_go
from tests.booking.test_nobody_receives import held_for_one
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")

Enter = Callable[..., TestClient]


def on_monday(client: TestClient, team: Team) -> dict[str, Any]:
    [day] = client.get(
        f"/api/v1/teams/{team.id}/calendar", params={"first": MONDAY.isoformat(), "last": MONDAY.isoformat()}
    ).json()["days"]
    return dict(day)


def test_a_place_that_is_kept_shows_on_the_calendar_of_the_team_that_receives(
    engine: Engine, session: Session, shop: Shop, as_: Enter, clock: Clock
) -> None:
    kept, _waits = held_for_one(engine, session, shop)
    let_go(session, kept, shop.shop, shop.marc, *shop.askers)
    marc, name, due = as_(shop.marc), shop.askers[1].name, kept.due_at
    assert due is not None
    page = marc.get(f"/team/{shop.shop.id}").text
    assert f"Place gardée pour {name}, avec {shop.marc.name}, jusqu’au {when(due)}" in page
    assert f'href="#on-{MONDAY.isoformat()}"' in page
    assert "1 vient sur 1, dont 1 place gardée" in page
    day = on_monday(marc, shop.shop)
    assert (day["state"], day["coming"], day["leaving"], day["kept_leaving"]) == ("full", [], [], [])
    assert [(one["visitor"]["name"], one["until"]) for one in day["kept_coming"]] == [
        (name, due.isoformat().replace("+00:00", "Z"))
    ]
    clock.set(due + timedelta(minutes=1))  # the service has not passed it on yet
    assert f"Place gardée pour {name}, avec {shop.marc.name} : le temps pour répondre est passé" in (
        marc.get(f"/team/{shop.shop.id}", params={"start": MONDAY.isoformat()}).text
    )


def test_the_team_that_would_be_left_reads_it_too_and_counts_it(
    engine: Engine, session: Session, shop: Shop, as_: Enter
) -> None:
    kept, _waits = held_for_one(engine, session, shop)
    let_go(session, kept, shop.shop, shop.accounts, shop.martine, shop.marc, *shop.askers)
    martine, name, due = as_(shop.martine), shop.askers[1].name, kept.due_at
    assert due is not None
    page = martine.get(f"/team/{shop.accounts.id}").text
    assert f"{name} → {shop.shop.name} : place gardée jusqu’au {when(due)}" in page
    day = on_monday(martine, shop.accounts)
    assert (day["leaving"], day["staying"]) == ([], day["present"] - 1)
    assert [one["host"]["name"] for one in day["kept_leaving"]] == [shop.marc.name]


def test_what_is_only_asked_for_or_waits_in_line_holds_nothing_and_is_not_shown(
    session: Session, asked_shop: Shop, as_: Enter
) -> None:
    place = asked_shop.offer()
    asked_shop.ask(asked_shop.askers[0], place)
    let_go(session, asked_shop.marc, asked_shop.shop)
    day = on_monday(as_(asked_shop.marc), asked_shop.shop)
    assert (day["state"], day["coming"], day["kept_coming"]) == ("none", [], [])


def test_home_counts_it_among_the_days_of_the_team(
    engine: Engine, session: Session, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "TEAM_DAYS", 60)
    assert "Personne ne part" in (news.team_news(session, shop.marc, today=TODAY) or "")
    held_for_one(engine, session, shop)
    assert "1 journée concerne votre équipe" in (news.team_news(session, shop.marc, today=TODAY) or "")
