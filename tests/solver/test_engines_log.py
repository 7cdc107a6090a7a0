"""What CBC says, as recorded: no word and no figure of it may be taken for more than it is."""

from dataclasses import replace
from pathlib import Path

import pytest

from solver.engines import Options, Status, StopReason, cbc
from solver.engines.cbc_log import CbcLog
from solver.engines.child import Ending, Watch
from solver.engines.claim import Job, Model
from tests.solver.engine_models import problem_of

OVER = Ending(code=0, cut=None, killed=False, seconds=1.0)


def log_of(text: str) -> CbcLog:
    """A log that has been read."""
    log = CbcLog()
    for line in text.strip().splitlines():
        log.feed(line)
    return log


def test_bounds_with_exponents_are_read() -> None:
    """PuLP's pattern fails on exponents, and then every figure is None."""
    log = log_of("Cbc0005I Partial search - best objective 1 (best possible -4.5474735e-13), took")
    assert (log.best, log.bound) == (1, pytest.approx(-4.5474735e-13, rel=1e-7))
    log = log_of(
        "Cbc0010I After 0 nodes, 1 on tree, 5.2e+13 best solution, best possible 1.5e+12 (1 s)"
    )
    assert (log.best, log.bound) == (5.2e13, pytest.approx(1.5e12))
    assert log.bound < 1.5e12


@pytest.mark.parametrize("none", ["1e+50", "inf", "-inf", "nan", "1.79769e+308"])
def test_infinite_figures_are_unknown(none: str) -> None:
    """Sensitivity: taken for numbers they would make a gap of 1e+50 %."""
    line = f"Cbc0010I After 9 nodes, 1 on tree, {none} best solution, best possible {none} (1 s)"
    assert (log_of(line).best, log_of(line).bound) == (None, None)


def test_a_printed_bound_is_rounded_outwards() -> None:
    """CBC prints 103816.7521 as 103817, which is no bound: a plan of 103816.8 may exist."""
    assert log_of("Continuous objective value is 103817 - 0.01 seconds").bound == 103816.5


GAP_STOP = """
Cbc0010I After 498 nodes, 12 on tree, 6126.822 best solution, best possible 5985.6144 (6.49 seconds)
Cbc0011I Exiting as integer gap of 112.43207 less than 1e-12 or 2%
Cbc0001I Search completed - best objective 6126.82196004153, took 60948 iterations and 1533 nodes
"""


def test_the_value_of_a_plan_found_within_the_gap_is_not_the_bound() -> None:
    """CBC calls a run that stopped within its ratio optimal: the bound is the plan less the gap."""
    log = log_of(GAP_STOP)
    assert log.bound == pytest.approx(6126.82196004153 - 112.43207)
    assert log.bound < 6126.82196004153 - 112.43207
    for header in (
        "Optimal - objective value 6126.8",
        "Optimal (within gap tolerance) - objective",
    ):
        assert cbc.meaning(header, log, OVER) == (Status.OPTIMAL, StopReason.GAP)


RESTART = """
Cbc0010I After 0 nodes, 1 on tree, 340062.24 best solution, best possible 335613.45 (1.50 seconds)
Cbc0044I Reduced cost fixing - 366 rows, 318 columns - restarting search
Cbc0013I At root node, 35 cuts changed objective from 334171.91 to 335613.7 in 100 passes
Cbc0011I Exiting as integer gap of 1926.2926 less than 1e-12 or 0.99009901%
Cbc0001I Search completed - best objective 337539.9938109589, took 1771 iterations and 0 nodes
Cbc0012I Integer solution of 337539.993811 found by Reduced search after 4204 iterations (2.95 s)
Cbc0001I Search completed - best objective 337539.9938109589, took 4204 iterations and 50 nodes
"""


def test_what_a_restarted_search_left_out_is_not_proven() -> None:
    """Proves that a gap at which an inner search ended is kept to the end: CBC says "Optimal" then.
    Sensitivity: otherwise the plan of 337,540 is called proven, where one of 336,476 exists.
    """
    log = log_of(RESTART)
    header = "Optimal - objective value 337539.99381096"
    assert cbc.meaning(header, log, OVER) == (Status.OPTIMAL, StopReason.GAP)
    assert log.bound == pytest.approx(337539.9938109589 - 1926.2926)
    log.feed(
        "Cbc0010I After 9 nodes, 1 on tree, 337539.99 best solution, best possible 337000 (3 s)"
    )
    assert log.bound == pytest.approx(337539.9938109589 - 1926.2926)


def test_a_gap_of_rounding_errors_is_a_proof() -> None:
    """CBC exits "as integer gap of -5.5e-17": that is the optimum, not a gap."""
    log = log_of(GAP_STOP.replace("112.43207", "-5.5511151e-17"))
    header = "Optimal (within gap tolerance) - objective value 6126.82196004"
    assert cbc.meaning(header, log, OVER) == (Status.OPTIMAL, StopReason.PROVEN)


