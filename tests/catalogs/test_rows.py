"""Single rows: computed figures, form factors, missing figures, tariffs, conditions."""

from typing import Any

import pytest
from pydantic import ValidationError

from catalogs import Accelerator, Host, MissingFigure, Model, Switch, Tariff, load_catalog, require
from catalogs.rules import Bounds, CountryGroup, Rule, judge, judge_any
from catalogs.tariffs import hours_of

SOURCED = {"source": "a test", "date": "2024-05", "confidence": "low"}


def card(**figures: Any) -> Accelerator:
    """A card with only the figures given."""
    return Accelerator(**{"id": "x", "name": "X", "form_factor": "PCIe", **SOURCED, **figures})


def tariff(*blocks: tuple[float, list[str]]) -> Tariff:
    """A tariff in blocks of price and spans."""
    named = [
        {"name": f"b{place}", "price_per_kwh": price, "hours": hours}
        for place, (price, hours) in enumerate(blocks)
    ]
    return Tariff(id="t", name="T", currency="CNY", blocks=named, **SOURCED)


def test_computed_figures_fill_what_is_not_given() -> None:
    """Proves TPP takes the highest precision. Sensitivity: by BF16 alone it would be 5,792."""
    new = card(
        bf16_dense_tflops=362,
        fp8_dense_tflops=733,
        die_area_mm2=609,
        interconnect_gb_per_s=64,
        interconnect_type="PCIe4",
        pcie_gb_per_s=64,
    )
    assert (new.tpp, new.tpp_precision) == (5864, "fp8")
    assert new.performance_density == pytest.approx(5864 / 609)
    assert new.io_gb_per_s == 64
    assert card(interconnect_gb_per_s=400, pcie_gb_per_s=128).io_gb_per_s == 528


def test_computed_figures_stay_empty_without_their_parts() -> None:
    """Nothing is guessed: no TPP without a peak, no density without a die area."""
    new = card(memory_gb=24)
    assert (new.tpp, new.performance_density, new.io_gb_per_s) == (None, None, None)
    assert card(bf16_dense_tflops=100).performance_density is None


