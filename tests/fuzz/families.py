"""Everything a problem can have beside its base, in the order in which it is switched on.

Belongs here: that order alone: market and places first, since workloads ask what is on offer, and
last what looks at all of them.
"""

from tests.fuzz import families_market, families_places, families_wanted, families_whole
from tests.fuzz.draft import REGISTERED

ORDER = (families_market, families_places, families_wanted, families_whole)
FAMILIES = {
    name: change for module in ORDER for name, change in REGISTERED[module.__name__].items()
}
"""By name."""
