"""What every page of a plan shows around its content: the news, the limit, what is under way, the tabs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.availability.tables import ForbiddenPair
from app.campaigns.tables import Campaign, Status
from app.core import clock
from app.core.i18n import _, ngettext
from app.core.searching import matches
from app.core.templating import number, render
from app.people.tables import Person, Site, Team
from app.planning import clashes, queries, runs
from app.planning.errors import NothingToPublish, NotThisPair
from app.planning.queries import Participant
from app.planning.review import PlannedSwap, Review, Waiting, helped, reasons_counted, review, untried
from app.planning.schemas import PlanLook
from app.planning.tables import ACTIVE, Pin, PlanningRun, RunStatus
from app.planning.words import (
    REASON_TONES,
    failure_words,
    level_words,
    reason_labels,
    what_would_do,
    wish_words,
)
from app.visits.views import AgendaDay, agenda, face_of
from solver.plan import INFEASIBLE

PAGE = 20
"""Lines of a list: on a narrow screen each is tall."""
RUNS = 30
"""Plans that may be compared."""
NAMES_A_DAY = 5


@dataclass(frozen=True)
class Plan:
    """A campaign's planning as it stands: the plan shown, and the computation under way."""

    campaign: Campaign
    run: PlanningRun | None
    """The finished run shown: the published one, else the last."""
    latest: PlanningRun | None
    review: Review | None
    people: dict[int, Participant]
    pins: list[Pin]
    forbidden: list[ForbiddenPair]
    more: dict[int, int]
    """Who may take part more often than the campaign says, with their number."""
    enrolled: int
    is_stale: bool
    """Answers or rules changed since."""
    comparable: PlanningRun | None
    """The finished run before the one shown."""
    clashes: list[str]
    """What the pinned pairs contradict, one sentence each: the next computation will give no plan either."""

    @property
    def active(self) -> PlanningRun | None:
        """The computation under way."""
        return self.latest if self.latest is not None and self.latest.status in ACTIVE else None

    @property
    def failed(self) -> PlanningRun | None:
        """The last computation, when it gave no plan."""
        ended = (RunStatus.FAILED, RunStatus.CANCELLED)
        return self.latest if self.latest is not None and self.latest.status in ended else None

    @property
    def impossible(self) -> bool:
        """Whether the last computation found that no plan can keep the pinned pairs."""
        return (
            self.latest is not None
            and self.latest.status == RunStatus.FINISHED
            and self.latest.message == INFEASIBLE
        )

    @property
    def changeable(self) -> bool:
        """Whether HR may still compute, pin and forbid."""
        return self.campaign.status in runs.PLANNABLE

    @property
    def publishable(self) -> bool:
        """Whether the plan shown could be published now."""
        return (
            self.campaign.status == Status.PLANNING
            and self.review is not None
            and bool(self.review.visits)
            and self.active is None
        )


def plan_of(session: Session, campaign: Campaign) -> Plan:
    """Everything that the pages of a plan show."""
    assert campaign.id is not None
    finished = queries.finished_runs(session, campaign.id)
    run, latest = finished[0] if finished else None, queries.latest_run(session, campaign.id)
    people = queries.participants(session, campaign.id) if latest else {}
    pins = queries.pins_of(session, campaign.id)
    stamp = queries.inputs_stamp(session, campaign) if campaign.status in runs.PLANNABLE else ""
    return Plan(
        campaign=campaign,
        run=run,
        latest=latest,
        review=review(*runs.load(session, run), people, pins) if run else None,
        people=people,
        pins=pins,
        forbidden=queries.forbidden_of(session, campaign.id),
        more=queries.once_more_of(session, campaign.id),
        enrolled=queries.yes_count(session, campaign.id),
        is_stale=run is not None and stamp not in ("", run.inputs),
        comparable=finished[1] if len(finished) > 1 else None,
        clashes=_clashes(session, campaign, latest, stamp, people) if pins else [],
    )


def _clashes(
    session: Session,
    campaign: Campaign,
    latest: PlanningRun | None,
    stamp: str,
    people: dict[int, Participant],
) -> list[str]:
    """Nothing is worked out where the last computation already says, on what still stands."""
    if not stamp or latest is None or latest.status in ACTIVE:
        return []
    if latest.inputs != stamp or latest.status != RunStatus.FINISHED:
        return clashes.now(session, campaign, people, clock.today())
    return clashes.of_run(session, latest, people) if latest.message == INFEASIBLE else []


def plan_page(
    request: Request, template: str, plan: Plan, tab: str, *, status: int = 200, **context: Any
) -> Response:
    """A page of the plan, with all that stands around its content."""
    found = plan.review
    return render(
        request,
        f"planning/{template}.html",
        status=status,
        plan=plan,
        found=found,
        news=news(plan),
        limit=limit_words(found, plan.run.at_most) if found and plan.run else ("", ""),
        tabs=tabs(plan, tab),
        why=why_not_more(found) if found else [],
        progress=progress_of(plan.active, clock.now()) if plan.active else None,
        failure=failure_words(plan.failed.message) if plan.failed else "",
        face_of=face_of_participant,
        wish_words=wish_words,
        **context,
    )


