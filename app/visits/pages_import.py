"""The preview of an import, and its confirmation: what becomes of days and teams when people left."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.accounts.guards import Hr
from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted, bind
from app.core.i18n import ngettext
from app.core.templating import redirect, render
from app.people import service, words
from app.people.errors import ImportChanged, LeaversUncounted
from app.people.importing.door import SHOWN
from app.people.importing.report import ImportReport
from app.people.importing.run import fingerprint
from app.people.pages_import import kept_file
from app.people.schemas import ConfirmForm
from app.people.tables import ImportKind
from app.teams.leadership import made_led
from app.teams.queries import delegations_ending
from app.visits import bookings
from app.visits.foreseen import by_outcome, counted, foreseen
from app.visits.leaving import Departures, departures

router = APIRouter(include_in_schema=False)


@router.get("/people/import/{file_id}", response_class=HTMLResponse)
def show_preview(request: Request, session: Db, actor: Hr, file_id: int) -> Response:
    """What confirming would do."""
    kept = kept_file(session, actor, file_id)
    report = service.preview(session, kept, now=clock.now())
    gone = [one.person_id for one in report.leavers]
    days = foreseen(session, report, clock.today())
    return render(
        request,
        "people/preview.html",
        kept=kept,
        report=report,
        shown=SHOWN,
        fingerprint=fingerprint(report),
        kind_name=words.kind_name(kept.kind),
        departures=departures(session, gone, clock.today()),
        delegations=delegations_ending(session, gone, clock.today()) if gone else [],
        days=days,
        outcomes=by_outcome(days),
        changing=counted(days),
        ending=bookings.ending_with_moves(session, report.moved, clock.today()),
        leadership=made_led(session, report.staff),
        unled=bookings.left_unled(session, gone, report.managed),
    )


@router.post("/people/import/{file_id}/confirmation")
def confirm(session: Db, actor: Hr, file_id: int, sent: Submitted) -> Response:
    """Do what was shown."""
    kept = kept_file(session, actor, file_id)
    form = bind(ConfirmForm, sent)
    if form.value is None:
        return redirect(f"/people/import/{file_id}", say=ImportChanged().message(), kind="warn")
    kind, gone = kept.kind, form.value.leavers
    try:
        report = service.confirm_file(
            session,
            kept,
            shown=form.value.shown,
            leavers_go=gone,
            counted=form.value.number,
            now=clock.now(),
        )
    except (ImportChanged, LeaversUncounted) as refused:
        session.rollback()
        return redirect(f"/people/import/{file_id}", say=refused.message(), kind="warn")
    leavers = [one.person_id for one in report.leavers] if gone else []
    what = departures(session, leavers, clock.today())
    campaigns = what.campaigns
    here = "/people" if kind == ImportKind.PEOPLE else f"/people/{kind.value}"
    if len(campaigns) == 1:
        here = f"/campaigns/{campaigns.pop()}/repairs"
    return redirect(here, say=_said(report, len(leavers), what))


def _said(report: ImportReport, gone: int, what: Departures) -> str:
    done = len(report.created) + len(report.updated)
    lines = [
        ngettext(
            "%(n)s ligne enregistrée, %(unchanged)s inchangées, %(rejected)s à corriger.",
            "%(n)s lignes enregistrées, %(unchanged)s inchangées, %(rejected)s à corriger.",
            done,
        )
        % {"n": done, "unchanged": report.unchanged, "rejected": report.rejected_rows}
    ]
    if gone:
        lines.append(
            ngettext(
                "%(n)s personne est partie : son compte est fermé.",
                "%(n)s personnes sont parties : leurs comptes sont fermés.",
                gone,
            )
            % {"n": gone}
        )
    if fell := len(what.falling):
        sentence = ngettext(
            "%(n)s journée à venir tombe : les collègues sont prévenus, une solution est cherchée.",
            "%(n)s journées à venir tombent : les collègues sont prévenus, une solution est cherchée.",
            fell,
        )
        lines.append(sentence % {"n": fell})
    return " ".join(lines)
