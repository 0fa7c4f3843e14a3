"""Names that a module gives a table twice are complete once it is read, before threads share them."""

import subprocess
import sys

from sqlalchemy import inspect
from sqlalchemy.orm import aliased

from app.core.db import another
from app.people.tables import Site

UNFINISHED = """
import sys
import app.main, app.worker
from sqlalchemy.orm.util import AliasedClass
from tests.house.test_aliases import unfinished
for module in [one for name, one in sys.modules.items() if name.startswith("app.")]:
    for name, value in vars(module).items():
        if isinstance(value, AliasedClass) and unfinished(value):
            print(module.__name__, name, unfinished(value))
"""


def unfinished(alias: type) -> list[str]:
    """What of an alias would be made at its first use."""
    told = inspect(alias)
    missing = [] if "_columns" in vars(told.selectable) else ["columns"]
    return missing + [one.key for one in told.mapper.column_attrs if one.key not in vars(alias)]


def test_every_alias_of_a_module_is_complete() -> None:
    told = subprocess.run([sys.executable, "-c", UNFINISHED], check=True, capture_output=True, text=True)
    assert told.stdout == "", "use core.db.another"


def test_an_ordinary_alias_is_made_at_its_first_use() -> None:
    assert unfinished(another(Site)) == []
    assert "columns" in unfinished(aliased(Site))
