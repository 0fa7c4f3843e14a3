"""Where HR do for good what was tried: a page of the service, or one button."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.campaigns.tables import Campaign, Status
from app.core.i18n import _
from app.planning.problem import row_id
from app.planning.schemas import WhatIfForm


@dataclass(frozen=True)
class Step:
    """One thing to do: where, and the fields of a form that does it at once (a page to read has none)."""

    words: str
    href: str
    fields: Mapping[str, int] | None = None
    done: bool = False
    """It was done already; the plan is to be computed again."""


def parts(change: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The single changes of a remedy (`solver.changes`)."""
    if change["kind"] != "all":
        yield change
        return
    for one in change["changes"]:
        yield from parts(one)


def colleague_of(change: Mapping[str, Any]) -> int | None:
    """Who would have to take part once more, if anybody."""
    for part in parts(change):
        if part["kind"] == "max_swaps" and part.get("id"):
            return row_id(part["id"])
    return None


def steps_of(
    campaign: Campaign, change: Mapping[str, Any], names: Mapping[int, str], more: Mapping[int, int]
) -> list[Step]:
    """How a remedy is done. `names` has the colleague's; `more` is who may take part once more already."""
    here = f"/campaigns/{campaign.id}"
    found = []
    for part in parts(change):
        kind = part["kind"]
        if kind == "max_swaps" and part.get("id"):
            found.append(_once_more(here, row_id(part["id"]), part["value"], names, more))
        elif kind == "available" and campaign.status == Status.PLANNING:
            words = _("Rouvrir les inscriptions, pour que ce jour puisse être proposé")
            found.append(Step(words, f"{here}/steps/reopening"))
        elif kind == "available":
            found.append(Step(_("Voir les réponses, et demander ces jours"), f"{here}/answers"))
        elif kind == "open_day":
            team = row_id(part["id"])
            found.append(Step(_("Voir les jours d’ouverture de cette équipe"), f"/people/teams/{team}"))
        elif kind in ("max_visitors", "max_away"):
            team = row_id(part["id"])
            found.append(Step(_("Changer les limites de cette équipe"), f"/people/teams/{team}"))
        else:
            found.append(Step(_("Changer les règles de la campagne"), f"{here}/edit/rules"))
    return [one for n, one in enumerate(found) if one not in found[:n]]


def _once_more(here: str, person: int, most: int, names: Mapping[int, str], more: Mapping[int, int]) -> Step:
    name = names.get(person, "–")
    if more.get(person, 0) >= most:
        words = _("%(name)s peut déjà participer une fois de plus : recalculez le plan.") % {"name": name}
        return Step(words, here, done=True)
    words = _("Permettre à %(name)s une participation de plus") % {"name": name}
    return Step(words, f"{here}/planning/once-more", {"person": person, "most": most})


def where_to_change(asked: WhatIfForm, campaign: Campaign) -> list[Step]:
    """Where the rules, limits and days that were tried are really changed."""
    found = []
    tried = (asked.max_travel, asked.max_gap, asked.max_swaps)
    holds = (campaign.max_travel_minutes, campaign.max_gap_days, campaign.max_swaps_per_person)
    if any(wanted not in (None, now) for wanted, now in zip(tried, holds, strict=True)):
        found.append(Step(_("Changer les règles de la campagne"), f"/campaigns/{campaign.id}/edit/rules"))
    if asked.more_visitors or asked.more_away:
        found.append(
            Step(_("Changer les limites de cette équipe"), f"/people/teams/{asked.team}")
            if asked.team
            else Step(_("Changer les limites des équipes"), "/people/teams")
        )
    if asked.who and asked.day:
        found.append(Step(_("Voir les réponses, et demander ces jours"), f"/campaigns/{campaign.id}/answers"))
    return found