def test_a_given_figure_wins_over_a_computed_one() -> None:
    """TPP from the peaks is only a default."""
    assert card(bf16_dense_tflops=100, tpp=1700).tpp == 1700


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"bf16_dense_tflops": 400, "int8_dense_tops": None}, {"tpp": 6400, "density": 6400 / 826}),
        ({"die_area_mm2": 1000}, {"tpp": 4992, "density": 4.992}),
        ({"tpp": 4700}, {"tpp": 4700, "density": 4700 / 826}),
        ({"interconnect_gb_per_s": 500}, {"tpp": 4992, "density": 6.044, "io": 564}),
        ({"performance_density": 5.0}, {"tpp": 4992, "density": 5.0, "io": 664}),
    ],
)
def test_a_changed_figure_takes_computed_ones_along(
    change: dict[str, Any], expected: dict[str, float]
) -> None:
    """A what-if on a peak, a die or a link never leaves a stale TPP, density or I/O sum behind."""
    rows = {"accelerators": {"a100_sxm_80": change}}
    changed = load_catalog().overlay(rows, "what-if").accelerators["a100_sxm_80"]
    found = {
        "tpp": changed.tpp,
        "density": changed.performance_density,
        "io": changed.io_gb_per_s,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_hosts_take_cards_of_their_form_factor() -> None:
    """Generations do not matter, families do."""
    host = Host(id="h", name="H", slots=8, form_factor="SXM4", **SOURCED)
    assert host.accepts(card(form_factor="SXM5"))
    assert not host.accepts(card(form_factor="PCIe"))
    pcie = load_catalog().hosts["pcie-host-8"]
    assert pcie.accepts(load_catalog().accelerators["l40s"])
    assert not pcie.accepts(load_catalog().accelerators["h20_sxm_96"])


def test_a_missing_figure_names_row_and_cure() -> None:
    """The error says which row lacks which figure, what needs it, and where to give it."""
    node = load_catalog().nodes["hgx-h20-8"]
    with pytest.raises(MissingFigure) as error:
        require(node, "power_kw", "the power cap of site guizhou")
    assert str(error.value) == (
        "nodes.hgx-h20-8 has no power_kw, needed for the power cap of site guizhou: none is known "
        "with a source; give it in items: {hgx-h20-8: ...} of the problem file, or in a catalogue "
        "file of your own"
    )
    assert (error.value.table, error.value.id, error.value.figure) == (
        "nodes",
        "hgx-h20-8",
        "power_kw",
    )
    assert require(load_catalog().nodes["hgx-a800-8"], "power_kw") == 6.5


def test_zero_is_a_figure() -> None:
    """A figure of zero is known, not missing."""
    assert require(card(interconnect_gb_per_s=0), "interconnect_gb_per_s") == 0


@pytest.mark.parametrize(
    "figures",
    [
        {"power_w": -1},
        {"power_w": "nan"},
        {"memory_gb": "inf"},
        {"scale_up_cards": 0},
        {"scale_up_cards": 1.5},
        {"date": "May 2024"},
        {"date": ""},
        {"source": " "},
        {"confidence": "sure"},
        {"tdp_w": 300},
        {"export_jurisdiction": "ear"},
    ],
)
def test_wrong_figures_are_refused(figures: dict[str, Any]) -> None:
    """Negative, infinite, undated, unsourced and unknown figures never make a row."""
    with pytest.raises(ValidationError):
        card(**figures)


@pytest.mark.parametrize(
    "given", ["undated", "2023", "2023-05", "2023-05-31", "2022..2024", "2023-03..2023-05", 2023]
)
def test_dates_are_as_precise_as_known(given: object) -> None:
    """A year, a month, a day, a range or `undated`; a bare year may be a number."""
    assert card(date=given).date == str(given)


def test_rows_are_frozen() -> None:
    """Nobody changes a fact in passing."""
    with pytest.raises(ValidationError, match="frozen"):
        card().name = "Y"  # type: ignore[misc]


def test_a_price_needs_both_ends_and_a_currency() -> None:
    """Half a price range, or one upside down, is refused."""
    switch = {"id": "s", "name": "S", "ports": 64, **SOURCED}
    assert Switch(**switch, price_low=1, price_high=2, currency="USD").price_high == 2
    for wrong in ({"price_low": 1}, {"price_low": 3, "price_high": 2, "currency": "USD"}):
        with pytest.raises(ValidationError, match="price"):
            Switch(**switch, **wrong)


def test_models_need_their_parameters() -> None:
    """A model without parameters is refused."""
    with pytest.raises(ValidationError, match="parameters"):
        Model(id="m", name="M", **SOURCED)


def test_mean_of_a_tariff_by_hand() -> None:
    """Proves the mean is weighted by hours. Sensitivity: unweighted it would be 0.55."""
    by_hour = tariff((1.0, ["08:30-12:30"]), (0.1, ["12:30-08:30"]))
    assert by_hour.mean_price_per_kwh() == pytest.approx((4 * 1.0 + 20 * 0.1) / 24)
    flat = Tariff(id="t", name="T", currency="CNY", price_per_kwh=0.4, **SOURCED)
    assert flat.mean_price_per_kwh() == 0.4


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (["08:00-24:00"], "no block covers the hours from 00:00 to 08:00"),
        (["00:00-12:00", "13:00-24:00"], "no block covers the hours from 12:00 to 13:00"),
        (["00:00-23:30"], "no block covers the hours from 23:30 to 24:00"),
        (["00:00-12:00", "11:00-24:00"], "both cover 11:00"),
        (["22:00-06:00", "00:00-22:00"], "both cover 00:00"),
        (["8-12"], "is no span of hours"),
        (["00:00-25:00"], "is no span of hours"),
        (["09:60-10:00"], "is no span of hours"),
        (["09:00-09:00"], "is no span of hours"),
    ],
)
def test_blocks_cover_the_day_exactly(hours: list[str], words: str) -> None:
    """A gap, an overlap or an unreadable span is refused, and the message says where."""
    with pytest.raises(ValidationError, match=words):
        tariff((1.0, hours))


def test_a_tariff_has_one_way_to_price() -> None:
    """Neither none nor both of price and blocks."""
    block = {"name": "b", "price_per_kwh": 1, "hours": ["00:00-24:00"]}
    for wrong in ({}, {"price_per_kwh": 1, "blocks": [block]}):
        with pytest.raises(ValidationError, match="exactly one"):
            Tariff(id="t", name="T", currency="CNY", **wrong, **SOURCED)


