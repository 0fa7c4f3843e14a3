"""Pages of one's own calendar: its file, or its address, and forgetting it."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, Response

from app.availability import enrolment_page
from app.availability.busy import service
from app.availability.busy.errors import not_read
from app.availability.busy.lines import Refused
from app.availability.busy.reading import Reading
from app.availability.busy.running import read_aside
from app.availability.guards import OwnEnrolment
from app.availability.queries import Enrolling
from app.availability.schemas import BusyAddressForm, BusyFileForm, Versioned
from app.availability.service import When
from app.availability.views import busy_view
from app.core import clock
from app.core.again import once
from app.core.db import Db
from app.core.errors import Refusal
from app.core.forms import Submitted, bind
from app.core.i18n import _, ngettext
from app.core.templating import redirect, render

router = APIRouter(include_in_schema=False)


@router.get("/campaigns/{campaign_id}/enrolment/busy", response_class=HTMLResponse)
def show(request: Request, session: Db, mine: OwnEnrolment) -> Response:
    """One's own calendar by itself; where one enrols, it stands on the enrolment's page."""
    if not service.is_given_alone(mine, clock.today()):
        return redirect(_address(mine))
    return _page(request, session, mine, "", 200)


@router.post("/campaigns/{campaign_id}/enrolment/busy/file")
async def give_file(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """Grey the days that a calendar file takes."""
    form = bind(BusyFileForm, sent)
    if form.value is None:
        problem = next(iter(form.errors.values()))
        return await run_in_threadpool(_page, request, session, mine, problem, 422)
    upload = sent.get("file")
    content = await upload.read() if isinstance(upload, UploadFile) else b""
    if not content:
        problem = _("Choisissez le fichier de votre agenda.")
        return await run_in_threadpool(_page, request, session, mine, problem, 422)
    version, when = form.value.version, _when()
    try:
        reading = await read_between(request, session, mine, content, when=when)
    except Refusal as refused:
        return await run_in_threadpool(_refused, request, session, mine, refused)

    def change() -> Response:
        fresh = enrolment_page.again(session, mine)
        before = service.chosen(fresh.campaign, fresh.enrolment)
        row = service.keep_file(session, fresh, reading, version=version, when=when)
        alone, books = service.is_given_alone(mine, when.today), service.is_for_booking(mine)
        n = len(row.days) if alone else service.greyed(session, mine, row)
        left = service.days_left(session, row)
        said = said_of(n, row.skipped, unticked=None if alone else before - left, books=books)
        if not alone:
            said += " " + left_words(left)
        return redirect(_address(mine), say=said)

    return await run_in_threadpool(_tried, request, session, mine, change)


async def read_between(
    request: Request, session: Session, mine: Enrolling, content: bytes, *, when: When
) -> Reading:
    """Read a file with no transaction open and nobody waiting for it. Raises CalendarNotRead and others."""

    def check() -> None:
        service.check_open(session, mine, when)
        session.commit()

    await run_in_threadpool(check)
    try:
        return await read_aside(request, content, mine.campaign.first_day, mine.campaign.last_day)
    except Refused as refused:
        raise not_read(refused) from None


@router.post("/campaigns/{campaign_id}/enrolment/busy/address")
def give_address(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """Have a calendar read at its private address, where IT allows it."""
    form = bind(BusyAddressForm, sent)
    if form.value is None:
        return _page(request, session, mine, _("Collez l’adresse privée de votre agenda."), 422)
    given = form.value

    def change() -> Response:
        service.give_address(
            session, mine, given.address, daily=given.daily, version=given.version, when=_when()
        )
        return redirect(_address(mine), say=_("Votre agenda va être lu, dans la minute."))

    return _tried(request, session, mine, change)


@router.post("/campaigns/{campaign_id}/enrolment/busy/removal")
def forget(request: Request, session: Db, mine: OwnEnrolment, sent: Submitted) -> Response:
    """Forget the calendar; nothing else changes."""
    version = bind(Versioned, sent).required().version

    def change() -> Response:
        with once(lambda: service.is_forgotten(session, mine, version)):
            service.forget(session, mine, version=version, when=_when())
        return redirect(_address(mine), say=_("Votre agenda est oublié. Vos jours restent comme ils sont."))

    return _tried(request, session, mine, change)


def said_of(n: int, left_out: int, *, unticked: int | None, books: bool) -> str:
    """What a reading gave, in a sentence or two; `unticked`: how many of the days were chosen until then,
    None where there are none to choose; `books`: but to book."""
    found = _("Agenda lu : aucun jour pris pendant la campagne.")
    if n and books:
        found = ngettext(
            "Agenda lu : %(n)s jour pris, grisé quand vous réservez.",
            "Agenda lu : %(n)s jours pris, grisés quand vous réservez.",
            n,
        ) % {"n": n}
    elif n and unticked is None:
        found = ngettext(
            "Agenda lu : %(n)s jour pris. Aucune journée à déplacer n’y sera proposée.",
            "Agenda lu : %(n)s jours pris. Aucune journée à déplacer n’y sera proposée.",
            n,
        ) % {"n": n}
    elif n and unticked is not None and unticked >= n:
        found = ngettext(
            "Agenda lu : %(n)s jour pris, grisé et décoché.",
            "Agenda lu : %(n)s jours pris, grisés et décochés.",
            n,
        ) % {"n": n}
    elif n:
        found = ngettext(
            "Agenda lu : %(n)s jour pris, grisé.", "Agenda lu : %(n)s jours pris, grisés.", n
        ) % {"n": n}
        if unticked:
            found += " " + ngettext(
                "%(n)s était choisi : il est décoché.", "%(n)s étaient choisis : ils sont décochés.", unticked
            ) % {"n": unticked}
    if left_out:
        found += " " + ngettext(
            "%(n)s événement illisible a été laissé de côté.",
            "%(n)s événements illisibles ont été laissés de côté.",
            left_out,
        ) % {"n": left_out}
    return found


def left_words(n: int) -> str:
    """How many days are still chosen, to visit or to receive."""
    if not n:
        return _("Aucun jour ne reste choisi : cochez ceux qui vous conviennent.")
    return ngettext("%(n)s jour reste choisi.", "%(n)s jours restent choisis.", n) % {"n": n}


def _tried(request: Request, session: Session, mine: Enrolling, change: Callable[[], Response]) -> Response:
    """Make the change, or say why it was refused on the page it comes from."""
    try:
        return change()
    except Refusal as refused:
        return _refused(request, session, mine, refused)


def _refused(request: Request, session: Session, mine: Enrolling, refused: Refusal) -> Response:
    session.rollback()
    return _page(request, session, enrolment_page.again(session, mine), refused.message(), refused.status)


def _page(request: Request, session: Session, mine: Enrolling, problem: str, status: int) -> Response:
    if not service.is_given_alone(mine, clock.today()):
        return enrolment_page.show(request, session, mine, status=status, problem=problem, at="busy")
    return render(
        request,
        "availability/busy.html",
        status=status,
        mine=mine,
        busy=busy_view(session, mine),
        books=service.is_for_booking(mine),
        problem=problem,
    )


def _address(mine: Enrolling) -> str:
    if service.is_given_alone(mine, clock.today()):
        return f"/campaigns/{mine.campaign.id}/enrolment/busy"
    return f"/campaigns/{mine.campaign.id}/enrolment#busy"


def _when() -> When:
    return When(clock.today(), clock.now())
