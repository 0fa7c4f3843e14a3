"""Every change of a campaign's content. Its steps of life stand in `lifecycle.py`."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns import commitments, queries
from app.campaigns.errors import SectionFixed, TermsRefused
from app.campaigns.holding import MAKES_VISITS, hold_alone
from app.campaigns.invited import invited_ids
from app.campaigns.lifecycle import is_booked_openly, transition
from app.campaigns.rules import Terms, faults, faults_today, proposed_terms, terms_of
from app.campaigns.schemas import Group, Section
from app.campaigns.tables import Campaign, InvitedGroup, InvitedKind, Status
from app.core import jobs
from app.core.errors import Refusal, Stale
from app.core.i18n import _
from app.people.tables import Side

CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that a hand-copied poster confuses: i, l, o, 0, 1."""
CODE_LENGTH = 9
EVERYBODY = (Group(kind=InvitedKind.EVERYBODY),)

FIELDS: dict[Section, tuple[str, ...]] = {
    Section.STORY: ("name", "story"),
    Section.DATES: (
        "first_day",
        "last_day",
        "saturdays",
        "closing_days",
        "enrol_until",
        "plan_by",
        "debrief_until",
    ),
    Section.PEOPLE: ("include_temporary",),
    Section.RULES: (
        "exchange",
        "max_travel_minutes",
        "min_gap_days",
        "max_gap_days",
        "notice_days",
        "max_swaps_per_person",
        "max_visitors_per_team",
        "max_away_per_team",
        "min_presence_per_team",
        "link_points",
        "allow_repeat_pairs",
    ),
    Section.CHECKLIST: ("information_sheet_on", "representatives_informed_on"),
}
_SECTION_OF = {name: section for section, names in FIELDS.items() for name in names}

_PREPARED = frozenset({Status.DRAFT, Status.OPEN})
_BEFORE_PUBLICATION = _PREPARED | {Status.PLANNING}
_ALIVE = frozenset(Status) - {Status.CLOSED, Status.CANCELLED}
CHANGEABLE: dict[Section, frozenset[Status]] = {
    Section.STORY: _ALIVE,
    Section.DATES: _ALIVE,
    Section.PEOPLE: _PREPARED,
    Section.RULES: _BEFORE_PUBLICATION,
    Section.CHECKLIST: _PREPARED,
}
"""Until when each section changes: people have answered to what stood there."""


def fixed_dates(status: Status) -> frozenset[str]:
    """The dates that no longer change: the end of an enrolment that is over; once published, all but one."""
    if status in _PREPARED:
        return frozenset()
    if status == Status.PLANNING:
        return frozenset({"enrol_until"})
    return frozenset(FIELDS[Section.DATES]) - {"debrief_until"}


def new_campaign(
    session: Session,
    *,
    name: str,
    actor: Actor,
    now: datetime,
    today: date,
    story: str = "",
    groups: Sequence[Group] = EVERYBODY,
    **values: Any,
) -> Campaign:
    """A draft with everybody invited and dates that work; `values` replace any of them."""
    proposed = {
        **vars(proposed_terms(today)),
        **{key: kept for key, kept in values.items() if kept is not None},
    }
    proposed["closing_days"] = _iso(proposed.get("closing_days", []))
    _require(faults(Terms(**{key: proposed[key] for key in vars(proposed_terms(today))})))
    _require_known(session, groups)
    campaign = Campaign(
        code=_new_code(session),
        name=name,
        story=story,
        created_by=actor.account_id,
        created_at=now,
        **proposed,
    )
    session.add(campaign)
    session.flush()
    _invite(session, campaign, groups)
    audit(session, actor.account_id, "campaign.created", _subject(campaign), now=now)
    return campaign


