"""Before a roster is confirmed, whoever sends it reads which kept places it ends."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from tests.booking.conftest import Shop, let_go
from tests.booking.test_nobody_receives import held_for_one

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(
    ("who", "shift", "said"),
    [
        ("asker", "repos", "elle s’arrête"),
        ("host", "repos", "elle s’arrête, sauf si un collègue peut recevoir"),
        ("asker", "journée", None),
        ("other", "repos", None),
    ],
)
def test_the_preview_names_what_is_kept_and_would_end(
    engine: Engine,
    session: Session,
    shop: Shop,
    as_: Callable[..., TestClient],
    who: str,
    shift: str,
    said: str | None,
) -> None:
    held_for_one(engine, session, shop)
    person = {"asker": shop.askers[1], "host": shop.marc, "other": shop.askers[3]}[who]
    person.employee_number = "A1"
    session.commit()
    let_go(session, shop.hr, *shop.askers, shop.marc)
    content = f"Matricule;Jour;Horaires\nA1;05/04/2027;{shift}\n".encode()
    hr, file = as_(shop.hr), {"file": ("r.csv", content)}
    answer: Any = hr.post("/team/rosters", files=file, follow_redirects=False)
    page = " ".join(hr.get(str(answer.headers["location"])).text.replace("\u00a0", " ").split())
    named = f"une place gardée pour {shop.askers[1].name}, avec {shop.marc.name}"
    assert (named in page) is (said is not None)
    assert said is None or said in page
    found = hr.post("/api/v1/rosters?dry_run=true", files=file).json()["kept"]
    assert [(one["visitor"]["name"], one["ends"]) for one in found] == (
        [(shop.askers[1].name, who == "asker")] if said else []
    )
