"""The catalogue as a whole: lookups, rows on top, rebuilding from rows, files of the user."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from catalogs import Catalog, CatalogError, classify, load_catalog, plain

CATALOG = load_catalog()
OWN_CARD = """
accelerators:
  mtt-s4000:
    form_factor: PCIe
    vendor: Moore Threads
    memory_gb: 48
    export_jurisdiction: none
    source: maker's page
    date: 2024
nodes:
  s4000-8: {card: mtt-s4000, cards: 8, power_kw: 4.6, source: offer 17, date: 2024-05-02}
"""


def write(folder: Path, name: str, text: str) -> Path:
    """A file in a folder."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(paths: list[Path]) -> list[str]:
    """What is wrong with the user's files, without the folder they are in."""
    with pytest.raises(CatalogError) as error:
        load_catalog(paths)
    return [line.replace(f"{paths[0].parent}/", "") for line in error.value.problems]


def test_finding_rows() -> None:
    """Rows are found by table and id, items by id alone."""
    assert CATALOG.find("tariffs", "cn-henan-commercial").currency == "CNY"
    assert CATALOG.item("hgx-a800-8").table == "nodes"
    assert CATALOG.item("l40s").table == "accelerators"
    assert CATALOG.table_of("pcie-host-8") == "hosts"


@pytest.mark.parametrize(
    ("lookup", "words"),
    [
        (
            lambda: CATALOG.find("node", "x"),
            "no table 'node' in the catalogue; did you mean 'nodes'?",
        ),
        (lambda: CATALOG.find("nodes", "hgx-a80-8"), "nodes: no 'hgx-a80-8' in the catalogue; did"),
        (lambda: CATALOG.item("A800-SXM-80"), "did you mean 'a800_sxm_80'?"),
    ],
)
def test_unknown_names_get_the_nearest(lookup: Any, words: str) -> None:
    """A misspelt table, row or item is answered with the nearest known name."""
    with pytest.raises(CatalogError) as error:
        lookup()
    assert words in str(error.value)


def test_figures_on_top_of_a_known_row() -> None:
    """A changed figure replaces the old one, the rest stays, the source names both."""
    changed = CATALOG.overlay({"nodes": {"hgx-h20-8": {"power_kw": 7.5}}}, "plan.yaml items")
    node = changed.nodes["hgx-h20-8"]
    assert (node.power_kw, node.cards, node.card) == (7.5, 8, "h20_sxm_96")
    assert node.source.startswith("plan.yaml items; otherwise China GPU market report")
    assert CATALOG.nodes["hgx-h20-8"].power_kw is None
    emptied = CATALOG.overlay({"nodes": {"hgx-a800-8": {"power_kw": None}}}, "plan.yaml")
    assert emptied.nodes["hgx-a800-8"].power_kw is None


def test_a_new_row_must_be_complete() -> None:
    """A new item needs its required figures; name, source and date have defaults."""
    rows = {"nodes": {"my-node": {"card": "l40s", "cards": 4}}}
    node = CATALOG.overlay(rows, "plan.yaml").nodes["my-node"]
    assert (node.name, node.source, node.date) == ("my-node", "plan.yaml", "undated")
    assert node.confidence == "stated"
    with pytest.raises(CatalogError) as error:
        CATALOG.overlay({"nodes": {"my-node": {"card": "l40s"}}}, "plan.yaml")
    assert error.value.problems == ["plan.yaml: nodes.my-node.cards: is required, and not given"]


def test_all_errors_of_an_overlay_at_once() -> None:
    """Unknown tables, figures and references, wrong values and taken ids come in one go."""
    rows = {
        "node": {"a": {}},
        "nodes": {
            "l40s": {"card": "l40s", "cards": 8},
            "mine": {"card": "l4s", "cards": 8, "power": 3},
            "hgx-a800-8": {"power_kw": -2},
            "other": {"card": "h20", "cards": 8},
        },
        "export_rules": {"us_2023_10a1": {"destinations": ["D6"]}},
    }
    with pytest.raises(CatalogError) as error:
        CATALOG.overlay(rows, "plan.yaml")
    assert error.value.problems == [
        "plan.yaml: no table 'node'; did you mean 'nodes'?",
        "plan.yaml: nodes.mine.power: unknown figure; did you mean 'power_kw'?",
        "plan.yaml: nodes.hgx-a800-8.power_kw: must be above 0 (given -2)",
        "plan.yaml: nodes.l40s: the id is taken in accelerators; accelerators, nodes and hosts "
        "share their names",
        "plan.yaml: nodes.other.card: no 'h20' among the accelerators; did you mean 'h20_sxm_96' "
        "or 'h200_sxm' or 'h200_nvl'?",
        "plan.yaml: export_rules.us_2023_10a1.destinations: no 'D6' among the country_groups",
    ]


