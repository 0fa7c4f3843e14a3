"""The life of a visit: one table of what may happen to it.

Each line of `STEPS` reads aloud: what happens, who may do it, what must hold (`needs`, the first refusal is
shown), and the event that tells those concerned (recorded with the change). Doors ask `allows` to offer a
button, services ask `check` before they change a row; the row's own conditional UPDATE has the last word.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.core.errors import Refusal
from app.visits.errors import (
    AlreadyCancelled,
    AlreadyConfirmed,
    AlreadyOver,
    AlreadyReported,
    AlreadyRuled,
    CampaignOver,
    ConditionsFirst,
    DayContradicted,
    DayNotCome,
    ForTheLead,
    NoAgreementNeeded,
    NobodyWasToCome,
    NotFallen,
    NothingAsked,
    NothingInTheWay,
    NothingProposed,
    NothingRecorded,
    NothingToRule,
    NothingToTakeBack,
    NotReported,
    NotRuledYet,
    NotYourPart,
    OpenProposal,
    RosterSaysOtherwise,
    SiteClosed,
    SpokenOf,
    TooLateForAnother,
    TooYoung,
)
from app.visits.rules import confirmed_by, doubt, has_begun, is_over, obstacle, stands
from app.visits.tables import By, ChangeKind, NoShow, Proposal, Visit


@dataclass(frozen=True)
class Asked:
    """What somebody wants to do to a visit, as its conditions see it."""

    visit: Visit
    by: By
    today: date
    proposal: Proposal | None = None
    """The one that waits for an answer."""
    is_own: bool = False
    """Whether that proposal is the reader's own."""
    fallen: bool = False
    """The visit is the part of a swap that fell while the other stands."""
    too_late: bool = False
    """It fell so, and no day of the campaign leaves the notice any more."""
    crosses: bool = False
    """The two work for different companies."""
    conditions_open: bool = False
    """The receiving team asks something that the visitor has not acknowledged."""
    too_young: bool = False
    """The receiving team asks an age that the visitor does not have."""
    age_waived: bool = False
    """It made an exception for that, and asks the rest."""
    off_then: bool = False
    """A roster says that the reader does not work then."""
    lived: bool = False
    """Its last hour has passed."""
    contradicted: bool = False
    """A roster says so of one of the day, whoever it is."""
    why: str = ""
    """What says so, to the reader: a roster, a contract, or their week."""
    closed_then: bool = False
    """HR closed the site that receives."""
    campaign_over: bool = False
    """Its campaign is closed."""
    reports: tuple[NoShow, ...] = ()


Need = Callable[[Asked], Refusal | None]


def it_stands(asked: Asked) -> Refusal | None:
    """The visit is not cancelled."""
    return None if stands(asked.visit) else AlreadyCancelled()


def it_is_ahead(asked: Asked) -> Refusal | None:
    """Its day is today or later, not lived yet, and nobody was said to be missing on it."""
    if asked.visit.missed_at is not None or is_over(asked.visit, asked.today):
        return AlreadyOver()
    if asked.visit.disputed_at is not None:
        return NotRuledYet()
    return AlreadyOver() if asked.lived else None


def unanswered(asked: Asked) -> Refusal | None:
    """Whoever asks has not said yes before."""
    return AlreadyConfirmed() if confirmed_by(asked.visit, asked.by) else None


def site_open(asked: Asked) -> Refusal | None:
    """HR did not close the site that receives: no hours let the day be."""
    return SiteClosed() if asked.closed_then else None


def it_can_be(asked: Asked) -> Refusal | None:
    """No roster contradicts the day, and the site is open."""
    if asked.closed_then:
        return SiteClosed()
    if asked.off_then:
        return RosterSaysOtherwise(asked.why)
    return DayContradicted(asked.why) if asked.contradicted else None


def conditions_read(asked: Asked) -> Refusal | None:
    """A visitor has the age, and has read what the team asks of them."""
    if asked.by is not By.VISITOR:
        return None
    if asked.too_young:
        return TooYoung()
    return ConditionsFirst() if asked.conditions_open else None


def something_asked(asked: Asked) -> Refusal | None:
    """The team asks something of this visitor that is not settled."""
    is_open = (asked.conditions_open and not asked.age_waived) or asked.too_young
    return None if is_open else NothingAsked()


def it_may_change(asked: Asked) -> Refusal | None:
    """The visit stands and lies ahead, or it fell and its swap waits for what becomes of it."""
    if asked.too_late:
        return TooLateForAnother()
    return None if asked.fallen else it_stands(asked) or it_is_ahead(asked)


def nothing_open(asked: Asked) -> Refusal | None:
    """No proposal waits for an answer."""
    return OpenProposal() if asked.proposal is not None else None


