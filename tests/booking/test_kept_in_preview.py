"""Before a roster is confirmed, whoever sends it reads which kept places, requests and waits it ends."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking.tables import Approval, RequestStatus
from app.worker import drain
from tests.booking.conftest import Shop, let_go, statuses
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


@pytest.mark.parametrize(
    ("off", "named", "ends"),
    [
        (["asker"], False, True),
        (["named"], True, True),
        (["named"], False, False),
        (["other"], False, False),
        (["team"], False, True),
    ],
)
@pytest.mark.parametrize("wait", [True, False])
def test_the_preview_names_what_is_asked_for_and_would_end(
    engine: Engine,
    session: Session,
    as_: Callable[..., TestClient],
    off: list[str],
    named: bool,
    ends: bool,
    wait: bool,
) -> None:
    shop = Shop(session, approval=Approval.AT_ONCE if wait else Approval.MANAGER)
    place = shop.offer(host_id=shop.hosts[0].id if named else None)
    if wait:
        shop.ask(shop.askers[0], place)
    request = shop.ask(shop.askers[1], place, wait=wait)
    people = {
        "asker": [shop.askers[1]],
        "named": [shop.hosts[0]],
        "other": [shop.askers[3]],
        "team": [*shop.hosts, shop.marc],
    }
    lines = ["Matricule;Jour;Horaires"]
    for person in (one for name in off for one in people[name]):
        person.employee_number = f"N{person.id}"
        lines.append(f"{person.employee_number};05/04/2027;repos")
    session.commit()
    let_go(session, shop.hr, *shop.askers, *shop.hosts, shop.marc)
    hr, file = as_(shop.hr), {"file": ("r.csv", "\n".join(lines).encode())}
    answer: Any = hr.post("/team/rosters", files=file, follow_redirects=False)
    page = " ".join(hr.get(str(answer.headers["location"])).text.replace("\u00a0", " ").split())
    assert ("1 demande ou attente d’une journée s’arrêtera avec ce planning" in page) is ends
    assert (f"{shop.askers[1].name} · {shop.shop.name}" in page) is ends
    found = hr.post("/api/v1/rosters?dry_run=true", files=file).json()["asked"]
    assert [one["request_id"] for one in found] == ([request.id] if ends else [])
    session.commit()
    assert hr.post("/api/v1/rosters", files=file).status_code == 200
    drain(engine)
    assert (statuses(session, request)[0] == RequestStatus.EXPIRED) is ends