@pytest.mark.parametrize(
    ("table", "row_id", "figures", "words"),
    [
        ("nodes", "hgx-a800-8", {"power_kw": "much"}, "power_kw: must be a number (given 'much')"),
        ("nodes", "hgx-a800-8", {"power_kw": [1]}, "power_kw: must be a number"),
        ("nodes", "hgx-a800-8", {"power_kw": "nan"}, "must be a finite number (given 'nan')"),
        ("nodes", "hgx-a800-8", {"cards": 1.5}, "cards: must be a whole number (given 1.5)"),
        ("nodes", "hgx-a800-8", {"idle_power_kw": -1}, "must be at least 0 (given -1)"),
        ("nodes", "hgx-a800-8", {"date": "2023/05"}, "date: must be a year, month, day"),
        ("nodes", "hgx-a800-8", {"card": 5}, "card: must be a text (given 5)"),
        ("nodes", "hgx-a800-8", {"name": " "}, "name: must not be empty (given ' ')"),
        ("accelerators", "l4", {"data_centre": "maybe"}, "must be true or false (given 'maybe')"),
        ("accelerators", "l4", {"export_jurisdiction": "US"}, "must be 'EAR' or 'none' (given"),
        ("accelerators", "l4", {"launch_date": "soon"}, "launch_date: must be a year, a month or"),
        ("tariffs", "us-tx-industrial", {"currency": "usd"}, "must be three capitals, as in CNY"),
        ("tariffs", "us-tx-industrial", {"country": "USA"}, "must be a country code of ISO 3166"),
        ("export_rules", "us_2022_10", {"until": "soon"}, "until: must be a day as in 2024-05-31"),
        ("export_rules", "us_2022_10", {"treatment": "ban"}, "treatment: must be 'free', 'advis"),
        ("export_rules", "us_2022_10", {"when": 3}, "when: must be a list (given 3)"),
        ("country_groups", "D5", {"members": []}, "members: must not be empty"),
        ("tariffs", "us-tx-industrial", {"price_per_kwh": None}, "needs exactly one of price_per"),
    ],
)
def test_wrong_values_in_words(
    table: str, row_id: str, figures: dict[str, Any], words: str
) -> None:
    """Every kind of wrong value is answered with what was expected and what was given."""
    with pytest.raises(CatalogError) as error:
        CATALOG.overlay({table: {row_id: figures}}, "plan.yaml")
    (problem,) = error.value.problems
    assert problem.startswith(f"plan.yaml: {table}.{row_id}")
    assert words in problem


def test_a_plan_carries_the_rows_it_used() -> None:
    """Rows named bring what they refer to, survive JSON, and give the same answers alone."""
    used = [("nodes", "hgx-a800-8"), ("tariffs", "cn-guangdong-tou"), ("rulesets", "us-bis-and-cn")]
    dumped = json.loads(json.dumps(CATALOG.rows_used(used)))
    assert [row["id"] for row in dumped["accelerators"]] == ["a800_sxm_80"]
    rebuilt = Catalog.from_rows(dumped)
    assert rebuilt.nodes["hgx-a800-8"] == CATALOG.nodes["hgx-a800-8"]
    assert rebuilt.tariffs["cn-guangdong-tou"] == CATALOG.tariffs["cn-guangdong-tou"]
    assert rebuilt.export_rules.keys() == CATALOG.export_rules.keys()
    question = {
        "on": CATALOG.export_rules["us_2026_01"].effective,
        "destination": "CN",
        "headquarters": "CN",
    }
    answers = [
        classify(c, "us-bis-and-cn", c.accelerators["a800_sxm_80"], **question)
        for c in (CATALOG, rebuilt)
    ]
    assert answers[0] == answers[1]


