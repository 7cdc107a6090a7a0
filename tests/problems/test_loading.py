"""Loading a problem file: what comes out of a right one, and all that is said of a wrong one."""

import json
from pathlib import Path

import pytest

from problems import InputError, load_problem, parse_edit, problem_from_tree
from problems.loading import LoadedProblem

SOUND = """\
rackmix: 1
horizon: {start: 2023-01-01, end: 2023-12-31, period: quarter}
currency: CNY
sites:
  guizhou:
    destination: CN
    pue: 1.2
    power_cap: {2023-01-01: 20 MW, 2023-07-01: 40 MW}
  ningxia: {destination: CN}
offers:
  a800-node: {item: hgx-a800-8, vendor: inspur, price: 1_000_000 CNY, supply: 400 per quarter}
training:
  gpt3: {model: gpt-3-175b, tokens: 300e9, mfu: 46.2 %, sites: [guizhou]}
scenarios:
  more-power: {sites: {guizhou: {power_cap: 60 MW}}}
  no-node: {offers.a800-node: null}
  dearer: {"offers.a800-node.price*": 1.5}
"""


def write(folder: Path, text: str, name: str = "problem.yaml") -> Path:
    """Write a file of the test and return its path."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def load(
    folder: Path, text: str = SOUND, *edits: str, scenarios: tuple[str, ...] = ()
) -> LoadedProblem:
    """Load a text as a problem file."""
    path = write(folder, text)
    return load_problem(path, scenarios=scenarios, edits=[parse_edit(edit) for edit in edits])


def faults(folder: Path, text: str, *edits: str, scenarios: tuple[str, ...] = ()) -> list[str]:
    """What is said of a wrong file, each fault with its line but without the folder."""
    with pytest.raises(InputError) as caught:
        load(folder, text, *edits, scenarios=scenarios)
    return [line.removeprefix(f"{folder}/") for line in str(caught.value).splitlines()]


def test_a_sound_file_loads(tmp_path: Path) -> None:
    """Values, dates and units arrive in the problem; the catalogue lies beside it."""
    loaded = load(tmp_path)
    assert loaded.problem.sites["guizhou"].power_cap is not None
    assert loaded.problem.sites["guizhou"].power_cap.values == (20_000.0, 40_000.0)
    assert loaded.catalog.item("hgx-a800-8").id == "hgx-a800-8"


def test_the_kept_tree_is_the_same_problem(tmp_path: Path) -> None:
    """A plan file keeps the tree as JSON: read back it is the same problem with the same hash."""
    loaded = load(tmp_path)
    again = problem_from_tree(json.loads(json.dumps(loaded.tree)), "plan.json")
    assert again.problem == loaded.problem
    assert again.sha256 == loaded.sha256


def test_a_damaged_tree_is_refused() -> None:
    """A plan file that was tampered with is refused in words, its origin named."""
    for value in (float("nan"), 10**400):
        with pytest.raises(InputError, match=r"^plan.json: a\[0\]: must be a finite number"):
            problem_from_tree({"a": [value]}, "plan.json")
    with pytest.raises(InputError, match=r"^plan.json: must hold a problem \(given a list\)$"):
        problem_from_tree([], "plan.json")  # type: ignore[arg-type]
    deep: list[object] = []
    for _ in range(500):
        deep = [deep]
    with pytest.raises(InputError, match="is nested more than 64 levels deep"):
        problem_from_tree({"a": deep}, "plan.json")
    with pytest.raises(InputError, match=r"plan.json: required key 'horizon' is missing"):
        problem_from_tree({"rackmix": 1}, "plan.json")


def test_the_kept_tree_holds_no_scenarios(tmp_path: Path) -> None:
    """A resolved problem has nothing left to resolve, so a chosen scenario cannot apply twice."""
    assert "scenarios" not in load(tmp_path, scenarios=("dearer",)).tree


def test_the_hash_is_that_of_the_values(tmp_path: Path) -> None:
    """Comments, order and scenarios leave the hash alone; another value changes it."""
    here = load(tmp_path).sha256
    head, _, tail = SOUND.partition("currency: CNY\n")
    assert load(tmp_path, f"# a comment\ncurrency: CNY\n{head}{tail}").sha256 == here
    assert load(tmp_path, SOUND.partition("scenarios:")[0]).sha256 == here
    assert load(tmp_path, SOUND.replace("pue: 1.2", "pue: 1.3")).sha256 != here


BAD = """\
rackmix: 1
horizon: {start: 2023-01-01, end: 2023-12-31, period: quater}
currency: CNY
discount_rate: .nan
sites:
  guizhou:
    destination: China
    pue_: 1.2
    pue: 0.9
    power_cap: {2023-01-01: 20 MW, 2023-07-01: 40 kWh}
    space: 900
  ningxia: {destination: CN}
  ningxia: {destination: CN}
