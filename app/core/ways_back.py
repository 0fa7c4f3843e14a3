"""From an address that only takes forms to the page on which its form stands.

Somebody reloads or types such an address, changes the language on an answer to it, or is refused there. The
page is the nearest one above it, unless the form stands elsewhere.
"""

import re
from functools import cache

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

ELSEWHERE = {
    "/booking/requests/{request_id}/refusal": "/team/requests",
    "/campaigns/{campaign_id}/closures": "/campaigns/{campaign_id}/repairs/closure",
    "/campaigns/{campaign_id}/debrief-reminders": "/campaigns/{campaign_id}/results",
    "/campaigns/{campaign_id}/reopenings": "/campaigns/{campaign_id}/repairs/closure",
    "/campaigns/{campaign_id}/participation": "/campaigns/{campaign_id}/departure",
    "/campaigns/{campaign_id}/planning/forbidden-pairs/removal": "/campaigns/{campaign_id}/planning/pairs",
    "/campaigns/{campaign_id}/planning/once-more": "/campaigns/{campaign_id}/planning/pairs",
    "/campaigns/{campaign_id}/planning/once-more/removal": "/campaigns/{campaign_id}/planning/pairs",
    "/campaigns/{campaign_id}/resumption": "/campaigns/{campaign_id}/pause",
    "/visits/{visit_id}/absence/withdrawal": "/visits/{visit_id}",
    "/visits/{visit_id}/proposals": "/visits/{visit_id}/days",
    "/visits/{visit_id}/proposals/{proposal_id}/acceptance": "/visits/{visit_id}/answer",
    "/visits/{visit_id}/proposals/{proposal_id}/refusal": "/visits/{visit_id}/answer",
    "/visits/{visit_id}/proposals/{proposal_id}/withdrawal": "/visits/{visit_id}/answer",
}
"""Forms that do not stand on the page above their address."""

_ELSEWHERE = [(compile_path(form)[0], page) for form, page in ELSEWHERE.items()]


def page_of_form(app: FastAPI, path: str) -> str | None:
    """Where the form stands that is sent to `path`; None when no page is near."""
    for pattern, page in _ELSEWHERE:
        if found := pattern.match(path):
            return page.format(**found.groupdict())
    pages = _pages(app)
    while path:
        if any(pattern.match(path) for pattern in pages):
            return path
        path = path.rpartition("/")[0]
    return None


@cache
def _pages(app: FastAPI) -> list[re.Pattern[str]]:
    return [
        compile_path(route.path)[0]
        for route in iter_route_contexts(app.routes)
        if route.path and route.methods and "GET" in route.methods and not route.path.startswith("/api/")
    ]