def test_every_row_survives_json() -> None:
    """The whole catalogue rebuilt from its own JSON is the same catalogue."""
    rows: dict[str, list[Any]] = {}
    for row in CATALOG.rows():
        rows.setdefault(row.table, []).append(json.loads(json.dumps(plain(row))))
    rebuilt = Catalog.from_rows(rows)
    assert rebuilt.sha256 == CATALOG.sha256
    assert list(rebuilt.rows()) == list(CATALOG.rows())


def test_the_hash_stands_for_the_content() -> None:
    """The order of rows does not matter, every figure does."""
    reversed_rows = {
        table: [plain(row) for row in reversed(getattr(CATALOG, table).values())]
        for table in ("tariffs", "accelerators", "nodes")
    }
    rows = {
        table: [plain(row) for row in getattr(CATALOG, table).values()] for table in reversed_rows
    }
    assert Catalog.from_rows(rows).sha256 == Catalog.from_rows(reversed_rows).sha256
    changed = CATALOG.overlay({"nodes": {"hgx-a800-8": {"power_kw": 6.6}}}, "x")
    assert changed.sha256 != CATALOG.sha256


def test_rows_that_do_not_fit_together_are_refused() -> None:
    """A plan whose rows lack a node's card cannot be rebuilt."""
    dumped = CATALOG.rows_used([("nodes", "hgx-a800-8")])
    with pytest.raises(CatalogError, match="no 'a800_sxm_80' among the accelerators"):
        Catalog.from_rows({"nodes": dumped["nodes"]})


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    """YAML and CSV files add rows and change figures, each file on top of those before it."""
    yaml = write(tmp_path, "own.yaml", OWN_CARD)
    csv = write(tmp_path, "nodes.csv", "id,power_kw,source,date\ns4000-8,4.9,measured,2024-06\n")
    fabrics = write(
        tmp_path,
        "fabrics.csv",
        "kind,id,ports,port_gbit_per_s,source,date\nswitch,sw1,128,400,x,2024\nnic,n1,,400,x,2024\n",
    )
    catalog = load_catalog([yaml, csv, fabrics])
    assert catalog.accelerators["mtt-s4000"].date == "2024"
    assert catalog.nodes["s4000-8"].power_kw == 4.9
    assert catalog.nodes["s4000-8"].source == "measured"
    assert (catalog.switches["sw1"].ports, catalog.nics["n1"].port_gbit_per_s) == (128, 400)
    assert catalog.sha256 != CATALOG.sha256


def test_export_rules_of_ones_own(tmp_path: Path) -> None:
    """A user's rule joins a shipped ruleset, and a ruleset of one's own can include it."""
    text = """
export_rules:
  house: {ruleset: mine, name: house rule, issuer: us, citation: memo 3, published: 2024-01-01,
          effective: 2024-01-01, destinations: [any], jurisdiction: any, treatment: prohibited,
          when: [{tpp: {above: 10000}}], source: memo 3}
rulesets:
  mine: {includes: [us-bis], source: memo 3, date: 2024-01-01}
"""
    catalog = load_catalog([write(tmp_path, "rules.yaml", text)])
    question = {
        "on": catalog.export_rules["house"].effective,
        "destination": "SG",
        "headquarters": None,
    }
    h100 = catalog.accelerators["h100_sxm"]
    assert classify(catalog, "mine", h100, **question).treatment == "prohibited"
    assert classify(catalog, "us-bis", h100, **question).treatment == "free"