def found_in(plan: Plan) -> Review:
    """The finished plan. Raises `NothingToPublish` where there is none yet."""
    if plan.review is None:
        raise NothingToPublish
    return plan.review


def news(plan: Plan) -> str:
    """The headline: what happens, with its figure."""
    if plan.campaign.status == Status.DRAFT:
        return _("Avant d’ouvrir : et si tout le monde participait ?")
    if plan.review is None and plan.impossible and plan.clashes:
        return _("Les paires épinglées ne tiennent pas ensemble")
    if plan.review is None:
        return ngettext(
            "%(n)s personne attend son binôme", "%(n)s personnes attendent leur binôme", plan.enrolled
        ) % {"n": number(plan.enrolled)}
    if not plan.review.matched:
        return _("Personne n’a encore de binôme")
    return ngettext(
        "%(n)s personne vivra la vie d’une autre",
        "%(n)s personnes vivront la vie d’une autre",
        plan.review.matched,
    ) % {"n": number(plan.review.matched)}


def limit_words(found: Review, at_most: int | None) -> tuple[str, str]:
    """How good the plan is: the proven limit, and what else speaks for it."""
    if found.matched == found.people:
        title = _("Tout le monde a un binôme.")
    elif found.proven and at_most == found.matched:
        title = _("Au plus %(limit)s, c’est démontré : c’est le maximum.") % {"limit": number(at_most)}
    elif found.proven:
        title = _("Aucun plan ne fait mieux, c’est démontré. Les personnes prioritaires comptent davantage.")
    elif at_most is not None:
        title = _("Au plus %(limit)s, c’est démontré.") % {"limit": number(at_most)}
    else:
        title = _("Le meilleur plan trouvé dans le temps donné.")
    if not found.wishes_possible:
        return title, _("Aucun vœu d’équipe n’a été exprimé.")
    share = round(100 * found.wishes_met / found.wishes_possible)
    return title, _("%(share)s %% des premiers vœux sont exaucés.") % {"share": share}


def shares(found: Review, at_most: int | None, surplus: int) -> list[dict[str, Any]]:
    """Everybody who takes part: matched, out of anybody's reach, and between the two, for `stacked_bar`.

    `surplus` people of the larger side have no counterpart.
    """
    limit = found.people - surplus if at_most is None else min(at_most, found.people - surplus)
    between = _("Peut-être possibles : ni trouvés, ni exclus")
    if found.proven:
        between = _("Sans binôme : avec ces priorités, aucun plan ne fait mieux, c’est démontré")
    parts = [
        {"label": _("Avec un binôme"), "value": found.matched, "tone": "good"},
        {"label": between, "value": max(0, limit - found.matched), "tone": "warn"},
        {
            "label": _("Impossibles avec ces réponses et ces règles, c’est démontré"),
            "value": found.people - max(limit, found.matched),
            "tone": "muted",
        },
    ]
    return [part for part in parts if part["value"]]


def why_not_more(found: Review) -> list[dict[str, Any]]:
    """How many people each reason leaves without a match, with what would do, for `stacked_bar`."""
    labels = reason_labels()
    return [
        {
            "reason": reason,
            "label": labels.get(reason, reason),
            "value": count,
            "tone": REASON_TONES.get(reason, "muted"),
            "more": what_would_do(helped(found.waiting, reason), untried=untried(found.waiting, reason)),
        }
        for reason, count in reasons_counted(found.waiting)
    ]


def progress_of(run: PlanningRun, now: datetime) -> dict[str, Any]:
    """A run under way, for the `progress` part; its seconds go on while the solver has nothing new to say."""
    seconds = run.seconds if run.started_at is None else (now - run.started_at).total_seconds()
    at_most = run.at_most
    limit = number(at_most) if at_most is not None else _("en calcul")
    share = min(99, round(100 * run.matched / at_most)) if at_most and run.level == "people" else None
    facts = [
        (_("Personnes avec un binôme"), number(run.matched)),
        (_("Limite démontrée"), limit),
        (_("Secondes écoulées"), number(round(seconds))),
    ]
    if not run.level:
        share = 0  # nothing has begun: an empty bar, not one of unknown length
    if run.status == RunStatus.QUEUED:
        title = _("Le calcul va commencer")
    elif run.cancel_requested or run.keep_requested:
        title = _("Le calcul s’arrête")
    else:
        title = level_words(run.level)
    if run.level and run.level != "people":
        share = min(99, round(100 * seconds / run.time_limit))
    return {"title": title, "value": share, "facts": facts}


