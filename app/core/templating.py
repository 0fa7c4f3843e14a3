"""Pages from templates: the environment, its filters, and `render`."""

import hashlib
import json
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from itsdangerous import BadSignature
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app import __version__
from app.core import i18n
from app.core.i18n import _, current_language, current_locale
from app.core.security import signer
from app.core.settings import ROOT, settings

STATIC = ROOT / "app" / "static"
FLASH_COOKIE = "vmv_flash"


def _dated(value: date, pattern: str) -> str:
    """A date in the reader's words."""
    return _first(value, format_date(value, pattern, locale=current_locale()))


def _first(value: date, words: str) -> str:
    """The first of a month is written `1er` in French."""
    if value.day == 1 and current_language() == "fr":
        return re.sub(r"\b1 ", "1er ", words, count=1)
    return words


def day(value: date) -> str:
    """`mar. 9 mars` / `Tue 9 Mar`."""
    return _dated(value, "EEE d MMM")


def long_day(value: date) -> str:
    """`mardi 9 mars 2027` / `Tuesday 9 March 2027`."""
    return _dated(value, "EEEE d MMMM y")


def month(value: date) -> str:
    """`mars 2027` / `March 2027`."""
    return format_date(value, "LLLL y", locale=current_locale())


def day_month(value: date) -> str:
    """`9 mars` / `9 March`: a day whose year and week are known."""
    return _dated(value, "d MMMM")


def weekday(value: date) -> str:
    """`mar.` / `Tue`."""
    return format_date(value, "EEE", locale=current_locale())


def day_range(first: date, last: date) -> str:
    """`1er mars – 30 avril 2027`, the year once when it is the same; one day is one date."""
    if first == last:
        return _dated(last, "d MMMM y")
    pattern = "d MMMM" if first.year == last.year else "d MMMM y"
    return f"{_dated(first, pattern)} – {_dated(last, 'd MMMM y')}"


def when(value: datetime) -> str:
    """An instant in the company's local time: `9 mars 2027, 14:05`."""
    local = value.astimezone(_zone())
    return _first(local, format_datetime(local, "d MMM y, HH:mm", tzinfo=_zone(), locale=current_locale()))


def clock_time(value: Any) -> str:
    """A wall time: `09:00`."""
    return format_time(value, "HH:mm", locale=current_locale())


def minutes(value: int) -> str:
    """`45 min`, `1 h 30` / `1 h 30 min`."""
    hours, rest = divmod(value, 60)
    if not hours:
        return f"{rest}\u00a0min"
    if not rest:
        return f"{hours}\u00a0h"
    if current_language() == "fr":
        return f"{hours}\u00a0h\u00a0{rest:02}"
    return f"{hours}\u00a0h\u00a0{rest}\u00a0min"


def number(value: float) -> str:
    """`1 234,5` / `1,234.5`."""
    return format_decimal(value, locale=current_locale())


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().timezone)


@cache
def _digest(path: Path, _changed: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def static(name: str) -> str:
    """Address of a file of ours, with its content's hash so that browsers may keep it for ever."""
    path = STATIC / name
    return f"/static/{name}?v={_digest(path, path.stat().st_mtime)}" if path.exists() else f"/static/{name}"


@cache
def environment() -> Environment:
    """The one template environment, for pages and mails."""
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=lambda name: name is None or not name.endswith(".txt"),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=i18n._, ngettext=i18n.ngettext, newstyle=True
    )
    env.globals.update(
        static=static, languages=i18n.LANGUAGES, language=current_language, version=__version__
    )
    env.filters.update(
        day=day,
        long_day=long_day,
        month=month,
        day_month=day_month,
        weekday=weekday,
        when=when,
        clock_time=clock_time,
        minutes=minutes,
        number=number,
        of=i18n.of,
    )
    env.globals["day_range"] = day_range
    return env


def render(
    request: Request,
    template: str,
    /,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """A page. `app.state.chrome(request)` adds what every page shows around its content (actor, nav)."""
    flash = _read_flash(request)
    around = {
        "request": request,
        "company": settings().company,
        "flash": flash,
        "language": current_language(),
    }
    chrome = request.app.state.chrome(request)
    html = environment().get_template(template).render({**around, **chrome, **context})
    response = HTMLResponse(html, status, headers)
    if flash:
        response.delete_cookie(FLASH_COOKIE, path="/")
    return response


def render_text(template: str, /, **context: Any) -> str:
    """A template that is no page: a mail's subject or body, in the current language."""
    return environment().get_template(template).render({"company": settings().company, **context})


def redirect(to: str, *, say: str | None = None, kind: str = "good") -> RedirectResponse:
    """See another page after a change (303), with a sentence (`kind` good | warn | bad) shown there once."""
    response = RedirectResponse(to, 303)
    if say is not None:
        _write_flash(response, kind, say)
    return response


def _write_flash(response: Response, kind: str, sentence: str) -> None:
    value = signer("flash").dumps([kind, sentence])
    response.set_cookie(
        FLASH_COOKIE,
        str(value),
        max_age=60,
        httponly=True,
        samesite="lax",
        secure=settings().public_url.startswith("https"),
    )


def _read_flash(request: Request) -> list[tuple[str, str]]:
    value = request.cookies.get(FLASH_COOKIE)
    if not value:
        return []
    try:
        kind, sentence = signer("flash").loads(value)
    except (BadSignature, ValueError, TypeError):
        return []
    return [(str(kind), str(sentence))]


def problem(status: int, code: str, message: str) -> Response:
    """The API's form of a refusal."""
    body = {"error": {"code": code, "message": message}}
    return Response(json.dumps(body, ensure_ascii=False), status, media_type="application/json")


__all__ = ["_", "environment", "problem", "redirect", "render", "render_text", "static"]
