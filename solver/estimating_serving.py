"""Estimates of serving for people: each service on each kind of card, with the evidence beside it.

Belongs here: requests per second of each configuration, cards needed alone, layout, limit, band and
nearest published measurements. Does not belong here: the formulas (solver.estimate.serving), the
optimiser's modes (solver.instance), layout on paper (reports).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest

import catalogs
from problems.schema.workloads import Service as ServiceBlock
from solver.case import Case
from solver.estimate.figures import parameters_of
from solver.estimate.serving.evidence import Comparison, compare
from solver.estimate.serving.figures import Request, ServingParameters
from solver.estimate.serving.search import Served
from solver.instance.estimated_serving import EstimatedServing, requests_of
from solver.instance.machines import Machines
from solver.instance.model import Pool, Service, ServingMode
from solver.instance.serving_modes import mode_name
from solver.instance.sources import Path, Sources
from solver.instance.timeline import Calendar

NEAREST = 2
"""Published measurements shown beside an estimate."""


@dataclass(frozen=True, slots=True)
class PublishedServing:
    """A published measurement near to an estimate."""

    id: str
    name: str
    card: str
    cards: int
    precision: str
    prompt_tokens: float
    answer_tokens: float
    tokens_per_s_per_card: float
    """Measured, tokens of answers."""
    ratio: float
    """Estimated over measured."""
    source: str


@dataclass(frozen=True, slots=True)
class ClassEstimate:
    """What one replica serves of one class of requests, alone."""

    name: str
    prompt_tokens: float
    answer_tokens: float
    requests_per_second: float
    """Of one replica, as the optimiser counts it."""
    low: float | None
    """The same at the low end of the band; None where nothing is estimated."""
    high: float | None
    """The same at its high end."""
    tokens_per_second: float
    """Tokens of answers, of one replica."""
    batch: int | None
    """Requests that run at once."""
    load: float | None
    """Share of the throughput without waiting that queueing leaves."""
    ttft_s: float | None
    """Time to first token without waiting."""
    tpot_s: float | None
    limit: str | None
    """compute, bandwidth, link, engine, memory or latency."""
    parts: tuple[tuple[str, float], ...]
    """Shares of a step's time."""


@dataclass(frozen=True, slots=True)
class ServingEstimate:
    """A configuration of a service on one kind of machine."""

    service: str
    card: str
    box: str
    site: str
    basis: str
    """measured, given or estimated: where the throughput comes from."""
    configuration: str | None
    """None where the service does not run."""
    replica_cards: int | None
    layout: str | None
    """How an estimated replica spreads over its cards."""
    cards: int | None
    """Cards that alone serve the whole service at its peak; None where a class is not served."""
    classes: tuple[ClassEstimate, ...]
    evidence: tuple[PublishedServing, ...]
    note: str = ""
    """Why there is no number."""


def serving_estimates(case: Case) -> list[ServingEstimate]:
    """Every service on every kind of machine it may run on, a row for each configuration."""
    sources = Sources(case.problem, case.catalog, Calendar.of(case.problem.horizon))
    estimating = EstimatedServing(sources, Machines(sources, case.instance.sites))
    published = _Published(case.catalog)
    found: list[ServingEstimate] = []
    for service in case.instance.services:
        block = case.problem.inference[service.key]
        for pool in case.instance.pools:
            if block.sites is not None and pool.site not in block.sites:
                continue
            if block.of is None or pool.card in block.of:
                found.extend(_in_pool(estimating, published, service, block, pool))
    return found


def measurements_compared(catalog: catalogs.Catalog) -> list[Comparison]:
    """Every published measurement with known lengths beside its estimate, excluded ones too."""
    given = parameters_of(ServingParameters, catalog.calibration)
    return compare(catalog.evidence_inference.values(), catalog, given)


def _in_pool(
    estimating: EstimatedServing,
    published: "_Published",
    service: Service,
    block: ServiceBlock,
    pool: Pool,
) -> Iterator[ServingEstimate]:
    path: Path = ("inference", service.key)
    measured = any(row.card == pool.card for row in block.measured)
    estimated = not measured and block.throughput == "estimated"
    basis = "measured" if measured else "estimated" if estimated else "given"
    details: dict[str, tuple[str, tuple[Served | None, ...]]] = {}
    if estimated:
        rate = queue_rate(service)
        for found in estimating.configurations(path, block, pool, rate) or ():
            details[mode_name(pool.card, found)] = (str(found.replica), found.served)
    modes = [mode for mode in service.modes if mode.pool == pool.key]
    common = (service.key, pool.card, pool.box, pool.site, basis)
    if not modes:
        note = estimating.refusal(path, block, pool) if estimated else ""
        note = note or "no throughput is known"
        yield ServingEstimate(*common, None, None, None, None, (), (), note)
    evidence = published.nearest(block, pool.card) if modes else ()
    for mode in modes:
        nothing: tuple[None, ...] = (None,) * len(service.classes)
        layout, served = details.get(mode.configuration, (None, nothing))
        yield ServingEstimate(
            *common,
            configuration=mode.configuration,
            replica_cards=mode.cards,
            layout=layout,
            cards=_cards(service, mode),
            classes=tuple(_classes(estimating, service, block, mode, served)),
            evidence=evidence,
        )


