"""The best batch of every replica, and the configurations worth having.

Belongs here: how many requests fit, what limits a replica, what is dominated. Does not belong here:
the time of a step (step), the optimiser's modes (solver.instance).
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from solver.estimate.serving.figures import (
    Limits,
    Request,
    ServedModel,
    ServingMachine,
    ServingParameters,
)
from solver.estimate.serving.headroom import most_load
from solver.estimate.serving.replica import Replica, kv_gb_per_token, weights_gb
from solver.estimate.serving.step import PARTS, Array, StepTime, step_time

APART = 0.06
"""Batches tried lie so far apart at most, as a share."""
BINDS = 1.1
"""A limit is what holds a replica back where it would serve a tenth more without it."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a replica serves of one class of requests."""

    replica: Replica
    requests_per_second: float
    """With the headroom that the limits ask for."""
    batch: int
    """Requests that run at once, all stages together."""
    load: float
    """Share of the throughput without waiting that the headroom leaves."""
    tpot_s: float
    ttft_s: float
    """Time to first token without waiting."""
    parts: tuple[tuple[str, float], ...]
    """Shares of a step's time."""
    limit: str
    """What holds it back: memory or latency where they keep the batch small or the load low, else
    the largest share: compute, bandwidth, link or engine."""


def serve(
    machine: ServingMachine,
    model: ServedModel,
    request: Request,
    limits: Limits,
    given: ServingParameters,
    candidates: tuple[Replica, ...],
) -> tuple[Served | None, ...]:
    """The best batch of each replica; None where none fits or keeps to the limits.

    More memory, bandwidth or time never lowers an answer: every batch gets no slower, and the
    choice only widens.
    """
    free, kept = _memory(machine, model, given, candidates)
    room = free / (kept * (request.prompt_tokens + request.answer_tokens))
    batch = batches(int(given.serving_most_requests))
    batch = batch[: max(1, int(np.searchsorted(batch, 2 * room.max(), side="right")))]
    time = step_time(machine, model, request, given, candidates, batch)
    stages = np.array([[float(r.stages)] for r in candidates])
    rate = stages * batch / (max(request.answer_tokens, 1.0) * time.mean)
    load = _load(time, request, limits, given, stages * batch, rate)
    served = rate * load
    fitting = np.where(batch <= room, served, 0.0)
    best = np.argmax(fitting, axis=1)
    # With twice the memory, and without latency limits: what the limits below are judged by.
    more = np.where(batch <= 2 * room, served, 0.0).max(axis=1)
    unhurried = np.where(batch <= room, rate, 0.0).max(axis=1)
    at = (np.arange(len(candidates)), best)
    mean = time.mean[at]
    columns = [fitting[at], unhurried, more, batch[best], load[at], mean, time.reading[at]]
    columns += [part[at] / mean for part in time.parts]
    return tuple(
        _served(replica, limits, *row) if row[0] > 0 else None
        for replica, row in zip(candidates, np.array(columns).T.tolist(), strict=True)
    )


def _served(
    replica: Replica,
    limits: Limits,
    answer: float,
    unhurried: float,
    more: float,
    batch: float,
    load: float,
    mean: float,
    reading: float,
    *shares: float,
) -> Served:
    return Served(
        replica=replica,
        requests_per_second=answer,
        batch=int(batch) * replica.stages,
        load=load,
        tpot_s=mean,
        ttft_s=mean + reading,
        parts=tuple(zip(PARTS, shares, strict=True)),
        limit=_limit(answer, unhurried, more, shares, limits),
    )


def _load(
    time: StepTime,
    request: Request,
    limits: Limits,
    given: ServingParameters,
    places: Array,
    rate: Array,
) -> Array:
    """Load that the limits leave, 0 where a batch breaks them."""
    steps = max(request.answer_tokens, 1.0)
    # A new request waits for the step that runs, then has its prompt read.
    begun = time.mean + time.reading
    wait = steps * time.mean if limits.ttft_s is None else limits.ttft_s - begun
    shared = np.maximum(rate, limits.queue_rate)
    load = most_load(limits, given.serving_answer_variation, places, shared, wait)
    if limits.tpot_s is not None and request.answer_tokens > 1:
        load = np.where(time.mean <= limits.tpot_s, load, 0.0)
    return load


def _limit(
    answer: float, unhurried: float, more: float, shares: tuple[float, ...], limits: Limits
) -> str:
    if (limits.ttft_s or limits.tpot_s) and unhurried > BINDS * answer:
        return "latency"
    if more > BINDS * answer:
        return "memory"
    return PARTS[max(range(len(PARTS)), key=lambda i: shares[i])]


@cache
def batches(most: int) -> Array:
    """Batches tried: every one at first, then ever farther apart.

    >>> [int(b) for b in batches(60)][30:]
    [31, 32, 33, 34, 36, 38, 40, 42, 44, 46, 48, 50, 53, 56, 59]
    """
    found = [1]
    while (after := found[-1] + max(1, int(found[-1] * APART))) <= most:
        found.append(after)
    return np.array([float(b) for b in found])


@lru_cache(maxsize=1024)
def _memory(
    machine: ServingMachine,
    model: ServedModel,
    given: ServingParameters,
    candidates: tuple[Replica, ...],
) -> tuple[Array, Array]:
    """What the weights leave of a stage's memory, and what a token of a request takes of it, in GB:
    each request holds room for its whole length.
    """
    usable = machine.memory_gb * given.serving_memory_share
    free = [[usable * r.tensor - weights_gb(model, r) / r.stages] for r in candidates]
    return np.array(free), np.array([[kv_gb_per_token(model, r)] for r in candidates])


def shortage_gb(
    machine: ServingMachine,
    model: ServedModel,
    request: Request,
    given: ServingParameters,
    replica: Replica,
) -> float:
    """Memory that each card of a replica lacks to hold the weights and one request for each stage;
    0 where it fits.

    >>> from solver.estimate.serving.examples import H100, LLAMA_70B, PARAMETERS
    >>> round(shortage_gb(H100, LLAMA_70B, Request(9, 1), PARAMETERS, Replica(1, 1, 1, "bf16")), 4)
    68.0033
    """
    tokens = request.prompt_tokens + request.answer_tokens
    needed = weights_gb(model, replica) / replica.cards
    needed += kv_gb_per_token(model, replica) * tokens / replica.tensor
    return max(0.0, needed - machine.memory_gb * given.serving_memory_share)
