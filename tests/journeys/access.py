"""One table of who comes in where, and the asking: every route, as a role. Also measured as figure 15."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import Engine

from app.core import clock
from app.core.db import make_engine, open_session
from app.core.security import policies
from app.main import create_app
from tests.figures.progress import counted
from tests.figures.registry import Figure
from tests.figures.registry import Outcome as Measured
from tests.journeys.roles import (
    NOW,
    House,
    Outcome,
    Role,
    address_of,
    build_house,
    come_as,
    fresh_values,
    outcome_of,
    token_for,
)

IN, SIGN_IN, FORBIDDEN, NOT_FOUND = Outcome.IN, Outcome.SIGN_IN, Outcome.FORBIDDEN, Outcome.NOT_FOUND

STRANGERS = dict.fromkeys((Role.NOBODY, Role.LEAVER, Role.REVOKED, Role.EXPIRED), SIGN_IN)
EMPLOYEES = (Role.UNINVITED, Role.INVITED, Role.PARTICIPANT, Role.OTHER, Role.MANAGER)
OFFICES = (Role.HR, Role.ADMIN, Role.PROGRAM, Role.WATCHER)
PROGRAMS = (Role.PROGRAM, Role.WATCHER)


def table(otherwise: Outcome, **said: Outcome) -> dict[Role, Outcome]:
    """Strangers sign in first; the others as said, else `otherwise`."""
    return (
        dict.fromkeys(Role, otherwise) | STRANGERS | {Role(role): outcome for role, outcome in said.items()}
    )


HR_ONLY = table(FORBIDDEN, hr=IN, program=IN)
ADMIN_ONLY = table(FORBIDDEN, admin=IN, watcher=IN)
OFFICES_OUT = {role.value: FORBIDDEN for role in OFFICES}

POLICIES: dict[str, dict[Role, Outcome]] = {
    "everyone": dict.fromkeys(Role, IN),
    "feed": dict.fromkeys(Role, IN),  # whoever holds the secret address
    "signed_in": table(IN),
    "hr": HR_ONLY,
    "hr_campaign": HR_ONLY,
    "hr_answer": HR_ONLY,
    "hr_for_person": HR_ONLY,
    "hr_for_request": HR_ONLY,
    "admin": ADMIN_ONLY,
    "admin_account": ADMIN_ONLY,
    "outbox": ADMIN_ONLY,
    "employee": table(IN, **OFFICES_OUT),
    "manager": table(FORBIDDEN, manager=IN),
    "managing": table(FORBIDDEN, manager=IN),
    "team_lead": table(NOT_FOUND, manager=IN, hr=IN, program=IN),
    "roster_sender": table(FORBIDDEN, manager=IN, hr=IN, program=IN),
    "enrolling": table(IN, uninvited=NOT_FOUND, **OFFICES_OUT),
    "visit_participant": table(NOT_FOUND, participant=IN, manager=IN, hr=IN, program=IN),
    "visit_person": table(NOT_FOUND, participant=IN, manager=FORBIDDEN, hr=FORBIDDEN, program=FORBIDDEN),
    "visit_receiver": table(NOT_FOUND, participant=FORBIDDEN, manager=FORBIDDEN, hr=IN, program=IN),
    "visit_hr": table(NOT_FOUND, participant=FORBIDDEN, manager=FORBIDDEN, hr=IN, program=IN),
    "debrief_author": table(NOT_FOUND, participant=IN),
    "receiver": table(FORBIDDEN, manager=IN, hr=IN, program=IN),
    "place_keeper": table(NOT_FOUND, manager=IN, hr=IN, program=IN),
    "place_visitor": table(IN, uninvited=NOT_FOUND, **OFFICES_OUT),
    "asker": table(NOT_FOUND, invited=IN, **OFFICES_OUT),
    "decider": table(NOT_FOUND, manager=IN, hr=IN, program=IN),
}
"""Policy → who comes in. A guard answers "not found" where saying "forbidden" would tell that it exists."""


def expected(policy: str, path: str, role: Role) -> Outcome:
    """What the table says. Programs are strangers everywhere but under /api/v1/."""
    outside = role in PROGRAMS and not path.startswith("/api/v1/")
    return POLICIES[policy][Role.NOBODY if outside else role]


def routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """(method, path, policy) of every guarded route."""
    found = []
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            [policy] = set(policies(route.dependant))
            found += [(method, route.path, policy) for method in sorted(route.methods or ())]
    return found


def ask(
    app: FastAPI, engine: Engine, house: House, role: Role, method: str, path: str, **change: Any
) -> Outcome:
    """Ask a route once, as somebody."""
    with open_session(engine) as session:
        owner = house.accounts[Role.HR if role in house.tokens or role is Role.NOBODY else role]
        values = fresh_values(session, house, owner)
        if "{token}" in path:
            values["token"] = token_for(session, house, path)
        client = come_as(app, session, house, role)
    return outcome_of(client.request(method, address_of(path, {**values, **change})))


def faults(
    app: FastAPI,
    engine: Engine,
    house: House,
    role: Role,
    *,
    only: Callable[[str, str], bool] = lambda policy, path: True,
) -> list[str]:
    """Where a role comes in though the table says no, or is kept out though it says yes.

    ``only(policy, path)`` says which routes are asked.
    """
    wrong = []
    for method, path, policy in routes(app):
        said = expected(policy, path, role)
        if not only(policy, path):
            continue
        if (got := ask(app, engine, house, role, method, path)) is not said:
            wrong.append(f"{role.value}: {method} {path} ({policy}) is {got.value}, not {said.value}")
    return wrong


def measure(url: str, scale: float) -> Measured:
    """Every route as every role; a hundredth asks as one role in three."""
    engine = make_engine(url)
    with clock.frozen(lambda: NOW), open_session(engine) as session:
        house = build_house(session)
    app = create_app(engine)
    roles = list(Role) if scale >= 1 else list(Role)[::3]
    with clock.frozen(lambda: NOW):
        wrong: list[str] = []
        for role in counted(roles, len(roles), "roles", wrong.__len__):
            wrong += faults(app, engine, house, role)
    asked = len(routes(app)) * len(roles)
    engine.dispose()
    return Measured(f"{asked} questions of {len(roles)} roles, {len(wrong)} wrong answers", not wrong)


FIGURES = {15: Figure("every route, asked by every role", measure)}
