"""Where a visit and a swap stand, in words, and what a page offers to do. Computed from what was read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from app.campaigns.tables import Campaign
from app.core.i18n import _
from app.core.searching import folded
from app.core.templating import long_day
from app.people.tables import Person
from app.visits import reading, sentences
from app.visits.alike import why_alike
from app.visits.changing import Situation
from app.visits.conditions import is_waived
from app.visits.guards import Entered
from app.visits.lifecycle import allows
from app.visits.queries import SeenSwap, SeenVisit
from app.visits.reading import SeenChange
from app.visits.rules import (
    VisitState,
    absence_stands,
    confirmed_by,
    doubt,
    is_ahead,
    is_past,
    is_unknown,
    obstacle,
    stands,
    state_of,
    takes_place,
)
from app.visits.standing import Missing, Standing, short_words
from app.visits.tables import By, CancelReason, ChangeKind, NoShow, Proposal

TONES = {
    VisitState.CANCELLED: "bad",
    VisitState.PAST: "plain",
    VisitState.AGREEMENT: "warn",
    VisitState.UNCONFIRMED: "warn",
    VisitState.CONFIRMED: "good",
}


@dataclass(frozen=True)
class Chip:
    """A short word with its tone."""

    text: str
    tone: str


def state_chip(
    seen: SeenVisit,
    *,
    today: date,
    known: Mapping[int, Standing] | None = None,
    reader_id: int | None = None,
) -> Chip:
    """Where a visit stands, in a word or two; `known`: what each waits for; `reader_id`: to which person."""
    if seen.visit.disputed_at is not None and stands(seen.visit):
        opposed = seen.visit.not_held_by is not None
        return Chip(_("versions opposées") if opposed else _("absence contestée"), "warn")
    if stands(seen.visit) and not takes_place(seen.visit):
        if seen.visit.not_held_by is not None:
            why = doubt(seen.visit, crosses=seen.crosses)
            if why not in {None, CancelReason.AGREEMENT}:
                return Chip(_("n’a pas eu lieu, personne n’est en cause"), "plain")
            return Chip(_("n’a pas eu lieu, faute de convention"), "plain")
        if not absence_stands(seen.visit, today):
            return Chip(_("absence signalée"), "warn")
        return Chip(_("n’a pas eu lieu"), "bad")
    if is_unknown(seen.visit, crosses=seen.crosses, today=today):
        if obstacle(seen.visit, crosses=seen.crosses) is CancelReason.AGREEMENT:
            return Chip(_("passée sans convention"), "warn")
        return Chip(_("passée, a-t-elle eu lieu ?"), "warn")
    state = state_of(seen.visit, crosses=seen.crosses, today=today)
    missing = known[seen.visit.id or 0].missing if known and seen.visit.id in known else ()
    if missing and missing[0] not in {Missing.VISITOR, Missing.HOST}:
        return Chip(short_words(missing[0]), "warn")
    words = {
        VisitState.CANCELLED: _("annulée"),
        VisitState.PAST: _("passée"),
        VisitState.AGREEMENT: _("attend une convention"),
        VisitState.UNCONFIRMED: _unconfirmed(seen, reader_id),
        VisitState.CONFIRMED: _("confirmée"),
    }
    return Chip(words[state], TONES[state])


def over_words(seen: SeenVisit, today: date) -> Chip | None:
    """Where a day stands that is past, or of which somebody said something; None for one to come."""
    said = seen.visit.missed_at is not None or seen.visit.disputed_at is not None
    is_over = stands(seen.visit) and (said or is_past(seen.visit, today))
    return state_chip(seen, today=today) if is_over else None


def _unconfirmed(seen: SeenVisit, reader_id: int | None) -> str:
    """Only whoever has to confirm is told to."""
    if not seen.has(reader_id):
        return _("pas encore confirmée")
    role = By.VISITOR if seen.visitor.id == reader_id else By.HOST
    return _("attend l’autre réponse") if confirmed_by(seen.visit, role) else _("à confirmer")


def swap_words(
    swap: SeenSwap, today: date, *, on: int | None = None, off: Collection[int] = ()
) -> Chip | None:
    """Where an exchange of two visits stands, the same for both and for HR; None for a single visit, and
    where nobody knows whether a day was lived, or will be. `on`: on the page of which of the two; `off`: ids
    of visits that cannot take place as planned."""
    if swap.back is None:
        return None
    standing = [leg for leg in swap.legs if takes_place(leg.visit)]
    disputed = [leg for leg in swap.legs if stands(leg.visit) and leg.visit.disputed_at is not None]
    if any(leg.visit.not_held_by is not None for leg in disputed):
        return Chip(_("versions opposées, les RH tranchent"), "warn")
    if disputed:
        return Chip(_("absence contestée, les RH tranchent"), "warn")
    if any(is_unknown(leg.visit, crosses=leg.crosses, today=today) for leg in standing):
        return None  # the day's own chip says so; whether it was lived nobody knows
    if len(standing) == 2:
        if any(leg.visit.id in off for leg in standing):
            return None  # so does that of a suspended day
        return Chip(_("échange complet"), "good")
    if not standing:
        return Chip(_("échange annulé"), "bad")
    if swap.is_one_way:
        return Chip(_("une seule journée, d’un commun accord"), "plain")
    fallen = swap.fallen
    if fallen is not None and fallen.may_be_made_up(today):
        is_other = on is not None and fallen.visit.id != on
        return Chip(
            _("l’autre journée est à retrouver") if is_other else _("une journée à retrouver"), "warn"
        )
    return Chip(_("une journée sur deux"), "plain")


def concerns(swap: SeenSwap, today: date) -> bool:
    """Whether a swap still asks for something: a day to come, or one to find."""
    if any(stands(leg.visit) and leg.visit.day >= today for leg in swap.legs):
        return True
    fallen = swap.fallen
    return fallen is not None and fallen.may_be_made_up(today)


def was_lived(swap: SeenSwap, today: date) -> bool:
    """Whether at least one of its days took place."""
    return any(stands(leg.visit) and leg.visit.day < today for leg in swap.legs)


def campaigns_of(swaps: Iterable[SeenSwap], today: date) -> list[Campaign]:
    """Campaigns in which a day is still to come, to pause or to leave."""
    found = {swap.there.campaign.id: swap.there.campaign for swap in swaps if concerns(swap, today)}
    return list(found.values())


def by_of(seen: SeenVisit, person: Person | None) -> By:
    """The person's part in a visit of theirs."""
    own = person.id if person is not None else None
    if seen.visitor.id == own:
        return By.VISITOR
    return By.HOST if seen.host.id == own else By.TUTOR