def test_a_gap_that_was_not_logged_is_not_a_proof() -> None:
    """The header alone is enough to doubt."""
    header = "Optimal (within gap tolerance) - objective value 6126.82196004"
    assert cbc.meaning(header, CbcLog(), OVER) == (Status.OPTIMAL, StopReason.GAP)


def test_an_unknown_status_is_not_an_answer() -> None:
    """Later CBC versions say this of infeasible problems, and PuLP calls it undefined."""
    verdict = cbc.meaning("Status unknown - objective value 0.00000000", CbcLog(), OVER)
    assert verdict == (Status.ERROR, StopReason.UNKNOWN)


def test_a_run_that_was_cut_proves_nothing() -> None:
    """Whatever CBC says of feasibility when it has been stopped in the middle."""
    cut = Ending(code=0, cut=StopReason.TIME_LIMIT, killed=False, seconds=1.0)
    header = "Integer infeasible - objective value 0"
    assert cbc.meaning(header, CbcLog(), cut) == (Status.NO_PLAN, StopReason.TIME_LIMIT)
    header = "Optimal - objective value 6126.82196004"
    assert cbc.meaning(header, CbcLog(), cut) == (Status.FEASIBLE, StopReason.TIME_LIMIT)


@pytest.mark.parametrize(
    "why", ["Cbc0020I Exiting on maximum time", "Cbc0027I Exiting on user event"]
)
def test_the_bound_of_a_search_that_was_cut_short_is_none(why: str) -> None:
    """The clock ends linear programs half way: here a plan of 76,550 exists.

    Sensitivity: with a target, to which such a bound is lowered, the target would be proven.
    """
    log = log_of(
        f"""
Continuous objective value is 72605 - 0.29351 seconds
Cbc0013I At root node, 138 cuts changed objective from 73154.185 to 7.644164e+10 in 3 passes
{why}
Cbc0005I Partial search - best objective 1e+50 (best possible 7.644164e+10), took 1617 iterations
"""
    )
    assert (log.best, log.bound) == (None, 72604.95)


def test_one_thread_is_the_serial_search(tmp_path: Path) -> None:
    """`-threads 1` makes CBC ten times slower, and `-randomSeed 0` means the time of day."""
    seen: list[list[str]] = []
    for options in (Options(), Options(threads=2, seed=5)):
        job = Job(model_in(tmp_path), tmp_path / "run", options, Watch())
        seen.append(cbc.command(job))
    assert not {"-threads", "-randomSeed"} & set(seen[0])
    assert {"-threads", "-randomSeed"} <= set(seen[1])


def test_no_points_are_looked_for_below_a_cutoff_or_on_request(tmp_path: Path) -> None:
    """Where there are likely none, or what counts is the bound; and dives are for runs that have
    nothing to start from.
    """
    job = Job(model_in(tmp_path), tmp_path / "run", Options(), Watch(), nodes=9)
    looks = cbc.command(job)
    assert "-DivingF" in looks
    assert "-heuristicsOnOff" not in looks
    for blind in (replace(job, cutoff=5.0), replace(job, heuristics=0.0)):
        words = cbc.command(blind)
        assert "-DivingF" not in words
        assert words[words.index("-heuristicsOnOff") + 1] == "off"


def test_cbc_is_told_what_to_branch_on_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Proves that every whole column has a rank: those without one would come before all others."""
    model = Model.write(problem_of([3, 2, 1], [([1, 1, 1], ">=", 2)]), tmp_path)
    first = [[model.ids[1]], [model.ids[2]]]
    job = Job(model, tmp_path, Options(), Watch(), branch_first=first)
    assert cbc.PRIORITIES in cbc.command(job)
    monkeypatch.setattr(cbc, "command", lambda _job: ["true"])
    cbc.run(job)
    ranks = (tmp_path / cbc.PRIORITIES).read_text()
    assert ranks == "name,priority\nX0000000,3\nX0000001,1\nX0000002,2\n"


def model_in(folder: Path) -> Model:
    """Some model, written."""
    return Model.write(problem_of([1], [([1], ">=", 2)]), folder)


@pytest.mark.parametrize(
    "header",
    [
        "Stopped on time (no integer solution - continuous used) - objective value 12410.43",
        "Stopped on iterations (LP relaxation not completed - no integer solution) - objective",
    ],
)
def test_cbc_says_no_plan_in_brackets(header: str) -> None:
    """Proves that the words behind "Stopped" are read."""
    assert cbc.meaning(header, CbcLog(), OVER)[0] is Status.NO_PLAN
