"""One relaxation in HiGHS, solved again and again with other bounds, and what each solve proves.

Belongs here: the calls to highspy, and the proof of a bound. Does not belong here: which bounds are
tried (tree, choice).

Why a bound holds. HiGHS is asked for the rows' duals only, and is not believed: whatever they are,
the rows weighted with them add up to a row that every point keeps, and so no point within the
columns' bounds costs less than `proven` works out, however early HiGHS was stopped. Likewise
the weights that HiGHS names to prove that there is no point are tried out before they are believed.
"""

import math
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

ROUNDING = 1e-12
"""Relative to the sum of the amounts added up: what the adding itself may be wrong by."""
Status = highspy.HighsModelStatus
Vector = Any
"""A numpy array of doubles."""
Fixes = dict[int, tuple[float, float]]
"""Bounds by column."""


@dataclass
class Proof:
    """What duals prove within some bounds."""

    bound: float
    reduced: Vector
    """What a column's bounds add to the bound, per unit: its cost beyond what the rows pay."""


@dataclass
class Solved:
    """What came of a solve."""

    bound: float
    """No point costs less; infinite where it was proven that there is none."""
    exact: bool
    """Whether HiGHS reached the optimum."""
    late: bool
    """Whether time was over."""
    stuck: bool
    """Whether solving on would bring nothing: HiGHS gave up, or claims what it cannot prove."""
    basis: Any
    proof: Proof


