"""Rules taken not to hold: what is left of a ruling without them."""

from datetime import date

from catalogs import Ruling, classify, load_catalog

CATALOG = load_catalog()


def judge(card: str, day: str, *leave_out: str) -> Ruling:
    """Judge a card for a Chinese buyer in China."""
    return classify(
        CATALOG,
        "us-bis",
        CATALOG.accelerators[card],
        on=date.fromisoformat(day),
        destination="CN",
        headquarters="CN",
        leave_out=leave_out,
    )


def test_a_rule_left_out_does_not_hold() -> None:
    """The A100 of April 2023 needs a licence by one rule alone; without it none holds."""
    assert judge("a100_sxm_80", "2023-04-01").rule == "us_2022_10"
    assert judge("a100_sxm_80", "2023-04-01", "us_2022_10").treatment == "free"


def test_rules_beside_one_that_is_left_out_still_hold() -> None:
    """From November 2023 two rules on performance forbid the A100: one left out, the other holds;
    without both nothing stricter comes back.
    """
    day, both = "2024-04-01", ("us_2023_10a1", "us_2023_10a2")
    assert judge("a100_sxm_80", day, both[0]).rule == both[1]
    assert judge("a100_sxm_80", day, *both).treatment in ("free", "notify", "advisory")
