"""JSON door of one's own calendar."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session

from app.availability import enrolment_page
from app.availability.busy import service
from app.availability.busy.pages import read_between
from app.availability.busy.queries import busy_calendar, given_elsewhere
from app.availability.busy.reading import Reading
from app.availability.guards import OwnEnrolment
from app.availability.queries import Enrolling
from app.availability.schemas import BusyAddressIn, BusyFileIn, BusyOut
from app.availability.service import When
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted, bind, read_upload

router = APIRouter()

Version = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.get("/campaigns/{campaign_id}/enrolment/busy")
def show_busy(session: Db, mine: OwnEnrolment) -> BusyOut:
    """What was read of one's own calendar."""
    return _out(session, mine)


@router.post("/campaigns/{campaign_id}/enrolment/busy/file")
async def give_file(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> BusyOut:
    """Grey the days that the multipart field `file` takes: .ics, or a .zip of some; `version` beside it."""
    version = bind(BusyFileIn, sent).sent_by_program().version
    content = await read_upload(sent.get("file"))
    reading = await read_between(request, session, mine, content, when=_when())
    return await run_in_threadpool(_keep, session, mine, reading, version)


def _keep(session: Session, mine: Enrolling, reading: Reading, version: int) -> BusyOut:
    fresh = enrolment_page.again(session, mine)
    service.keep_file(session, fresh, reading, version=version, when=_when())
    return _out(session, enrolment_page.again(session, mine))


@router.put("/campaigns/{campaign_id}/enrolment/busy/address", status_code=202)
def give_address(session: Db, mine: OwnEnrolment, given: BusyAddressIn) -> BusyOut:
    """Have the calendar at a private address read, soon and (`daily`) each day. It is never shown again."""
    service.give_address(session, mine, given.address, daily=given.daily, version=given.version, when=_when())
    return _out(session, enrolment_page.again(session, mine))


@router.delete("/campaigns/{campaign_id}/enrolment/busy")
def forget(session: Db, mine: OwnEnrolment, version: Version) -> BusyOut:
    """Forget the calendar; the chosen days stay as they are."""
    service.forget(session, mine, version=version, when=_when())
    return _out(session, enrolment_page.again(session, mine))


def _out(session: Session, mine: Enrolling) -> BusyOut:
    row = busy_calendar(session, mine)
    return BusyOut.model_validate(
        {
            "version": mine.version,
            "days": row.days if row else [],
            "skipped": row.skipped if row else 0,
            "read_at": row.read_at if row else None,
            "waiting": bool(row and service.is_waiting(row)),
            "daily": bool(row and row.daily),
            "fault": row.fault if row else "",
            "former_kept": bool(row and row.former_kept),
            "addresses_allowed": service.addresses_allowed(),
            "also_counted": [
                one.campaign.id for one in given_elsewhere(session, mine.campaign, mine.person.id)
            ],
        }
    )


def _when() -> When:
    return When(clock.today(), clock.now())
