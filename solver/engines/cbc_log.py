"""What CBC's log says: the best plan, the bound, and CBC's last words.

Belongs here: reading lines of CBC's log, whose numbers come with exponents, as infinities, or rounded to
a few digits. Does not belong here: running CBC or reading its solution (cbc).
"""

import math
import re
from dataclasses import dataclass

NUMBER = r"([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|inf|nan))"
HUGE = 1e40
"""CBC prints 1e+50 or 1.79769e+308 for "none yet"."""

SEARCH = re.compile(rf"Cbc0010I .* {NUMBER} best solution, best possible {NUMBER}")
PARTIAL = re.compile(rf"Cbc0005I Partial search - best objective {NUMBER} \(best possible {NUMBER}\)")
PLAN = re.compile(rf"Cbc00(?:04|12)I Integer solution of {NUMBER} found")
ROOT = re.compile(rf"Cbc0013I At root node, .* changed objective from {NUMBER} to {NUMBER}")
RELAXED = re.compile(rf"Continuous objective value is {NUMBER}")
AT_GAP = re.compile(rf"Cbc0011I Exiting as integer gap of {NUMBER}")
FINISHED = re.compile(rf"Cbc0001I Search completed - best objective {NUMBER}")
START = re.compile(r"MIPStart provided solution with cost")


def finite(text: str) -> float | None:
    """Read a number of the log; None for infinities and for what CBC prints in their place.

    >>> finite("-1.4e-11"), finite("5.2e+13"), finite("inf"), finite("1e+50"), finite("nan")
    (-1.4e-11, 52000000000000.0, None, None, None)
    """
    number = float(text)
    return number if math.isfinite(number) and abs(number) < HUGE else None


def at_least(text: str, digits: int) -> float | None:
    """Return what a number printed with so many significant digits was at least.

    >>> at_least("103817", 6), at_least("2924.6", 6), at_least("0", 8)
    (103816.5, 2924.595, 0.0)
    """
    number = finite(text)
    if not number:
        return number
    unit = 10.0 ** (math.floor(math.log10(abs(number))) + 1 - digits)
    return number - 0.5 * unit


@dataclass
class CbcLog:
    """What has been read so far; feed it the lines as they come."""

    best: float | None = None
    """Cost of the best plan; as CBC prints it, good for showing only."""
    bound: float | None = None
    """The newest bound, rounded outwards."""
    at_gap: bool = False
    """Whether CBC stopped because its plan was near enough to its bound."""
    _near: float | None = None
    """Where the bound lies from the plan then: below it, so negative."""
    started: bool = False
    """Whether CBC took over the plan it was given to start from."""
    note: str = ""
    """The last line that says something of the search."""
    last: str = ""
    """The last line that is not empty: what CBC was at when it died."""

    def feed(self, line: str) -> None:
        """Read one line."""
        self.last = line.strip() or self.last
        if match := SEARCH.search(line) or PARTIAL.search(line):
            self.best, self.bound = finite(match[1]), at_least(match[2], 8)
        elif match := PLAN.search(line):
            self.best = finite(match[1])
        elif match := ROOT.search(line):
            self.bound = at_least(match[2], 8)
        elif match := RELAXED.search(line):
            self.bound = at_least(match[1], 6)
        elif match := FINISHED.search(line):
            self.best = finite(match[1])
        elif match := AT_GAP.search(line):
            self.at_gap, self._near = True, at_least(f"-{match[1]}", 8)
        elif START.search(line):
            self.started = True
        else:
            return
        # The gap comes with 8 digits of its own, and then the plan with 16: together they tell more
        # of the bound than the bound's own line.
        if self.at_gap and FINISHED.search(line):
            near, best = self._near, self.best
            self.bound = None if near is None or best is None else best + near
        self.note = line.strip()
