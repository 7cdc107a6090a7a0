"""What goes into a solve and what comes out of it: plain values, each with its meaning.

Belongs here: options, statuses, attempts, outcomes, progress and the one definition of the gap.
Does not belong here: how any of them is found (ladder and the engines).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ENGINES = ("cbc", "highs")


class Status(StrEnum):
    """What came back."""

    OPTIMAL = "optimal"
    """A checked plan, and a bound that proves it within the gap that was asked for."""
    FEASIBLE = "feasible"
    """A checked plan; its bound is further away than the gap that was asked for, or unknown."""
    INFEASIBLE = "infeasible"
    """No plan exists. Of an attempt: the engine says so. Of an outcome: confirmed, see `solve`."""
    UNBOUNDED = "unbounded"
    """The objective falls without end. Said or confirmed like infeasible."""
    NO_PLAN = "no_plan_found"
    """A limit or an interrupt came before any plan: nothing is known about feasibility."""
    ERROR = "error"
    """No answer that could be believed: crashes, refused plans, or engines that contradict."""


class StopReason(StrEnum):
    """Why the search ended, whatever it returned."""

    PROVEN = "proven"
    """The engine finished: the plan is optimal (to 1e-9), or it proved that there is none."""
    GAP = "gap"
    """The asked gap was reached."""
    TIME_LIMIT = "time_limit"
    """The time limit came, by the engine's own clock or by the guard's."""
    INTERRUPTED = "interrupted"
    """The caller asked to stop."""
    CRASH = "crash"
    """The engine's process died, ended with a code other than 0, or left nothing to read."""
    REFUSED = "refused"
    """The engine's plan broke a row, a bound or integrality, or the caller did not accept it."""
    DISAGREEMENT = "disagreement"
    """The engines contradict each other and no plan settles it."""
    UNKNOWN = "unknown"
    """The engine stopped for a reason of its own: its words are in the attempt's message."""


@dataclass(frozen=True)
class Options:
    """How to search. Raises ValueError for a value that no engine can follow."""

    engine: str = "cbc"
    """`cbc` or `highs`: the one that is tried first."""
    helped: bool = False
    """Whether HiGHS may help CBC with large problems."""
    gap: float = 1e-3
    """Stop when (plan − bound) / |plan| is at most this; 0 asks for a proof."""
    time_limit_s: float = 60.0
    """Wall clock for the whole ladder, writing and reading included."""
    threads: int = 1
    """Threads of the engine. With 1 the same input gives the same values."""
    seed: int = 0
    """0 is each engine's own fixed seed."""

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise ValueError(f"engine must be one of {', '.join(ENGINES)} (given {self.engine!r})")
        if not 0 <= self.gap < 1:
            raise ValueError(f"gap must be a fraction from 0 to below 1 (given {self.gap!r})")
        if not (self.time_limit_s > 0 and math.isfinite(self.time_limit_s)):
            raise ValueError(
                f"time_limit_s must be a finite number of seconds above 0 "
                f"(given {self.time_limit_s!r})"
            )
        if self.threads < 1:
            raise ValueError(f"threads must be at least 1 (given {self.threads!r})")
        if not 0 <= self.seed <= 1_000_000_000:
            raise ValueError(f"seed must be from 0 to 1e9 (given {self.seed!r})")


@dataclass(frozen=True)
class Attempt:
    """One run of one engine, and what its answer was worth."""

    engine: str
    """`cbc`, `highs`, or `arithmetic` where no engine was needed."""
    engine_version: str
    variant: str
    """What was set apart from the options: `preprocess off`, `integers fixed`, or nothing."""
    options: Options
    status: Status
    stop: StopReason
    seconds: float
    message: str
    """The engine's own words, and why its plan was refused."""
    objective: float | None = None
    bound: float | None = None


@dataclass(frozen=True)
class Outcome:
    """The answer of the whole ladder."""

    status: Status
    stop: StopReason
    objective: float | None = None
    """Recomputed from `values`, the objective's constant included."""
    bound: float | None = None
    """No plan costs less than this; None where nothing was proven."""
    gap: float | None = None
    """(objective − bound) / |objective|; None without a bound."""
    values: Mapping[str, float] = field(default_factory=dict)
    """By variable name, integers exactly whole; empty without a plan."""
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far a running search is. The best plan here has not been checked yet."""

    elapsed_s: float
    best: float | None
    bound: float | None
    gap: float | None
    engine: str
    """Which engine, or what it is looking for."""


ROUNDING = 1e-6
"""A relative gap that nobody can tell from none: engines keep their rows no closer."""


def relative_gap(objective: float, bound: float) -> float:
    """Return (objective − bound) / |objective|, never below 0.

    >>> relative_gap(200.0, 150.0), relative_gap(-100.0, -101.0)
    (0.25, 0.01)
    >>> relative_gap(7.0, 7.000001)
    0.0
    """
    return max(0.0, objective - bound) / max(abs(objective), 1e-9)


def near_enough(gap: float | None, asked: float) -> bool:
    """Whether a relative gap is the asked one or smaller, but for rounding.

    >>> near_enough(0.001 + 1e-9, 0.001), near_enough(0.0011, 0.001), near_enough(None, 0.001)
    (True, False, False)
    """
    return gap is not None and gap <= asked + ROUNDING