def chosen_swaps(found: Review, look: PlanLook) -> list[PlannedSwap]:
    """The swaps that match the filters, in the order asked."""
    swaps = [swap for swap in found.swaps if _swap_matches(swap, look)]
    if look.sort == "name":
        return sorted(swaps, key=lambda swap: (swap.one.person.last_name, swap.one.person.first_name))
    if look.sort == "wishes":
        return sorted(swaps, key=lambda swap: -swap.wish_points)
    if look.sort == "minutes":
        return sorted(swaps, key=lambda swap: -swap.minutes)
    return swaps


def _swap_matches(swap: PlannedSwap, look: PlanLook) -> bool:
    if look.show == "pinned" and not swap.pinned:
        return False
    if look.show == "wish" and not swap.wish_points:
        return False
    if look.show == "link" and not swap.linked:
        return False
    if look.day is not None and look.day not in [leg.day for leg in swap.legs]:
        return False
    both = (swap.one, swap.other)
    return _site_matches(both, look.site) and matches(look.q, *_names(*both))


def swap_of(plan: Plan, one: int, other: int) -> PlannedSwap:
    """What two people live together in the plan shown. Raises `NotThisPair`."""
    for swap in found_in(plan).swaps:
        if {one, other} == {swap.there.visitor_id, swap.there.host_id}:
            return swap
    raise NotThisPair


def chosen_waiting(found: Review, look: PlanLook) -> list[Waiting]:
    """The people without a match whom the filters leave."""
    return [
        row
        for row in found.waiting
        if (not look.reason or row.reason == look.reason)
        and _site_matches((row.who,), look.site)
        and matches(look.q, *_names(row.who))
    ]


def _site_matches(people: Iterable[Participant], site_id: int | None) -> bool:
    return site_id is None or any(who.site.id == site_id for who in people)


def _names(*people: Participant) -> list[str]:
    return [name for who in people for name in (who.person.name, who.team.name, who.team.department)]


def sites_of(people: Iterable[Participant]) -> list[Site]:
    """Their sites, by name."""
    found = {who.site.id: who.site for who in people}
    return sorted(found.values(), key=lambda site: site.name)


def calendar(plan: Plan) -> list[AgendaDay]:
    """Days of the plan: how many visits, the first names, and a link to the day."""
    assert plan.review is not None
    by_day: dict[date, list[str]] = {}
    sides: dict[date, list[str]] = {}
    for visitor_id, host_id, day in sorted(plan.review.visits, key=lambda leg: (leg[2], leg[0])):
        if visitor_id in plan.people and host_id in plan.people:
            names = {
                "visitor": plan.people[visitor_id].person.name,
                "host": plan.people[host_id].person.name,
            }
            by_day.setdefault(day, []).append(_("%(visitor)s → %(host)s") % names)
            sides.setdefault(day, []).append(plan.people[visitor_id].team.side.value)
    here = f"/campaigns/{plan.campaign.id}/planning/calendar"
    entries: list[tuple[date, dict[str, str]]] = []
    for day, names_of_day in by_day.items():
        count = ngettext("%(n)s journée", "%(n)s journées", len(names_of_day)) % {"n": len(names_of_day)}
        entries.append((day, {"text": count, "href": f"{here}?day={day.isoformat()}#day", "side": "meet"}))
        shown = zip(names_of_day[:NAMES_A_DAY], sides[day], strict=False)
        entries += [(day, {"text": text, "side": side}) for text, side in shown]
    return agenda(entries)


def face_of_participant(who: Participant) -> dict[str, str]:
    """Somebody as the drawings take them."""
    person: Person = who.person
    team: Team = who.team
    return face_of(person, team, who.site)


def tabs(plan: Plan, current: str) -> list[dict[str, Any]]:
    """The views of a plan."""
    here = f"/campaigns/{plan.campaign.id}/planning"
    found = plan.review
    items = [
        ("", _("Binômes"), len(found.swaps) if found else None),
        ("/calendar", _("Calendrier"), None),
        ("/unmatched", _("Sans binôme"), len(found.waiting) if found else None),
        ("/why", _("Pourquoi ce plan"), None),
        (
            "/pairs",
            _("Vos choix"),
            len({_key(pin) for pin in plan.pins}) + len(plan.forbidden) + len(plan.more),
        ),
    ]
    if plan.changeable:
        items.append(("/what-if", _("Et si…"), None))
    if plan.comparable is not None:
        items.append(("/comparison", _("Comparer"), None))
    return [
        {"href": here + path, "label": label, "count": count, "current": path == current}
        for path, label, count in items
    ]


def pinned_together(plan: Plan) -> list[list[Pin]]:
    """The pins by pair: one or two days each, earliest first."""
    by_pair: dict[frozenset[int], list[Pin]] = {}
    for pin in plan.pins:
        by_pair.setdefault(_key(pin), []).append(pin)
    return list(by_pair.values())


def _key(pin: Pin) -> frozenset[int]:
    return frozenset((pin.visitor_id, pin.host_id))
