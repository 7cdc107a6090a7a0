"""Training occurrences, services and reservations over intervals, with the pools they can run in.

Belongs here: blocks `training`, `inference`, `reservations`. Does not belong here: the engineering
formulas (solver.training, solver.serving).
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import catalogs
from problems.dates import Span
from problems.schema.workloads import Measured, TrainingJob, Workload
from problems.schema.workloads import Reservation as ReservationBlock
from problems.schema.workloads import Service as ServiceBlock
from solver import serving
from solver.instance.estimated import Estimating
from solver.instance.machines import Machines
from solver.instance.model import (
    Occurrence,
    Pool,
    Reservation,
    Service,
    ServingMode,
)
from solver.instance.sources import Path, Sources
from solver.instance.timeline import Calendar, Timeline, moment
from solver.instance.training_modes import FIGURE, TrainingModes

SINGLE_CLASS = "all"


def windows(calendar: Calendar, job: TrainingJob) -> tuple[list[tuple[date, date]], int]:
    """First days and days after of a job's occurrences, and how many ran over the horizon's end."""
    after_end = (
        calendar.end.date() if calendar.end.hour == 0 else calendar.end.date() + timedelta(1)
    )
    first = calendar.start.date()
    last = after_end - timedelta(days=1)
    if job.window is not None:
        first, last = job.window.first or first, job.window.last or last
    length = last - first + timedelta(days=1)
    if job.every is None:
        return [(first, last + timedelta(days=1))], 0
    found, dropped, start, number = [], 0, first, 0
    while start < after_end:
        if start + length <= after_end:
            found.append((start, start + length))
        else:
            dropped += 1
        number += 1
        start = job.every.times(number).after(first)
    return found, dropped


class Workloads:
    """Builds what must be computed, for the pools that exist."""

    def __init__(
        self, sources: Sources, timeline: Timeline, machines: Machines, pools: Sequence[Pool]
    ) -> None:
        self.sources = sources
        self.timeline = timeline
        self.machines = machines
        self.pools = pools
        estimating = Estimating(sources, machines)
        self.training = TrainingModes(sources, timeline, machines, estimating)

    def occurrences(self) -> tuple[Occurrence, ...]:
        """Every occurrence of every training job that ends within the horizon."""
        found = []
        for key, job in sorted(self.sources.problem.training.items()):
            spans, dropped = windows(self.timeline.calendar, job)
            if dropped:
                self.sources.assume(
                    f"training.{key}: {dropped} occurrence(s) that would end after the horizon "
                    "are left out."
                )
            work = self.training.work(job)
            modes = tuple(self.training.of(key, job, self._allowed(job)))
            for number, (first_day, day_after) in enumerate(spans, start=1):
                found.append(
                    Occurrence(
                        key=f"{key}#{number}",
                        job=key,
                        number=number,
                        first=self.timeline.index_from(first_day),
                        last=self._last(day_after),
                        work=work,
                        split=job.split,
                        modes=modes,
                    )
                )
        return tuple(sorted(found, key=lambda o: (o.job, o.number)))

    def services(self) -> tuple[Service, ...]:
        """Every inference service."""
        found = []
        for key, block in sorted(self.sources.problem.inference.items()):
            classes = tuple(sorted(block.classes)) if block.classes else (SINGLE_CLASS,)
            share = {name: block.classes[name].share if block.classes else 1.0 for name in classes}
            rates = [
                self._rate(block, interval.start.date()) * block.peak_factor
                for interval in self.timeline.intervals
            ]
            found.append(
                Service(
                    key=key,
                    classes=classes,
                    demand=tuple(tuple(rate * share[name] for rate in rates) for name in classes),
                    peak_factor=block.peak_factor,
                    whole_replicas=block.replicas == "whole",
                    modes=tuple(self._serving_modes(key, block, classes)),
                )
            )
        return tuple(found)

    def reservations(self) -> tuple[Reservation, ...]:
        """Every reservation."""
        return tuple(
            Reservation(
                key=key,
                cards=tuple(self._reserved(block, i.start.date()) for i in self.timeline.intervals),
                pools=tuple(pool.key for pool in self._allowed(block)),
            )
            for key, block in sorted(self.sources.problem.reservations.items())
        )

    def _allowed(self, block: Workload) -> Iterator[Pool]:
        for pool in self.pools:
            if block.sites is not None and pool.site not in block.sites:
                continue
            if block.of is None or pool.card in block.of:
                yield pool

    def _last(self, day_after: date) -> int:
        ends_after = moment(day_after) >= self.timeline.calendar.end
        return self.timeline.count if ends_after else self.timeline.index_from(day_after)

    def _card(self, pool: Pool) -> catalogs.Accelerator:
        return self.sources.catalog.accelerators[pool.card]

    def _model(self, name: str) -> catalogs.Model:
        return self.sources.catalog.models[name]

    def _active(self, name: str) -> float:
        model = self._model(name)
        return float(model.active_parameters or model.parameters)

    def _peak_tflops(self, path: Path, pool: Pool, precision: str) -> float | None:
        """Dense peak; None where the card has no arithmetic of that precision."""
        card = self._card(pool)
        if precision == "bf16":
            return self.sources.figure(path, card, FIGURE[precision])
        peak = getattr(card, FIGURE[precision])
        return None if peak is None else float(peak)

    def _rate(self, block: ServiceBlock, day: date) -> float:
        """Average request rate on a day: the step in force, grown by the steps since `from`."""
        begin = block.from_ or self.timeline.calendar.start.date()
        if day < begin or (block.until is not None and day > block.until):
            return 0.0
        rate = block.requests.at(day) or 0.0
        if block.growth is None:
            return rate
        return rate * (1 + block.growth.fraction) ** steps_between(block.growth.per, begin, day)

    def _reserved(self, block: ReservationBlock, day: date) -> int:
        begin = block.from_ or self.timeline.calendar.start.date()
        if day < begin or (block.until is not None and day > block.until):
            return 0
        return block.cards.at(day) or 0

    def _serving_modes(
        self, key: str, block: ServiceBlock, classes: Sequence[str]
    ) -> Iterator[ServingMode]:
        measured_cards = {row.card for row in block.measured}
        for pool in self._allowed(block):
            for row in block.measured:
                if row.card == pool.card:
                    yield from self._measured(key, row, pool, classes)
            if block.utilization is not None and pool.card not in measured_cards:
                yield from self._utilised(key, block, pool, classes)

    def _measured(
        self, key: str, row: Measured, pool: Pool, classes: Sequence[str]
    ) -> Iterator[ServingMode]:
        if not serving.fits_box(row.cards, self.machines.box_cards(pool)):
            self.sources.assume(
                f"inference.{key}: {row.name} ({row.cards} cards) neither divides nor fills boxes "
                f"of {self.machines.box_cards(pool)} and is not used in {pool.key}."
            )
            return
        rates = row.requests_per_second
        table = rates if isinstance(rates, dict) else dict.fromkeys(classes, rates)
        throughput = tuple((name, table[name]) for name in classes if name in table)
        yield ServingMode(row.name, pool.key, row.cards, throughput)

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
        active = self._active(block.model)
        throughput = tuple(
            (name, serving.replica_throughput(share, peak, cards, active, tokens[name]))
            for name in classes
            if tokens[name] > 0
        )
        yield ServingMode(f"{pool.card}-x{cards}", pool.key, cards, throughput)

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


def steps_between(per: Span, begin: date, day: date) -> int:
    """Whole calendar steps from ``begin`` to ``day``.

    >>> steps_between(Span(months=1), date(2023, 10, 1), date(2024, 1, 15))
    3
    """
    count = 0
    while per.times(count + 1).after(begin) <= day:
        count += 1
    return count
