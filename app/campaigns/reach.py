"""Who can never have a match, whatever people answer: nobody of the other side is near enough. Pure."""

from collections.abc import Mapping

from app.campaigns.invited import Invited, InvitedTeam
from app.people.tables import Site


def out_of_reach(
    invited: Invited, minutes: Mapping[tuple[int, int], int], limit: int
) -> list[tuple[Site, int]]:
    """Sites, and how many of their invited people have no team of the other side within the limit."""
    found: dict[int | None, tuple[Site, int]] = {}
    for row in invited.teams:
        if not any(_could_meet(row, other, minutes, limit) for other in invited.teams):
            found[row.site.id] = (row.site, found.get(row.site.id, (row.site, 0))[1] + row.people)
    return sorted(found.values(), key=lambda pair: pair[0].name)


def _could_meet(
    one: InvitedTeam, other: InvitedTeam, minutes: Mapping[tuple[int, int], int], limit: int
) -> bool:
    if one.team.side == other.team.side or (
        one.team.department and one.team.department == other.team.department
    ):
        return False
    way = minutes.get((one.site.id or 0, other.site.id or 0))
    return way is not None and way <= limit
