"""Who enters where: every route, asked by every role, against one table of policies.

What is refused changes nothing; what is let in is really asked, each time with rows of its own to use up.
"""

import hashlib
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, create_engine, select
from sqlmodel import SQLModel

from app.accounts import guards
from app.accounts.tables import TokenRole
from app.accounts.words import who_may
from app.core.db import open_session
from app.core.security import everyone
from app.main import create_app
from app.people.tables import ImportFile
from tests.factories import make_campaign
from tests.journeys.access import IN, NOT_FOUND, OFFICES, POLICIES, ask, expected, faults, routes
from tests.journeys.roles import House, Role, address_of, build_house, come_as, fresh_values, outcome_of

OPENED = {Role.PROGRAM: TokenRole.HR, Role.WATCHER: TokenRole.ADMIN}

pytestmark = pytest.mark.usefixtures("clock")


def digest(engine: Engine) -> dict[str, str]:
    """The content of every table, as a hash."""
    with engine.connect() as connection:
        return {
            name: hashlib.sha256(
                repr(sorted(map(repr, connection.execute(select(rows))))).encode()
            ).hexdigest()
            for name, rows in SQLModel.metadata.tables.items()
        }


@pytest.fixture
def house(engine: Engine) -> House:
    with open_session(engine) as session:
        return build_house(session)


def test_the_table_names_every_policy() -> None:
    engine = create_engine("sqlite://")
    used = {policy for _method, _path, policy in routes(create_app(engine))}
    engine.dispose()
    assert used == set(POLICIES)


def test_the_apis_page_says_of_keys_what_the_table_says() -> None:
    engine = create_engine("sqlite://")
    used = {policy for _method, path, policy in routes(create_app(engine)) if path.startswith("/api/v1/")}
    engine.dispose()
    said = {policy: keys for policy, (_words, keys) in who_may().items()}
    assert set(said) == used
    assert said == {
        policy: {role for key, role in OPENED.items() if POLICIES[policy][key] is IN} for policy in used
    }


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("role", list(Role))
def test_every_route_lets_in_whom_its_policy_names(
    app: FastAPI, engine: Engine, house: House, role: Role
) -> None:
    assert faults(app, engine, house, role) == []


USERS = [Role.NOBODY, Role.PARTICIPANT, Role.INVITED, Role.MANAGER, Role.HR, Role.ADMIN]


@pytest.mark.database("postgresql")
@pytest.mark.parametrize("role", USERS)
def test_every_route_answers_its_first_user_on_the_other_database_too(
    app: FastAPI, engine: Engine, house: House, role: Role
) -> None:
    """Every route's statements run there once; who is refused, the code decides, whatever the database."""

    def is_first(policy: str, path: str) -> bool:
        return role is next((one for one in USERS if expected(policy, path, one) is IN), None)

    assert faults(app, engine, house, role, only=is_first) == []


def test_every_route_has_a_first_user() -> None:
    engine = create_engine("sqlite://")
    asked = routes(create_app(engine))
    engine.dispose()
    strangers = {
        f"{method} {path}"
        for method, path, policy in asked
        if all(expected(policy, path, one) is not IN for one in USERS)
    }
    assert strangers == set()


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("role", [role for role in Role if role not in OFFICES])
def test_what_is_refused_changes_nothing(app: FastAPI, engine: Engine, house: House, role: Role) -> None:
    with open_session(engine) as session:
        values = fresh_values(session, house, house.accounts[Role.HR])
        values["token"] = "no-such-token"
        client = come_as(app, session, house, role)
    before = digest(engine)
    for method, path, policy in routes(app):
        if POLICIES[policy][role] != IN and method != "GET":
            client.request(method, address_of(path, values), data={"name": "Autre", "version": "1"})
    assert digest(engine) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/visits/{visit_id}"),
        ("GET", "/visits/{visit_id}.ics"),
        ("GET", "/api/v1/visits/{visit_id}"),
        ("GET", "/debriefs/{visit_id}"),
        ("POST", "/debriefs/{visit_id}/draft"),
        ("POST", "/debriefs/{visit_id}/sending"),
        ("POST", "/debriefs/{visit_id}/interest/withdrawal"),
        ("GET", "/api/v1/visits/{visit_id}/debrief"),
        ("PUT", "/api/v1/visits/{visit_id}/debrief"),
        ("POST", "/api/v1/visits/{visit_id}/debrief/sending"),
    ],
)
def test_somebody_else_s_visit_does_not_exist(
    app: FastAPI, engine: Engine, house: House, method: str, path: str
) -> None:
    others = {"visit_id": house.values["other_visit_id"]}
    assert ask(app, engine, house, Role.PARTICIPANT, method, path) == IN
    assert ask(app, engine, house, Role.PARTICIPANT, method, path, **others) == NOT_FOUND
    assert ask(app, engine, house, Role.OTHER, method, path, **others) == IN


