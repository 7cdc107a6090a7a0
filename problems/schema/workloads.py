"""What must be computed: training jobs, inference services, reservations.

Belongs here: blocks `training`, `inference`, `reservations`. Does not belong here: how they are
priced or placed.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema, model_validator

from problems.dates import Day, Days
from problems.quantities import (
    GB,
    Count,
    Fraction,
    GrowthPerStep,
    RateSteps,
    Seconds,
    TimeSpan,
    Whole,
    WholeSteps,
    parse_fraction,
    parse_whole,
)
from problems.schema.block import Block, Name, PositiveNumber
from problems.units import UnitContext

Precision = Literal["bf16", "fp8", "int8", "fp4"]
MfuTable = tuple[tuple[int, float], ...]


def _parse_mfu(value: Any, info: ValidationInfo) -> Any:
    """`46.2 %`, `estimated`, or by card: a share or a table of card counts to shares."""
    units = info.context if isinstance(info.context, UnitContext) else UnitContext("XXX")
    if value == "estimated":
        return value
    if not isinstance(value, dict):
        return _positive(parse_fraction(value, units))
    if not value:
        raise ValueError("must not be an empty mapping of cards")
    return {str(card): _card_mfu(card, entry, units) for card, entry in value.items()}


def _card_mfu(card: Any, entry: Any, units: UnitContext) -> float | MfuTable:
    try:
        if not isinstance(entry, dict):
            return _positive(parse_fraction(entry, units))
        table = sorted(
            (parse_whole(count, units), _positive(parse_fraction(share, units)))
            for count, share in entry.items()
        )
        if not table or table[0][0] < 1:
            raise ValueError("must be a table of card counts from 1 to shares")
        return tuple(table)
    except ValueError as error:
        raise ValueError(f"for {card}: {error}") from None


def _positive(share: float) -> float:
    if share <= 0:
        raise ValueError("must be above 0")
    return share


def _parse_share_by_card(value: Any, info: ValidationInfo) -> Any:
    units = info.context if isinstance(info.context, UnitContext) else UnitContext("XXX")
    if isinstance(value, dict):
        if not value:
            raise ValueError("must not be an empty mapping of cards")
        return {str(card): _positive(parse_fraction(share, units)) for card, share in value.items()}
    return _positive(parse_fraction(value, units))


Mfu = Annotated[
    float | Literal["estimated"] | dict[str, float | MfuTable],
    PlainValidator(_parse_mfu),
    WithJsonSchema(
        {
            "type": ["string", "number", "object"],
            "examples": ["46.2 %", {"h100_sxm": "40 %"}, {"h100_sxm": {256: "45 %", 1024: "41 %"}}],
        }
    ),
]


def _parse_measured_mfu(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, dict):
        raise ValueError("must be shares by card, as in {h100_sxm: {256: 45 %}}")
    return _parse_mfu(value, info)


MeasuredMfu = Annotated[
    dict[str, float | MfuTable],
    PlainValidator(_parse_measured_mfu),
    WithJsonSchema({"type": "object", "examples": [{"h100_sxm": {256: "45 %", 1024: "41 %"}}]}),
]


def _parse_goodput(value: Any, info: ValidationInfo) -> Any:
    units = info.context if isinstance(info.context, UnitContext) else UnitContext("XXX")
    return value if value == "estimated" else parse_fraction(value, units)


Goodput = Annotated[
    float | Literal["estimated"],
    PlainValidator(_parse_goodput),
    WithJsonSchema({"type": ["string", "number"], "examples": ["95 %", "estimated"]}),
]
ShareByCard = Annotated[
    float | dict[str, float],
    PlainValidator(_parse_share_by_card),
    WithJsonSchema(
        {"type": ["string", "number", "object"], "examples": ["21.3 %", {"h20_sxm_96": "30 %"}]}
    ),
]


class Workload(Block):
    """What training jobs, services and reservations share."""

    sites: list[Name] | None = None
    """Where it may run: sites, or leases by the name of their offer. Default: anywhere."""
    of: list[Name] | None = None
    """Cards it may run on. Default: any for which its throughput is known."""


class TrainingJob(Workload):
    """Work before a deadline: 6·N·D FLOP at a model-FLOP utilisation."""

    model: Name | None = None
    """A language model of the catalogue or of `items`; active parameters count."""
    tokens: Count | None = None
    """Training tokens D."""
    flop: Count | None = None
    """The work itself, instead of 6·N·D."""
    window: Days | None = None
    """First and last day, both included. Default: the horizon."""
    every: TimeSpan | None = None
    """Repeat the window by this calendar step while it ends within the horizon."""
    mfu: Mfu | None = None
    """Model-FLOP utilisation: one share, or by card, constant or a table over card counts; or
    `estimated` from the figures of card, node, fabric and model (docs/estimates.md)."""
    measured: MeasuredMfu = {}
    """Measured utilisation by card, constant or a table over card counts; wins over `mfu`."""
    goodput: Goodput = 1.0
    """Share of the time not lost to failures, restarts and evaluation; `estimated`: from published
    failure rates, and falling with the number of cards."""
    batch_tokens: Count = 4e6
    """Tokens of one step, for `mfu: estimated` (LLaMA and Llama 2 trained with 4 million; Touvron
    et al. 2023, arXiv:2302.13971 and arXiv:2307.09288)."""
    sequence_tokens: Count = 4096
    """Tokens of one sequence, for `mfu: estimated` (Llama 2: 4,096)."""
    recomputation: Literal["full", "selective"] | None = None
    """Activations thrown away and computed again, for `mfu: estimated`: all, or only attention's.
    Default: what is fastest in the memory there is."""
    precision: Precision = "bf16"
    """Arithmetic whose dense peak the utilisation refers to."""
    split: bool = False
    """May run on several card types at once within one site; their rates add."""
    state_bytes: Count = 16.0
    """Bytes of weights, gradients and optimiser state per parameter (mixed-precision Adam: 16)."""
    activations: GB = 0.0
    """Memory of each card kept for activations and buffers."""
    memory: Literal["fit", "ignore"] = "fit"
    """Whether the states must fit in the memory of the cards held."""

    @model_validator(mode="after")
    def _has_work(self) -> Self:
        if self.flop is None and (self.model is None or self.tokens is None):
            raise ValueError("needs model and tokens, or flop")
        if self.flop is not None and self.tokens is not None:
            raise ValueError("takes tokens or flop, not both")
        if self.model is None and self.memory == "fit":
            raise ValueError("needs a model for its memory to be counted, or memory: ignore")
        if self.goodput == 0:
            raise ValueError("goodput must be above 0")
        if self.batch_tokens < self.sequence_tokens or self.sequence_tokens < 1:
            raise ValueError("batch_tokens must hold at least one sequence of sequence_tokens")
        if self.mfu == "estimated" and self.model is None:
            raise ValueError("needs a model for mfu: estimated")
        return self


class RequestClass(Block):
    """A share of the requests with its own lengths."""

    share: Fraction
    """Share of all requests; the shares of a service add up to 100 %."""
    prompt_tokens: Count = 0.0
    """Tokens of the prompt; `utilization` and estimates read them."""
    answer_tokens: Count = 0.0
    """Tokens of the answer; `utilization` and estimates read them."""


def _parse_class_rates(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _class_rate(rate) for name, rate in value.items()}
    return _class_rate(value)


def _class_rate(value: Any) -> float:
    from problems.quantities import parse_count

    rate = parse_count(value, UnitContext("XXX"))
    if rate <= 0:
        raise ValueError("must be above 0: leave out what a configuration cannot serve")
    return rate


class Measured(Block):
    """A measured configuration of a service: a replica and what it serves."""

    name: Name
    """Its name in the plan."""
    card: Name
    """The accelerator it was measured on."""
    cards: Whole
    """Cards of one replica."""
    precision: Precision = "bf16"
    """Arithmetic of the measurement."""
    requests_per_second: Annotated[
        float | dict[str, float],
        PlainValidator(_parse_class_rates),
        WithJsonSchema({"type": ["number", "object"], "examples": [11.2, {"short": 11.2}]}),
    ]
    """Requests one replica serves alone, by class; a class left out cannot be served by it."""
    source: str | None = None
    """Where the measurement comes from."""


class Latency(Block):
    """How long a request may take."""

    ttft: Seconds | None = None
    """Time to first token: waiting, and reading the prompt."""
    tpot: Seconds | None = None
    """Time per token after the first."""

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        given = [limit for limit in (self.ttft, self.tpot) if limit is not None]
        if not given or min(given) <= 0:
            raise ValueError("needs ttft, tpot or both, each above 0")
        return self


class Service(Workload):
    """Requests to be answered at a rate."""

    model: Name | None = None
    """A language model of the catalogue or of `items`."""
    requests: RateSteps
    """Average rate of requests, constant or by dates."""
    prompt_tokens: Count | None = None
    """Tokens of a prompt; use `classes` where requests differ."""
    answer_tokens: Count | None = None
    """Tokens of an answer."""
    classes: dict[str, RequestClass] | None = None
    """Kinds of request with their shares and lengths."""
    utilization: ShareByCard | None = None
    """Share of the dense peak that serving reaches, for all cards or by card."""
    throughput: Literal["estimated"] | None = None
    """`estimated`: derive the throughput from the figures of card, box and model
    (docs/estimates_serving.md)."""
    measured: list[Measured] = []
    """Measured configurations; for their cards they replace `utilization` and estimates."""
    latency: Latency | None = None
    """Limits on time to first token and time per token; only for estimated throughput. Default:
    none, and a request may wait as long as answering it takes."""
    percentile: Fraction = 0.99
    """Share of requests that keep to the limits, for estimated throughput."""
    burstiness: PositiveNumber = 1.0
    """Squared coefficient of variation of the times between requests, for estimated throughput; 1:
    independent requests (Poisson)."""
    precisions: list[Precision] | None = None
    """Arithmetic that estimated configurations may use, where the card has it. Default: bf16 and
    fp8; int8 and fp4, which can change what a model answers, only where they are named."""
    precision: Precision = "bf16"
    """Arithmetic for `utilization`."""
    memory: Literal["fit", "ignore"] = "fit"
    """Whether a replica must hold the weights and its share of key-value cache."""
    kv_share: Fraction = 0.3
    """Share of a card's memory kept for the key-value cache (Kwon et al. 2023, PagedAttention:
    about 30 % of an A100 serving a 13B model)."""
    replicas: Literal["whole", "fractional"] = "whole"
    """Whether replicas are whole."""
    peak_factor: PositiveNumber = 1.0
    """Highest rate over average rate; capacity serves the highest."""
    growth: GrowthPerStep | None = None
    """Compound growth at each calendar step from `from`."""
    from_: Annotated[Day | None, Field(alias="from")] = None
    """First day. Default: the start of the horizon."""
    until: Day | None = None
    """Last day. Default: the end of the horizon."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.classes is not None and (
            self.prompt_tokens is not None or self.answer_tokens is not None
        ):
            raise ValueError("takes classes, or prompt_tokens and answer_tokens, not both")
        if self.classes is not None:
            total = sum(c.share for c in self.classes.values())
            if abs(total - 1) > 1e-9:
                raise ValueError(
                    f"the shares of its classes must add up to 100 % (given {total:.6g})"
                )
        if self.utilization is None and not self.measured and self.throughput is None:
            raise ValueError("needs utilization, measured rows or throughput: estimated")
        if self.utilization is not None and (self.model is None or not self._has_tokens()):
            raise ValueError("needs a model, and tokens in every class, for utilization")
        self._check_estimate()
        if self.peak_factor < 1:
            raise ValueError("peak_factor must be at least 1: the peak is not below the average")
        return self

    def _check_estimate(self) -> None:
        if self.throughput is None:
            if self.latency is not None:
                raise ValueError("takes latency only with throughput: estimated")
            if self.precisions is not None:
                raise ValueError("takes precisions only with throughput: estimated")
            return
        if self.utilization is not None:
            raise ValueError("takes utilization or throughput: estimated, not both")
        if self.model is None or not self._has_tokens():
            raise ValueError("needs a model, and tokens in every class, for throughput: estimated")
        if self.precisions is not None and not self.precisions:
            raise ValueError("precisions must name at least one")
        if not 0 < self.percentile < 1:
            raise ValueError("percentile must lie between 0 and 100 %")

    def _has_tokens(self) -> bool:
        if self.classes is not None:
            return all(
                kind.prompt_tokens + kind.answer_tokens > 0 for kind in self.classes.values()
            )
        return (self.prompt_tokens or 0) + (self.answer_tokens or 0) > 0


class Reservation(Workload):
    """Cards held busy, without a workload model."""

    cards: WholeSteps
    """How many cards, constant or by dates; none before the first date."""
    from_: Annotated[Day | None, Field(alias="from")] = None
    """First day. Default: the start of the horizon."""
    until: Day | None = None
    """Last day. Default: the end of the horizon."""
