"""The facts with their sources: cards, nodes, hosts, fabric, models, tariffs, carbon, export rules.

Belongs here: data files and the code that reads and judges them. Does not belong here: anything
that knows a problem file or a plan; this room imports no other. Names are loaded on first use, so
that `import catalogs` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalogs.catalog import ITEM_TABLES as ITEM_TABLES
    from catalogs.catalog import TABLES as TABLES
    from catalogs.catalog import Catalog as Catalog
    from catalogs.catalog import plain as plain
    from catalogs.countries import COUNTRIES as COUNTRIES
    from catalogs.errors import CatalogError as CatalogError
    from catalogs.errors import MissingFigure as MissingFigure
    from catalogs.errors import nearest as nearest
    from catalogs.evidence import Parameter as Parameter
    from catalogs.evidence import PowerDraw as PowerDraw
    from catalogs.evidence import ServingRun as ServingRun
    from catalogs.evidence import TrainingRun as TrainingRun
    from catalogs.items import Accelerator as Accelerator
    from catalogs.items import Host as Host
    from catalogs.items import Node as Node
    from catalogs.reader import load_catalog as load_catalog
    from catalogs.row import Row as Row
    from catalogs.row import require as require
    from catalogs.rows import Cable as Cable
    from catalogs.rows import Carbon as Carbon
    from catalogs.rows import Model as Model
    from catalogs.rows import Nic as Nic
    from catalogs.rows import Price as Price
    from catalogs.rows import Switch as Switch
    from catalogs.rules import CountryGroup as CountryGroup
    from catalogs.rules import Rule as Rule
    from catalogs.rules import Ruleset as Ruleset
    from catalogs.rules import Treatment as Treatment
    from catalogs.ruling import Finding as Finding
    from catalogs.ruling import Ruling as Ruling
    from catalogs.ruling import classify as classify
    from catalogs.ruling import classify_all as classify_all
    from catalogs.ruling import rules_of as rules_of
    from catalogs.ruling import rulesets_of as rulesets_of
    from catalogs.tariffs import Block as Block
    from catalogs.tariffs import Tariff as Tariff

_HOMES = {
    "catalog": ("Catalog", "ITEM_TABLES", "TABLES", "plain"),
    "countries": ("COUNTRIES",),
    "errors": ("CatalogError", "MissingFigure", "nearest"),
    "evidence": ("Parameter", "PowerDraw", "ServingRun", "TrainingRun"),
    "reader": ("load_catalog",),
    "items": ("Accelerator", "Host", "Node"),
    "row": ("Row", "require"),
    "rows": ("Cable", "Carbon", "Model", "Nic", "Price", "Switch"),
    "rules": ("CountryGroup", "Rule", "Ruleset", "Treatment"),
    "ruling": ("Finding", "Ruling", "classify", "classify_all", "rules_of", "rulesets_of"),
    "tariffs": ("Block", "Tariff"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'catalogs' has no attribute '{name}'")
    return getattr(import_module(f"catalogs.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOME)