offers:
  a: {item: hgx-a800-8, vendor: inspur, price: -1 CNY}
  b: {item: hgx-a80-8, vendor: inspur, price: 10 USD}
  c: {item: hgx-a80-8, vendor: inspur, price: 10 CNY, sites: [ningxa]}
  d: {vendor: inspur, price: 10 CNY}
training:
  gpt3: {model: gpt-3-175b, tokens: 300e9, mfu: 46.2 %, window: 2024-07-01..2024-07-30}
limits: {budget: {2023: 2.5e9, soon: 3 CNY}}
export_rules: {rulesset: us-bis}
"""


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """One run lists the faults of YAML, of the schema and of the catalogue, in the file's order."""
    assert faults(tmp_path, BAD) == [
        "problem.yaml:2:55: horizon.period: must be 'month', 'quarter' or 'year' "
        "(given 'quater'); did you mean 'quarter'?",
        "problem.yaml:4:16: discount_rate: must be a finite number (given .nan); "
        "put quotes around it for a text",
        "problem.yaml:7:18: sites.guizhou.destination: must be 2 capital letters, e.g. CN "
        "(given 'China')",
        "problem.yaml:8:5: sites.guizhou.pue_: unknown key 'pue_'; did you mean 'pue'?",
        "problem.yaml:9:10: sites.guizhou.pue: must be at least 1 (given 0.9)",
        "problem.yaml:10:48: sites.guizhou.power_cap.2023-07-01: has the wrong unit 'kWh': "
        "expected kW",
        "problem.yaml:11:12: sites.guizhou.space: needs a unit, e.g. 30 CNY/kW/month (given 900)",
        "problem.yaml:13:3: sites.ningxia: duplicate key, first on line 12",
        "problem.yaml:15:48: offers.a.price: must not be negative (given -1 CNY)",
        "problem.yaml:16:47: offers.b.price: is in USD, but there is no exchange rate for it: "
        "add exchange_rates: {USD: ...} in CNY per USD",
        "problem.yaml:17:13: offers.c.item: unknown item 'hgx-a80-8'; did you mean 'hgx-a800-8'?",
        "problem.yaml:17:62: offers.c.sites: unknown site 'ningxa'; did you mean 'ningxia'?",
        "problem.yaml:18:3: offers.d: required key 'item' is missing",
        "problem.yaml:20:65: training.gpt3.window: 2024-07-01 lies outside the horizon "
        "2023-01-01..2023-12-31",
        "problem.yaml:20:65: training.gpt3.window: 2024-07-30 lies outside the horizon "
        "2023-01-01..2023-12-31",
        "problem.yaml:21:25: limits.budget.2023: needs a unit, e.g. 50_000 CNY "
        "(given 2500000000.0)",
        "problem.yaml:21:32: limits.budget.soon: must be a whole number (given 'soon')",
        "problem.yaml:22:1: export_rules: required key 'ruleset' is missing",
        "problem.yaml:22:16: export_rules.rulesset: unknown key 'rulesset'; "
        "did you mean 'ruleset'?",
    ]


def test_what_was_left_out_is_not_missed(tmp_path: Path) -> None:
    """A site with a fault of its own is no unknown site for the offers that name it."""
    text = SOUND.replace("    destination: CN\n    pue: 1.2", "    pue: 1.2")
    assert faults(tmp_path, text) == [
        "problem.yaml:5:3: sites.guizhou: required key 'destination' is missing"
    ]


def test_items_and_catalogue_files_are_located(tmp_path: Path) -> None:
    """Faults of the file's own items stand at the item, those of its catalogues there."""
    write(tmp_path, "accelerators:\n  own: {name: Own}\n", "own.yaml")
    found = faults(tmp_path, SOUND + "catalogs: [own.yaml]\n")
    assert found
    assert all(line.startswith("own.yaml:2: accelerators.own.") for line in found)
    found = faults(tmp_path, SOUND + "items:\n  box: {kind: node, cards: 8}\n")
    assert found == ["problem.yaml:19:3: items.box: card: is required, and not given"]


