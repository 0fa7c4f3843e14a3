"""How long a pause may be: what is previewed is what is accepted."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.availability.errors import PauseImpossible
from tests.visits.life import MONDAY, TODAY, Company

pytestmark = pytest.mark.usefixtures("clock")
YEAR = timedelta(days=366)


@pytest.mark.parametrize(
    ("first", "last", "possible"),
    [
        (TODAY, TODAY, True),
        (MONDAY, MONDAY + YEAR, True),
        (MONDAY, MONDAY + YEAR + timedelta(days=1), False),
        (MONDAY, MONDAY + 2 * YEAR, False),
        (MONDAY, MONDAY - timedelta(days=1), False),
        (TODAY - timedelta(days=1), MONDAY, False),
    ],
)
def test_what_the_page_and_the_program_preview_is_what_is_accepted(
    company: Company, as_: Callable[[Any], TestClient], first: date, last: date, possible: bool
) -> None:
    client, here = as_(company.anna), f"/campaigns/{company.campaign.id}"
    span, refused = {"first": first.isoformat(), "last": last.isoformat()}, PauseImpossible().message()
    page = client.get(f"{here}/pause", params=span).text
    assert ("Faire cette pause" in page) is possible
    assert (refused in page) is not possible
    seen = client.get(f"/api/v1{here}/departure", params=span)
    assert seen.status_code == (200 if possible else 422)
    assert (refused in seen.text) is not possible
    done = client.post(f"{here}/pause", data={**span, "version": "1"})
    assert done.status_code == (303 if possible else 422)
    assert (refused in done.text) is not possible
