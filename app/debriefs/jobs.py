"""What debriefs do after the facts: open forms, mail about them, release what was sent."""

from collections.abc import Sequence

from sqlalchemy import Engine

from app.core import clock
from app.core.db import each, open_session
from app.core.i18n import speaking
from app.debriefs import queries, releasing, service
from app.debriefs.questions import GROUP
from app.debriefs.rules import DebriefState, state_of
from app.debriefs.tables import Role
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.visits import queries as visits
from app.visits.rules import doubt_words, is_unknown

CHUNK = 50
"""Forms told about in one transaction."""


def open_forms(engine: Engine) -> None:
    """Job of `clock.tick`: the forms of the days that are over open, each announced once."""
    with open_session(engine) as session:
        service.open_due(session, now=clock.now(), today=clock.today())


def release_batches(engine: Engine) -> None:
    """Job of `clock.tick`: release every pool that holds enough, one transaction each."""
    with open_session(engine, reads_only=True) as session:
        waiting = queries.pools(session, GROUP)
    each(engine, waiting, lambda session, pool: releasing.release(session, *pool))


def close_campaign(engine: Engine, campaign_id: int) -> None:
    """Job of `campaign.closed` and `campaign.cancelled`: the last release; drafts go."""
    with open_session(engine) as session:
        releasing.close(session, campaign_id)


def destroy_expired(engine: Engine) -> None:
    """Job of `clock.tick`: what has been kept long enough goes."""
    today = clock.today()
    with open_session(engine, reads_only=True) as session:
        expired = queries.expired_campaigns(session, today)
    each(engine, expired, lambda session, one: releasing.destroy_expired(session, one, today=today))


def invite(engine: Engine, visit_id: int, role: str) -> None:
    """Job of `debrief.opened`: ask for the form, once."""
    _write(engine, Kind.DEBRIEF_INVITATION, [(visit_id, Role(role))], "")


def remind(engine: Engine, campaign_id: int) -> None:
    """Job of `debrief.reminded`: everybody whose form is open and was not sent, at most once a day each."""
    with open_session(engine, reads_only=True) as session:
        silent = queries.silent(session, campaign_id)
    for start in range(0, len(silent), CHUNK):
        _write(engine, Kind.DEBRIEF_REMINDER, silent[start : start + CHUNK], f":{clock.today()}")


def _write(engine: Engine, kind: Kind, forms: Sequence[tuple[int, Role]], suffix: str) -> None:
    """Write about forms of one campaign that are still open and unsent."""
    now = clock.now()
    ids = {visit_id for visit_id, _role in forms}
    keys = {form: f"{kind}:{form[0]}:{form[1].value}{suffix}" for form in forms}
    with open_session(engine) as session:
        seen = {one.visit.id: one for one in visits.visits_with_ids(session, ids)}
        people = {id_ for one in seen.values() for id_ in (one.visit.visitor_id, one.visit.host_id)}
        readers = mails.readers_of(session, people)
        written = mails.keys_written(session, set(keys.values()))
        unsure = {
            one.visit.id
            for one in seen.values()
            if is_unknown(one.visit, crosses=one.crosses, today=clock.today())
        }
        first = next(iter(seen.values()), None)
        reply_to = mails.reply_address(session, first.campaign) if first else None
        for form, sent in queries.ledger_of(session, ids).items():
            visit_id, role = form
            one = seen[visit_id]
            reader = readers.get(one.visit.visitor_id if role == Role.VISITOR else one.visit.host_id)
            if form not in keys or keys[form] in written or reader is None:
                continue
            if state_of(one.visit, one.campaign, sent, now) == DebriefState.OPEN:
                with speaking(reader.language):
                    obstacle = doubt_words(one.visit, crosses=one.crosses)
                outbox.send(
                    session,
                    kind,
                    reader,
                    key=keys[form],
                    now=now,
                    context={
                        "seen": one,
                        "role": role.value,
                        "unsure": one.visit.id in unsure,
                        "obstacle": obstacle,
                    },
                    campaign=one.campaign,
                    reply_to=reply_to,
                )