def one_of_theirs(asked: Asked) -> Refusal | None:
    """A proposal of the other person waits for an answer."""
    if asked.proposal is None:
        return NothingProposed()
    return NotYourPart() if asked.is_own else None


def one_of_mine(asked: Asked) -> Refusal | None:
    """The reader's own proposal waits for an answer."""
    if asked.proposal is None:
        return NothingProposed()
    return None if asked.is_own else NotYourPart()


def it_fell(asked: Asked) -> Refusal | None:
    """It is the fallen part of a swap whose other part stands or was lived, and another day can be found."""
    if asked.too_late:
        return TooLateForAnother()
    return None if asked.fallen else NotFallen()


def it_was_not_missed(asked: Asked) -> Refusal | None:
    """Its day is to come or was lived, as far as anybody says."""
    if asked.visit.missed_at is not None:
        return AlreadyOver()
    return NotRuledYet() if asked.visit.disputed_at is not None else None


def agreement_missing(asked: Asked) -> Refusal | None:
    """The two companies have to agree and nobody recorded it yet."""
    waits = asked.crosses and asked.visit.agreement_at is None
    return None if waits else NoAgreementNeeded()


def agreement_recorded(asked: Asked) -> Refusal | None:
    """HR recorded that the two companies agreed."""
    return None if asked.crosses and asked.visit.agreement_at is not None else NothingRecorded()


def was_held_back(asked: Asked) -> Refusal | None:
    """A roster, a closed site or a missing agreement stood in its way, or one of the two never said yes."""
    return None if doubt(asked.visit, crosses=asked.crosses) else NothingInTheWay()


def somebody_was_to_come(asked: Asked) -> Refusal | None:
    """Nothing stood in the way of the day: whoever did not come was absent, even if they had not said yes."""
    nobody = asked.visit.not_held_by is not None or obstacle(asked.visit, crosses=asked.crosses) is not None
    return NobodyWasToCome() if nobody else None


def it_is_past(asked: Asked) -> Refusal | None:
    """Its last hour has passed."""
    return None if asked.lived or is_over(asked.visit, asked.today) else DayNotCome()


def nothing_said(asked: Asked) -> Refusal | None:
    """Nobody said yet what became of the day."""
    said = asked.reports or asked.visit.not_held_by is not None or asked.visit.ruled_at is not None
    return SpokenOf() if said else None


def not_left(asked: Asked) -> Refusal | None:
    """HR have not left it without an agreement before."""
    return SpokenOf() if asked.visit.left_without_at is not None else None


def it_has_begun(asked: Asked) -> Refusal | None:
    """Its first hour has come."""
    return None if has_begun(asked.visit, asked.today) else it_is_past(asked)


def campaign_goes_on(asked: Asked) -> Refusal | None:
    """Its campaign is not closed."""
    return CampaignOver() if asked.campaign_over else None


def unreported(asked: Asked) -> Refusal | None:
    """Nobody has said yet that the other one was absent."""
    return AlreadyReported() if report_about(asked, other_role(asked.by)) else None


def reported(asked: Asked) -> Refusal | None:
    """Somebody said that the reader was absent, or that the day was not held, and they have not answered."""
    found, visit = report_about(asked, asked.by), asked.visit
    by_another = visit.not_held_by not in {None, asked.by} and visit.disputed_at is None
    return None if by_another or (found is not None and found.contested_at is None) else NotReported()


def own_word(asked: Asked) -> Refusal | None:
    """The reader said that the other one was absent, or the day not held, whatever the other one says."""
    said = asked.by in TWO and report_about(asked, other_role(asked.by)) is not None
    return None if said or asked.visit.not_held_by is asked.by else NothingToTakeBack()


def report_about(asked: Asked, role: By) -> NoShow | None:
    """What was said about the absence of the visitor or the host."""
    return next((one for one in asked.reports if one.absent == role), None)


def not_ruled(asked: Asked) -> Refusal | None:
    """HR have not said yet what happened."""
    return AlreadyRuled() if asked.visit.ruled_at is not None else None


def somebody_reported(asked: Asked) -> Refusal | None:
    """One of the two was said to be absent, or the day not to have been held, or a roster or a closed site
    stood in its way and it passed; HR may say it again."""
    said = asked.reports or asked.visit.not_held_by is not None or asked.visit.ruled_at is not None
    passed = asked.visit.suspended_for is not None and it_is_past(asked) is None
    return None if said or passed else NothingToRule()


def other_role(role: By) -> By:
    """The other one of the two."""
    return By.HOST if role is By.VISITOR else By.VISITOR


@dataclass(frozen=True)
class Step:
    """One line of the table."""

    kind: ChangeKind
    by: frozenset[By]
    needs: tuple[Need, ...]
    event: str


