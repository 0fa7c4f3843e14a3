"""Lists shown a page at a time."""

from collections.abc import Sequence
from typing import Any, TypeVar

Row = TypeVar("Row")


def page_of(rows: Sequence[Row], page: int, size: int) -> tuple[Sequence[Row], dict[str, Any]]:
    """The rows of a page, and for the template which page it is of how many: the last, where one beyond is
    asked for.

    >>> page_of("abcde", 9, 2)
    ('e', {'page': 3, 'pages': 3})
    """
    pages = max(1, -(-len(rows) // size))
    page = min(page, pages)
    return rows[(page - 1) * size : page * size], {"page": page, "pages": pages}
