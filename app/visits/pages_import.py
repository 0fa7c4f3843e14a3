"""The preview of an import, and its confirmation: what becomes of days and teams when people left."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.accounts.guards import Hr
from app.campaigns.holding import hold_every_one_alone
from app.core import clock
from app.core.db import Db
from app.core.errors import NotFound
from app.core.forms import Submitted, bind
from app.core.i18n import ngettext
from app.core.templating import redirect, render
from app.people import service, words
from app.people.errors import ImportChanged, ImportGone, LeaversUncounted
from app.people.importing.door import SHOWN
from app.people.importing.run import fingerprint
from app.people.pages_import import kept_file
from app.people.schemas import ConfirmForm
from app.people.service import Confirmed
from app.people.tables import ImportKind
from app.visits.foreseen import by_outcome, counted
from app.visits.leaving import departures
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
    """Do what was shown; sent again, it is answered and not done again."""
    form = bind(ConfirmForm, sent)
    gone = form.value is not None and form.value.leavers
    try:
        kept = kept_file(session, actor, file_id)
        hold_every_one_alone(session)  # a day that is made or changed just now is waited for, and shown
        service.hold_file(session, kept)
        looked_at = service.preview(session, kept, now=clock.now())
        shown = preview_file(session, looked_at, clock.today()).fingerprint
        if form.value is None or shown != form.value.shown:
            raise ImportChanged
        kind = kept.kind
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
    except (NotFound, ImportGone):
        before = service.confirmed_by(session, actor.account_id, file_id)
        if before is None:
            raise
        return redirect(_list_of(before.kind), say=_said(before))
    leavers = [one.person_id for one in report.leavers] if gone else []
    what = departures(session, leavers, clock.today())
    campaigns = what.campaigns
    here = f"/campaigns/{campaigns.pop()}/repairs" if len(campaigns) == 1 else _list_of(kind)
    saved = len(report.created) + len(report.updated)
    done = Confirmed(kind, saved, report.unchanged, report.rejected_rows, len(leavers))
    return redirect(here, say=_said(done, len(what.falling)))


def _list_of(kind: ImportKind) -> str:
    return "/people" if kind == ImportKind.PEOPLE else f"/people/{kind.value}"


def _said(what: Confirmed, fell: int = 0) -> str:
    lines = [
        ngettext(
            "%(n)s ligne enregistrée, %(unchanged)s inchangées, %(rejected)s à corriger.",
            "%(n)s lignes enregistrées, %(unchanged)s inchangées, %(rejected)s à corriger.",
            what.done,
        )
        % {"n": what.done, "unchanged": what.unchanged, "rejected": what.rejected}
    ]
    if gone := what.left:
        lines.append(
            ngettext(
                "%(n)s personne est partie : son compte est fermé.",
                "%(n)s personnes sont parties : leurs comptes sont fermés.",
                gone,
            )
            % {"n": gone}
        )
    if fell:
        sentence = ngettext(
            "%(n)s journée à venir tombe : les collègues sont prévenus, une solution est cherchée.",
            "%(n)s journées à venir tombent : les collègues sont prévenus, une solution est cherchée.",
            fell,
        )
        lines.append(sentence % {"n": fell})
    return " ".join(lines)
