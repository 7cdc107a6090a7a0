"""How a service can run in each pool: configurations with their requests per second.

Belongs here: throughput that is measured, given as utilisation or estimated, as modes. Does not
belong here: demand (workloads.py), the engineering formulas (solver.serving,
solver.estimate.serving).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import catalogs
from problems.schema.workloads import Measured
from problems.schema.workloads import Service as ServiceBlock
from solver import serving
from solver.estimate.serving.configurations import Configuration
from solver.instance.estimated_serving import PRECISIONS, EstimatedServing
from solver.instance.machines import Machines
from solver.instance.model import Pool, ServingMode
from solver.instance.sources import Path, Sources
from solver.instance.training_modes import FIGURE

SINGLE_CLASS = "all"


def classes_of(block: ServiceBlock) -> tuple[str, ...]:
    """Names of a service's classes; one for all requests where it has none."""
    return tuple(sorted(block.classes)) if block.classes else (SINGLE_CLASS,)


def mode_name(card: str, configuration: Configuration) -> str:
    """Name of an estimated configuration in the plan."""
    return f"{card}-x{configuration.replica.cards}-{configuration.replica.precision}"


@dataclass(frozen=True)
class ServingModes:
    """Builds the modes of services."""

    sources: Sources
    machines: Machines
    estimating: EstimatedServing

    def of(
        self, key: str, block: ServiceBlock, pools: Iterable[Pool], queue_rate: float
    ) -> Iterator[ServingMode]:
        """The modes of each pool whose throughput is known and whose memory holds the model.

        ``queue_rate``: requests per second that wait in one queue, for estimates. A pool that
        cannot serve is left out; a service that only estimates could serve and that runs nowhere
        is an error.
        """
        classes = classes_of(block)
        measured = {row.card for row in block.measured}
        refused: dict[str, None] = {}
        found = False
        for pool in pools:
            modes: Iterable[ServingMode] = ()
            if pool.card in measured:
                modes = self._measured(key, block.measured, pool, classes)
            elif block.utilization is not None:
                modes = self._utilised(key, block, pool, classes)
            elif block.throughput == "estimated":
                modes = self._estimated(key, block, pool, queue_rate, refused)
            for mode in modes:
                found = True
                yield mode
        path: Path = ("inference", key)
        if block.throughput == "estimated":
            self.estimating.list_assumptions(path, block)
        if refused and not found:
            self.sources.fail((*path, "throughput"), "fits nowhere: " + "; ".join(refused))
        for reason in refused if found else ():
            self.sources.assume(f"inference.{key} does not run there: {reason}.")

    def _measured(
        self, key: str, rows: Iterable[Measured], pool: Pool, classes: Sequence[str]
    ) -> Iterator[ServingMode]:
        box = self.machines.box_cards(pool)
        for row in rows:
            if row.card != pool.card:
                continue
            if not serving.fits_box(row.cards, box):
                self.sources.assume(
                    f"inference.{key}: {row.name} ({row.cards} cards) neither divides nor fills "
                    f"boxes of {box} and is not used in {pool.key}."
                )
                continue
            rates = row.requests_per_second
            table = rates if isinstance(rates, dict) else dict.fromkeys(classes, rates)
            throughput = tuple((name, table[name]) for name in classes if name in table)
            yield ServingMode(row.name, pool.key, row.cards, throughput)

    def _estimated(
        self,
        key: str,
        block: ServiceBlock,
        pool: Pool,
        queue_rate: float,
        refused: dict[str, None],
    ) -> Iterator[ServingMode]:
        path: Path = ("inference", key)
        found = self.estimating.configurations(path, block, pool, queue_rate)
        if found is None:
            # Missing figures are errors already.
            if not self.estimating.peaks(block, pool):
                names = ", ".join(block.precisions or PRECISIONS)
                refused[f"{pool.card} has no arithmetic at {names}"] = None
            return
        if not found:
            refused[self.estimating.refusal(path, block, pool)] = None
        else:
            self.estimating.list_assumptions_of(block, pool, found)
        for configuration in found:
            throughput = tuple(
                (name, configuration.rate(number) * self.estimating.margin)
                for number, name in enumerate(classes_of(block))
                if configuration.rate(number) > 0
            )
            name = mode_name(pool.card, configuration)
            yield ServingMode(name, pool.key, configuration.replica.cards, throughput)

    def _utilised(
        self, key: str, block: ServiceBlock, pool: Pool, classes: Sequence[str]
    ) -> Iterator[ServingMode]:
        assert block.model is not None
        assert block.utilization is not None
        path: Path = ("inference", key, "utilization")
        share = block.utilization
        share = share.get(pool.card, 0.0) if isinstance(share, dict) else share
        peak = self._peak_tflops(path, pool, block.precision) if share else None
        cards = self._replica_cards(path, block, pool) if peak else None
        if not peak or cards is None:
            return
        tokens = {
            name: kind.prompt_tokens + kind.answer_tokens
            for name, kind in (block.classes or {}).items()
        } or {SINGLE_CLASS: (block.prompt_tokens or 0) + (block.answer_tokens or 0)}
        model = self._model(block.model)
        active = float(model.active_parameters or model.parameters)
        throughput = tuple(
            (name, serving.replica_throughput(share, peak, cards, active, tokens[name]))
            for name in classes
            if tokens[name] > 0
        )
        yield ServingMode(f"{pool.card}-x{cards}", pool.key, cards, throughput)

    def _model(self, name: str) -> catalogs.Model:
        return self.sources.catalog.models[name]

    def _card(self, pool: Pool) -> catalogs.Accelerator:
        return self.sources.catalog.accelerators[pool.card]

    def _peak_tflops(self, path: Path, pool: Pool, precision: str) -> float | None:
        """Dense peak; None where the card has no arithmetic of that precision."""
        card = self._card(pool)
        if precision == "bf16":
            return self.sources.figure(path, card, FIGURE[precision])
        peak = getattr(card, FIGURE[precision])
        return None if peak is None else float(peak)

    def _replica_cards(self, path: Path, block: ServiceBlock, pool: Pool) -> int | None:
        if block.memory == "ignore" or block.model is None:
            return 1
        memory = self.sources.figure(path, self._card(pool), "memory_gb")
        return serving.replica_cards(
            float(self._model(block.model).parameters),
            block.precision,
            memory,
            block.kv_share,
            self.machines.box_cards(pool),
        )
