"""What is shown when there is no plan: why none can exist, none was found in time, or none held.

Belongs here: the pages for these endings. Does not belong here: finding the reasons
(solver.screening), messages about files.
"""

from collections.abc import Iterable, Sequence

from reports.numbers import money_in_words
from reports.text.page import Page, clean, heading, note, points, sentence
from solver.engines import Attempt
from solver.plan import Verification, Violation
from solver.screening import Finding


def render_infeasible(
    findings: Sequence[Finding],
    *,
    given: bool = False,
    title: str = "",
    width: int | None = None,
) -> Page:
    """The page for a problem that no plan can meet: every finding with its path in the file.

    Without findings the solvers alone have proven it. `given`: the purchases were given, and it is
    they that do not meet it.
    """
    said = [heading(clean(title))] if title else []
    what = "no use of these purchases" if given else "no plan"
    told = sentence(f"Infeasible: {what} can meet the demand within the limits.")
    if findings:
        why = points(f"{'.'.join(map(str, f.path))}: {clean(f.sentence)}" for f in findings)
    else:
        why = sentence(
            "The solvers agree on it; arithmetic alone does not show which demand or limit is to "
            "blame."
        )
    return Page(((*said, told), (why,)), width)


def render_no_plan(
    bound: float | None,
    currency: str,
    *,
    seconds: float | None = None,
    interrupted: bool = False,
    title: str = "",
    width: int | None = None,
) -> Page:
    """The page for a search that ended before it found any plan.

    `bound`: no plan is cheaper than this, in `currency`; None where nothing was proven.
    """
    said = [heading(clean(title))] if title else []
    end = "the search was stopped by hand" if interrupted else "the time limit came first"
    after = "" if seconds is None else f", after {seconds:,.1f} s"
    known = (
        "Whether one exists is not known."
        if bound is None
        else f"If there is one, it costs at least {money_in_words(bound, currency)}."
    )
    told = sentence(f"No plan found: {end}{after}. {known}")
    if interrupted:
        # Whoever stopped it knows that it could have run longer.
        return Page(((*said, told),), width)
    hint = note("A longer --time-limit, or another --engine, may find one.")
    return Page(((*said, told), (hint,)), width)


def render_failure(
    refused: Verification | None, attempts: Iterable[Attempt], *, case: str | None = None
) -> Page:
    """The page for engines that failed, or whose last plan (of a ``case``) was ``refused``."""
    if refused:
        of = "" if case is None else f" for case {clean(case)}"
        said = f"The plan that was found{of} did not pass verification and is not shown:"
        return Page(((sentence(said), points(violations_in_words(refused.violations))),))
    words = (f"{each.engine} {each.variant}: {clean(each.message)}" for each in attempts)
    return Page(((sentence("The solvers failed:"), points(words)),))


def violations_in_words(violations: Iterable[Violation]) -> list[str]:
    """What does not hold, each with its family."""
    return [f"{each.family}: {clean(each)}" for each in violations]
