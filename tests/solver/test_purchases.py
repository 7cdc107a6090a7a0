"""Purchases written by hand: read strictly, and matched to the options of the instance."""

from datetime import date
from pathlib import Path

import pytest

from solver.plan import HandPurchase, PlanError, match_purchases, purchases_from_json_or_csv
from tests.solver.good_plan import good_instance

CSV = """offer,quantity,period,site,until
node,10,2023-01-01,here,
cloud,2,2023-01-01,,2024-02-01
"""
JSON = """{"purchases": [
  {"offer": "node", "quantity": 10, "period": "2023-01-01", "site": "here"},

  {"offer": "cloud", "quantity": 2, "delivered": "2023-01-01", "until": "2024-02-01",
   "site": null}
]}
"""


def read(tmp_path: Path, name: str, text: str) -> tuple[HandPurchase, ...]:
    """The purchases in a file of that name and text."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return purchases_from_json_or_csv(path)


def test_csv_and_json_say_the_same(tmp_path: Path) -> None:
    """Both forms give the same purchases; empty cells and nulls are left out."""
    from_csv = read(tmp_path, "plan.csv", CSV)
    from_json = read(tmp_path, "plan.json", JSON.replace("delivered", "period"))
    assert from_csv == from_json
    assert from_csv[1] == HandPurchase(
        "cloud", 2, "2023-01-01", None, None, date(2024, 2, 1), None, where=""
    )


def test_every_purchase_knows_its_line(tmp_path: Path) -> None:
    """File and line stand by for messages, over blank lines and rows of several lines."""
    lines = [p.where.rpartition(":")[2] for p in read(tmp_path, "a.csv", CSV)]
    assert lines == ["2", "3"]
    lines = [p.where.rpartition(":")[2] for p in read(tmp_path, "a.json", JSON)]
    assert lines == ["2", "4"]


def test_a_bare_list_and_no_purchases_are_fine(tmp_path: Path) -> None:
    """The list may stand alone, be empty, and a year may be written as a number."""
    assert read(tmp_path, "a.json", " [ ] ") == ()
    (one,) = read(tmp_path, "b.json", '[{"offer": "node", "quantity": 1, "period": 2023}]')
    assert one.period == "2023"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "offer,quantitty\n", r"a.csv:1: unknown column 'quantitty'; did you mean 'qua"),
        ("a.csv", "offer,period\n", r"a.csv:1: lacks column 'quantity'"),
        ("a.csv", "offer;quantity\n", r"a.csv:1: columns are parted by ';', expected commas"),
        ("a.csv", "", r"a.csv:1: lacks column 'offer'"),
        ("a.csv", "offer,quantity,period\nnode,1\n", r"a.csv:2: has 2 cells, the header 3"),
        ("a.csv", "offer,quantity\nnode,1\n", r"a.csv:2: needs 'period' or 'delivered'"),
        ("a.csv", "offer,quantity,period\nnode,1.5,x\n", r"a.csv:2: quantity must be a whole num"),
        ("a.csv", "offer,quantity,period\nnode,-1,x\n", r"a.csv:2: quantity must be a whole num"),
        ("a.csv", "offer,quantity,period\nnode,nan,x\n", r"a.csv:2: quantity must be a whole num"),
        ("a.csv", "offer,quantity,delivered\nnode,1,soon\n", r"a.csv:2: delivered must be a date"),
        ("a.csv", 'offer,quantity,period\n"node,1', r"a.csv:2: not CSV"),
        ("a.csv", "offer,offer,quantity\n", r"a.csv:1: duplicate column 'offer'"),
        ("a.json", "{", r"a.json:1: not JSON"),
        ("a.json", "7", r"a.json:1: must be a list of purchases"),
        ("a.json", '{"purchases": [], "x": 1}', r"a.json:1: must be a list of purchases"),
        ("a.json", '[\n{"offer": "a", "offer": "b"}]', r"a.json:2: duplicate key 'offer'"),
        ("a.json", '[\n{"ofer": "a"}]', r"a.json:2: unknown key 'ofer'; did you mean 'offer'"),
        ("a.json", "[\n7]", r"a.json:2: must be an object with keys offer"),
        ("a.json", '[{"offer": "a", "quantity": true, "period": "b"}]', r"1: quantity must be"),
        ("a.json", '[{"offer": "", "quantity": 1, "period": "b"}]', r"1: offer must be a name"),
    ],
)
def test_faults_name_line_and_nearest_name(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    """Every fault says file, line, what is wrong and what was expected."""
    with pytest.raises(PlanError, match=message):
        read(tmp_path, name, text)


def hand(offer: str, **fields: object) -> HandPurchase:
    """One unit of an offer in the first period unless said otherwise."""
    given = {
        "quantity": 1,
        "period": "2023-01-01",
        "delivered": None,
        "site": None,
        "until": None,
        "box": None,
        "where": "list.csv:2",
    }
    return HandPurchase(offer, **(given | fields))  # type: ignore[arg-type]


def test_words_find_their_option() -> None:
    """Where one thing fits, site, box and end need not be said; the same option adds up."""
    units, missing = match_purchases(
        good_instance(),
        [
            hand("host", quantity=2),
            hand("host", quantity=1, site="here", period=None, delivered=date(2023, 1, 1)),
            hand("cloud", until=date(2024, 2, 1)),
            hand("node", site="there", period="2023-07-01"),
        ],
    )
    assert units == {"host@here#0": 3, "cloud@cloud#0-2024-02-01": 1, "node@there#1": 1}
    assert missing == ()


@pytest.mark.parametrize(
    ("purchase", "message"),
    [
        (hand("nod"), "list.csv:2: unknown offer 'nod'; did you mean 'node'?"),
        (hand("node", site="her"), "list.csv:2: unknown site 'her'; did you mean 'here'?"),
        (hand("node", box="hos"), "list.csv:2: unknown box 'hos'; did you mean 'host'?"),
        (
            hand("node", period="2023-07"),
            "list.csv:2: unknown period '2023-07'; did you mean '2023-07-01'?",
        ),
        (hand("node"), "list.csv:2: offers.node: say which site: here, there"),
        (hand("cloud"), "list.csv:2: offers.cloud: say which until: 2023-07-01, 2024-02-01"),
    ],
)
def test_unknown_and_ambiguous_words_are_refused(purchase: HandPurchase, message: str) -> None:
    """A name the problem does not have, or words that fit several options, are bad input."""
    with pytest.raises(PlanError) as refused:
        match_purchases(good_instance(), [purchase])
    assert str(refused.value) == message


def test_what_cannot_be_bought_is_a_violation() -> None:
    """Known names without an option, here excluded by a rule, do not fit; the rule is named."""
    units, missing = match_purchases(
        good_instance(), [hand("h20", site="here", period="2023-07-01", quantity=3)]
    )
    assert units == {}
    (violation,) = missing
    assert violation.amount == 3
    assert str(violation) == (
        "offers.h20, 2023-07-01: sites.here: no h20-node in 2023-07-01: bis: "
        "TPP 4,992 is at least 4,800"
    )


def test_a_box_that_an_offer_does_not_come_in_is_a_violation() -> None:
    """Cards sold for hosts cannot be bought standalone."""
    units, (violation,) = match_purchases(good_instance(), [hand("slotted", box="standalone")])
    assert units == {}
    assert "slotted comes in 2023-01-01 with box host" in violation.message
