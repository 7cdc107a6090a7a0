"""What a catalogue row is: its figures, their units, and where they come from.

Belongs here: one frozen class per table of things (cards, nodes, fabric, models, price evidence,
carbon). Does not belong here: tariffs (tariffs.py), export rules (rules.py), reading files
(reader.py), lookups over the whole catalogue (catalog.py).
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic import model_validator as checks

from catalogs.countries import COUNTRIES
from catalogs.errors import MissingFigure

_DAY = r"\d{4}(-\d{2}(-\d{2})?)?"


def _as_text(value: object) -> object:
    """A bare year is a number in YAML; here it is a date."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Date = Annotated[
    str, BeforeValidator(_as_text), StringConstraints(pattern=rf"^({_DAY}(\.\.{_DAY})?|undated)$")
]
"""As precise as known: 2023, 2023-03, 2023-03-31, a range 2023-03..2023-05, or undated."""
PartialDate = Annotated[str, BeforeValidator(_as_text), StringConstraints(pattern=rf"^{_DAY}$")]
"""2018, 2018-03 or 2018-03-27."""
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(gt=0)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Confidence = Literal["high", "medium", "low", "memory", "stated"]


def _known_country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError("must be a country code of ISO 3166, two capitals as in CN, HK, SG")
    return code


Country = Annotated[str, BeforeValidator(_known_country)]


class Row(BaseModel):
    """One fact sheet of the catalogue, with its source."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    table: ClassVar[str]

    id: Text
    """Name in problem files."""
    source: Text
    """Where the figures come from."""
    date: Date
    """When they held; undated where the source gives none."""
    confidence: Confidence = "stated"
    """high: primary document or two agreeing sources; medium: one reasonable secondary source; low:
    estimate; memory: recalled, no source at hand; stated: given by the user of rackmix."""
    notes: Text | None = None
    """What to know before using the figures."""

    @classmethod
    def merged(cls, known: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
        """Lay changed figures over known ones; None empties a figure."""
        return {key: value for key, value in {**known, **change}.items() if value is not None}


def require(row: Row, figure: str, needed_for: str = "") -> Any:
    """Return a figure of a row; raise MissingFigure naming row, figure and cure where it is empty.

    `needed_for` says in words what asks for it.
    """
    value = getattr(row, figure)
    if value is None:
        raise MissingFigure(row.table, row.id, figure, needed_for)
    return value


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


class _Priced(Row):
    """A part of the fabric with its dated price range."""

    name: Text
    """Product name."""
    power_kw: NotNegative | None = None
    """Highest power of one piece."""
    typical_power_kw: NotNegative | None = None
    """Typical power of one piece, only as evidence."""
    price_low: NotNegative | None = None
    """Lowest price found."""
    price_high: NotNegative | None = None
    """Highest price found."""
    currency: Currency | None = None
    """Currency of both."""

    @checks(mode="after")
    def _range_with_currency(self) -> "_Priced":
        _check_range(self.price_low, self.price_high, self.currency)
        return self


def _check_range(low: float | None, high: float | None, currency: str | None) -> None:
    if (low is None) != (high is None) or (low is None) != (currency is None):
        raise ValueError("a price needs its low end, its high end and its currency")
    if low is not None and high is not None and low > high:
        raise ValueError(f"the low price {low:g} is above the high price {high:g}")


class Switch(_Priced):
    """A switch of the scale-out fabric."""

    table: ClassVar[str] = "switches"

    ports: Count
    """Its radix k."""
    port_gbit_per_s: Positive | None = None
    """Speed of one port, one direction, in gigabits."""


class Nic(_Priced):
    """A network card, one endpoint of the fabric."""

    table: ClassVar[str] = "nics"

    port_gbit_per_s: Positive | None = None
    """Speed, one direction, in gigabits."""


class Cable(_Priced):
    """A cable, or one transceiver of an optical link."""

    table: ClassVar[str] = "cables"

    port_gbit_per_s: Positive | None = None
    """Speed, one direction, in gigabits."""


class Price(Row):
    """Evidence of a price on the market: dated, and never a quote. Plans use the offers' prices."""

    table: ClassVar[str] = "prices"

    name: Text
    """What was sold."""
    item: Text | None = None
    """The catalogue row it is, by its id; empty where the product is not in the catalogue."""
    low: NotNegative
    """Lowest price of one piece."""
    high: NotNegative
    """Highest price of one piece."""
    currency: Currency
    """Currency of both."""

    @checks(mode="after")
    def _low_below_high(self) -> "Price":
        _check_range(self.low, self.high, self.currency)
        return self


class Model(Row):
    """A language model: what training and serving need to know of it."""

    table: ClassVar[str] = "models"

    name: Text
    """Its published name."""
    parameters: Positive
    """All parameters."""
    active_parameters: Positive | None = None
    """Parameters active for a token (mixture of experts); empty: all of them."""
    layers: Count | None = None
    """Transformer layers."""
    hidden_size: Count | None = None
    """Width of the residual stream."""
    kv_heads: Count | None = None
    """Heads that keep keys and values."""
    head_size: Count | None = None
    """Width of one of them."""
    kv_bytes_per_token: Positive | None = None
    """Key-value cache of one token at 16 bits: 2 x 2 x layers x kv_heads x head_size bytes."""


class Carbon(Row):
    """Carbon intensity of a grid."""

    table: ClassVar[str] = "carbon"

    name: Text
    """Country, province or grid."""
    country: Country
    """The country it lies in."""
    kg_per_kwh: NotNegative
    """Kilograms of CO2 per kilowatt-hour."""
