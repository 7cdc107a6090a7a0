"""What estimating costs: 50 offers and 100 workloads, all estimated, stage by stage.

Belongs here: problems that leave everything to estimates, and the processor time of reading,
building and estimating them. Does not belong here: how good estimates are (docs/estimates.md).

    python -m benchmarks.estimating --rounds 3
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice, pairwise
from multiprocessing import get_context
from pathlib import Path

from catalogs import Accelerator, Catalog, load_catalog

OFFERS, WORKLOADS = 50, 100
KINDS = {"training": (WORKLOADS, 0), "serving": (0, WORKLOADS), "both": (50, 50)}
"""Training jobs and services of each problem."""
STAGES = ("read", "build", "estimate")
"""Reading the text; checking it and building the instance, which needs every job's rates and every
service's configurations; what `rackmix estimate` says beyond that."""
FIGURES = (
    "bf16_dense_tflops",
    "interconnect_gb_per_s",
    "memory_gb",
    "memory_bandwidth_gb_per_s",
    "power_w",
    "pcie_gb_per_s",
)
"""What a card's estimates need."""
HEAD = """\
rackmix: 1
horizon: {start: 2024-01-01, end: 2024-12-31, period: quarter}
currency: USD
sites: {hall: {destination: US}}
offers:
"""


def problem_text(jobs: int, services: int) -> str:
    """A problem of 50 offers with so many training jobs and services, no two of them alike."""
    catalog = load_catalog()
    trained = [m.id for m in catalog.models.values() if m.layers and not m.active_parameters]
    served = [m.id for m in catalog.models.values() if m.layers and m.kv_bytes_per_token]
    lines = [f"  offer{i}: {{{item}}}" for i, item in enumerate(_items(catalog))]
    if jobs:
        lines.append("training:")
    for i, model in enumerate(islice(cycle(trained), jobs)):
        lines.append(
            f"  job{i}: {{model: {model}, tokens: {300 + 20 * i}e9, "
            f"batch_tokens: {3 + i / 20}e6, mfu: estimated, goodput: estimated}}"
        )
    if services:
        lines.append("inference:")
    for i, model in enumerate(islice(cycle(served), services)):
        lines.append(
            f"  service{i}: {{model: {model}, requests: {100 + 10 * i} per second, "
            f"prompt_tokens: {500 + 20 * i}, answer_tokens: {200 + i}, throughput: estimated, "
            "latency: {ttft: 5 s, tpot: 0.1 s}}"
        )
    return HEAD + "\n".join(lines) + "\n"


def _items(catalog: Catalog) -> list[str]:
    """Nodes and cards counted alone whose figures are complete, as many as there are offers."""
    cards = catalog.accelerators
    able = {name for name, card in cards.items() if _complete(card)}
    price = "vendor: v, price: 100_000 USD"
    nodes = [f"item: {n.id}, {price}" for n in catalog.nodes.values() if n.card in able]
    alone = [f"item: {name}, {price}, standalone: true" for name in cards if name in able]
    return list(islice(cycle(nodes + alone), OFFERS))


def _complete(card: Accelerator) -> bool:
    return all(getattr(card, name) is not None for name in FIGURES)


def seconds_of(kind: str) -> tuple[float, ...]:
    """Processor seconds of each of `STAGES` in this process, imports and the catalogue left out.

    A curve that was computed is kept, so that only a process's first answer counts.
    """
    from problems.loading import read_problem
    from solver.case import case_of
    from solver.estimating import estimates

    text = problem_text(*KINDS[kind])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "problem.yaml")
        path.write_text(HEAD + "  one: {item: h20_sxm_96, vendor: v, price: 1 USD}\n", "utf-8")
        read_problem(path).problem((), ())
        path.write_text(text, "utf-8")
        times = [time.process_time()]
        file = read_problem(path)
        times.append(time.process_time())
        case = case_of(file)
        times.append(time.process_time())
        estimates(case)
        times.append(time.process_time())
    return tuple(after - before for before, after in pairwise(times))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the least time of each stage over some rounds, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args(arguments).rounds
    print(f"{'CPU s':10}", *(f"{stage:>9}" for stage in (*STAGES, "all")))
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        for kind in KINDS:
            found = list(pool.map(seconds_of, [kind] * rounds))
            best = [min(times) for times in zip(*found, strict=True)]
            print(f"{kind:10}", *(f"{each:9.2f}" for each in (*best, sum(best))))


if __name__ == "__main__":
    main()
