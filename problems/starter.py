"""The commented problem file that a newcomer begins with.

Belongs here: finding it in a checkout and in an installed wheel alike. Does not belong here: its
text, which is problems/starter.yaml.
"""

from importlib.resources import files


def starter_text() -> str:
    """The text of the starter file: small, solvable, every common block explained."""
    return files("problems").joinpath("starter.yaml").read_text(encoding="utf-8")
