"""Training occurrences, services and reservations over intervals, with the pools they can run in.

Belongs here: blocks `training`, `inference`, `reservations`. Does not belong here: how fast jobs
and services run in a pool (training_modes.py, serving_modes.py).
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from problems.dates import Span
from problems.schema.workloads import Reservation as ReservationBlock
from problems.schema.workloads import Service as ServiceBlock
from problems.schema.workloads import TrainingJob, Workload
from solver.instance.estimated import Estimating
from solver.instance.estimated_serving import EstimatedServing
from solver.instance.machines import Machines
from solver.instance.model import (
    Occurrence,
    Pool,
    Reservation,
    Service,
)
from solver.instance.serving_modes import ServingModes, classes_of
from solver.instance.sources import Sources
from solver.instance.timeline import Calendar, Timeline, moment
from solver.instance.training_modes import TrainingModes


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
        self.serving = ServingModes(sources, machines, EstimatedServing(sources, machines))

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
            classes = classes_of(block)
            share = {name: block.classes[name].share if block.classes else 1.0 for name in classes}
            rates = [
                self._rate(block, interval.start.date()) * block.peak_factor
                for interval in self.timeline.intervals
            ]
            # Replicas share a queue; where demand is low it smooths the least.
            lowest = min((rate for rate in rates if rate > 0), default=0.0)
            found.append(
                Service(
                    key=key,
                    classes=classes,
                    demand=tuple(tuple(rate * share[name] for rate in rates) for name in classes),
                    peak_factor=block.peak_factor,
                    whole_replicas=block.replicas == "whole",
                    modes=tuple(self.serving.of(key, block, self._allowed(block), lowest)),
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


def steps_between(per: Span, begin: date, day: date) -> int:
    """Whole calendar steps from ``begin`` to ``day``.

    >>> steps_between(Span(months=1), date(2023, 10, 1), date(2024, 1, 15))
    3
    """
    count = 0
    while per.times(count + 1).after(begin) <= day:
        count += 1
    return count