class Relaxation:
    """A linear program whose columns' bounds change."""

    def __init__(self, model: str, time_limit_s: float) -> None:
        self.highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("threads", 1)
        self.highs.setOptionValue("time_limit", time_limit_s)
        if self.highs.readModel(model) == highspy.HighsStatus.kError:
            raise SystemExit("HiGHS could not read the model")
        lp = self.highs.getLp()
        self.columns: int = lp.num_col_
        self.costs: Vector = np.array(lp.col_cost_)
        self.lower: Vector = np.array(lp.col_lower_)
        self.upper: Vector = np.array(lp.col_upper_)
        self.low: Vector = np.array(lp.row_lower_)
        self.high: Vector = np.array(lp.row_upper_)
        matrix = lp.a_matrix_
        self._row: Vector = np.array(matrix.index_)
        self._factor: Vector = np.array(matrix.value_)
        self._column: Vector = np.repeat(np.arange(self.columns), np.diff(matrix.start_))
        self._moved: Fixes = {}
        """What is in HiGHS now, where it is not the relaxation's own."""
        self.iterations = 0

    def solve(self, fixes: Fixes, basis: Any, most: int, ceiling: float) -> Solved:
        """Solve within other bounds from a basis (None: from where HiGHS is), until the bound is
        above a ceiling or for so many iterations.
        """
        highs = self.highs
        self._move(fixes)
        if basis is not None:
            highs.setBasis(basis)
        highs.setOptionValue("simplex_iteration_limit", most)
        highs.setOptionValue("objective_bound", ceiling)
        highs.run()
        self.iterations += max(0, highs.getInfo().simplex_iteration_count)
        status = highs.getModelStatus()
        lower, upper = self.within(fixes)
        proof = self.proven(np.array(highs.getSolution().row_dual), lower, upper, self.costs)
        bound, nowhere = proof.bound, False
        if status == Status.kInfeasible and (nowhere := self._nowhere(lower, upper)):
            bound = math.inf
        unfinished = (Status.kIterationLimit, Status.kObjectiveBound, Status.kTimeLimit)
        return Solved(
            bound=bound,
            exact=status == Status.kOptimal,
            late=status == Status.kTimeLimit,
            stuck=not nowhere and status not in (*unfinished, Status.kOptimal),
            basis=highs.getBasis(),
            proof=proof,
        )

    def values(self) -> Vector:
        """The columns' values where HiGHS is."""
        return np.array(self.highs.getSolution().col_value)

    def pull(self) -> Vector:
        """By column, how much of the objective its rows settle by its use, per unit."""
        duals = np.array(self.highs.getSolution().row_dual)
        weights = np.abs(self._factor * duals[self._row])
        return np.bincount(self._column, weights=weights, minlength=self.columns)

    def within(self, fixes: Fixes) -> tuple[Vector, Vector]:
        """All columns' bounds with some changed."""
        lower, upper = self.lower.copy(), self.upper.copy()
        for column, (low, high) in fixes.items():
            lower[column], upper[column] = low, high
        return lower, upper

    def proven(self, duals: Vector, lower: Vector, upper: Vector, costs: Vector) -> Proof:
        """What duals prove: sum of dual · limit + sum of reduced cost · bound, the least of each.

        A dual with a sign that its row has no limit for counts as 0; where that leaves a column
        without an upper bound with a reduced cost below 0, the bound is minus infinity.
        """
        duals = np.where(duals > 0, np.where(self.low > -np.inf, duals, 0.0), duals)
        duals = np.where(duals < 0, np.where(self.high < np.inf, duals, 0.0), duals)
        reduced = self._reduced(duals, costs)
        endless = (reduced < 0) & (upper == np.inf)
        if endless.any():
            duals = self._less(duals, reduced, endless, costs)
            reduced = self._reduced(duals, costs)
        with np.errstate(invalid="ignore"):
            rows = np.where(duals > 0, duals * self.low, duals * self.high)
            columns = np.where(reduced > 0, reduced * lower, reduced * upper)
        rows[duals == 0] = 0.0
        columns[reduced == 0] = 0.0
        total = float(rows.sum() + columns.sum())
        if not math.isfinite(total):
            return Proof(-math.inf, reduced)
        return Proof(total - ROUNDING * float(np.abs(rows).sum() + np.abs(columns).sum()), reduced)

    def _reduced(self, duals: Vector, costs: Vector) -> Vector:
        weights = self._factor * duals[self._row]
        return costs - np.bincount(self._column, weights=weights, minlength=self.columns)

    def _less(self, duals: Vector, reduced: Vector, endless: Vector, costs: Vector) -> Vector:
        """Duals a little nearer to 0, so that no endless column has a reduced cost below 0.

        HiGHS lets reduced costs be wrong by 1e-7, and 1e-7 of an endless column is no bound.
        """
        weights = self._factor * duals[self._row]
        paid = np.bincount(self._column, weights=np.maximum(weights, 0), minlength=self.columns)
        factor = np.ones(self.columns)
        most = (paid + reduced) * (1 - 1e-12)
        factor[endless] = np.clip(most[endless] / paid[endless], 0.0, 1.0)
        entries = endless[self._column] & (weights > 0)
        smaller = np.ones(len(duals))
        np.minimum.at(smaller, self._row[entries], factor[self._column[entries]])
        return duals * smaller

    def _nowhere(self, lower: Vector, upper: Vector) -> bool:
        """Whether HiGHS's weights prove that no point is within the bounds."""
        _, known, weights = self.highs.getDualRay()
        if not known:  # presolve, which only the first solve has, says so without weights
            self.highs.setOptionValue("presolve", "off")
            self.highs.run()
            self.highs.setOptionValue("presolve", "choose")
            _, known, weights = self.highs.getDualRay()
        if not known:
            return False
        weights = np.array(weights)
        nothing = np.zeros(self.columns)
        slack = 1e-9 * float(np.abs(weights).max(initial=0.0))
        return any(
            self.proven(sign * weights, lower, upper, nothing).bound > slack for sign in (1.0, -1.0)
        )

    def _move(self, fixes: Fixes) -> None:
        """Bring HiGHS from the bounds it has to others."""
        new = {c: b for c, b in fixes.items() if self._moved.get(c) != b}
        for column in self._moved.keys() - fixes.keys():
            new[column] = (float(self.lower[column]), float(self.upper[column]))
        if new:
            columns = np.array(list(new), dtype=np.int32)
            low = np.array([bounds[0] for bounds in new.values()])
            high = np.array([bounds[1] for bounds in new.values()])
            self.highs.changeColsBounds(len(new), columns, low, high)
        self._moved = dict(fixes)