def test_hours_across_midnight_are_two_pieces() -> None:
    """A span over midnight, and one that ends there."""
    assert hours_of("22:00-08:00") == [(22.0, 24.0), (0.0, 8.0)]
    assert hours_of("22:00-00:00") == [(22.0, 24.0)]


@pytest.mark.parametrize(
    ("bounds", "value", "answer"),
    [
        ({"at_least": 4800}, 4800, (True, "4,800 >= 4,800")),
        ({"at_least": 4800}, 4799, (False, "4,799 < 4,800")),
        ({"above": 4800}, 4800, (False, "4,800 <= 4,800")),
        ({"at_most": 8}, 8, (True, "8 <= 8")),
        ({"at_most": 8}, 9, (False, "9 > 8")),
        ({"below": 8}, 8, (False, "8 >= 8")),
        ({"at_least": 1.6, "below": 5.92}, 3.196, (True, "3.196 >= 1.6 and < 5.92")),
    ],
)
def test_bounds_at_their_edges(
    bounds: dict[str, float], value: float, answer: tuple[bool, str]
) -> None:
    """Each bound includes or excludes its edge, and shows the comparison that decided."""
    assert Bounds(**bounds).judge(value) == answer


def test_conditions_with_missing_figures() -> None:
    """One figure out of range decides against; else a missing one leaves it open."""
    both = {"tpp": Bounds(at_least=1600), "performance_density": Bounds(at_least=5.92)}
    small, open_case = card(tpp=1500), card(tpp=2000)
    assert judge(both, small, 1).holds is False
    assert judge(both, open_case, 1).holds is None
    assert judge(both, open_case, 1).missing == ("performance_density",)
    assert judge(both, card(tpp=2000, die_area_mm2=300), 1).holds is True


def test_alternatives_with_missing_figures() -> None:
    """One alternative that holds is enough; one left open leaves all open; none is always true."""
    fast = {"memory_bandwidth_gb_per_s": Bounds(at_least=4000)}
    linked = {"interconnect_gb_per_s": Bounds(at_least=900)}
    assert judge_any((fast, linked), card(memory_bandwidth_gb_per_s=5300), 1).holds is True
    assert judge_any((fast, linked), card(memory_bandwidth_gb_per_s=900), 1).holds is None
    slow = card(memory_bandwidth_gb_per_s=900, interconnect_gb_per_s=64)
    verdict = judge_any((fast, linked), slow, 1)
    assert verdict.holds is False
    assert verdict.words == "memory bandwidth 900 < 4,000 GB/s; interconnect 64 < 900 GB/s"
    assert judge_any((), slow, 1).holds is True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"when": [{"tp": {"below": 1}}]}, "did you mean 'tpp'"),
        ({"when": [{"tpp": {}}]}, "at least one of"),
        ({"when": [{"tpp": True}]}, "tpp needs bounds"),
        ({"when": [{"data_centre": {"below": 1}}]}, "data_centre needs true or false"),
        ({"until": "2023-01-01"}, "until must lie after effective"),
        ({"treatment": "notify"}, "notify and extra_lead_days go together"),
        ({"surcharge_fraction": 0.2}, "surcharge and surcharge_fraction go together"),
        ({"treatment": "undecided"}, "an answer"),
        ({"destinations": []}, "needs destinations or headquarters"),
    ],
)
def test_rules_that_cannot_be_applied_are_refused(change: dict[str, Any], words: str) -> None:
    """A rule with an unknown figure, an empty range or half a treatment never judges anything."""
    rule: dict[str, Any] = {
        "id": "r", "name": "R", "ruleset": "s", "issuer": "I", "citation": "C",
        "published": "2023-01-01", "effective": "2023-01-01", "destinations": ["CN"],
        "treatment": "licence", "source": "a test",
    }  # fmt: skip
    assert Rule(**rule).date == "2023-01-01"
    with pytest.raises(ValidationError, match=words):
        Rule(**{**rule, **change})


def test_country_groups_hold_known_countries_only() -> None:
    """A typo in a group would free a country in silence."""
    with pytest.raises(ValidationError, match="country code"):
        CountryGroup(id="g", name="G", members=["CN", "Macau"], **SOURCED)
