"""What estimates rest on: fitted and assumed parameters, and the measurements behind them.

Belongs here: the rows of the calibration and of its evidence. Does not belong here: the formulas
that use them (solver.estimate), the fitting (calibration/).
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic import model_validator as checks

from catalogs.row import Count, Positive, Row, Text

Share = Annotated[float, Field(gt=0, le=1)]


class Parameter(Row):
    """One number of the estimates, with its meaning in the field."""

    table: ClassVar[str] = "calibration"

    name: Text
    """What it means."""
    value: float
    """The number."""
    unit: Text
    """Its unit; `fraction` for a share."""
    kind: Literal["fitted", "measured", "assumed"]
    """fitted: to the evidence; measured: published as such; assumed: neither."""


class TrainingRun(Row):
    """A published training run: where, how, and how fast it went."""

    table: ClassVar[str] = "evidence_training"

    name: Text
    """What was trained, and by whom."""
    parameters: Positive
    """All parameters."""
    layers: Count | None = None
    """Transformer layers."""
    hidden_size: Count | None = None
    """Width of the residual stream."""
    heads: Count | None = None
    """Attention heads."""
    card: Text
    """The accelerator, by its id."""
    cards: Count | None = None
    """How many worked at once."""
    scale_up_cards: Count | None = None
    """Cards of one scale-up domain."""
    fabric_gbit_per_s: Positive | None = None
    """Scale-out bandwidth of one card, one direction."""
    batch_tokens: Positive | None = None
    """Tokens of one step."""
    sequence_tokens: Count | None = None
    """Tokens of one sequence."""
    precision: Literal["bf16", "fp8", "int8"]
    """Arithmetic; FP16 counts as bf16."""
    recomputation: Literal["full", "selective"] | None = None
    """Activations computed again: all, or only attention's; empty: not known."""
    attention: Literal["fused", "separate"] = "fused"
    """Whether attention ran as one kernel (FlashAttention) or wrote its scores to memory."""
    optimizer: Literal["spread", "replicated"] = "spread"
    """Whether each replica kept a part of the optimiser's states (ZeRO), or all of them."""
    pipeline: Literal["interleaved", "plain"] = "interleaved"
    """Whether the software could cut a pipeline stage into interleaved chunks."""
    tflops_per_card: Positive | None = None
    """Throughput of one card as `counts` counts it."""
    counts: Literal["parameters", "model", "hardware"] = "parameters"
    """parameters: 6·N for each token; model: attention and logits too; hardware: recomputation
    too."""
    step_s: Positive | None = None
    """Seconds of one step, or of the whole run where no batch is given."""
    scope: Literal["step", "run"]
    """step: running time alone; run: the whole run, with failures and restarts."""
    excluded: Text | None = None
    """Why it cannot be compared with an estimate; empty where it can."""

    @checks(mode="after")
    def _one_figure(self) -> "TrainingRun":
        if (self.tflops_per_card is None) == (self.step_s is None):
            raise ValueError("needs either tflops_per_card or step_s")
        return self


class PowerDraw(Row):
    """A measured draw of a machine."""

    table: ClassVar[str] = "evidence_power"

    name: Text
    """The machine."""
    card: Text | None = None
    """The accelerator inside, by its id."""
    cards: Count | None = None
    """How many of them."""
    nameplate_kw: Positive | None = None
    """Its nameplate."""
    drawn_kw: Positive
    """What it drew."""
    doing: Literal["peak", "training", "inference", "idle", "cluster"]
    """Meanwhile; cluster: with network, storage and management around it."""
    measured: Literal["metered", "stated", "estimate"]
    """How it is known."""
    used: bool = False
    """Whether the calibration rests on it."""


class ServingRun(Row):
    """A published measurement of serving: what ran where, and how many tokens came out."""

    table: ClassVar[str] = "evidence_inference"

    name: Text
    """What was served, by which engine."""
    engine: Text
    """The engine or benchmark, with its release."""
    model: Text
    """The model, by its id."""
    card: Text
    """The accelerator, by its id."""
    cards: Count
    """How many worked at once."""
    tensor: Count | None = None
    """Cards that split every layer; empty: not known."""
    precision: Literal["bf16", "fp8", "int8", "fp4"]
    """Arithmetic; FP16 counts as bf16."""
    batch: Count | None = None
    """Requests that ran at once; empty: as many as the engine took."""
    prompt_tokens: Positive | None = None
    """Tokens of a prompt."""
    answer_tokens: Positive | None = None
    """Tokens of an answer."""
    tokens_per_s_per_card: Positive | None = None
    """Tokens of answers per second, over the cards."""
    batch_s: Positive | None = None
    """Seconds from the first prompt to the last token of one batch."""
    ttft_limit_s: Positive | None = None
    """Limit on the time to first token that 99 % of the requests kept."""
    tpot_limit_s: Positive | None = None
    """Limit on the time per token that 99 % of the requests kept."""
    excluded: Text | None = None
    """Why it cannot be compared with an estimate; empty where it can."""

    @checks(mode="after")
    def _one_figure(self) -> "ServingRun":
        if (self.tokens_per_s_per_card is None) == (self.batch_s is None):
            raise ValueError("needs either tokens_per_s_per_card or batch_s")
        if self.batch_s is not None and self.batch is None:
            raise ValueError("needs a batch for batch_s")
        return self
