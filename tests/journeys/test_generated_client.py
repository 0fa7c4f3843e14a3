"""A program whose client is made from the API's description books and cancels, with a key, nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.accounts.service import create_token
from app.accounts.tables import TokenRole
from app.booking.tables import Approval, BookingRules, Place
from app.core.db import open_session
from tests.booking.conftest import MONDAY, NOW, TUESDAY, Shop
from tests.support.generated import GeneratedClient, Refused
from tests.support.web import browser_of

pytestmark = pytest.mark.usefixtures("clock")

READS = {"get", "head"}


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """One host, two days, a day at a time, booked at once."""
    with open_session(engine) as session:
        made = Shop(session, approval=Approval.AT_ONCE)
        made.terms.max_per_person = 2
        made.offer((MONDAY, TUESDAY), host_id=made.hosts[0].id)
    return made


@pytest.fixture
def api(app: FastAPI, engine: Engine, shop: Shop) -> GeneratedClient:
    with open_session(engine) as session:
        key = create_token(session, account_id=shop.hr.id or 0, name="Intranet", role=TokenRole.HR, now=NOW)
    return GeneratedClient(browser_of(app), key)


def test_a_generated_client_searches_books_is_refused_and_cancels(
    api: GeneratedClient, shop: Shop, run_jobs: Callable[[], list[str]]
) -> None:
    first, second = (person.id for person in shop.askers[:2])
    [place] = api.booking_find_for(person_id=first, q="vend")["places"]
    assert [(one["day"], one["left"]) for one in place["days"]] == [
        (MONDAY.isoformat(), 1),
        (TUESDAY.isoformat(), 1),
    ]

    wanted = {"place_id": place["id"], "day": MONDAY.isoformat()}
    asked = api.booking_ask_for(person_id=first, idempotency_key="intranet-1", body=wanted)
    assert asked["status"] == "booked"
    again = api.booking_ask_for(person_id=first, idempotency_key="intranet-1", body=wanted)
    assert again == asked
    visit = api.visits_show(visit_id=asked["visit_id"])
    assert visit["visitor"]["id"] == first
    assert visit["day"] == MONDAY.isoformat()

    with pytest.raises(Refused) as full:
        api.booking_ask_for(person_id=second, idempotency_key="intranet-2", body=wanted)
    assert (full.value.status, full.value.code) == (409, "PlaceFull")
    assert "5 avril" in full.value.message
    line = api.booking_ask_for(person_id=second, idempotency_key="intranet-3", body={**wanted, "wait": True})
    assert line["status"] == "waiting"

    why = {"reason": "visitor_away", "revision": visit["revision"]}
    cancelled = api.visits_cancel(visit_id=visit["id"], body=why)
    assert cancelled["status"] == "cancelled"
    assert api.visits_cancel(visit_id=visit["id"], body=why) == cancelled  # sent again, answered as the first
    with pytest.raises(Refused) as otherwise:
        api.visits_cancel(visit_id=visit["id"], body=why | {"reason": "closed"})
    assert otherwise.value.status == 409
    run_jobs()
    [mine] = api.booking_requests_for(person_id=first)["requests"]
    assert mine["status"] == "cancelled"
    [theirs] = api.booking_requests_for(person_id=second)["requests"]
    assert theirs["status"] == "offered"
    gone = api.booking_withdraw_for(
        person_id=second, request_id=theirs["id"], body={"revision": theirs["revision"]}
    )
    assert gone["status"] == "withdrawn"


def test_a_client_is_told_in_the_described_shape_what_it_may_not_do(
    app: FastAPI, api: GeneratedClient, shop: Shop
) -> None:
    person, nobody = shop.askers[0].id, 999_999
    with pytest.raises(Refused) as unknown:
        api.booking_find_for(person_id=nobody)
    assert (unknown.value.status, unknown.value.code) == (404, "NotFound")
    with pytest.raises(Refused) as missing:
        api.booking_ask_for(
            person_id=person, idempotency_key="intranet-1", body={"place_id": 999_999, "day": "2027-04-05"}
        )
    assert missing.value.status == 404
    with pytest.raises(Refused) as own:
        api.booking_mine()
    assert own.value.status == 403  # a program is nobody's own space
    with pytest.raises(Refused) as stranger:
        GeneratedClient(browser_of(app), "no key").booking_find_for(person_id=person)
    assert stranger.value.status == 401
    with pytest.raises(Refused) as unreadable:
        api.booking_find_for(person_id=person, minutes=-1)
    assert (unreadable.value.status, unreadable.value.code) == (422, "Unreadable")


def test_somebody_for_whom_hr_booked_accepts_the_conditions_themselves(
    engine: Engine, api: GeneratedClient, shop: Shop
) -> None:
    from app.accounts.sessions import Actor
    from app.teams.schemas import ConditionsForm
    from app.teams.service import By, ask_of_visitors

    hr = Actor(shop.hr.id or 0, shop.hr.name, None, is_hr=True, is_admin=False)
    with open_session(engine) as session:
        ask_of_visitors(
            session, shop.shop.id or 0, ConditionsForm(confidentiality=True, version=0), by=By(hr), now=NOW
        )
    [place] = api.booking_find_for(person_id=shop.askers[0].id)["places"]
    asked = api.booking_ask_for(
        person_id=shop.askers[0].id,
        idempotency_key="intranet-1",
        body={"place_id": place["id"], "day": TUESDAY.isoformat()},
    )
    assert not api.visits_show(visit_id=asked["visit_id"])["confirmed_by_visitor"]


def test_a_program_reads_what_managers_read_and_answers_with_a_host(
    engine: Engine, api: GeneratedClient, shop: Shop
) -> None:
    with open_session(engine) as session:
        session.get_one(BookingRules, shop.campaign.id).approval = Approval.MANAGER
        session.get_one(Place, 1).host_id = None
    [place] = api.booking_find_for(person_id=shop.askers[0].id)["places"]
    wanted = {"place_id": place["id"], "day": MONDAY.isoformat()}
    asked = api.booking_ask_for(person_id=shop.askers[0].id, idempotency_key="intranet-1", body=wanted)
    [waiting] = api.booking_to_answer()["requests"]
    assert (waiting["id"], waiting["status"], waiting["may_accept"]) == (asked["id"], "requested", True)
    assert (waiting["effect"]["fits"], waiting["effect"]["rivals"]) == (True, 0)
    assert len(waiting["effect"]["lines"]) == 2

    able = api.booking_hosts(request_id=asked["id"])["hosts"]
    assert {one["id"] for one in able} >= {one.id for one in shop.hosts}
    yes = {"host_id": shop.hosts[2].id, "revision": asked["revision"]}
    booked = api.booking_approve(request_id=asked["id"], body=yes)
    with pytest.raises(Refused) as answered:
        api.booking_hosts(request_id=asked["id"])
    assert (answered.value.status, answered.value.code) == (409, "ImpossibleAnswer")

    month = {"first": "2027-04-05", "last": "2027-04-10"}
    there, home = (
        api.teams_calendar(team_id=one.id, **month)["days"][0] for one in (shop.shop, shop.accounts)
    )
    [comes], [leaves] = there["coming"], home["leaving"]
    assert comes == leaves
    assert (comes["visit_id"], comes["visitor"]["id"]) == (booked["visit_id"], shop.askers[0].id)
    assert comes["host"]["id"] == shop.hosts[2].id
    assert (there["day"], there["state"], there["may_come"]) == (MONDAY.isoformat(), "some", 3)
    assert (home["present"], home["staying"], home["may_leave"]) == (7, 6, 7)
    assert len(api.teams_calendar(team_id=shop.shop.id, **month)["days"]) == 6

    others = api.visits_possible_tutors(visit_id=booked["visit_id"])["tutors"]
    assert {one["id"] for one in others} == {
        one.id for one in (*shop.hosts, shop.marc) if one is not shop.hosts[2]
    }
    assert api.booking_invite(campaign_id=shop.campaign.id) == {"leaving": True}
    closed = api.planning_show_closure(campaign_id=shop.campaign.id, site_id=shop.there.id, **month)
    assert [one["id"] for one in closed["falling"]] == [booked["visit_id"]]
    assert closed["repaired"] == []


def test_a_roster_tried_by_a_program_says_which_days_it_contradicts(
    engine: Engine, api: GeneratedClient, shop: Shop
) -> None:
    [place] = api.booking_find_for(person_id=shop.askers[0].id)["places"]
    asked = api.booking_ask_for(
        person_id=shop.askers[0].id,
        idempotency_key="intranet-1",
        body={"place_id": place["id"], "day": MONDAY.isoformat()},
    )
    number = shop.hosts[0].employee_number
    file = f"Matricule;Jour;Horaires\n{number};{MONDAY.isoformat()};repos\n".encode()
    tried = api.teams_import_roster(file=file, dry_run=True)
    [against] = tried["contradicted"]
    assert (against["visit"]["id"], against["absent"]) == (asked["visit_id"], [shop.hosts[0].id])
    assert against["falls"]
    assert shop.hosts[0].name in against["words"]
    assert (tried["dry_run"], tried["created"], tried["roster_ids"]) == (True, 1, [])
    assert not _monday(api, shop)["contradicted"]

    done = api.teams_import_roster(file=file)
    assert done["contradicted"] == tried["contradicted"]
    assert len(done["roster_ids"]) == 1
    assert _monday(api, shop)["contradicted"]


def _monday(api: GeneratedClient, shop: Shop) -> dict[str, Any]:
    week = api.teams_calendar(team_id=shop.shop.id, first=MONDAY.isoformat(), last=TUESDAY.isoformat())
    found: dict[str, Any] = week["days"][0]
    return found


def test_the_description_is_good_enough_to_make_a_client_from(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    operations: list[tuple[str, str, dict[str, Any]]] = [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    ids = [operation["operationId"] for _path, _method, operation in operations]
    assert len(set(ids)) == len(ids)
    assert [one for one in ids if not one.isidentifier()] == []
    faults = []
    for path, method, operation in operations:
        if not operation.get("description"):
            faults.append(f"{method} {path} says nothing")
        for status, answer in operation["responses"].items():
            shape = answer.get("content", {}).get("application/json", {}).get("schema")
            if status != "204" and not shape and status.startswith("2"):
                faults.append(f"{method} {path} {status} has no shape")
            if status.startswith("4") and shape != {"$ref": "#/components/schemas/RefusalOut"}:
                faults.append(f"{method} {path} {status} is no refusal")
    assert faults == []
