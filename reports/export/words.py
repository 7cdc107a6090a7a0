"""Text from a problem file on its way into somebody else's program.

Belongs here: making names and sentences harmless and readable for spreadsheets, documents and file
systems. Does not belong here: translation (reports.language), layout.
"""

import re
import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", *"\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet may take for the beginning of a formula, full-width forms included."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of writing."""
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|www)(?=[:.])")
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


def printable(text: str) -> str:
    r"""A text without characters that XML and UTF-8 refuse; each becomes the replacement sign.

    >>> printable("a\x00b\nc")
    'a\ufffdb\nc'
    """
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def on_one_line(text: str) -> str:
    r"""A text for a line of a document: no breaks, and nothing that turns what follows it round.

    >>> on_one_line("a\n b"), on_one_line("\u202ednammoc")
    ('a b', '\ufffddnammoc')
    """
    return _TURNS.sub("\N{REPLACEMENT CHARACTER}", " ".join(printable(text).split()))


def unlinked(text: str) -> str:
    """A text of Markdown whose bare addresses become no links.

    >>> unlinked("see http://x")
    'see http&#8203;://x'
    """
    return _ADDRESS.sub(r"\1&#8203;", text)


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it opens a CSV file.

    An apostrophe is put before what begins like a formula, as OWASP advises; a spreadsheet shows
    it. Exact texts are in Parquet, XLSX and JSON, which keep text and formulas apart.

    >>> guarded("=1+1"), guarded("inspur"), guarded(" @x")
    ("'=1+1", 'inspur', "' @x")
    """
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA_STARTS) else text


def file_name(text: str, most: int = 40) -> str:
    """A text as part of the name of a file, on any system; never empty.

    >>> file_name("../浪潮 & Co."), file_name("///")
    ('浪潮-Co', 'x')
    """
    plain = unicodedata.normalize("NFC", printable(text)).replace("\N{REPLACEMENT CHARACTER}", "-")
    return _NOT_IN_NAMES.sub("-", plain)[:most].strip(".-_") or "x"
