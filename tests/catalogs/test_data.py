"""The shipped facts: every row has a source and fits the others, figures follow their formulas."""

import csv
import re
from pathlib import Path

import pytest

from catalogs import TABLES, Accelerator, load_catalog

CATALOG = load_catalog()
BITS = {
    "bf16_dense_tflops": 16,
    "fp8_dense_tflops": 8,
    "int8_dense_tops": 8,
    "fp4_dense_tflops": 4,
}
NAMED = {
    "accelerators": "a100_sxm_80 a800_sxm_80 h20_sxm_96 l40s h100_sxm ascend_910b1",
    "nodes": "hgx-a100-8 hgx-a100-16 hgx-a800-8 hgx-h100-8 hgx-h800-8 hgx-h20-8 dgx-a100 dgx-h100 "
    "dgx-h200 dgx-b200 dgx-b300 dgx1-v100 dgx2-v100 gb200-nvl72 gb300-nvl72 ascend-910b-8 "
    "ascend-910c-8 fireflyer2",
    "hosts": "pcie-host-8",
    "switches": "qm8700 qm9700 sn5600",
    "models": "gpt-3-175b llama-2-70b llama-3.1-405b deepseek-v3",
    "tariffs": "cn-henan-commercial cn-guangdong-tou cn-gansu-qingyang us-tx-industrial",
    "carbon": "CN US SG HK cn-sichuan us-tx",
    "rulesets": "us-bis cn none us-bis-and-cn",
}


def test_every_row_says_where_it_comes_from() -> None:
    """Every row has a source, a date or `undated`, and a confidence of the facts' scale."""
    rows = list(CATALOG.rows())
    assert len(rows) > 500
    for row in rows:
        assert row.source.strip(), row.id
        assert row.date == "undated" or row.date[:4].isdigit(), row.id
        assert row.confidence in ("high", "medium", "low", "memory"), row.id


@pytest.mark.parametrize("table", NAMED)
def test_the_names_that_problem_files_use_exist(table: str) -> None:
    """The ids that problem files are written with are rows of their tables."""
    for name in NAMED[table].split():
        assert CATALOG.find(table, name).id == name


def test_items_have_names_of_their_own() -> None:
    """No id stands in two of the tables that offers draw from."""
    names = [*CATALOG.accelerators, *CATALOG.nodes, *CATALOG.hosts]
    assert len(names) == len(set(names))


def test_no_cell_is_left_over() -> None:
    """Every CSV line has as many cells as its header and no blanks around a value."""
    for path in Path(__file__).parents[2].joinpath("catalogs/data").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
        for line in lines:
            assert len(line) == len(header), (path.name, line[0])
            assert all(cell == cell.strip() for cell in line), (path.name, line[0])


@pytest.mark.parametrize("card", CATALOG.accelerators.values(), ids=lambda card: card.id)
def test_figures_follow_from_each_other(card: Accelerator) -> None:
    """TPP is the highest TOPS x bits, performance density TPP / die area, the I/O sum its parts."""
    peaks = [getattr(card, name) * bits for name, bits in BITS.items() if getattr(card, name)]
    if card.id == "mi308x":
        assert not peaks
        assert card.tpp is None
    else:
        assert card.tpp == pytest.approx(max(peaks), rel=1e-3)
    if card.die_area_mm2 and card.tpp:
        assert card.performance_density == pytest.approx(card.tpp / card.die_area_mm2, abs=6e-4)
    if card.pcie_gb_per_s and card.interconnect_gb_per_s and "PCIe" not in card.interconnect_type:
        parts = card.interconnect_gb_per_s + card.pcie_gb_per_s
        assert card.io_gb_per_s == pytest.approx(parts)


def test_known_figures() -> None:
    """Figures that rules turn on are those of the facts: A800 464 GB/s, H800 528, H20 TPP 2,368."""
    assert CATALOG.accelerators["a800_sxm_80"].io_gb_per_s == 464
    assert CATALOG.accelerators["h800_sxm"].io_gb_per_s == 528
    assert CATALOG.accelerators["h20_sxm_96"].tpp == 2368
    assert CATALOG.accelerators["l20"].performance_density == 3.14
    assert CATALOG.accelerators["l2"].die_area_mm2 is None
    assert CATALOG.nodes["dgx-h100"].idle_power_kw == 2.63
    assert CATALOG.nodes["hgx-h20-8"].power_kw is None


