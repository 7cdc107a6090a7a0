"""What the export rules cost: all of them together, and each of them alone.

Belongs here: the problems without rules that are asked. Does not belong here: the rules (catalogs),
what they exclude (solver.instance), words (reports).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from problems.errors import InputError
from solver.case import Case
from solver.explain.asking import Asking, Effect, Outcome, Reply
from solver.explain.rules import joint_rules, relevant_rules
from solver.instance import Instance
from solver.studies.interval import Difference

CAPS = ("interconnect", "scale_up_cards", "total_tpp")


@dataclass(frozen=True)
class RuleCost:
    """Rules lifted, and what the cheapest plan then costs."""

    rule: str
    """Id of the rule, `export_caps.interconnect` and so on; ids joined by blanks for rules that
    forbid the same; empty for all together."""
    words: str
    """What is lifted."""
    edits: tuple[str, ...]
    """`PATH=VALUE` for --set each; `PATH` alone for --unset."""
    reply: Reply

    @property
    def difference(self) -> Difference | None:
        """How much more the cheapest plan costs without: at most nothing."""
        return self.reply.difference


def rules_together(asking: Asking) -> tuple[RuleCost, ...]:
    """The rules lifted with the buyer's own caps kept, and where there are caps both lifted."""
    case, found = asking.case, []
    caps = tuple(f"export_caps.{name}" for name in _caps(case))
    if case.problem.export_rules is not None:
        edits = ("export_rules=none",)
        words = "without export rules" + (", the own caps kept" if caps else "")
        found.append(_cost(asking, "", words, edits))
    if caps:
        together = (("export_rules=none",) if found else ()) + caps
        words = "without export rules and own caps" if found else "without the own caps"
        if len(together) > 1 or not found:
            found.append(_cost(asking, "", words, together))
    return tuple(found)


def rules_alone(asking: Asking) -> tuple[RuleCost, ...]:
    """Each rule and cap that touches an offer lifted while the others hold, and together those
    that forbid the same delivery: one of them alone would change nothing.
    """
    return tuple(
        _cost(asking, rule, f"without {rule}", edits) for rule, edits in _each(asking.case)
    )


def _each(case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
    block = case.problem.export_rules
    if block is not None:
        kept = list(block.except_)
        relevant = [(rule.id,) for rule in relevant_rules(case)]
        joint = [rules for rules in joint_rules(case) if len(rules) < len(relevant)]
        for rules in (*joint, *relevant):
            yield " ".join(rules), (f"export_rules.except=[{', '.join([*kept, *rules])}]",)
    for cap in _caps(case):
        yield f"export_caps.{cap}", (f"export_caps.{cap}",)


def _caps(case: Case) -> list[str]:
    return [name for name in CAPS if getattr(case.problem.export_caps, name) is not None]


def _cost(asking: Asking, rule: str, words: str, edits: tuple[str, ...]) -> RuleCost:
    try:
        case = asking.edited(edits)
    except InputError as error:
        # Without a rule a figure may be needed that the catalogue does not have.
        return RuleCost(rule, words, edits, Reply(Outcome.REFUSED, why=error.problems[0].message))
    effect = Effect.RELAXES if only_adds(asking.case.instance, case.instance) else Effect.EITHER
    return RuleCost(rule, words, edits, asking.ask(words, case, effect))


def only_adds(before: Instance, after: Instance) -> bool:
    """Whether every way to buy is still there with its dates, price and surcharge.

    It is not where a rule delays or taxes: then payments move, which a budget may not like.
    """
    return all(
        option.key in after.option
        and replace(after.option[option.key], licensed_card=option.licensed_card) == option
        for option in before.options
    )
