"""What CBC's log says: the best plan, the bound, and CBC's last words.

Belongs here: reading lines of CBC's log, whose numbers come with exponents, as infinities, or
rounded to a few digits. Does not belong here: running CBC or reading its solution (cbc).
"""

import math
import re
from dataclasses import dataclass

NUMBER = r"([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|inf|nan))"
NOISE = 1e-9
"""A gap below this is CBC's rounding: its plan is proven."""
HUGE = 1e40
"""CBC prints 1e+50 or 1.79769e+308 for "none yet"."""

SEARCH = re.compile(rf"Cbc0010I .* {NUMBER} best solution, best possible {NUMBER}")
PARTIAL = re.compile(
    rf"Cbc0005I Partial search - best objective {NUMBER} \(best possible {NUMBER}\)"
)
PLAN = re.compile(rf"Cbc00(?:04|12)I Integer solution of {NUMBER} found")
CUT_SHORT = re.compile(r"Cbc00(?:20|27)I Exiting on (?:maximum time|user event)")
RELAXED = re.compile(rf"Continuous objective value is {NUMBER}")
AT_GAP = re.compile(rf"Cbc0011I Exiting as integer gap of {NUMBER}")
FINISHED = re.compile(rf"Cbc0001I Search completed - best objective {NUMBER}")
TRACE = re.compile(r" \[0x|Getting stack trace")
"""What a crash prints after its cause."""
START = re.compile(r"MIPStart provided solution with cost")


def finite(text: str) -> float | None:
    """Read a number of the log; None for infinities and for what CBC prints in their place.

    >>> finite("-1.4e-11"), finite("5.2e+13"), finite("inf"), finite("1e+50"), finite("nan")
    (-1.4e-11, 52000000000000.0, None, None, None)
    """
    number = float(text)
    return number if math.isfinite(number) and abs(number) < HUGE else None


def at_least(number: float | None, digits: int) -> float | None:
    """Return what a number printed with so many significant digits was at least.

    >>> at_least(103817, 6), at_least(2924.6, 6), at_least(0.0, 8)
    (103816.5, 2924.595, 0.0)
    """
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
    slack: float | None = None
    """How far below the plan the bound lay, where a search just stopped because that was near."""
    left: float = math.inf
    """The lowest bound at which any search stopped so. CBC restarts within its search and then says
    nothing of it at the end: what such an inner search left out, nobody has looked at."""
    cut_short: bool = False
    """Whether the clock or a request ended the search. The clock ends linear programs half way too,
    and what CBC then calls the best possible was 6e11 where a plan cost 8e4."""
    started: bool = False
    """Whether CBC took over the plan it was given to start from."""
    last: str = ""
    """The last line with words in it: what CBC was at when it died."""

    def feed(self, line: str) -> None:
        """Read one line."""
        if line.strip() and not TRACE.search(line):
            self.last = line.strip()[:200]
        if match := AT_GAP.search(line):
            gap = finite(match[1])  # a little below 0 now and then
            self.slack = math.inf if gap is None else max(gap, 0.0) * (1 + 1e-7)
        elif match := FINISHED.search(line):
            self.best = finite(match[1])
            if self.best is not None and self.slack is not None:
                # The slack has 8 digits of its own and the plan 16: together they tell more of the
                # bound than the line of the bound does.
                self.left = min(self.left, self.best - self.slack)
            if self.left < math.inf:
                self.bound = self._seen(self.left)
            self.slack = None
        elif match := SEARCH.search(line) or PARTIAL.search(line):
            self.best = finite(match[1])
            if not self.cut_short:
                self.bound = self._seen(at_least(finite(match[2]), 8))
        elif match := PLAN.search(line):
            self.best = finite(match[1])
        elif CUT_SHORT.search(line):
            self.cut_short = True
        elif match := RELAXED.search(line):
            self.bound = self._seen(at_least(finite(match[1]), 6))
        elif START.search(line):
            self.started = True

    def _seen(self, bound: float | None) -> float | None:
        """The bound, no higher than what was left out."""
        lowest = None if bound is None else min(bound, self.left)
        return lowest if lowest is not None and lowest > -HUGE else None

    def near(self, header: str) -> bool:
        """Whether CBC stopped at a gap, not at a proof; `header` is its solution's first line."""
        if self.left == math.inf:
            return "within gap tolerance" in header
        return self.best is None or self.best - self.left > NOISE * max(1.0, abs(self.best))