def test_all_errors_of_a_file_at_once(tmp_path: Path) -> None:
    """Every problem names file, line and path, what is wrong, and the nearest known name."""
    text = """accelerators:
  a100_sxm_80:
    power: 410
    source: me
  new-card:
    form_factor: PCIe
    source: me
    date: soon
nodez: {}
"""
    assert problems_of([write(tmp_path, "own.yaml", text)]) == [
        "own.yaml:9: no table 'nodez'; did you mean 'nodes'?",
        "own.yaml:2: accelerators.a100_sxm_80.date: is required, and not given",
        "own.yaml:3: accelerators.a100_sxm_80.power: unknown figure; did you mean 'power_w'?",
        "own.yaml:8: accelerators.new-card.date: must be a year, month, day, a range of them as in "
        "2023..2024, or undated (given 'soon')",
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("own.yaml", "", "own.yaml: needs tables at its top, as in `accelerators: {id: ...}`"),
        ("own.yaml", "- a\n", "own.yaml: needs tables at its top, as in `accelerators: {id: ...}`"),
        ("own.yaml", "nodes: {a: {}, a: {}}", "own.yaml:1: 'a' is given twice, first in line 1"),
        ("own.yaml", "nodes:\n  a: &x {}\n  b: *x\n", "own.yaml:3: aliases are not read; write "
         "the value out"),
        ("own.yaml", "nodes: !!map {}", "own.yaml:1: tags are not read; quotes make a text"),
        ("own.yaml", "nodes: {}\n---\nhosts: {}", "own.yaml:2: a second document begins here; a "
         "file holds one"),
        ("own.yaml", "nodes:\n  a: [\n", "own.yaml:3: cannot be read as YAML: expected the "
         "node content, but found '<stream end>'"),
        ("own.yaml", "nodes: 3", "own.yaml:1: nodes needs rows by their id"),
        ("own.yaml", "nodes:\n  a: 3", "own.yaml:2: nodes.a needs figures by their name"),
        ("own.toml", "", "own.toml: a catalogue file is .yaml or .csv"),
        ("nodez.csv", "id\n", "nodez.csv: a CSV file holds the table it is named by; did you mean "
         "'nodes'?"),
        ("nodes.csv", "id,card\na\n", "nodes.csv:2: has another number of cells than the first "
         "line"),
        ("nodes.csv", "id,id\na,b\n", "nodes.csv:1: two columns have the same name"),
        ("fabrics.csv", "kind,id\nhub,a\n", "fabrics.csv:2: kind 'hub' is none of switch, nic, "
         "cable"),
        ("own.yaml", "nodes:\n  a: {card: l40s, cards: .inf, source: x, date: 2024}",
         "own.yaml:2: nodes.a.cards: must be a whole number (given '.inf')"),
    ],
)  # fmt: skip
def test_unreadable_files(tmp_path: Path, name: str, text: str, problem: str) -> None:
    """What cannot be read is refused with file, line and reason."""
    assert problems_of([write(tmp_path, name, text)]) == [problem]


def test_missing_folder_and_binary_files(tmp_path: Path) -> None:
    """A file that is missing, a folder, or not text is an error of the catalogue, not a crash."""
    assert "cannot be read" in problems_of([tmp_path / "none.yaml"])[0]
    (tmp_path / "folder.yaml").mkdir()
    assert "cannot be read" in problems_of([tmp_path / "folder.yaml"])[0]
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in problems_of([tmp_path / "nodes.yaml", tmp_path / "binary.csv"][1:])[0]


def test_plain_words_of_yaml(tmp_path: Path) -> None:
    """Norway stays a country, 1e9 a number, a date a text."""
    text = """
models: {mine: {parameters: 1e9, source: x, date: 2024-05-01}}
carbon: {own: {name: Norway, country: NO, kg_per_kwh: 0.03, source: x, date: 2024}}
"""
    catalog = load_catalog([write(tmp_path, "own.yaml", text)])
    assert catalog.models["mine"].parameters == 1e9
    assert catalog.carbon["own"].country == "NO"


def test_importing_the_room_costs_nothing() -> None:
    """`import catalogs` loads neither pydantic nor YAML; the names come on first use."""
    code = (
        "import sys, catalogs; "
        "heavy = {'pydantic', 'ruamel.yaml', 'pandas', 'pulp'} & sys.modules.keys(); "
        "assert not heavy, heavy; "
        "catalogs.load_catalog(); "
        "assert not {'pandas', 'pulp', 'numpy', 'pint'} & sys.modules.keys(); "
        "assert 'classify' in dir(catalogs)"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)


def test_unknown_names_of_the_room() -> None:
    """A name the room does not have is an ordinary error of the language."""
    import catalogs

    with pytest.raises(AttributeError, match="no attribute 'load_catalogue'"):
        catalogs.load_catalogue  # noqa: B018