def test_a_single_reading_is_reported(tmp_path: Path) -> None:
    """A value that may be a block or `none` is refused once, in words of its own."""
    found = faults(tmp_path, SOUND + "export_rules: nome\n")
    assert found == ["problem.yaml:18:15: export_rules: must be a block or none (given 'nome')"]


def test_a_file_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Control characters of a file are shown escaped."""
    found = faults(tmp_path, SOUND + '"\\e[2J": 1\n')
    assert "\x1b" not in found[0]
    assert "\\x1b[2J" in found[0]


def test_scenarios_apply_in_order_then_edits(tmp_path: Path) -> None:
    """Proves the order: scenarios as named, then edits as given.

    Sensitivity: were edits first, the price would be 3,000,000; were the scenario applied last, the
    cap would be 60 MW.
    """
    edits = ["offers.a800-node.price=2_000_000 CNY", "sites.guizhou.power_cap=70 MW"]
    loaded = load(tmp_path, SOUND, *edits, scenarios=("dearer", "more-power"))
    assert loaded.tree["offers"]["a800-node"]["price"] == "2_000_000 CNY"
    assert loaded.tree["sites"]["guizhou"]["power_cap"] == "70 MW"


def test_a_scenario_merges_blocks(tmp_path: Path) -> None:
    """A scenario changes what it names and leaves the rest of the block as it was."""
    guizhou = load(tmp_path, scenarios=("more-power",)).tree["sites"]["guizhou"]
    assert guizhou == {"destination": "CN", "pue": 1.2, "power_cap": "60 MW"}


def test_a_scenario_takes_out_and_scales(tmp_path: Path) -> None:
    """Null takes a value out; a path with a star scales it, units and all."""
    assert load(tmp_path, scenarios=("no-node",)).tree["offers"] == {}
    dearer = load(tmp_path, scenarios=("dearer", "dearer")).tree["offers"]["a800-node"]
    assert dearer["price"] == "2250000 CNY"


def test_an_unknown_scenario_names_the_nearest(tmp_path: Path) -> None:
    """The fault names the scenario as asked for and the one that was meant."""
    found = faults(tmp_path, SOUND, scenarios=("more-pwer",))
    assert found == [
        f"--scenario more-pwer: no such scenario in {tmp_path}/problem.yaml; "
        "did you mean 'more-power'?"
    ]


def test_scenarios_are_checked_though_not_chosen(tmp_path: Path) -> None:
    """Blocks that no problem has are faults of every scenario; so is a scenario without changes."""
    text = SOUND + '  typo: {sitess: {}, "limitz.budget": 1, scenarios: {}}\n  empty:\n'
    assert faults(tmp_path, text) == [
        "problem.yaml:18:10: scenarios.typo.sitess: no such block; did you mean 'sites'?",
        'problem.yaml:18:22: scenarios.typo."limitz.budget": no such block; '
        "did you mean 'limits'?",
        "problem.yaml:18:42: scenarios.typo.scenarios: 'scenarios' cannot be changed here",
        "problem.yaml:19:3: scenarios.empty: must be a mapping of changes",
    ]


def test_a_chosen_scenario_is_validated_in_full(tmp_path: Path) -> None:
    """A fault of a chosen scenario stands where the scenario is written."""
    text = SOUND + "  bad: {sites: {guizhou: {pue: 0.5, puee: 1}, atlantis: null}}\n"
    assert faults(tmp_path, text, scenarios=("bad",)) == [
        "problem.yaml:18:32: sites.guizhou.pue: must be at least 1 (given 0.5)",
        "problem.yaml:18:37: sites.guizhou.puee: unknown key 'puee'; did you mean 'pue'?",
        "problem.yaml:18:47: sites.atlantis: null takes a key out, but there is none here; "
        "expected one of 'guizhou', 'ningxia'",
    ]
    assert load(tmp_path, text).problem.sites["guizhou"].pue == 1.2


CASES = """\
uncertainty:
  decide_until: 2023-06-30
  cases:
    base: {weight: 0.5}
    high: {weight: 0.5, set: {"offers.a800-node.price*": 2, "sites.guizhou.pue": 0.5, spares*: 2}}
