"""At which hours the visits of a repair would take place: rosters are read for those, as when a day is moved.

A visit that moves keeps its hours, and so does one that takes the place of the fallen part of a swap; a new
visit takes the whole day. The solver knows one set of days of a person for leaving and one for receiving:
where somebody could have visits at several hours, a day counts that suits all of them.
"""

from collections import defaultdict
from collections.abc import Iterable

from app.availability.told import Hours
from app.teams.rules import WHOLE_DAY, During
from app.visits.rules import during
from app.visits.tables import Visit


def are_usual(visits: Iterable[Visit]) -> bool:
    """Whether these visits are at the hours at which plans make them."""
    return all(during(one) == WHOLE_DAY for one in visits)


def hours_of(kept: Iterable[Visit], new: Iterable[Visit] = (), *, others: bool) -> dict[int, Hours]:
    """By person, where they are not a plan's: `kept` are visits that keep their hours, `new` those in whose
    place a whole day would come. `others`: new visits with anybody may be added to them."""
    leaving: defaultdict[int, set[During]] = defaultdict(set)
    receiving: defaultdict[int, set[During]] = defaultdict(set)
    for visits, keeps in ((kept, True), (new, False)):
        for one in visits:
            at = during(one) if keeps else WHOLE_DAY
            leaving[one.visitor_id].add(at)
            receiving[one.host_id].add(at)
    also = {WHOLE_DAY} if others else set()
    found = {
        person_id: Hours(leaving[person_id] | also or {WHOLE_DAY}, receiving[person_id] | also or {WHOLE_DAY})
        for person_id in [*leaving, *receiving]
    }
    return {one: at for one, at in found.items() if {*at.leaving, *at.receiving} != {WHOLE_DAY}}
