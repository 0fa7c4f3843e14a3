"""What a staff file would change of who leads which team: HR read it before they import."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from app.people.importing.report import Staff
from app.people.queries import teams_by_id
from app.teams.rules import Tally, leading

Everybody = Mapping[str, tuple[Staff | None, Staff | None]]
"""Where everybody works, before a file and after, by number."""


@dataclass(frozen=True)
class Led:
    """A team that other people lead once a file is imported, by name."""

    team: str
    before: list[str]
    after: list[str]


@dataclass(frozen=True)
class Lagging:
    """Somebody who joins a team with a manager who does not lead it."""

    name: str
    team: str
    manager: str


@dataclass(frozen=True)
class Leadership:
    """What changes, by team."""

    led: list[Led] = field(default_factory=list)
    lagging: list[Lagging] = field(default_factory=list)


def made_led(session: Session, staff: Everybody) -> Leadership:
    """Of teams in which somebody works already, who leads them once the file is imported, where that changes;
    and who joins a team with a manager who leads another one. One query."""
    before = {key: one for key, (one, _then) in staff.items() if one is not None}
    after = {key: one for key, (_now, one) in staff.items() if one is not None}
    now, then = _leading(before), _leading(after)
    peopled = {one.team_id for one in before.values()}
    changed = {one for one in peopled if now.get(one, set()) != then.get(one, set())}
    late = [
        (one, after[one.manager])
        for key, one in after.items()
        if one.manager in after
        and (key not in before or before[key].team_id != one.team_id)
        and one.manager not in then[one.team_id]
    ]
    if not (changed or late):
        return Leadership()
    teams = teams_by_id(session)
    names = {key: one.name for key, one in (before | after).items()}
    led = [
        Led(teams[one].name, _named(now.get(one, ()), names), _named(then.get(one, ()), names))
        for one in changed
    ]
    lagging = [Lagging(one.name, teams[one.team_id].name, manager.name) for one, manager in late]
    return Leadership(
        sorted(led, key=lambda one: one.team), sorted(lagging, key=lambda one: (one.team, one.name))
    )


def _leading(staff: Mapping[str, Staff]) -> dict[int, set[str]]:
    counted = Counter((one.team_id, one.manager) for one in staff.values() if one.manager in staff)
    return leading(
        Tally(team_id, manager, people, staff[manager].team_id == team_id)
        for (team_id, manager), people in counted.items()
        if manager is not None
    )


def _named(keys: Collection[str], names: Mapping[str, str]) -> list[str]:
    return sorted(names[one] for one in keys)
