"""A judge of messages: nobody concerned by a change is left without a mail, or a letter on paper."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlmodel import Session, col, select

from app.booking.tables import BookingRequest, RequestStatus
from app.campaigns.tables import Campaign, Exchange
from app.core import clock
from app.messages.tables import Mail
from app.planning.tables import COMPUTING, Repair, RepairStatus, RepairVisit
from app.visits.tables import By, ChangeKind, Visit, VisitChange
from tests.life.judge import Rows

FELL = (ChangeKind.CANCELLED, ChangeKind.DECLINED)
BOTH = {
    *FELL,
    ChangeKind.MOVED,
    ChangeKind.MADE_UP,
    ChangeKind.ONE_WAY,
    ChangeKind.HOURS,
    ChangeKind.PLACE,
    ChangeKind.TEAM,
    ChangeKind.TUTOR,
    ChangeKind.RELEASED,
    ChangeKind.HOST,
    ChangeKind.PLANNED,
}
"""Changes of which both people must hear; of the others, the other one must."""
MENDS = {ChangeKind.HOURS, ChangeKind.PLACE, ChangeKind.TUTOR, ChangeKind.RELEASED, ChangeKind.HOST}
"""Changes by which a day that could not take place can."""
TEAMS = {*FELL, ChangeKind.MOVED, ChangeKind.MADE_UP, ChangeKind.PLANNED}
"""Changes of which the managers of the two hear."""
PROPOSALS = {
    ChangeKind.PROPOSED,
    ChangeKind.REFUSED,
    ChangeKind.WITHDRAWN,
    ChangeKind.LAPSED,
    ChangeKind.ONE_WAY,
}


def unheard(session: Session, campaign_ids: Collection[int]) -> list[str]:
    """Changes of which somebody concerned got no message, and days that cannot take place."""
    rows = Rows(session, campaign_ids)
    mails = session.exec(select(Mail).where(col(Mail.campaign_id).in_(campaign_ids))).all()
    heard = {(mail.key.split(":", 1)[1].rsplit(":", 1)[0], mail.person_id) for mail in mails}
    keys = {mail.key for mail in mails}
    return [
        *_changes(rows, heard, keys),
        *_suspended(session, rows, keys),
        *_requests(session, campaign_ids, mails),
        *_repairs(session, campaign_ids, keys),
    ]


def _changes(rows: Rows, heard: Collection[tuple[str, int | None]], keys: Collection[str]) -> Iterable[str]:
    """What a visit was before it fell, its fall tells. A plan’s first invitations follow its publication.
    That a day can be again is said to whoever read that it cannot."""
    by_id = {visit.id: visit for visit in rows.visits}
    suspended, moved, unread = _overtaken(rows, keys)
    yes: dict[int, list[int]] = {}
    for line in rows.changes:
        if line.kind is ChangeKind.CONFIRMED:
            yes.setdefault(line.visit_id, []).append(line.id or 0)
    for line in rows.changes:
        visit = by_id[line.visit_id]
        if line.kind is ChangeKind.PLANNED and _published(rows.campaigns[visit.campaign_id], line):
            continue
        # A yes said just before the site closed, or before the day was moved, is told to nobody: that day
        # does not take place, and those concerned hear that.
        over = max(suspended.get(line.visit_id, 0), moved.get(line.visit_id, 0))
        late = line.kind is ChangeKind.CONFIRMED and (line.id or 0) < over
        apart = line.kind in {ChangeKind.SUSPENDED, ChangeKind.SET_ASIDE}  # `_suspended`, `_repairs`
        if apart or late or line.id in unread:
            continue
        if visit.status.value == "cancelled" and line.kind not in {*FELL, *PROPOSALS}:
            continue
        says = {line.id}
        if line.kind is ChangeKind.CONFIRMED:
            # Of two yes that come close, the second one's message tells both.
            says = {one for one in yes[line.visit_id] if one >= (line.id or 0)}
        elif line.kind is ChangeKind.RESUMED:
            # Other hours, or somebody else who receives: the message about that says that the day holds.
            says |= {one.id for one in rows.changes if one.kind in MENDS and _at_once(one, line)}
        elif line.kind is ChangeKind.RELEASED:
            # Somebody else was named before anybody was told: who receives is what the two hear.
            says |= {one.id for one in rows.changes if one.kind is ChangeKind.TUTOR and _later(one, line)}
        for role, person_id in _concerned(rows, visit, line):
            if not any((f"{visit.id}:{one}", person_id) in heard for one in says):
                yield f"{line.kind.value} of {visit.id}: the {role} heard nothing"


def _at_once(one: VisitChange, line: VisitChange) -> bool:
    return (one.visit_id, one.at) == (line.visit_id, line.at)


def _later(one: VisitChange, line: VisitChange) -> bool:
    return one.visit_id == line.visit_id and (one.id or 0) > (line.id or 0)


def _overtaken(
    rows: Rows, keys: Collection[str]
) -> tuple[dict[int, int], dict[int, int], Collection[int | None]]:
    """The last line of each visit that suspended it, the last that moved it, and the lines that say a day can
    be again to whoever never read that it cannot."""
    suspended: dict[int, int] = {}
    moved: dict[int, int] = {}
    unread: set[int | None] = set()
    warned = {(key.split(":")[1], key.split(":")[4]) for key in keys if key.startswith("visit_suspended:")}
    for line in sorted(rows.changes, key=lambda line: line.id or 0):
        if line.kind is ChangeKind.SUSPENDED:
            suspended[line.visit_id] = line.id or 0
        elif line.kind is ChangeKind.MOVED:
            moved[line.visit_id] = line.id or 0
        elif line.kind is ChangeKind.RESUMED:
            about = str(suspended.get(line.visit_id, 0))
            unread |= {line.id} if (str(line.visit_id), about) not in warned else set()
    return suspended, moved, unread


def _suspended(session: Session, rows: Rows, keys: Collection[str]) -> Iterable[str]:
    """Whose day still stands on a closed site reads it, once the search for another one is over."""
    lines = sorted(rows.changes, key=lambda line: line.id or 0)
    moves = (ChangeKind.SUSPENDED, ChangeKind.RESUMED, ChangeKind.MOVED)
    last = {line.visit_id: line.kind for line in lines if line.kind in moves}
    query = select(RepairVisit.visit_id).join(Repair, col(Repair.id) == col(RepairVisit.repair_id))
    sought = set(session.exec(query.where(col(Repair.status).in_(COMPUTING))))
    told = {":".join(key.split(":")[1:4]) for key in keys if key.startswith("visit_suspended:")}
    for visit in rows.standing:
        is_past = visit.day < clock.today() or visit.missed_at is not None
        if last.get(visit.id or 0) is not ChangeKind.SUSPENDED or visit.id in sought or is_past:
            continue
        for role in (By.VISITOR, By.HOST):
            if f"{visit.id}:{visit.day.isoformat()}:{role.value}" not in told:
                yield f"{visit.id} stands on a closed site: the {role.value} heard nothing"


def _published(campaign: Campaign, line: VisitChange) -> bool:
    return campaign.exchange == Exchange.SWAP and line.by is By.SERVICE


def _concerned(rows: Rows, visit: Visit, line: VisitChange) -> Iterable[tuple[str, int]]:
    two = {"visitor": visit.visitor_id, "host": visit.host_id}
    for role, person_id in two.items():
        if line.kind in BOTH or role != line.by.value:
            yield role, person_id
    if line.kind in TEAMS:
        for role, person_id in two.items():
            manager = rows.people[person_id].manager_id
            if manager is not None and manager not in two.values():
                yield f"manager of the {role}", manager


def _requests(session: Session, campaign_ids: Collection[int], mails: Collection[Mail]) -> Iterable[str]:
    """Whoever's request somebody else, or time, decided has a message; so has who leads the team asked. What
    is offered instead of a day that fell may be told with the fall, by a message that leads there; how
    such an offer ended, with what is kept next."""
    keys = {mail.key for mail in mails}
    told = {key.rsplit(":", 1)[0] for key in keys}
    together = (key.split(":") for key in keys if key.startswith("booking_expired:"))
    told |= {
        f"booking_expired:{one}:{person}" for _kind, ids, person, _word in together for one in ids.split("-")
    }
    asked = {key.split(":")[1] for key in keys if key.startswith("booking_request:")}
    words = {
        RequestStatus.REFUSED: "refused",
        RequestStatus.EXPIRED: "expired",
        RequestStatus.OFFERED: "offer",
    }
    rows = session.exec(select(BookingRequest).where(col(BookingRequest.campaign_id).in_(campaign_ids))).all()
    offers = {int(mail.key.split(":")[1]) for mail in mails if _says_how_the_former_ended(mail)}
    for one in rows:
        word = words.get(one.status)
        fell = f"visit_cancelled:{one.instead_of_id}:"
        leads = f"/booking/requests/{one.id}\n"
        with_fall = (mail for mail in mails if mail.key.startswith(fell) and mail.key.endswith(":visitor"))
        if word == "offer" and any(leads in f"{mail.text}\n" for mail in with_fall):
            continue
        later = {
            row.id for row in rows if row.instead_of_id == one.instead_of_id and (row.id or 0) > (one.id or 0)
        }
        if word == "expired" and one.instead_of_id is not None and later & offers:
            continue
        if word is not None and f"booking_{word}:{one.id}:{one.person_id}" not in told:
            yield f"request {one.id} is {one.status.value}: the asker heard nothing"
        queued = one.status == RequestStatus.WAITING and str(one.id) in asked
        if queued and f"booking_queued:{one.id}:{one.person_id}" not in told:
            yield f"request {one.id} was moved to the line: the asker heard nothing"
        if one.status == RequestStatus.REQUESTED and str(one.id) not in asked:
            yield f"request {one.id} waits: nobody was asked"


def _says_how_the_former_ended(mail: Mail) -> bool:
    found = mail.key.startswith("booking_offer:") and "Nous avons cherché aussitôt" in mail.text
    return found and "n’aura pas lieu" not in mail.text


def _repairs(session: Session, campaign_ids: Collection[int], keys: Collection[str]) -> Iterable[str]:
    """HR heard of each repair that waits for them, or of one before it about the same days."""
    told = {key.split(":")[1] for key in keys if key.startswith("repair_ready:")}
    known = {row.visit_id for row in session.exec(select(RepairVisit)) if str(row.repair_id) in told}
    about = defaultdict(set)
    for row in session.exec(select(RepairVisit)):
        about[row.repair_id].add(row.visit_id)
    ready = (RepairStatus.READY, RepairStatus.FAILED)
    for one in session.exec(select(Repair).where(col(Repair.campaign_id).in_(campaign_ids))):
        if one.status in ready and str(one.id) not in told and not about[one.id or 0] <= known:
            yield f"repair {one.id} waits: HR heard nothing"
