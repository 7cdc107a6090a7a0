"""The kinds of things that order lines buy.

Belongs here: the one enumeration that all records share. Does not belong here: records.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What an order line buys."""

    CARD = "card"
    NODE = "node"
    HOST = "host"
