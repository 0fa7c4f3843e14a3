"""The preview of an import, and its confirmation: what becomes of days and teams when people left."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.accounts.guards import Hr
from app.campaigns.holding import hold_every_one_alone
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
from app.visits.foreseen import by_outcome, counted
from app.visits.leaving import Departures, departures
from app.visits.previews import preview_file

router = APIRouter(include_in_schema=False)


@router.get("/people/import/{file_id}", response_class=HTMLResponse)
def show_preview(request: Request, session: Db, actor: Hr, file_id: int) -> Response:
    """What confirming would do."""
    kept = kept_file(session, actor, file_id)
    found = preview_file(session, service.preview(session, kept, now=clock.now()), clock.today())
    return render(
        request,
        "people/preview.html",
        kept=kept,
        report=found.report,
        shown=SHOWN,
        fingerprint=found.fingerprint,
        kind_name=words.kind_name(kept.kind),
        departures=found.departures,
        delegations=found.delegations,
        days=found.days,
        outcomes=by_outcome(found.days),
        changing=counted(found.days),
        ending=found.ending,
        leadership=found.leadership,
        unled=found.unled,
    )


@router.post("/people/import/{file_id}/confirmation")
def confirm(session: Db, actor: Hr, file_id: int, sent: Submitted) -> Response:
    """Do what was shown."""
    kept = kept_file(session, actor, file_id)
    form = bind(ConfirmForm, sent)
    if form.value is None:
        return redirect(f"/people/import/{file_id}", say=ImportChanged().message(), kind="warn")
    kind, gone = kept.kind, form.value.leavers
    hold_every_one_alone(session)  # a day that is made or changed just now is waited for, and shown
    service.hold_file(session, kept)
    try:
        looked_at = service.preview(session, kept, now=clock.now())
        if preview_file(session, looked_at, clock.today()).fingerprint != form.value.shown:
            raise ImportChanged
        report = service.confirm_file(
            session,
            kept,
            shown=fingerprint(looked_at),
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