def colleague(now: Situation) -> Person:
    """The other one of the two."""
    return now.seen.host if now.by is By.VISITOR else now.seen.visitor


@dataclass(frozen=True)
class Step:
    """One thing that has to be in order before the day."""

    label: str
    done: bool


def steps(now: Situation) -> list[Step]:
    """What has to be in order before the day: who said yes, what is still open."""
    seen, visit = now.seen, now.visit
    found = [
        (_("Réponse : %(name)s") % {"name": seen.visitor.first_name}, confirmed_by(visit, By.VISITOR)),
        (_("Réponse : %(name)s") % {"name": seen.host.first_name}, confirmed_by(visit, By.HOST)),
    ]
    if now.asks is not None and (now.asks.but_age or not is_waived(visit, now.asks)):
        found.insert(0, (_("Conditions de l’équipe acceptées"), not now.asked.conditions_open))
    if seen.crosses:
        found.append((_("Convention entre les deux sociétés"), visit.agreement_at is not None))
    return [Step(label, done) for label, done in found]


def may(now: Situation, *, receives: bool, leads: bool) -> dict[str, bool]:
    """What the page offers: `confirm`, `decline`, `cancel`, … `leads`: the receiving team, in any role."""
    asked = now.asked
    young = asked.too_young and is_ahead(now.visit, now.today)
    waives = leads and allows(ChangeKind.WAIVED, replace(asked, by=By.MANAGER))
    cannot_be = asked.contradicted or asked.closed_then
    conditions = asked.by is By.VISITOR and asked.conditions_open and not (asked.too_young or cannot_be)
    found = {kind.value: allows(kind, asked) for kind in ChangeKind}
    return {
        "confirm": found["confirmed"] or (conditions and found["declined"]),
        "decline": found["declined"],
        "cancel": found["cancelled"],
        "propose": found["proposed"],
        "answer": asked.proposal is not None and asked.by in {By.VISITOR, By.HOST} and not asked.is_own,
        "withdraw": found["withdrawn"],
        "hours": receives and found["hours"],
        "tutor": receives and found["tutor"],
        "waive": waives,
        "agree": found["agreed"],
        "move": asked.by is By.HR and found["moved"],
        "absent": found["absent"],
        "contest": found["contested"],
        "not_held": found["not_held"],
        "take_back": found["taken_back"],
        "rule": asked.by is By.HR and found["held"],
        "too_young": asked.by is By.VISITOR and young,
        "except": waives and asked.too_young,
        "needs_lead": asked.by in {By.HOST, By.TUTOR} and young and not waives,
    }


def proposer(now: Situation) -> Person | None:
    """Who made the proposal that waits."""
    proposal: Proposal | None = now.proposal
    if proposal is None:
        return None
    return now.seen.visitor if proposal.by_id == now.visit.visitor_id else now.seen.host


@dataclass(frozen=True)
class Report:
    """An absence with both versions."""

    row: NoShow
    seen: SeenVisit
    absent: Person
    teller: Person


def report(row: NoShow, seen: SeenVisit) -> Report:
    """An absence with the names it needs."""
    two = (seen.visitor, seen.host) if row.absent is By.VISITOR else (seen.host, seen.visitor)
    return Report(row, seen, *two)