"""


def test_the_cases_of_uncertainty_are_validated(tmp_path: Path) -> None:
    """Each case is a whole problem: its edits are applied and their faults found, with its name."""
    found = faults(tmp_path, SOUND + CASES)
    assert found[0] == (
        "problem.yaml:22:82: sites.guizhou.pue: must be at least 1 (given 0.5), in case 'high'"
    )
    assert found[1].startswith("problem.yaml:22:96: spares: there is nothing here to scale")
    assert len(found) == 2


def test_the_cases_of_uncertainty_are_problems_of_their_own(tmp_path: Path) -> None:
    """The file as it stands keeps its values; each case has its edits, and none has the block."""
    text = CASES.replace('"sites.guizhou.pue": 0.5, spares*: 2', '"sites.guizhou.pue": 1.5')
    loaded = load(tmp_path, SOUND + text)
    assert loaded.cases["base"].problem == loaded.without_uncertainty.problem
    assert loaded.cases["high"].problem.sites["guizhou"].pue == 1.5
    assert "uncertainty" in loaded.tree
    assert "uncertainty" not in loaded.without_uncertainty.tree
    assert "uncertainty" not in loaded.cases["high"].tree


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        ("{a: {weight: 0.5}, b: {weight: 40 %}}", "weights must add up to 1, or 100 %"),
        ("{a: {weight: 0}, b: {weight: 1}}", "needs a weight above 0"),
        ("{}", "needs at least one case"),
        ("{a: {wieght: 1}}", "wieght"),
        ("{a: {weight: 1, set: {horizon.end: 2030-12-31}}}", "'horizon' must be the same in every"),
        ("{a: {weight: 1, set: {currency: USD}}}", "'currency' must be the same in every case"),
        ("{a: {weight: 1, set: {solve.gap: 1 %}}}", "'solve' must be the same in every case"),
        ("{a: {weight: 1, set: {uncertainty: null}}}", "'uncertainty' must be the same in every"),
    ],
)
def test_cases_that_cannot_be_planned_together(tmp_path: Path, cases: str, words: str) -> None:
    """Weights that are none, and changes of what all cases share, are told with their place."""
    text = f"uncertainty:\n  decide_until: 2023-06-30\n  cases: {cases}\n"
    found = faults(tmp_path, SOUND + text)
    assert any(words in each and ": uncertainty" in each for each in found), found


def test_what_is_decided_early_lies_within_the_horizon(tmp_path: Path) -> None:
    """A day beyond it decides everything or nothing: a slip of the pen."""
    text = "uncertainty: {decide_until: 2031-01-01, cases: {a: {weight: 1}}}\n"
    (found,) = faults(tmp_path, SOUND + text)
    assert "uncertainty.decide_until: 2031-01-01 lies outside the horizon" in found


def test_the_root_is_a_mapping_of_blocks(tmp_path: Path) -> None:
    """Files that hold no problem at all are refused in one line each."""
    expected = "problem.yaml:1:1: must be a mapping of blocks like 'horizon:' (given "
    assert faults(tmp_path, "- a\n") == [expected + "a list)"]
    assert faults(tmp_path, "hello\n") == [expected + "'hello')"]
    assert faults(tmp_path, "") == ["problem.yaml: is empty: expected a problem"]
    assert faults(tmp_path, "# nothing\n") == ["problem.yaml: is empty: expected a problem"]


def test_later_faults_find_their_place(tmp_path: Path) -> None:
    """What is found wrong after loading is reported at its line too, whole-number keys included."""
    loaded = load(tmp_path, SOUND + "limits: {budget: {2023: 1 CNY}}\n")
    error = loaded.error([(("limits", "budget", 2023), "is too small"), ((), "is odd")])
    assert str(error).replace(f"{tmp_path}/", "").splitlines() == [
        "problem.yaml:1:1: is odd",
        "problem.yaml:18:25: limits.budget.2023: is too small",
    ]


def test_a_wrong_currency_is_one_fault(tmp_path: Path) -> None:
    """A currency that is none is said once, not again at every price; other units still count."""
    text = SOUND.replace("currency: CNY", "currency: YUAN").replace("20 MW", "20 XW")
    found = faults(tmp_path, text)
    assert [line.split(": ")[1] for line in found] == [
        "currency",
        "sites.guizhou.power_cap.2023-01-01",
    ]
