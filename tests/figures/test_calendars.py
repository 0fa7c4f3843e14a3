"""Figure 13, a hundredth of the full numbers; and what is missed without each guard."""

import pytest

from app.availability.busy.lines import Refused
from app.availability.busy.running import read_calendar
from tests.figures.calendar_files import FIRST, LAST, corpus, mutations
from tests.figures.calendars import mutated

pytestmark = pytest.mark.usefixtures("clock")


def test_the_corpus_is_the_same_each_time_and_of_three_hundred_different_files() -> None:
    files = corpus(files=60)
    assert files == corpus(files=60)
    made = list(mutations(files, 0, 20))
    assert made == [*mutations(files, 0, 5), *mutations(files, 5, 20)]
    assert len(set(files)) > 50


def test_three_files_go_the_way_of_an_upload() -> None:
    ways = []
    for content in corpus(files=3):
        try:
            ways.append(read_calendar(content, FIRST, LAST).skipped)
        except Refused as refused:
            ways.append(refused.fault)
    assert ways == [0, 0, 0]


def test_a_hundredth_of_the_mutations_crash_nothing() -> None:
    told = mutated(-20, 1000)
    assert told.crashes == 0
    assert told.holds, told
    assert told.files == 1020
    assert told.ends["read"] > 300


def test_without_limits_files_take_too_much() -> None:
    assert not mutated(-20, 0, "unlimited").holds


def test_the_library_alone_crashes() -> None:
    assert mutated(0, 30, "naive").crashes > 0