@dataclass(frozen=True)
class Absence:
    """What was said of who came to one day, and what HR found."""

    seen: SeenVisit
    reports: list[Report]
    ruling: str
    """In a sentence; empty until HR rule."""
    words: str
    """What HR wrote to the two with it."""
    said: list[tuple[str, str]]
    """What was said of a day where something stood in its way, of nobody's absence: sentences with words."""

    @property
    def chip(self) -> Chip:
        """Where it stands."""
        if self.ruling:
            return Chip(_("tranchée"), "plain")
        if self.said and self.seen.visit.disputed_at is None:
            return Chip(_("personne n’est en cause"), "plain")
        if any(one.row.contested_at for one in self.reports):
            return Chip(_("contestée, à trancher"), "warn")
        if self.said:
            return Chip(_("versions opposées"), "warn")
        if len(self.reports) > 1:
            return Chip(_("versions opposées"), "warn")
        return Chip(_("non contestée"), "plain")

    @property
    def may_be_ruled(self) -> bool:
        """HR may say what happened; a day that another one replaced is settled."""
        return stands(self.seen.visit)


def absences(
    rows: Iterable[NoShow],
    seen: Mapping[int | None, SeenVisit],
    rulings: Mapping[int, SeenChange],
    not_held: Mapping[int, list[SeenChange]],
) -> list[Absence]:
    """Reports by day, as they come, then days that were not held; what waits for HR first."""
    by_visit: dict[int, list[Report]] = {}
    for row in rows:
        if row.visit_id in seen:
            by_visit.setdefault(row.visit_id, []).append(report(row, seen[row.visit_id]))
    for visit_id in not_held:
        by_visit.setdefault(visit_id, [])
    found = [
        Absence(
            seen[one],
            told,
            sentences.sentence(ruling) if (ruling := rulings.get(one)) is not None else "",
            ruling.change.words if ruling is not None else "",
            said_of(not_held.get(one, ())),
        )
        for one, told in by_visit.items()
    ]
    return sorted(found, key=lambda one: one.chip.tone != "warn")


def not_held(session: Session, now: Situation, entered: Entered) -> list[tuple[str, str]]:
    """What is said of a day that was not held, for the two people and HR."""
    visit_id = now.visit.id or 0
    if now.visit.not_held_by is None or not (entered.takes_part or entered.by is By.HR):
        return []
    return said_of(reading.said_not_held(session, [visit_id]).get(visit_id, ()))


def said_of(lines: Iterable[SeenChange]) -> list[tuple[str, str]]:
    """What was said of a day that was not held, with the words."""
    return [(sentences.sentence(one), one.change.words) for one in lines]


def reports(now: Situation, entered: Entered) -> list[Report]:
    """Absences, for the two people and HR."""
    if not entered.takes_part and entered.by is not By.HR:
        return []
    return [report(row, now.seen) for row in now.reports]


def in_state(swaps: Iterable[SeenSwap], wanted: str, today: date) -> list[SeenSwap]:
    """Those in which a visit is unconfirmed or confirmed, one is to be found, or one to come is within a
    team, a side or a department; all for any other word."""
    if wanted == "incomplete":
        return [swap for swap in swaps if (words := swap_words(swap, today)) and words.tone == "warn"]
    if wanted == "alike":
        return [
            swap
            for swap in swaps
            if any(
                is_ahead(leg.visit, today) and why_alike(leg.visitor_team, leg.host_team) for leg in swap.legs
            )
        ]
    if wanted not in {VisitState.UNCONFIRMED, VisitState.CONFIRMED}:
        return list(swaps)
    return [
        swap
        for swap in swaps
        if any(state_of(leg.visit, crosses=leg.crosses, today=today) == wanted for leg in swap.legs)
    ]


def by_companies(visits: Iterable[SeenVisit]) -> list[tuple[tuple[str, str], list[SeenVisit]]]:
    """Visits by the two companies that must agree, whichever visits and however they are written; most visits
    first."""
    found: dict[tuple[str, str], tuple[tuple[str, str], list[SeenVisit]]] = {}
    for seen in visits:
        first, second = sorted((seen.visitor.legal_entity, seen.host.legal_entity), key=folded)
        pair = found.setdefault((folded(first), folded(second)), ((first, second), []))
        pair[1].append(seen)
    return sorted(found.values(), key=lambda one: (-len(one[1]), *map(folded, one[0])))


def by_recording(visits: Iterable[SeenVisit]) -> list[tuple[tuple[str, str], list[SeenVisit]]]:
    """Visits by the agreement that was recorded for them: of two companies, at one moment."""
    by_moment: dict[datetime, list[SeenVisit]] = {}
    for seen in visits:
        if seen.visit.agreement_at is not None:
            by_moment.setdefault(seen.visit.agreement_at, []).append(seen)
    return [pair for moment in sorted(by_moment) for pair in by_companies(by_moment[moment])]


def agreement_words(reference: str, signed_on: date | None) -> str:
    """What the history of a visit says of the agreement."""
    parts = []
    if reference.strip():
        parts.append(_("référence %(reference)s") % {"reference": reference.strip()})
    if signed_on is not None:
        parts.append(_("signée le %(day)s") % {"day": long_day(signed_on)})
    return ", ".join(parts)