def queue_rate(service: Service) -> float:
    """Requests per second of a service where its peak is lowest, all classes together."""
    rates = [sum(rates) for rates in zip(*service.demand, strict=True)]
    return min((rate for rate in rates if rate > 0), default=0.0)


def _cards(service: Service, mode: ServingMode) -> int | None:
    """Cards of the configuration that alone serve the highest peak."""
    known = dict(mode.throughput)
    most = 0.0
    for rates in zip(*service.demand, strict=True):
        wanted = dict(zip(service.classes, rates, strict=True))
        if any(rate > 0 and name not in known for name, rate in wanted.items()):
            return None
        most = max(most, sum(rate / known[name] for name, rate in wanted.items() if rate > 0))
    replicas = math.ceil(most - 1e-9) if service.whole_replicas else most
    return math.ceil(replicas * mode.cards - 1e-9)


def _classes(
    estimating: EstimatedServing,
    service: Service,
    block: ServiceBlock,
    mode: ServingMode,
    served: tuple[Served | None, ...],
) -> Iterator[ClassEstimate]:
    known = dict(mode.throughput)
    requests = dict(zip(service.classes, requests_of(block), strict=True))
    for (name, request), one in zip(requests.items(), served, strict=True):
        if name in known:
            yield _class(estimating, name, request, known[name], one)


def _class(
    estimating: EstimatedServing, name: str, request: Request, rate: float, one: Served | None
) -> ClassEstimate:
    middle, band = rate / estimating.margin, estimating.band
    return ClassEstimate(
        name=name,
        prompt_tokens=request.prompt_tokens,
        answer_tokens=request.answer_tokens,
        requests_per_second=rate,
        low=middle * band.serving_low if one else None,
        high=middle * band.serving_high if one else None,
        tokens_per_second=rate * request.answer_tokens,
        batch=one.batch if one else None,
        load=one.load if one else None,
        ttft_s=one.ttft_s if one else None,
        tpot_s=one.tpot_s if one else None,
        limit=one.limit if one else None,
        parts=one.parts if one else (),
    )


class _Published:
    """Published measurements, the nearest first."""

    def __init__(self, catalog: catalogs.Catalog) -> None:
        self.catalog = catalog
        self.runs = [
            run
            for run in measurements_compared(catalog)
            if run.ratio is not None and run.row.excluded is None
        ]
        self._kin: dict[str, list[float]] = {}
        self._block: ServiceBlock | None = None
        """The service asked for last."""
        self._apart: list[tuple[float, float]] = []

    def nearest(self, block: ServiceBlock, card: str) -> tuple[PublishedServing, ...]:
        """Those most like a service on a card: card first, then model and lengths."""
        if block.model is None:
            return ()
        if block is not self._block:
            self._block, self._apart = block, self._apart_from(block)
        if card not in self._kin:
            self._kin[card] = self._kin_of(card)
        far = (
            (kin + model + lengths, run.row.id, at)
            for at, (kin, (model, lengths), run) in enumerate(
                zip(self._kin[card], self._apart, self.runs, strict=True)
            )
        )
        return tuple(_published(self.runs[at]) for _, _, at in nsmallest(NEAREST, far))

    def _kin_of(self, name: str) -> list[float]:
        """How far a card is from that of each measurement."""
        card = self.catalog.accelerators[name]
        others = [self.catalog.accelerators[run.row.card] for run in self.runs]
        return [
            0.0 if other.id == name else 2.0 if other.architecture == card.architecture else 4.0
            for other in others
        ]

    def _apart_from(self, block: ServiceBlock) -> list[tuple[float, float]]:
        """How far model and lengths of a service are from those of each measurement."""
        models, found = self.catalog.models, []
        size = models[block.model or ""].parameters
        asked = requests_of(block)
        prompt = max(1.0, sum(one.prompt_tokens for one in asked) / len(asked))
        answer = max(1.0, sum(one.answer_tokens for one in asked) / len(asked))
        for run in self.runs:
            lengths = abs(math.log((run.row.prompt_tokens or 1) / prompt))
            lengths += abs(math.log((run.row.answer_tokens or 1) / answer))
            found.append((abs(math.log(models[run.row.model].parameters / size)), lengths / 4))
        return found


def _published(run: Comparison) -> PublishedServing:
    row = run.row
    return PublishedServing(
        id=row.id,
        name=row.name,
        card=row.card,
        cards=row.cards,
        precision=row.precision,
        prompt_tokens=row.prompt_tokens or 0,
        answer_tokens=row.answer_tokens or 0,
        tokens_per_s_per_card=run.measured,
        ratio=run.ratio or 0,
        source=row.source,
    )
