"""What most tests of visits begin with."""

import pytest
from sqlmodel import Session

from tests.visits.life import Company


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)
