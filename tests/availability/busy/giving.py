"""Anna's calendar, and the gestures by which she gives it."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlmodel import select

from app.availability.busy.queries import busy_calendar
from app.availability.tables import BusyCalendar, Enrolment
from tests.availability.busy.files import calendar, timed
from tests.availability.conftest import Company, Open

Enter = Callable[..., TestClient]
ADDRESS = "https://agenda.exemple.fr/prive/canari-4f1c/basic.ics"
# The campaign lasts from Monday 26 April to Friday 14 May.
TAKEN = calendar(
    timed("20270427T090000", "20270427T180000", "SUMMARY:Canari-Rendez-vous", uid="a"),
    timed("20270428T090000", "20270428T100000", uid="b"),
    timed("20270429T090000", "20270429T180000", uid="c"),
    timed("20270601T090000", "20270601T180000", uid="d"),
)
BUSY = ["2027-04-27", "2027-04-29"]


def base(company: Company) -> str:
    return f"/campaigns/{company.campaign.id}/enrolment"


def upload(
    client: TestClient, company: Company, content: bytes = TAKEN, version: int = 1, prefix: str = ""
) -> object:
    return client.post(
        f"{prefix}{base(company)}/busy/file",
        data={"version": version},
        files={"file": ("agenda.ics", content, "text/calendar")},
    )


def shown(client: TestClient, company: Company) -> str:
    """The page, its spaces plain."""
    return client.get(base(company)).text.replace("\u00a0", " ").replace("\u202f", " ")


def enrolment(company: Company, committed: Open) -> Enrolment:
    with committed() as session:
        return session.exec(select(Enrolment).where(Enrolment.person_id == company.anna.id)).one()


def row(company: Company, committed: Open) -> BusyCalendar | None:
    with committed() as session:
        return busy_calendar(session, company.enrolling(session))


def give(
    client: TestClient, company: Company, address: str = ADDRESS, version: int = 1, **more: str
) -> object:
    return client.post(f"{base(company)}/busy/address", data={"version": version, "address": address, **more})
