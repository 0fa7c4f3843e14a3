"""Text to JSON: what is no JSON is refused, and so is a key that stands twice, of which one would be lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from solver.fields import ProblemError, said


class _Doubled(dict[str, Any]):
    """An object in which a key stands twice."""

    key: str


def parsed(path: str | Path) -> object:
    """The document in a file; raises `ProblemError` (also for a file that is not there)."""
    try:
        content = Path(path).read_bytes()
        twice = False

        def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            nonlocal twice
            made = dict(pairs)
            twice = twice or len(made) < len(pairs)
            return made

        document = json.loads(content, object_pairs_hook=once, parse_constant=_no_number)
        if twice:
            place = next(_doubled(json.loads(content, object_pairs_hook=_marked), ""))
            raise ProblemError(f"{place}: stands twice in one object")
    except ProblemError:
        raise
    except OSError as error:
        raise ProblemError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise ProblemError(f"{path}: is not UTF-8 text") from error
    except RecursionError as error:
        raise ProblemError(f"{path}: is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise ProblemError(f"{path}: is not JSON ({error})") from error
    except ValueError as error:
        raise ProblemError(f"{path}: holds a number of too many digits") from error
    return document


def _no_number(name: str) -> object:
    raise ProblemError(f"{name} is no JSON: a number is written in digits")


def _marked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = _Doubled(pairs)
    seen = set[str]()
    for key, _ in pairs:
        if key in seen:
            made.key = key
            return made
        seen.add(key)
    return dict(pairs)


def _doubled(value: object, place: str) -> Iterator[str]:
    """Where keys stand twice."""
    if isinstance(value, _Doubled):
        yield f"{place}.{said(value.key)[1:-1]}".lstrip(".")
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _doubled(inner, f"{place}.{said(key)[1:-1]}".lstrip("."))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _doubled(inner, f"{place}[{n}]")
