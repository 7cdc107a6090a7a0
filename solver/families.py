"""The families of constraints and figures, by the names a user reads.

Belongs here: one name and one sentence for each family, used alike by the rows of the formulation,
by explanations and by verification. Does not belong here: what a family means in numbers.
"""

from enum import StrEnum


class Family(StrEnum):
    """A family of constraints that a plan keeps, or of figures that a plan states.

    >>> Family.POWER, Family("minimum_order").description
    (<Family.POWER: 'power'>, 'An order is at least the minimum order of its offer.')
    """

    description: str
    """What holds when the family holds, in one sentence."""

    def __new__(cls, name: str, description: str) -> "Family":
        """A member: the name a user reads, and its sentence."""
        family = str.__new__(cls, name)
        family._value_ = name
        family.description = description
        return family

    RECORD = (
        "record",
        "Every row reads: known names, finite numbers, whole counts, no doubles.",
    )

    # The orders
    OPTION = (
        "option",
        "Every purchase is one that availability, lead time and export rules leave open.",
    )
    SUPPLY = ("supply", "Deliveries, or units leased at once, stay within the supply.")
    MINIMUM_ORDER = ("minimum_order", "An order is at least the minimum order of its offer.")
    DISCOUNT = ("discount", "Every order has the discount of its tier, all sites together.")
    LICENCES = ("licences", "Cards that need an export licence stay within the licences granted.")
    TOTAL_TPP = ("total_tpp", "The TPP of all cards bought stays within the buyer's cap.")
    CARD_TYPES = ("card_types", "Kinds of cards bought or leased stay within their limit.")
    BUDGET = ("budget", "Payments for purchases and leases stay within the budget.")
    VENDOR_SHARE = ("vendor_share", "No vendor gets more than its share of the spend.")

    # The places
    SLOTS = ("slots", "Cards in hosts find slots.")
    POWER = ("power", "Installed load power at the meter stays within the site's power cap.")
    RACK_UNITS = ("rack_units", "What is installed finds rack units.")
    FABRIC = ("fabric", "The fabric has the switches, NICs and cables its endpoints need.")

    # The workloads
    CAPACITY = ("capacity", "Jobs, replicas and reservations hold no more than the working cards.")
    MEMORY_FIT = (
        "memory_fit",
        "A training job holds whole nodes or cards, and no fewer than its memory needs.",
    )
    TRAINING_RATE = ("training_rate", "Work done in an interval is what the cards held can do.")
    TRAINING_WINDOW = ("training_window", "A training job runs inside its window.")
    TRAINING_POOL = (
        "training_pool",
        "A training job runs in one pool that fits it; a split one in pools of one site.",
    )
    TRAINING_WORK = ("training_work", "The work of every training job is done by its deadline.")
    REPLICAS = (
        "replicas",
        "Replicas are of a configuration that fits, enough for what is routed to them.",
    )
    DEMAND = ("demand", "The demand of every service and class is served.")
    RESERVATION = ("reservation", "Every reservation holds its cards.")

    # The figures
    PRICE = ("price", "Unit prices and amounts of purchases are those of the offers.")
    FLEET = ("fleet", "The fleet is what was owned before, bought and leased.")
    ENERGY = (
        "energy",
        "Energy, peak and cost of electricity follow from what is installed and busy.",
    )
    CASH_FLOW = ("cash_flow", "Every payment has its date, amount and present value.")
    BILL = ("bill", "Every cost term is the sum of its payments.")
    OBJECTIVE = (
        "objective",
        "The objective is the sum of present values, not below the bound, and the gap is theirs.",
    )
