"""Calibration files: rows of fitted parameters, written the same way every time.

Belongs here: the form of the file. Does not belong here: how a parameter is found.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

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
