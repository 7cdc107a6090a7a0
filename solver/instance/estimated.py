"""What estimates of training need from the problem and the catalogue, and the curves they give.

Belongs here: machines and jobs in the terms of solver.estimate, with what is assumed on the way.
Does not belong here: the formulas (solver.estimate), the optimiser's modes (training_modes.py).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

import catalogs
from problems.schema.workloads import TrainingJob
from solver.estimate.curve import MOST_CARDS, card_counts, rate_points_of
from solver.estimate.figures import (
    BandParameters,
    GoodputParameters,
    Job,
    Machine,
    TrainingParameters,
    parameters_of,
)
from solver.estimate.fleet import groups
from solver.estimate.goodput import goodput
from solver.estimate.search import shortage_gb
from solver.instance.kinds import Kind
from solver.instance.machines import Machines
from solver.instance.model import Pool
from solver.instance.sources import Path, Sources

GBIT_PER_GB = 8
LEAST_GOODPUT = 0.5
"""Curves are computed so far that goodput down to this still leaves the rate that is of use."""
PRECISIONS = ("bf16", "fp8")


@dataclass(frozen=True)
class Curve:
    """Rates by number of cards, or why there are none."""

    points: tuple[tuple[int, float], ...]
    """(cards, PFLOP/s of 6·N·D work), goodput not counted, never falling."""
    refusal: str = ""


@dataclass(frozen=True)
class Estimating:
    """Estimates for the pools of one problem."""

    sources: Sources
    machines: Machines
    _known: dict[tuple[str, str, str], Machine] = field(default_factory=dict)
    """Machines found before, by pool, precision and memory of the job."""
    _jobs: dict[int, tuple[TrainingJob, Job]] = field(default_factory=dict)
    """Jobs found before, by identity of the file's."""
    _goodput: dict[float, float] = field(default_factory=dict)
    """Estimated goodput found before, by number of cards."""

    @cached_property
    def training(self) -> TrainingParameters:
        """Parameters of the calibration for a step's time."""
        return parameters_of(TrainingParameters, self.sources.catalog.calibration)

    @cached_property
    def losses(self) -> GoodputParameters:
        """Parameters of the calibration for goodput."""
        return parameters_of(GoodputParameters, self.sources.catalog.calibration)

    @cached_property
    def band(self) -> BandParameters:
        """Ends of the band of training throughput."""
        return parameters_of(BandParameters, self.sources.catalog.calibration)

    @property
    def margin(self) -> float:
        """Factor on estimated throughput: 1, or its low end where the file sizes for that."""
        return self.band.training_low if self.sources.problem.margin == "p90" else 1.0

    def curve(self, path: Path, job: TrainingJob, pool: Pool, target: float) -> Curve | None:
        """Rates of a job in a pool up to the target; None where a figure is missing (an error)."""
        return self.curves(path, job, (pool,), target)[0]

    def curves(
        self, path: Path, job: TrainingJob, pools: Sequence[Pool], target: float
    ) -> list[Curve | None]:
        """The same for many pools, which takes far less time than one by one."""
        own = self.job(path, job)
        if own is None:
            return [None] * len(pools)
        machines = {pool.key: self.machine(path, job, pool) for pool in pools}
        known = [(pool, machine) for pool in pools if (machine := machines[pool.key]) is not None]
        units = [(machine, self.unit(pool, machine)) for pool, machine in known]
        enough = target / self.margin / LEAST_GOODPUT
        rates = rate_points_of(own, units, self.training, enough)
        found: dict[str, Curve] = {}
        for (pool, machine), points in zip(known, rates, strict=True):
            self._assume(path, pool)
            found[pool.key] = Curve(points, "" if points else self._refusal(own, machine, pool))
        return [found.get(pool.key) for pool in pools]

    @staticmethod
    def unit(pool: Pool, machine: Machine) -> int:
        """Cards by which an estimated job grows: whole boxes and scale-up domains."""
        return max(pool.unit_cards, machine.domain_cards)

    def fewest_cards(
        self, path: Path, job: TrainingJob, pools: Sequence[Pool], rate: float
    ) -> list[tuple[int, float] | None]:
        """Of each pool the fewest cards that by estimate work so fast with the goodput they have,
        and how fast; None where none do. At the middle of the band, whatever the file sizes for.
        """
        own = self.job(path, job)
        if own is None:
            return [None] * len(pools)
        machines = [self.machine(path, job, pool) for pool in pools]
        units = [
            None if machine is None else (machine, self.unit(pool, machine))
            for pool, machine in zip(pools, machines, strict=True)
        ]
        different = [each for each in dict.fromkeys(units) if each is not None]
        found: dict[tuple[Machine, int], tuple[int, float]] = {}
        for alike, places in groups(own, tuple(m for m, _ in different), self.training):
            unit = np.array([different[at][1] for at in places])
            most = np.maximum(unit, MOST_CARDS // unit * unit)
            cards, rates = alike.fewest_cards(
                rate, lambda n: np.array([self.goodput(job, c) for c in n.tolist()]), unit, most
            )
            found |= {
                different[at]: (int(n), r)
                for at, n, r in zip(places, cards.tolist(), rates.tolist(), strict=True)
                if math.isfinite(n)
            }
        return [None if each is None else found.get(each) for each in units]

    def goodput(self, job: TrainingJob, cards: float) -> float:
        """The share of the time that counts, as given or estimated."""
        if job.goodput != "estimated":
            return job.goodput
        if cards not in self._goodput:
            self._goodput[cards] = goodput(cards, self.losses)
        return self._goodput[cards]

    def counts(self, least: int, unit: int) -> tuple[int, ...]:
        """Numbers of cards from the least on at which a curve is computed."""
        counts = card_counts(max(least, unit), MOST_CARDS)
        return tuple(sorted({-(-n // unit) * unit for n in counts}))

    def job(self, path: Path, job: TrainingJob) -> Job | None:
        """A training job in the terms of an estimate; what is missing is an error at its path."""
        if id(job) in self._jobs:
            return self._jobs[id(job)][1]
        found = self._job(path, job)
        if found is not None:
            self._jobs[id(job)] = job, found
        return found

    def _job(self, path: Path, job: TrainingJob) -> Job | None:
        assert job.model is not None
        where = (*path, "mfu")
        model = self.sources.catalog.models[job.model]
        if model.active_parameters is not None:
            self.sources.fail(
                where,
                f"cannot be estimated for {model.id}, a mixture of experts: the catalogue lacks "
                "how many experts it has and how many a token visits, which their traffic follows "
                "from, and published runs to hold that against; give a share",
            )
            return None
        if job.precision not in PRECISIONS:
            self.sources.fail(
                where,
                f"cannot be estimated at {job.precision}: only {' and '.join(PRECISIONS)} are "
                "calibrated; give a share",
            )
            return None
        layers = self.sources.figure(where, model, "layers")
        hidden = self.sources.figure(where, model, "hidden_size")
        if not layers or not hidden:
            return None
        return Job(
            parameters=float(model.parameters),
            layers=int(layers),
            hidden_size=int(hidden),
            batch_tokens=job.batch_tokens,
            sequence_tokens=job.sequence_tokens,
            precision="fp8" if job.precision == "fp8" else "bf16",
            state_bytes=job.state_bytes,
            reserved_gb=job.activations,
            recomputation=job.recomputation,
        )

    def machine(self, path: Path, job: TrainingJob, pool: Pool) -> Machine | None:
        """The machine of a pool; None where it has no arithmetic of the job's precision, or where a
        figure is missing, which is an error.
        """
        key = pool.key, job.precision, str(job.memory)
        found = self._known.get(key) or self._machine((*path, "mfu"), job, pool)
        if found is not None:
            self._known[key] = found
        return found

    def _machine(self, where: Path, job: TrainingJob, pool: Pool) -> Machine | None:
        card = self.sources.catalog.accelerators[pool.card]
        if job.precision == "fp8" and card.fp8_dense_tflops is None:
            return None
        names = ("bf16_dense_tflops", "memory_gb", "memory_bandwidth_gb_per_s", "power_w")
        figures = [self.sources.figure(where, card, name) for name in names]
        domain = self._domain_cards(pool)
        link = self.sources.figure(where, card, "interconnect_gb_per_s") if domain > 1 else 0.0
        fabric = self._fabric_gb_per_s(where, pool, card)
        if not all(figures) or not fabric:
            return None
        machine = Machine(
            bf16_tflops=figures[0],
            fp8_tflops=card.fp8_dense_tflops,
            memory_gb=figures[1],
            memory_bandwidth_gb_per_s=figures[2],
            power_w=figures[3],
            link_gb_per_s=link,
            domain_cards=domain,
            fabric_gb_per_s=fabric,
        )
        return replace(machine, memory_gb=1e9) if job.memory == "ignore" else machine

    def _domain_cards(self, pool: Pool) -> int:
        if pool.kind is not Kind.CARD:
            return self.machines.domain_cards(pool)
        card = self.sources.catalog.accelerators[pool.card]
        if (card.scale_up_cards or 1) > 1:
            self.sources.assume(
                "For estimates, cards counted alone share scale-up domains as large as their kind "
                "allows: {}.",
                card.id,
            )
        return card.scale_up_cards or 1

    def _fabric_gb_per_s(self, path: Path, pool: Pool, card: catalogs.Accelerator) -> float:
        """Scale-out bandwidth of a card: the site's fabric, else the node's own network cards, else
        what its PCIe link suggests.
        """
        catalog, problem = self.sources.catalog, self.sources.problem
        cards = self.machines.box_cards(pool) or 1
        for block in problem.fabrics.values():
            if block.site == pool.site and block.switch is not None:
                speed = self.sources.figure(
                    path, catalog.find("switches", block.switch), "port_gbit_per_s"
                )
                return speed * (block.nics_per_node or 0) / cards / GBIT_PER_GB
        node = catalog.nodes.get(pool.box)
        if node is not None and node.nics is not None and node.nic_gbit_per_s is not None:
            return node.nics * node.nic_gbit_per_s / cards / GBIT_PER_GB
        rule: catalogs.Parameter = catalog.find("calibration", "fabric_share_of_pcie")
        speed = self.sources.figure(path, card, "pcie_gb_per_s") / 2 * rule.value
        self.sources.assume(
            f"No network is known for these: for estimates, each card has {rule.value:.2g} of its "
            "PCIe bandwidth to other nodes: {}.",
            pool.box if node is not None else f"{card.id} in {pool.box}",
        )
        return speed

    def _refusal(self, job: Job, machine: Machine, pool: Pool) -> str:
        short = shortage_gb(job, machine, self.training, MOST_CARDS)
        return (
            f"{pool.card} in {pool.box} lacks {short:.3g} GB for each card in the layout that "
            f"needs least (it has {machine.memory_gb:g} GB)"
        )

    def _assume(self, path: Path, pool: Pool) -> None:
        kin = str(self.sources.catalog.accelerators[pool.card].architecture)
        if f"runs_on_{kin.lower().replace(' ', '_')}" not in self.sources.catalog.calibration:
            self.sources.assume(
                "No published run on cards of these architectures is in the calibration, so the "
                "band of their estimates is not known: {}.",
                kin,
            )
        low, high = self.band.training_low, self.band.training_high
        self.sources.assume(
            "Training throughput is estimated (docs/estimates.md); eight of ten published runs "
            f"reached {low:.2f} to {high:.2f} of it: {{}}.",
            ".".join(map(str, path)),
        )
        if self.sources.problem.margin == "p90":
            self.sources.assume(
                f"margin: p90: estimated training throughput is counted at {low:.2f} of its middle."
            )
