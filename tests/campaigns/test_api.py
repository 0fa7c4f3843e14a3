"""The JSON door of campaigns."""

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.tables import Account
from app.campaigns.tables import Campaign, Status
from tests.campaigns.conftest import READY
from tests.support.accounts import SignIn

API = "/api/v1/campaigns"


def body(answer: Any) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


def test_a_program_creates_a_campaign_from_a_name_alone(desk: TestClient) -> None:
    answer = desk.post(API, json={"name": "Printemps"})
    made = body(answer)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{API}/{made['id']}"
    assert (made["status"], made["groups"]) == ("draft", [{"kind": "everybody", "ref": ""}])
    assert made["next_states"] == ["open", "cancelled"]
    assert body(desk.get(f"{API}/{made['id']}"))["name"] == "Printemps"


def test_contradictory_dates_are_refused(desk: TestClient, session: Session) -> None:
    answer = desk.post(API, json={"name": "Printemps", "first_day": "2027-06-01", "last_day": "2027-05-01"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "TermsRefused"
    assert session.exec(select(Campaign)).all() == []


def test_unknown_and_fixed_fields_are_refused(
    desk: TestClient, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign()
    for field, value in (("status", "closed"), ("code", "abc"), ("created_by", 1), ("surprise", 1)):
        assert desk.post(API, json={"name": "Printemps", field: value}).status_code == 422
        assert desk.patch(f"{API}/{made.id}", json={"version": 1, field: value}).status_code == 422


def test_a_change_touches_only_what_is_sent(
    desk: TestClient, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign(max_away_per_team=2)
    changed = body(desk.patch(f"{API}/{made.id}", json={"version": 1, "max_away_per_team": None}))
    assert (changed["max_away_per_team"], changed["name"], changed["version"]) == (None, made.name, 2)
    changed = body(
        desk.patch(f"{API}/{made.id}", json={"version": 2, "groups": [{"kind": "side", "ref": "back"}]})
    )
    assert (changed["invited"], changed["version"]) == (1, 3)


def test_a_stale_change_is_a_conflict(desk: TestClient, committed_campaign: Callable[..., Campaign]) -> None:
    made = committed_campaign(version=4)
    answer = desk.patch(f"{API}/{made.id}", json={"version": 3, "name": "Autre"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "Stale")


def test_a_program_takes_the_steps_of_the_table(
    desk: TestClient, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign(**READY)
    here = f"{API}/{made.id}/steps"
    assert body(desk.post(here, json={"to": "open", "version": 1}))["status"] == "open"
    refused = desk.post(here, json={"to": "closed", "version": 2})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ImpossibleStep")
    unreasoned = desk.post(here, json={"to": "cancelled", "version": 2})
    assert (unreasoned.status_code, unreasoned.json()["error"]["code"]) == (409, "NotReady")
    assert body(desk.post(here, json={"to": "cancelled", "version": 2, "reason": "Non"}))["next_states"] == []


def test_the_list_is_filtered_and_paged(
    desk: TestClient, committed_campaign: Callable[..., Campaign]
) -> None:
    for status in (Status.OPEN, Status.CLOSED, Status.CLOSED):
        committed_campaign(status=status)
    assert body(desk.get(API))["total"] == 3
    closed = body(desk.get(API, params={"status": "closed", "size": 1, "page": 2}))
    assert (closed["total"], len(closed["items"]), closed["items"][0]["status"]) == (2, 1, "closed")


def test_only_hr_enters(client: TestClient, account: Callable[..., Account], sign_in: SignIn) -> None:
    assert client.get(API).status_code == 401
    sign_in(client, account("Yacine Kaci"))
    assert client.get(API).status_code == 403
    assert client.post(API, json={"name": "Printemps"}).status_code == 403
