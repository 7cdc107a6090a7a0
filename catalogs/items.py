"""What can be offered and owned: accelerators, nodes and hosts.

Belongs here: the rows of these three tables and what follows from their own figures. Does not
belong here: what judges a delivery (rules.py), what a machine earns or costs (solver).
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import model_validator as checks

from catalogs.row import Count, NotNegative, PartialDate, Positive, Row, Text

_BITS = {
    "bf16_dense_tflops": (16, "16b"),
    "fp8_dense_tflops": (8, "fp8"),
    "int8_dense_tops": (8, "int8"),
    "fp4_dense_tflops": (4, "fp4"),
}
"""Bits of one operation, and the word for the precision, behind each column of peak throughput."""


class Accelerator(Row):
    """A GPU or NPU product. TFLOPS and TOPS are dense."""

    table: ClassVar[str] = "accelerators"

    name: Text
    """Product name."""
    vendor: Text | None = None
    """Who makes it."""
    architecture: Text | None = None
    """Chip family."""
    form_factor: Text
    """SXM4, PCIe, OAM ...; `form_factor_family` says which hosts take it."""
    launch_date: PartialDate | None = None
    """First announced or sold."""
    bf16_dense_tflops: Positive | None = None
    """Peak of BF16, or of FP16 where the card has no BF16."""
    fp8_dense_tflops: Positive | None = None
    """Peak of FP8."""
    int8_dense_tops: Positive | None = None
    """Peak of INT8."""
    fp4_dense_tflops: Positive | None = None
    """Peak of FP4."""
    memory_gb: Positive | None = None
    """Memory of one card."""
    memory_bandwidth_gb_per_s: Positive | None = None
    """Bandwidth of that memory."""
    interconnect_gb_per_s: NotNegative | None = None
    """Scale-up links of one card, both directions together (A100: 600, A800: 400)."""
    interconnect_type: Text | None = None
    """What these links are."""
    pcie_gb_per_s: NotNegative | None = None
    """PCIe link, both directions together."""
    power_w: Positive | None = None
    """Nameplate power of one card."""
    idle_power_w: NotNegative | None = None
    """Power of one idle card, only where measured."""
    die_area_mm2: Positive | None = None
    """Applicable die area: logic dies on a non-planar process."""
    process_nm: Positive | None = None
    """Process node."""
    scale_up_cards: Count | None = None
    """Most cards that can share one scale-up domain."""
    io_gb_per_s: NotNegative | None = None
    """Sum over all inputs and outputs as the 2022 rule counts it: scale-up links plus PCIe.
    Computed from them when not given."""
    tpp: NotNegative | None = None
    """Total processing performance: dense TOPS x bits, the highest over the precisions. Computed
    from the peaks given when not given itself."""
    tpp_precision: Text | None = None
    """The precision that gives the TPP."""
    performance_density: NotNegative | None = None
    """TPP / die area. Computed from them when not given."""
    data_centre: bool = True
    """Designed or marketed for data centres."""
    export_jurisdiction: Literal["EAR", "none"] = "EAR"
    """Whose export rules judge it: EAR for items subject to the US regulations."""
    life_years: Positive | None = None
    """Years from delivery to retirement; empty: never."""

    @property
    def form_factor_family(self) -> str:
        """The form factor without its generation: SXM4 and SXM5 are both SXM."""
        return form_factor_family(self.form_factor)

    @classmethod
    def merged(cls, known: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
        """Lay changes over known figures, and let what was computed from a changed one go."""
        stale: set[str] = set()
        if change.keys() & _BITS.keys():
            stale |= {"tpp", "tpp_precision"}
        if stale or change.keys() & {"tpp", "die_area_mm2"}:
            stale.add("performance_density")
        if change.keys() & {"interconnect_gb_per_s", "interconnect_type", "pcie_gb_per_s"}:
            stale.add("io_gb_per_s")
        kept = {key: value for key, value in known.items() if key not in stale}
        return super().merged(kept, change)

    @checks(mode="after")
    def _computed_figures(self) -> "Accelerator":
        """Fill TPP, performance density and the I/O sum where they follow from other figures."""
        if self.tpp is None:
            peaks = [
                (getattr(self, column) * bits, precision)
                for column, (bits, precision) in _BITS.items()
                if getattr(self, column) is not None
            ]
            if peaks:
                tpp, precision = max(peaks, key=lambda peak: peak[0])
                self._fill("tpp", tpp)
                self._fill("tpp_precision", precision)
        if self.performance_density is None and self.tpp and self.die_area_mm2:
            self._fill("performance_density", self.tpp / self.die_area_mm2)
        if self.io_gb_per_s is None and self.pcie_gb_per_s is not None:
            over_pcie = (self.interconnect_type or "").startswith("PCIe")
            links = 0.0 if over_pcie else self.interconnect_gb_per_s
            if links is not None:
                self._fill("io_gb_per_s", links + self.pcie_gb_per_s)
        return self

    def _fill(self, figure: str, value: object) -> None:
        # The row is frozen for its readers; this is still its construction.
        self.__dict__[figure] = value
        self.__pydantic_fields_set__.add(figure)


def form_factor_family(form_factor: str) -> str:
    """Return the form factor without its generation.

    >>> form_factor_family("SXM5"), form_factor_family("PCIe"), form_factor_family("OAM-like")
    ('SXM', 'PCIe', 'OAM')
    """
    return form_factor.removesuffix("-like").rstrip("0123456789")


class Node(Row):
    """A server sold whole with its cards inside."""

    table: ClassVar[str] = "nodes"

    name: Text
    """Product name."""
    card: Text
    """The accelerator inside, by its id."""
    cards: Count
    """How many of them."""
    power_kw: Positive | None = None
    """Nameplate power of the whole node, cards included."""
    typical_power_kw: Positive | None = None
    """Measured or stated power under load, only as evidence."""
    idle_power_kw: NotNegative | None = None
    """Power of the idle node, only where measured."""
    rack_units: Count | None = None
    """Height in the rack."""
    weight_kg: Positive | None = None
    """Weight."""
    scale_up_cards: Count | None = None
    """Cards that share one scale-up domain."""
    nics: Count | None = None
    """Network endpoints for the fabric, storage not counted."""
    nic_name: Text | None = None
    """What they are."""
    nic_gbit_per_s: Positive | None = None
    """Bandwidth of one of them, one direction, in gigabits."""
    life_years: Positive | None = None
    """Years from delivery to retirement; empty: never."""


class Host(Row):
    """A server sold without cards, with slots for them."""

    table: ClassVar[str] = "hosts"

    name: Text
    """Product name."""
    slots: Count
    """Cards it can hold."""
    form_factor: Text
    """Form factor of the cards it takes."""
    power_kw: Positive | None = None
    """Nameplate power without cards."""
    idle_power_kw: NotNegative | None = None
    """Power of the idle host without cards, only where measured."""
    rack_units: Count | None = None
    """Height in the rack."""
    life_years: Positive | None = None
    """Years from delivery to retirement; empty: never."""

    def accepts(self, card: Accelerator) -> bool:
        """Whether the card has the form factor of the slots, generations set aside."""
        return card.form_factor_family == form_factor_family(self.form_factor)
