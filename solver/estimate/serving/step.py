"""How long one step of the engine takes: each running request gets a token, some get their prompt
read.

Belongs here: the times of arithmetic, memory traffic, collectives and the engine itself, on arrays
of replicas and batches. Does not belong here: how many requests fit or may wait (search, headroom).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from solver.estimate.serving.figures import Request, ServedModel, ServingMachine, ServingParameters
from solver.estimate.serving.replica import (
    Replica,
    kv_gb_per_token,
    link_gb_per_s,
    peak_tflops,
    weights_gb,
)

Array = NDArray[np.float64]
PARTS = ("compute", "bandwidth", "link", "engine")
"""What the time of a step goes to."""


@dataclass(frozen=True, slots=True)
class StepTime:
    """Seconds, by replica (rows) and batch of one stage (columns)."""

    mean: Array
    """A step, on average: the time between two tokens of an answer."""
    reading: Array
    """A step in which prompts are read."""
    parts: tuple[Array, Array, Array, Array]
    """The mean by what it goes to, in the order of PARTS."""


def step_time(
    machine: ServingMachine,
    model: ServedModel,
    request: Request,
    given: ServingParameters,
    replicas: tuple[Replica, ...],
    batch: Array,
) -> StepTime:
    """Time of a step with ``batch`` running requests, inflight batching.

    A request is one of b for a answer steps, so b/a prompts are read in a step, or a whole one in
    a share b/a of the steps where that is less than one. Matrix multiplications take the longer of
    2·N FLOP a token over the peak and reading the weights once (roofline: Williams et al. 2009);
    keys, values and other operands pass through memory beside them; tensor-parallel cards join
    their results twice a layer, 2·(t-1)/t of 2·h bytes a token (Korthikanti et al. 2022).
    """
    row = _rows(machine, model, given, replicas)
    steps = max(request.answer_tokens, 1.0)
    started = batch / steps
    share = np.minimum(1.0, started)
    prompt = request.prompt_tokens * started / share
    weights = row.weights_s * _touched(model, batch + prompt)
    plain = np.maximum(row.token_s * batch, row.weights_s * _touched(model, batch))
    reading = np.maximum(row.token_s * (batch + prompt), weights)
    # Attention of a prompt: 2·L·h·p² FLOP, the masked half left out.
    attention = row.attention_s * request.prompt_tokens * prompt
    context = request.prompt_tokens + request.answer_tokens / 2
    kept = row.kv_s * batch * context
    own = row.traffic_s + row.link_s
    fixed = row.fixed_s + given.serving_request_us * 1e-6 * batch
    rest = kept + own * batch + fixed
    slow = reading + attention + own * prompt + rest
    mean = share * slow + (1 - share) * (plain + rest)
    tokens = batch + share * prompt
    arithmetic = row.token_s * tokens + share * attention
    link = row.link_s * tokens + row.join_s
    engine = fixed - row.join_s + 0 * mean
    return StepTime(mean, slow, (arithmetic, mean - arithmetic - link - engine, link, engine))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Seconds of each replica, as a column."""

    token_s: Array
    """Matrix multiplications of a token."""
    weights_s: Array
    """Reading all weights once."""
    attention_s: Array
    """Attention of one token to one before it."""
    kv_s: Array
    """Reading keys and values of one token."""
    traffic_s: Array
    """Memory traffic of a token's other operations."""
    link_s: Array
    """Sending a token's results between cards."""
    join_s: Array
    """Latency of a step's collectives."""
    fixed_s: Array
    """Whatever a step takes however few requests run, collectives' latency included."""


@lru_cache(maxsize=1024)
def _rows(
    machine: ServingMachine,
    model: ServedModel,
    given: ServingParameters,
    replicas: tuple[Replica, ...],
) -> _Rows:
    def column(values: list[float]) -> Array:
        return np.array(values)[:, None]

    tensor = column([float(r.tensor) for r in replicas])
    peak = column([peak_tflops(machine, r) for r in replicas]) * 1e12
    peak = peak * given.serving_compute_share * tensor
    bandwidth = machine.memory_bandwidth_gb_per_s * given.serving_bandwidth_share * tensor
    width = model.layers * model.hidden_size
    links = column([link_gb_per_s(machine, r) for r in replicas]) / 2 * given.serving_link_share
    sent = 2 * 2 * (tensor - 1) / tensor * 2 * width / 1e9
    half = machine.bf16_tflops * 1e12 * given.serving_compute_share * tensor
    link = np.divide(sent, links, out=np.zeros_like(sent), where=tensor > 1)
    joined = 2 * model.layers * given.serving_collective_us * 1e-6
    join: Array = np.where(tensor > 1, joined, 0.0)
    return _Rows(
        token_s=2 * model.active_parameters / peak,
        weights_s=column([weights_gb(model, r) for r in replicas]) / bandwidth,
        attention_s=2 * width / half,
        kv_s=column([kv_gb_per_token(model, r) for r in replicas]) / bandwidth,
        traffic_s=given.serving_token_bytes * width / 1e9 / bandwidth,
        link_s=link,
        join_s=join,
        fixed_s=join + given.serving_step_ms * 1e-3,
    )


def _touched(model: ServedModel, tokens: Array) -> Array | float:
    """Share of the weights that a step reads: all, or with mixed experts those that some token
    uses, 1 - (1 - active/all)^tokens.
    """
    if model.active_parameters >= model.parameters:
        return 1.0
    share: Array = -np.expm1(tokens * np.log1p(-model.active_parameters / model.parameters))
    return share
