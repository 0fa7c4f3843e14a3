"""The whole content of a database as text, for tests that search it for what must not be there."""

import base64
import json
import zlib
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, MetaData, inspect


def words_of(value: Any) -> str:
    """What a cell says, unpacked."""
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        with suppress(zlib.error):
            raw = zlib.decompress(raw)
        return raw.decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def decoded(words: str) -> str:
    """What the job engine pickled and coded is readable once decoded."""
    with suppress(ValueError):
        return base64.b64decode(words, validate=True).decode("utf-8", "replace")
    return ""


def dump(engine: Engine) -> dict[str, list[dict[str, str]]]:
    """Every row of every table of the database, the job engine's included."""
    found: dict[str, list[dict[str, str]]] = {}
    inspector = inspect(engine)
    schemas = [name for name in inspector.get_schema_names() if name != "information_schema"]
    with engine.connect() as connection:
        for schema in schemas:
            known = MetaData(schema=schema)
            known.reflect(engine)
            for table in known.sorted_tables:
                rows = connection.execute(table.select()).mappings()
                found[table.name] = [{key: words_of(cell) for key, cell in row.items()} for row in rows]
    return found