def test_the_host_is_derived_as_its_note_says() -> None:
    """The power of the PCIe host is 2.5 x 6.5 / 4.2 kW less 8 cards of 250 W."""
    cards_kw = 8 * CATALOG.accelerators["a100_pcie_40"].power_w / 1000
    assert CATALOG.hosts["pcie-host-8"].power_kw == pytest.approx(
        2.5 * 6.5 / 4.2 - cards_kw, abs=0.005
    )


def test_nodes_and_their_cards_fit() -> None:
    """A scale-up domain is no larger than node and card allow; a node's power covers its cards."""
    for node in CATALOG.nodes.values():
        card = CATALOG.accelerators[node.card]
        assert node.scale_up_cards <= min(node.cards, card.scale_up_cards), node.id
        if node.power_kw and card.power_w:
            assert node.power_kw >= node.cards * card.power_w / 1000, node.id


def test_key_value_caches_follow_from_the_shape_of_a_model() -> None:
    """A token keeps one key and one value of 16 bits for each layer, head and place in the head."""
    for model in CATALOG.models.values():
        if model.kv_heads:
            cache = 2 * 2 * model.layers * model.kv_heads * model.head_size
            assert model.kv_bytes_per_token == cache, model.id
        if model.active_parameters:
            assert model.active_parameters < model.parameters, model.id
    assert CATALOG.models["gpt-3-175b"].kv_bytes_per_token == 4_718_592


def test_shapes_give_about_the_parameters() -> None:
    """12 x layers x width^2 is the size of a dense transformer, but for embeddings and heads."""
    for model in CATALOG.models.values():
        if model.layers and not model.active_parameters and model.parameters > 5e9:
            estimate = 12 * model.layers * model.hidden_size**2
            assert 0.75 < estimate / model.parameters < 1.3, model.id


def test_every_tariff_covers_the_day() -> None:
    """Blocks of a tariff cover 24 hours, and the mean lies between its lowest and highest price."""
    by_hour = [tariff for tariff in CATALOG.tariffs.values() if tariff.blocks]
    assert len(by_hour) == 8
    for tariff in by_hour:
        hours = sum(end - start for block in tariff.blocks for start, end in block.spans())
        assert hours == pytest.approx(24)
        prices = [block.price_per_kwh for block in tariff.blocks]
        assert min(prices) < tariff.mean_price_per_kwh() < max(prices)


def test_hours_of_guangdong_by_hand() -> None:
    """Proves the deep valley is taken out of the low hours. Sensitivity: were low to keep 0-8 and
    deep to be dropped, the mean would be 0.7855.
    """
    mean = (4 * 1.2538 + 8 * 1.0538 + 4 * 0.6838 + 6 * 0.3338 + 2 * 0.2338) / 24
    assert CATALOG.tariffs["cn-guangdong-tou"].mean_price_per_kwh() == pytest.approx(mean)


def test_countries_have_a_carbon_intensity_by_their_code() -> None:
    """A country's row of carbon is named by the code that sites use as destination."""
    assert CATALOG.carbon["CN"].kg_per_kwh == pytest.approx(0.5823, abs=1e-3)
    assert CATALOG.carbon["NO"].name == "Norway"
    assert all(row.country == row.id for row in CATALOG.carbon.values() if row.id.isupper())
    assert all(0 < row.kg_per_kwh < 1.4 for row in CATALOG.carbon.values())


def test_prices_are_evidence_with_dates() -> None:
    """Several sources for one product stay several rows, the latest first."""
    dates = [price.date for price in CATALOG.prices_of("hgx-h800-8")]
    assert dates == ["2023-10", "2023-09-27"]
    assert {price.currency for price in CATALOG.prices_of("a100_sxm_80")} == {"USD", "CNY"}


def test_texts_speak_of_sources_only() -> None:
    """No text of a row carries an archive number that tells a reader nothing."""
    for row in CATALOG.rows():
        text = " ".join(filter(None, (row.source, row.notes)))
        assert not re.search(r"\bids? \d|\bseed|\b\d{11}\b", text), row.id


def test_every_table_of_the_catalogue_is_filled() -> None:
    """No table is empty, so that none was lost on the way into the data folder."""
    assert [table for table in TABLES if not getattr(CATALOG, table)] == []
