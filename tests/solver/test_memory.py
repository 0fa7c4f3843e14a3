"""What large companies free goes back to the system."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from solver import memory

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not os.confstr("CS_GNU_LIBC_VERSION"), reason="the library is not glibc's"
)

MIB = 2**20
KEPT = """
import os, sys
sys.path.insert(0, sys.argv[1])
from solver import memory

def held():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

if sys.argv[2] == "frugal":
    memory.be_frugal()
size = 500_000 if sys.argv[3] == "large" else 50_000
bytearray(2 * size)  # after one of this size glibc keeps what is smaller
blocks = [bytearray(b"x") * size for _ in range(60_000_000 // size)]
last = bytearray(size)  # above the others: what lies below is not handed back by itself
full = held()
del blocks
if sys.argv[2] == "handed back":
    memory.hand_back()
print(full - held())
"""


def freed(how: str, size: str) -> int:
    """Bytes that a process holds less after it freed 60 MB in blocks of half a megabyte or of 50 kB."""
    root = Path(memory.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-I", "-c", KEPT, str(root), how, size], capture_output=True, check=True, timeout=60
    )
    return int(done.stdout)


def test_what_was_freed_in_small_pieces_is_handed_back_when_asked() -> None:
    assert freed("as ever", "small") < 10 * MIB
    assert freed("handed back", "small") > 40 * MIB


def test_a_frugal_process_hands_back_at_once_what_it_frees() -> None:
    assert freed("as ever", "large") < 10 * MIB
    assert freed("frugal", "large") > 40 * MIB