TWO = frozenset({By.VISITOR, By.HOST})
DECIDERS = TWO | {By.MANAGER, By.HR, By.SERVICE}
RECEIVERS = frozenset({By.HOST, By.TUTOR, By.MANAGER, By.HR})
LEADS = frozenset({By.MANAGER, By.HR})
HR = frozenset({By.HR})
REPAIRERS = HR | {By.SERVICE}
"""The product itself moves a visit only where HR said so beforehand: a repair that moves nobody else."""

STEPS: tuple[Step, ...] = (
    Step(
        ChangeKind.CONFIRMED,
        TWO,
        (it_stands, it_is_ahead, unanswered, it_can_be, conditions_read),
        "visit.confirmed",
    ),
    Step(ChangeKind.DECLINED, TWO, (it_stands, it_is_ahead, unanswered), "visit.declined"),
    Step(ChangeKind.CANCELLED, DECIDERS, (it_stands, it_is_ahead), "visit.cancelled"),
    Step(ChangeKind.PROPOSED, TWO, (it_may_change, nothing_open), "visit.proposed"),
    Step(ChangeKind.REFUSED, TWO, (one_of_theirs,), "visit.proposal_refused"),
    Step(ChangeKind.WITHDRAWN, TWO, (one_of_mine,), "visit.proposal_withdrawn"),
    Step(ChangeKind.MOVED, TWO, (it_stands, it_is_ahead, one_of_theirs), "visit.moved"),
    Step(ChangeKind.MOVED, REPAIRERS, (it_stands, it_is_ahead), "visit.moved"),
    Step(ChangeKind.MADE_UP, TWO, (it_fell, one_of_theirs), "visit.made_up"),
    Step(ChangeKind.ONE_WAY, TWO, (it_fell, one_of_theirs), "visit.one_way"),
    Step(ChangeKind.HOURS, RECEIVERS, (it_stands, it_is_ahead, site_open), "visit.changed"),
    Step(ChangeKind.TUTOR, RECEIVERS, (it_stands, it_is_ahead), "visit.changed"),
    Step(ChangeKind.RELEASED, RECEIVERS | {By.SERVICE}, (it_stands, it_is_ahead), "visit.tutor_released"),
    Step(ChangeKind.HOST, frozenset({By.SERVICE}), (it_stands, it_is_ahead), "visit.host_replaced"),
    Step(ChangeKind.WAIVED, LEADS, (it_stands, it_is_ahead, something_asked), "visit.waived"),
    Step(ChangeKind.AGREED, HR, (it_stands, it_was_not_missed, agreement_missing), "visit.agreed"),
    Step(ChangeKind.UNSIGNED, HR, (it_stands, it_is_ahead, agreement_recorded), "visit.changed"),
    Step(
        ChangeKind.LEFT_WITHOUT,
        HR,
        (it_stands, it_was_not_missed, it_is_past, agreement_missing, not_left),
        "visit.left_without",
    ),
    Step(
        ChangeKind.ABSENT,
        TWO,
        (it_stands, not_ruled, it_has_begun, campaign_goes_on, somebody_was_to_come, unreported),
        "visit.absent",
    ),
    Step(
        ChangeKind.NOT_HELD,
        TWO,
        (it_stands, nothing_said, it_is_past, campaign_goes_on, was_held_back),
        "visit.not_held",
    ),
    Step(ChangeKind.NOT_HELD, HR, (it_stands, nothing_said, it_is_past, was_held_back), "visit.not_held"),
    Step(ChangeKind.TAKEN_BACK, TWO | HR, (it_stands, not_ruled, own_word), "visit.taken_back"),
    Step(ChangeKind.CONTESTED, TWO, (not_ruled, reported), "visit.contested"),
    Step(ChangeKind.HELD, HR, (it_stands, somebody_reported), "visit.ruled"),
    Step(ChangeKind.MISSED, HR, (it_stands, somebody_reported), "visit.ruled"),
)


def find_step(kind: ChangeKind, by: By) -> Step | None:
    """The line for what somebody wants to do; None when it is not theirs to do."""
    return next((step for step in STEPS if step.kind == kind and by in step.by), None)


def refusal(kind: ChangeKind, asked: Asked) -> Refusal | None:
    """Why it cannot be done now; None when it can."""
    step = find_step(kind, asked.by)
    if step is None:
        return ForTheLead() if kind is ChangeKind.WAIVED else NotYourPart()
    return next((found for need in step.needs if (found := need(asked)) is not None), None)


def allows(kind: ChangeKind, asked: Asked) -> bool:
    """Whether it could be done now."""
    return refusal(kind, asked) is None


def check(kind: ChangeKind, asked: Asked) -> Step:
    """The line of the table, once everything it needs holds; raises the first refusal."""
    found = refusal(kind, asked)
    if found is not None:
        raise found
    step = find_step(kind, asked.by)
    assert step is not None
    return step
