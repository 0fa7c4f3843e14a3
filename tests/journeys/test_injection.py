"""Figure 16: no form takes a field that it does not show, whatever column of whatever table it names."""

from importlib import import_module
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select

from app.accounts import schemas as accounts
from app.accounts.tables import Account
from app.availability import schemas as availability
from app.availability.tables import Enrolment
from app.campaigns import schemas as campaigns
from app.campaigns.tables import Campaign, Status
from app.core.db import open_session
from app.core.forms import FormModel
from app.core.settings import ROOT
from app.debriefs.questions import form_of
from app.debriefs.tables import Role as Side
from app.people import schemas as people
from app.people.tables import Holidays, Site, Team
from tests.factories import make_enrolment
from tests.journeys.roles import House, Role, build_house, come_as

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database("sqlite", "postgresql")]


def forms() -> list[type[BaseModel]]:
    """Every form and JSON input of every feature."""
    for schemas in (ROOT / "app").glob("*/schemas.py"):
        import_module(f"app.{schemas.parent.name}.schemas")
    for side in Side:
        form_of(side)
    found: list[type[BaseModel]] = [FormModel]
    for form in found:
        found += form.__subclasses__()
    return found[1:]


def columns() -> list[str]:
    """The name of every column of every table."""
    return sorted({column.name for rows in SQLModel.metadata.tables.values() for column in rows.columns})


def test_every_form_refuses_every_column_it_does_not_show() -> None:
    tried, taken = 0, []
    for form in forms():
        for column in set(columns()) - set(form.model_fields):
            tried += 1
            with pytest.raises(ValidationError) as refused:
                form.model_validate({column: "1"})
            kinds = {error["loc"]: error["type"] for error in refused.value.errors()}
            if kinds.get((column,)) != "extra_forbidden":
                taken.append(f"{form.__name__}.{column}")
    assert taken == []
    assert tried > 4_000


def test_no_table_is_ever_bound_to_a_request(app: FastAPI) -> None:
    tables = {name.lower() for name in (one.__name__ for one in SQLModel.__subclasses__())}
    schemas = app.openapi()["components"]["schemas"]
    inputs = {
        body["schema"]["$ref"].rpartition("/")[2]
        for path in app.openapi()["paths"].values()
        for operation in path.values()
        for body in operation.get("requestBody", {}).get("content", {}).values()
        if "$ref" in body["schema"]
    }
    assert inputs
    assert not {name.lower() for name in inputs} & tables
    assert all(schemas[name].get("additionalProperties") is False for name in inputs)


@pytest.fixture
def house(engine: Engine) -> House:
    with open_session(engine) as session:
        made = build_house(session)
        made.campaign.status = Status.OPEN
        made.campaign.enrol_until = made.campaign.last_day
        session.add(made.campaign)
        make_enrolment(session, made.campaign, made.people[Role.INVITED])
    return made


def row_of(session: Session, house: House, table: type[SQLModel]) -> dict[str, Any]:
    """The row that the requests below aim at."""
    ids = {
        Account: house.values["account_id"],
        Team: house.values["team_id"],
        Site: house.values["site_id"],
        Campaign: house.values["campaign_id"],
    }
    if table is Enrolment:
        person = house.people[Role.INVITED].id
        return session.exec(select(Enrolment).where(Enrolment.person_id == person)).one().model_dump()
    return session.get_one(table, ids[table]).model_dump()


Write = tuple[Role, str, type[BaseModel], dict[str, str], type[SQLModel], str]
WRITES: dict[str, Write] = {
    "team": (
        Role.HR,
        "/people/teams/{team_id}",
        people.TeamForm,
        {"version": "1", "department": "Ventes", "max_away": "3", "max_visitors": "4", "min_presence": "1"},
        Team,
        "max_away",
    ),
    "site": (
        Role.HR,
        "/people/sites/{site_id}",
        people.SiteForm,
        {"version": "1", "name": "Lyon Sud", "holidays": Holidays.FRANCE.value},
        Site,
        "name",
    ),
    "story": (
        Role.HR,
        "/campaigns/{campaign_id}/edit/story",
        campaigns.StoryForm,
        {"version": "1", "name": "Un autre nom", "story": "Autre"},
        Campaign,
        "name",
    ),
    "rules": (
        Role.HR,
        "/campaigns/{campaign_id}/edit/rules",
        campaigns.RulesForm,
        {
            "version": "1",
            "exchange": "swap",
            "max_travel_minutes": "45",
            "notice_days": "14",
            "max_swaps_per_person": "2",
            "link_points": "2",
        },
        Campaign,
        "max_travel_minutes",
    ),
    "roles": (
        Role.ADMIN,
        "/admin/accounts/{account_id}/roles",
        accounts.RolesForm,
        {"is_hr": "1"},
        Account,
        "is_hr",
    ),
    "languages": (
        Role.INVITED,
        "/campaigns/{campaign_id}/enrolment/languages",
        availability.LanguagesForm,
        {"version": "1", "languages": "en"},
        Enrolment,
        "languages",
    ),
}
"""Who sends, where, the form, a right one, the table it writes, a column that it changes."""


@pytest.mark.parametrize("name", WRITES)
def test_a_right_form_with_one_field_too_many_changes_no_row(
    app: FastAPI, engine: Engine, house: House, name: str
) -> None:
    role, path, form, fields, table, changed = WRITES[name]
    with open_session(engine) as session:
        before = row_of(session, house, table)
        client: TestClient = come_as(app, session, house, role)
    address = path.format(**house.values)
    for column in set(columns_of(table)) - set(form.model_fields):
        client.post(address, data={**fields, column: "1"})
        with open_session(engine) as session:
            assert row_of(session, house, table) == before, column
    assert client.post(address, data=fields).status_code == 303
    with open_session(engine) as session:
        assert row_of(session, house, table)[changed] != before[changed]


def columns_of(table: type[SQLModel]) -> list[str]:
    """The columns of one table."""
    return [column.name for column in SQLModel.metadata.tables[str(table.__tablename__)].columns]
