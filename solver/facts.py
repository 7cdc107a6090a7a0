"""The catalogue rows a problem uses, for the plan file to carry.

Belongs here: which rows a problem names. Does not belong here: reading or judging them (catalogs).
"""

from collections.abc import Iterator

from catalogs import Catalog
from problems.schema import Problem


def facts_used(problem: Problem, catalog: Catalog) -> dict[str, list[dict[str, object]]]:
    """Every row the problem names, with all rows those refer to, as plain JSON values by table."""
    names = sorted({name for name in _named(problem, catalog) if name[1]})
    return catalog.rows_used((table, str(name)) for table, name in names)


def _named(problem: Problem, catalog: Catalog) -> Iterator[tuple[str, str | None]]:
    for name in (
        *(o.item for o in problem.offers.values()),
        *(e.item for e in problem.fleet.values()),
    ):
        yield catalog.table_of(name), name
    for entry in problem.fleet.values():
        yield "hosts", entry.host
    for site in problem.sites.values():
        yield "tariffs", site.electricity.tariff if site.electricity else None
    for fabric in problem.fabrics.values():
        yield "switches", fabric.switch
    for card in problem.export_licences:
        yield "accelerators", card
    if problem.export_rules is not None:
        yield "rulesets", problem.export_rules.ruleset
    if _estimates(problem):
        for name in catalog.calibration:
            yield "calibration", name
    for job in problem.training.values():
        yield "models", job.model
        for card in job.measured:
            yield "accelerators", card
        for card in job.mfu if isinstance(job.mfu, dict) else ():
            yield "accelerators", card
    for service in problem.inference.values():
        yield "models", service.model
        for card in service.utilization if isinstance(service.utilization, dict) else ():
            yield "accelerators", card
        for row in service.measured:
            yield "accelerators", row.card
    for block in (problem.training, problem.inference, problem.reservations):
        for workload in block.values():
            for card in workload.of or ():
                yield "accelerators", card


def _estimates(problem: Problem) -> bool:
    """Whether anything in the problem rests on the calibration."""
    jobs = problem.training.values()
    return (
        problem.power == "estimated"
        or any("estimated" in (job.mfu, job.goodput) for job in jobs)
        or any(service.throughput == "estimated" for service in problem.inference.values())
    )