def copy_campaign(
    session: Session, source: Campaign, *, actor: Actor, now: datetime, today: date
) -> Campaign:
    """A new draft with the same story, people and rules; later by whole weeks, with an empty checklist.

    Features above copy rules of their own when they hear of it.
    """
    assert source.id is not None
    shift = _shift(source, today)
    groups = [Group(kind=row.kind, ref=row.ref) for row in queries.groups_of(session, source.id)]
    copied = (*FIELDS[Section.RULES], "booking", "include_temporary", "saturdays")
    kept = {name: getattr(source, name) for name in copied}
    moved = {
        name: getattr(source, name) + shift
        for name in ("first_day", "last_day", "enrol_until", "plan_by", "debrief_until")
    }
    name = _("%(name)s (copie)") % {"name": source.name[:70]}
    made = new_campaign(
        session,
        name=name,
        story=source.story,
        actor=actor,
        now=now,
        today=today,
        groups=groups,
        **kept,
        **moved,
    )
    jobs.record(session, "campaign.copied", source_id=source.id, campaign_id=made.id)
    return made


def change(
    session: Session,
    campaign: Campaign,
    values: dict[str, Any],
    *,
    version: int,
    actor: Actor,
    now: datetime,
    today: date,
    groups: Sequence[Group] | None = None,
    ends_requests: bool = False,
    loses_answers: bool = False,
) -> list[str]:
    """Change some columns and, when given, who is invited; the names of what really changed.

    `ends_requests`: HR know that requests for a day taken out, or of people no longer invited, end;
    `loses_answers`: that a yes of theirs, or days given that are taken out, no longer count.
    Raises `Stale` when `version` is not the one that stands, `SectionFixed`, `TermsRefused`, and
    `OutsideCampaign` where people count on what is taken out; then nothing changes.
    """
    assert campaign.id is not None
    hold_alone(session, campaign)  # nobody books between our look at what is booked and our change
    if version != campaign.version:
        raise Stale
    if "closing_days" in values:
        values = {**values, "closing_days": _iso(values["closing_days"])}
    changed = {name: value for name, value in values.items() if getattr(campaign, name) != value}
    other_groups = groups is not None and _differ(groups, queries.groups_of(session, campaign.id))
    names = sorted([*changed, *(["groups"] if other_groups else [])])
    if not names:
        return []
    sections = {_SECTION_OF[name] for name in changed} | ({Section.PEOPLE} if other_groups else set())
    for section in sections:
        if campaign.status not in CHANGEABLE[section]:
            raise SectionFixed(campaign.status)
    _require(_faults_of(campaign, changed, today))
    _require_known(session, groups or ())
    moves = bool(sections & {Section.DATES, Section.PEOPLE}) and campaign.status in MAKES_VISITS
    before = commitments.within(session, campaign, today) if moves else None
    invited = invited_ids(session, campaign) if moves else set()
    dates = commitments.Moved([], [])
    try:
        with session.begin_nested():
            _write(session, campaign, changed, groups if other_groups else None)
            if before is not None:
                dates = commitments.require_kept(
                    session,
                    campaign,
                    before,
                    now=now,
                    ends_requests=ends_requests,
                    loses_answers=loses_answers,
                )
    except Refusal:
        session.refresh(campaign)
        raise
    audit(session, actor.account_id, "campaign.changed", _subject(campaign), now=now, fields=names)
    if moves and invited != invited_ids(session, campaign):
        jobs.record(session, "campaign.invites_others", campaign_id=campaign.id)
    for event, ids in (("campaign.loses_days", dates.losing), ("campaign.regains_days", dates.regaining)):
        if ids:
            jobs.record(session, event, campaign_id=campaign.id, version=campaign.version, person_ids=ids)
    return names


