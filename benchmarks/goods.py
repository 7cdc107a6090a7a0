"""What generated problems choose from: goods with street prices, places, vendors, models.

Belongs here: tables of realistic figures. Does not belong here: drawing from them (draft.py).
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Good:
    """Something a cluster buyer can order: a node of eight cards, or a card for a host."""

    item: str
    card: str
    price: float
    """Street price of one unit in ``currency``, the middle of catalogs/data/prices.csv where it
    has one."""
    currency: str
    load_kw: float
    """Power of one unit, as the catalogue or ``own_items`` below give it."""
    rack_units: int
    first: date = date(2023, 1, 1)
    """First day on the market."""
    cards: int = 8
    """Cards of a node; 1 for a card sold alone."""

    @property
    def trains(self) -> bool:
        """Whether training jobs run on it: nodes have a scale-up domain, loose cards have none."""
        return self.cards > 1


HOST = "pcie-host-8"
HOST_KW, HOST_RACK_UNITS, HOST_SLOTS = 1.87, 4, 8

OWN_ITEMS: dict[str, dict[str, str | int]] = {
    "hgx-h20-8": {"power": "7.8 kW"},
    "ascend-910b-8": {"power": "6.5 kW", "rack_units": 6},
    "ascend-910c-8": {"power": "9.6 kW", "rack_units": 10},
    "mlu370-x8-8": {"power": "3.4 kW", "rack_units": 4},
    "mi300x-8": {
        "kind": "node",
        "card": "mi300x",
        "cards": 8,
        "power": "10 kW",
        "rack_units": 8,
        "scale_up_cards": 8,
        "source": "benchmark",
    },
}
"""Figures the catalogue lacks."""

CHINA = (
    Good("hgx-a800-8", "a800_sxm_80", 1_050_000, "CNY", 6.5, 6),
    Good("hgx-h20-8", "h20_sxm_96", 1_150_000, "CNY", 7.8, 8, date(2024, 3, 1)),
    Good("ascend-910b-8", "ascend_910b1", 1_545_000, "CNY", 6.5, 6),
    Good("hgx-h800-8", "h800_sxm", 2_200_000, "CNY", 10.2, 8, date(2023, 4, 1)),
    Good("l20", "l20", 30_500, "CNY", 0.275, 0, date(2023, 11, 16), 1),
    Good("mlu370-x8-8", "mlu370_x8", 300_000, "CNY", 3.4, 4),
    Good("ascend-910c-8", "ascend_910c", 2_100_000, "CNY", 9.6, 10, date(2025, 1, 1)),
    Good("l40s", "l40s", 58_000, "CNY", 0.35, 0, date(2023, 8, 8), 1),
    Good("a10", "a10", 20_000, "CNY", 0.15, 0, cards=1),
)
"""For a buyer from China, the indispensable first."""
ABROAD = (
    Good("dgx-a100", "a100_sxm_80", 199_000, "USD", 6.5, 6),
    Good("dgx-h100", "h100_sxm", 373_000, "USD", 10.2, 8),
    Good("l40s", "l40s", 7_500, "USD", 0.35, 0, date(2023, 8, 8), 1),
    Good("dgx-h200", "h200_sxm", 410_000, "USD", 10.2, 8, date(2024, 7, 1)),
    Good("hgx-h100-8", "h100_sxm", 269_000, "USD", 10.2, 8, date(2023, 7, 1)),
    Good("l4", "l4", 2_500, "USD", 0.072, 0, date(2023, 4, 1), 1),
    Good("mi300x-8", "mi300x", 190_000, "USD", 10.0, 8, date(2024, 2, 1)),
    Good("dgx-b200", "b200_sxm", 500_000, "USD", 14.3, 10, date(2025, 1, 1)),
    Good("a10", "a10", 2_800, "USD", 0.15, 0, cards=1),
    Good("hgx-a100-8", "a100_sxm_80", 155_000, "USD", 6.5, 6),
)
"""For a buyer whom no rule looks at, the indispensable first."""

VENDORS = {
    "CN": ("inspur", "h3c", "xfusion", "huawei", "lenovo", "dell"),
    "SG": ("dell", "supermicro", "hpe", "lenovo", "nvidia", "gigabyte"),
}
LESSORS = ("alibaba", "lambda", "rental-market", "volcano", "coreweave", "runpod", "ucloud")


@dataclass(frozen=True)
class Place:
    """Where a site may stand, and what energy costs there."""

    name: str
    country: str
    electricity: dict[str, str]
    carbon_kg_per_kwh: float


PLACES = (
    Place("qingyang", "CN", {"tariff": "cn-gansu-qingyang"}, 0.49),
    Place("shanghai", "CN", {"tariff": "cn-shanghai-like-tou"}, 0.56),
    Place("jiangsu", "CN", {"tariff": "cn-jiangsu-tou"}, 0.58),
    Place("guizhou", "CN", {"price": "0.42 CNY/kWh"}, 0.55),
    Place("shaoguan", "CN", {"tariff": "cn-guangdong-tou"}, 0.44),
    Place("zhejiang", "CN", {"tariff": "cn-zhejiang-tou"}, 0.53),
    Place("henan", "CN", {"tariff": "cn-henan-commercial"}, 0.62),
    Place("singapore", "SG", {"tariff": "sg-colocation"}, 0.42),
    Place("johor", "MY", {"price": "0.105 USD/kWh"}, 0.59),
    Place("batam", "ID", {"price": "0.095 USD/kWh"}, 0.71),
    Place("helsinki", "FI", {"tariff": "fi-non-household"}, 0.07),
    Place("dallas", "US", {"tariff": "us-dallas-colocation"}, 0.37),
    Place("virginia", "US", {"tariff": "us-va-industrial"}, 0.29),
    Place("dublin", "IE", {"tariff": "ie-non-household"}, 0.28),
    Place("oregon", "US", {"tariff": "us-or-industrial"}, 0.14),
    Place("osaka", "JP", {"price": "0.13 USD/kWh"}, 0.43),
    Place("sydney", "AU", {"price": "0.12 USD/kWh"}, 0.55),
)

SERVED = ("llama-2-7b", "llama-3-8b", "llama-2-13b", "falcon-40b", "llama-2-70b", "llama-3-70b")
TRAINED = ("llama-2-13b", "llama-1-33b", "llama-2-70b", "llama-3-70b", "glm-130b", "gpt-3-175b")
"""Models of the catalogue by size."""

EXCHANGE = {
    "CNY": {"USD": 7.08, "EUR": 7.65},
    "USD": {"CNY": 0.1412, "EUR": 1.08},
}
"""Price of one unit of another currency, averages of 2023."""
