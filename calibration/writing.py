"""Calibration files: rows of fitted parameters, written the same way every time.

Belongs here: the form of the file and of the rows that every kind of estimate has. Does not belong
here: how a parameter is found.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from calibration.fitting import quantile

DATA = Path(__file__).resolve().parents[1] / "catalogs" / "data"


@dataclass(frozen=True)
class Fitted:
    """One parameter as a row of the catalogue's table `calibration`."""

    id: str
    name: str
    value: float
    unit: str
    kind: str
    source: str
    date: str
    confidence: str
    notes: str


def band(kind: str, noun: str, ratios: Iterable[float], source: str, date: str) -> list[Fitted]:
    """The tenth and ninetieth percentile of measured over estimated throughput of one kind.

    ``ratios`` are of estimated over measured; ``noun`` is what the measurements are called.
    """
    actual = [1 / ratio for ratio in ratios]
    return [
        Fitted(
            id=f"{kind}_{end}",
            name=f"Measured over estimated {kind} throughput, {share:.0%} of {noun} below",
            value=round(quantile(actual, share), 3),
            unit="fraction",
            kind="fitted",
            source=source,
            date=date,
            confidence="medium",
            notes=f"residuals of the {noun} in the calibration",
        )
        for end, share in (("low", 0.1), ("high", 0.9))
    ]


def parameters_text(heading: str, rows: Sequence[Fitted]) -> str:
    """The rows as YAML, in the order given."""
    lines = [*(f"# {line}" for line in heading.splitlines()), "calibration:"]
    for row in rows:
        lines.append(f"  {row.id}:")
        for key, value in asdict(row).items():
            if key != "id":
                lines.append(f"    {key}: {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def write_parameters(file_name: str, heading: str, rows: Sequence[Fitted]) -> None:
    """Write the rows as a file of the catalogue."""
    (DATA / file_name).write_text(parameters_text(heading, rows), encoding="utf-8")
