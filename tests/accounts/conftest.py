"""People at the door."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine

from app.accounts import codes
from app.accounts.tables import Account
from app.core.db import open_session

PIN = "482915"
PASSWORD = "une phrase assez longue"


@pytest.fixture
def lea(account: Callable[..., Account]) -> Account:
    """An employee with an address and a number."""
    return account(name="Léa Petit", email="lea.petit@exemple.fr", employee_number="E0042")


@pytest.fixture
def card(engine: Engine, lea: Account) -> str:
    """The code printed on Léa's card, not yet used."""
    with open_session(engine) as session:
        session.add(lea)
        return codes.issue_code(lea)


@pytest.fixture
def with_pin(engine: Engine, lea: Account) -> Account:
    """Léa has chosen her PIN."""
    with open_session(engine) as session:
        lea.pin_hash = codes.hash_secret(PIN)
        session.add(lea)
    return lea


@pytest.fixture
def boss(account: Callable[..., Account]) -> Account:
    """An administrator with a password."""
    return account(
        name="Ada Chef", email="ada@exemple.fr", is_admin=True, password_hash=codes.hash_secret(PASSWORD)
    )


class Read(Protocol):
    """`read(select(Account))`: the rows as they stand now; no transaction stays open."""

    def __call__(self, query: Any) -> list[Any]:
        """Run the query."""


@pytest.fixture
def read(engine: Engine) -> Read:
    """See `Read`."""

    def rows(query: Any) -> list[Any]:
        with open_session(engine, reads_only=True) as session:
            return list(session.exec(query))

    return rows
