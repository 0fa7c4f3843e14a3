"""What every test may ask for; the fixtures themselves live in `tests/support`."""

import pytest

pytest_plugins = (
    "tests.support.garbage",
    "tests.support.order",
    "tests.support.databases",
    "tests.support.web",
    "tests.support.mail",
    "tests.support.browser",
    "tests.support.accounts",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database sqlite` while developing, `both` for every test on both (`tests/support/databases.py`)."""
    parser.addoption("--database", choices=("sqlite", "postgresql", "both", "turns"), default=None)
