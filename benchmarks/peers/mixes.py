"""Serving mixes: request classes at given rates, and replicas that serve them at a price an hour.

Belongs here: the mix as peers see it, reading published ones, drawing random ones, and writing one
as a problem file. Does not belong here: solving.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Kind:
    """A kind of accelerator to rent."""

    name: str
    usd_per_hour: float
    stock: int | None = None
    """How many can be had; None: any number."""


@dataclass(frozen=True)
class Option:
    """A way to serve: a replica takes so many units of a kind and serves each class so fast."""

    name: str
    kind: Kind
    units: int
    rates: Mapping[str, float]
    """Requests per second of a replica that serves this class alone; a class left out cannot be
    served."""

    @property
    def usd_per_hour(self) -> float:
        """Cost of a replica."""
        return self.units * self.kind.usd_per_hour


@dataclass(frozen=True)
class Mix:
    """What is to be served, by service and class, and each service's options."""

    name: str
    demand: Mapping[str, Mapping[str, float]]
    """Requests per second by service and class."""
    options: Mapping[str, tuple[Option, ...]]
    """By service."""

    @property
    def kinds(self) -> list[Kind]:
        """Every kind, once."""
        return list(dict.fromkeys(o.kind for options in self.options.values() for o in options))

    @property
    def classes(self) -> int:
        """Classes of all services."""
        return sum(len(rates) for rates in self.demand.values())


def published() -> list[Mix]:
    """The published cases of `data/`."""
    return [*_melange(), *_llmplan(), _inferno()]


def _melange() -> list[Mix]:
    found = _data("serving_mix_melange.json")
    toy = found["toy"]
    share = toy["workload_distribution"]
    cells = [(i, j) for i, row in enumerate(share) for j in range(len(row))]
    demand = {f"c{i}{j}": share[i][j] * toy["total_request_rate"] for i, j in cells}
    options = tuple(
        Option(name, Kind(name, gpu["cost"]), 1, {f"c{i}{j}": gpu["tputs"][i][j] for i, j in cells})
        for name, gpu in toy["gpu_info"].items()
    )
    mixes = [Mix("Mélange, example", {"mix": demand}, {"mix": options})]
    one = tuple(
        Option(name, Kind(name, found["fig9"][name]["usd_per_hour"]), 1, {"all": rate})
        for name in ("A10G", "A100")
        for rate in [found["fig9"][name]["requests_per_s"]]
    )
    for text in found["fig9"]["optimum_by_rate"]:
        mixes.append(
            Mix(f"Mélange, fig. 9 at {text}/s", {"mix": {"all": float(text)}}, {"mix": one})
        )
    return mixes


def _llmplan() -> list[Mix]:
    return [
        Mix(
            f"by hand, {case['name']}",
            {"mix": {"all": float(case["demand_requests_per_s"])}},
            {
                "mix": tuple(
                    Option(
                        row["id"],
                        Kind(row["id"], row["usd_per_hour"]),
                        1,
                        {"all": row["requests_per_s"]},
                    )
                    for row in case["options"]
                )
            },
        )
        for case in _data("serving_mix_llmplan.json")
    ]


def _inferno() -> Mix:
    case = _data("serving_mix_inferno_small.json")
    demand = {server: {"all": rate} for server, rate in case["demand_rps"].items()}
    unit_usd = {row["type"]: row["cost_cents_h"] / 100 / row["units"] for row in case["options"]}
    kinds = {
        name: Kind(name, unit_usd[name], case["capacity"].get(name)) for name in sorted(unit_usd)
    }
    options: dict[str, list[Option]] = {server: [] for server in demand}
    for row in case["options"]:
        options[row["server"]].append(
            Option(row["accelerator"], kinds[row["type"]], row["units"], {"all": row["rate_rps"]})
        )
    return Mix("llm-inferno, small", demand, {s: tuple(rows) for s, rows in options.items()})


@cache
def _data(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def drawn(kinds: int, classes: int, rate: float, seed: int) -> Mix:
    """A random mix: dearer cards are faster, and by how much depends on the class."""
    rng = Random(f"mix {kinds} {classes} {rate:g} {seed}")
    names = [f"c{number}" for number in range(classes)]
    weights = [rng.lognormvariate(0, 1) for _ in names]
    demand = {
        name: rate * weight / sum(weights) for name, weight in zip(names, weights, strict=True)
    }
    heavy = {name: rng.uniform(0.3, 1.0) for name in names}
    options = []
    for number in range(kinds):
        price = round(rng.uniform(0.6, 1.3) * 2.2**number, 2)
        rates = {
            name: round(
                5 * 2.4 ** (number * (0.5 + heavy[name])) / heavy[name] * rng.uniform(0.7, 1.3), 3
            )
            for name in names
        }
        options.append(Option(f"card-{number}", Kind(f"card-{number}", price), 1, rates))
    name = f"drawn: {kinds} kinds, {classes} classes, {rate:g}/s"
    return Mix(name, {"mix": demand}, {"mix": tuple(options)})


def problem_text(mix: Mix, limit_s: float) -> str:
    """The mix as a problem file: an hour, cards leased, replicas whole, solved to the end."""
    items = {
        kind.name: {
            "kind": "accelerator",
            "form_factor": "PCIe",
            "power": "400 W",
            "source": "benchmark",
        }
        for kind in mix.kinds
    }
    offers = {
        kind.name: {
            "item": kind.name,
            "vendor": "cloud",
            "lease": f"{kind.usd_per_hour!r} USD/h",
            "standalone": True,
            **({} if kind.stock is None else {"supply": kind.stock}),
        }
        for kind in mix.kinds
    }
    document = {
        "rackmix": 1,
        "title": mix.name,
        "horizon": {"start": "2024-01-01", "hours": 1},
        "currency": "USD",
        "items": items,
        "offers": offers,
        "inference": {name: _service(mix, name) for name in mix.demand},
        "solve": {"gap": 0, "time_limit": f"{limit_s:g} s"},
    }
    return json.dumps(document)


def _service(mix: Mix, service: str) -> dict[str, object]:
    rates = mix.demand[service]
    total = sum(rates.values())
    block: dict[str, object] = {"requests": f"{total!r} per second"}
    if len(rates) > 1:
        block["classes"] = {name: {"share": rate / total} for name, rate in rates.items()}
    block["measured"] = [
        {
            "name": option.name,
            "card": option.kind.name,
            "cards": option.units,
            "requests_per_second": dict(option.rates)
            if len(rates) > 1
            else next(iter(option.rates.values())),
        }
        for option in mix.options[service]
    ]
    return block
