"""Tables and charts of studies as the bytes of a file, in the format that its name asks for.

Belongs here: the formats. Does not belong here: what tables and charts hold, writing files.
"""

import io
from pathlib import Path
from typing import Any

import pandas as pd


def table_bytes(frame: pd.DataFrame, path: Path) -> bytes:
    """The rows of a table: CSV, UTF-8 with a header, or Parquet."""
    if path.suffix.lower() == ".csv":
        text: str = frame.to_csv(index=False, lineterminator="\n")
        return text.encode()
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def chart_bytes(chart: Any, path: Path) -> bytes:
    """A chart: SVG, or PNG at 1200 pixels and more."""
    from reports.charts import theme
    from reports.studies.chart_parts import PNG_SCALE

    if path.suffix.lower() == ".svg":
        return theme.to_svg(chart).encode()
    return theme.to_png(chart, scale=PNG_SCALE)
