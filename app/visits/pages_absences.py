"""HR's pages about absences: what each of the two said, and what HR find."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.core.forms import Bound, Submitted, bind, blank
from app.core.i18n import _
from app.core.templating import redirect, render
from app.visits import absences, queries, reading, showing
from app.visits.guards import Entered, ForHr
from app.visits.lifecycle import refusal, was_held_back
from app.visits.rules import doubt_words
from app.visits.schemas_absences import RulingForm
from app.visits.tables import ChangeKind

router = APIRouter()


@router.get("/campaigns/{campaign_id}/absences", response_class=HTMLResponse)
def of_campaign(request: Request, session: Db, campaign: HrCampaign) -> Response:
    """Absences reported, with both versions, those that wait for a ruling first."""
    assert campaign.id is not None
    rows = reading.reports_of_campaign(session, campaign.id)
    not_held = reading.not_held_in(session, campaign.id)
    unknown = reading.unknown_in(session, campaign.id, clock.today())
    ids = {row.visit_id for row in rows}
    seen = {one.visit.id: one for one in [*not_held, *queries.visits_with_ids(session, ids)]}
    said = reading.said_not_held(session, [one.visit.id or 0 for one in not_held])
    return render(
        request,
        "visits/absences.html",
        campaign=campaign,
        unknown=[(one, doubt_words(one.visit, crosses=one.crosses)) for one in unknown],
        absences=showing.absences(rows, seen, reading.rulings_of(session, ids | said.keys()), said),
    )


@router.get("/visits/{visit_id}/ruling", response_class=HTMLResponse)
def ask_ruling(request: Request, session: Db, entered: ForHr) -> Response:
    """What the two said, and what HR may find."""
    return _show(request, session, entered, None)


@router.post("/visits/{visit_id}/ruling")
def rule(request: Request, session: Db, entered: ForHr, sent: Submitted) -> Response:
    """The day took place, or it did not and who was absent; both are told."""
    form = bind(RulingForm, sent)
    if form.value is None:
        return _show(request, session, entered, form, status=422)
    before, value = entered.situation(session, clock.today()), form.value
    kind, facts = absences.ruled(before, value.absent, not_held=value.not_held)
    with entered.once(session, kind, **facts):
        absences.rule(
            session,
            before,
            value.absent,
            entered.hand(value.words),
            version=value.version,
            not_held=value.not_held,
        )
    say = _("C’est noté dans l’historique. Les deux personnes reçoivent un message.")
    return redirect(f"/visits/{before.visit.id}", say=say)


def _show(
    request: Request, session: Session, entered: Entered, form: Bound[RulingForm] | None, status: int = 200
) -> Response:
    now = entered.situation(session, clock.today())
    why = refusal(ChangeKind.HELD, now.asked)
    if why is not None:
        return redirect(f"/visits/{now.visit.id}", say=why.message(), kind="warn")
    return render(
        request,
        "visits/ruling.html",
        status=status,
        seen=now.seen,
        reports=showing.reports(now, entered),
        said=showing.not_held(session, now, entered),
        accuses=bool(now.reports),
        may_be_without=now.visit.not_held_by is not None or was_held_back(now.asked) is None,
        obstacle=doubt_words(now.visit, crosses=now.asked.crosses),
        version=absences.said_so_far(now.visit, now.reports),
        form=form or blank(),
    )