def _write(
    session: Session, campaign: Campaign, changed: dict[str, Any], groups: Sequence[Group] | None
) -> None:
    done = session.exec(
        update(Campaign)
        .where(
            col(Campaign.id) == campaign.id,
            col(Campaign.version) == campaign.version,
            col(Campaign.status) == campaign.status,
        )
        .values(version=campaign.version + 1, **changed)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise Stale
    if groups is not None:
        session.exec(delete(InvitedGroup).where(col(InvitedGroup.campaign_id) == campaign.id))
        _invite(session, campaign, groups)
    session.refresh(campaign)


def take_step(
    session: Session,
    campaign: Campaign,
    to: Status,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    today: date,
    reason: str = "",
    enrol_until: date | None = None,
    plan_by: date | None = None,
) -> None:
    """A step that HR asks for on the version it has read; the two dates count for a reopening only."""
    if version != campaign.version:
        raise Stale
    changes: dict[str, Any] = {}
    if campaign.status == Status.PLANNING and to == Status.OPEN:
        given = {"enrol_until": enrol_until, "plan_by": plan_by}
        changes = {name: day for name, day in given.items() if day is not None}
    transition(session, campaign, to, actor=actor, now=now, today=today, reason=reason, **changes)


def groups_chosen(
    *, everybody: bool, sides: Sequence[Side], sites: Sequence[int], teams: Sequence[int]
) -> list[Group]:
    """The groups that a form names."""
    if everybody:
        return list(EVERYBODY)
    return [
        *(Group(kind=InvitedKind.SIDE, ref=side.value) for side in sides),
        *(Group(kind=InvitedKind.SITE, ref=str(site_id)) for site_id in sites),
        *(Group(kind=InvitedKind.TEAM, ref=str(team_id)) for team_id in teams),
    ]


def _faults_of(campaign: Campaign, changed: dict[str, Any], today: date) -> dict[str, str]:
    fixed = fixed_dates(campaign.status) & set(changed)
    if fixed:
        sentence = (
            _("Les inscriptions sont closes : rouvrez-les pour changer leur dernier jour.")
            if campaign.status == Status.PLANNING
            else _("La campagne est en cours : cette date ne change plus.")
            if is_booked_openly(campaign)
            else _("Le plan est publié : cette date ne change plus.")
        )
        return dict.fromkeys(sorted(fixed), sentence)
    terms = terms_of(campaign, **changed)
    touched = set(changed) & set(vars(terms))
    found = faults(terms) if touched else {}
    if "enrol_until" in changed and not found:
        found = faults_today(terms, today)
    return found


def _require(found: dict[str, str]) -> None:
    if found:
        raise TermsRefused(found)


def _invite(session: Session, campaign: Campaign, groups: Sequence[Group]) -> None:
    assert campaign.id is not None
    for kind, ref in dict.fromkeys((group.kind, group.ref) for group in groups):
        session.add(InvitedGroup(campaign_id=campaign.id, kind=kind, ref=ref))
    session.flush()


def _require_known(session: Session, groups: Sequence[Group]) -> None:
    """A group that names nothing invites nobody, silently: refused."""
    numbers = {kind: {_number(one.ref) for one in groups if one.kind == kind} for kind in InvitedKind}
    sites, teams = queries.known_ids(session, numbers[InvitedKind.SITE], numbers[InvitedKind.TEAM])
    sides = {one.ref for one in groups if one.kind == InvitedKind.SIDE}
    if (
        numbers[InvitedKind.SITE] - sites
        or numbers[InvitedKind.TEAM] - teams
        or sides - {side.value for side in Side}
        or any(one.ref for one in groups if one.kind == InvitedKind.EVERYBODY)
    ):
        raise TermsRefused(
            {"groups": _("Un des groupes invités n’existe pas ou n’existe plus : choisissez à nouveau.")}
        )


def _number(ref: str) -> int:
    return int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 10 else 0


def _differ(asked: Sequence[Group], standing: Sequence[InvitedGroup]) -> bool:
    return {(one.kind, one.ref) for one in asked} != {(one.kind, one.ref) for one in standing}


def _new_code(session: Session) -> str:
    while True:
        code = "".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH))
        if not queries.code_taken(session, code):
            return code


def _shift(source: Campaign, today: date) -> timedelta:
    """Whole weeks, so that weekdays stay; far enough for two weeks of enrolment and the usual preparation."""
    behind = max(
        proposed_terms(today).first_day - source.first_day, today + timedelta(days=14) - source.enrol_until
    )
    return timedelta(weeks=max(0, -(-behind.days // 7)))


def _iso(days: Sequence[date | str]) -> list[str]:
    return sorted({day if isinstance(day, str) else day.isoformat() for day in days})


def _subject(campaign: Campaign) -> str:
    return f"campaign:{campaign.id}"
