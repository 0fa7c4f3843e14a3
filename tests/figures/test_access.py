"""A hundredth of each figure at every run; and each guard, taken away, is missed."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlmodel import Session

from app.accounts import attempts, links, pages_sign_in, schemas, sessions
from app.accounts.tables import Account, SignInLink
from app.core.security import token_hash
from tests.figures.access import FIGURES, PAYLOADS, leaves

HUNDREDTH = 0.01


@pytest.mark.parametrize("number", sorted(FIGURES))
@pytest.mark.database("sqlite", "postgresql")
def test_a_hundredth_of_the_figure_holds(number: int, database_url: str) -> None:
    outcome = FIGURES[number].measure(database_url, HUNDREDTH)
    assert outcome.holds, outcome.measured


def never_ending(session: Session, token: str) -> None:
    """A sign-out that forgets the row."""


def reusable(session: Session, token: str, *, now: datetime) -> tuple[Account, str] | None:
    """A link that is not used up."""
    found = session.get_one(SignInLink, 1)
    return (
        (session.get_one(Account, found.account_id), "/") if found.token_hash == token_hash(token) else None
    )


def uncounted(*_: object, **__: object) -> None:
    """A door that counts nobody."""


GUARDS_OFF: dict[int, tuple[object, str, Callable[..., object]]] = {
    19: (sessions, "end_by_token", never_ending),
    20: (links, "consume", reusable),
    22: (attempts, "take", uncounted),
    24: (pages_sign_in, "local_path", lambda target: target),
}


@pytest.mark.parametrize("number", sorted(GUARDS_OFF))
@pytest.mark.database("sqlite")
def test_a_guard_taken_away_is_missed(
    number: int, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, name, without = GUARDS_OFF[number]
    monkeypatch.setattr(place, name, without)
    if number == 24:
        monkeypatch.setattr(schemas, "local_path", without)
        monkeypatch.setattr(links, "local_path", without)
    outcome = FIGURES[number].measure(database_url, HUNDREDTH)
    assert not outcome.holds, outcome.measured


def test_the_payloads_are_three_hundred_and_nearly_all_dangerous() -> None:
    assert len(set(PAYLOADS)) >= 300
    assert sum(leaves(payload) for payload in PAYLOADS) > 150


@pytest.mark.parametrize("inside", ["/", "/visits/7?day=2027-03-09#x", "visits", "http://testserver/a"])
def test_the_judge_lets_our_own_pages_pass(inside: str) -> None:
    assert not leaves(inside)