def test_somebody_else_s_session_cannot_be_ended(app: FastAPI, engine: Engine, house: House) -> None:
    path = "/account/sessions/{sign_in_id}/ending"
    with open_session(engine) as session:
        theirs = fresh_values(session, house, house.accounts[Role.OTHER])["sign_in_id"]
    for role in (Role.PARTICIPANT, Role.HR, Role.ADMIN):
        assert ask(app, engine, house, role, "POST", path, sign_in_id=theirs) == NOT_FOUND
    assert ask(app, engine, house, Role.OTHER, "POST", path, sign_in_id=theirs) == IN


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_somebody_else_s_import_is_theirs(app: FastAPI, engine: Engine, house: House, method: str) -> None:
    with open_session(engine) as session:
        file = fresh_values(session, house, house.accounts[Role.ADMIN])["file_id"]
        client = come_as(app, session, house, Role.HR)
    paths = {"GET": ("", "/rejected.xlsx"), "POST": ("/confirmation", "/deletion")}[method]
    for path in paths:
        assert client.request(method, f"/people/import/{file}{path}").status_code == 404
    with open_session(engine) as session:
        assert session.get(ImportFile, file) is not None


def test_a_run_of_another_campaign_is_not_shown(app: FastAPI, engine: Engine, house: House) -> None:
    with open_session(engine) as session:
        elsewhere = make_campaign(session).id
    for method, path, _policy in routes(app):
        if "{run_id}" in path:
            assert ask(app, engine, house, Role.HR, method, path, campaign_id=elsewhere) == NOT_FOUND, path


@pytest.mark.parametrize("token", ["x", "x" * 43])
def test_a_guessed_calendar_address_does_not_exist(
    app: FastAPI, engine: Engine, house: House, token: str
) -> None:
    for role in (Role.NOBODY, Role.PARTICIPANT, Role.HR):
        with open_session(engine) as session:
            client = come_as(app, session, house, role)
        assert outcome_of(client.get(f"/feeds/{token}.ics")) == NOT_FOUND


def test_something_that_does_not_exist_looks_like_something_of_others(
    app: FastAPI, engine: Engine, house: House
) -> None:
    with open_session(engine) as session:
        client = come_as(app, session, house, Role.PARTICIPANT)
    for path in ("/visits/{}", "/debriefs/{}", "/api/v1/visits/{}", "/campaigns/{}/enrolment"):
        absent = client.get(path.format(987654))
        assert absent.status_code == 404
        if "visit" in path or "debrief" in path:
            there = path.format(house.values["other_visit_id"])
            assert client.get(there).text.replace(there, "") == absent.text.replace(path.format(987654), "")


@pytest.fixture
def opened(app: FastAPI) -> Callable[[], FastAPI]:
    """The application with one guard left off: the control of the table."""

    def without_guard() -> FastAPI:
        app.dependency_overrides[guards.hr] = everyone
        return app

    return without_guard


def test_a_guard_left_off_is_seen(opened: Callable[[], FastAPI], engine: Engine, house: House) -> None:
    assert ask(opened(), engine, house, Role.INVITED, "GET", "/people") == IN
