"""Reports in the reader's language: texts, sentences of a plan, numbers, money and dates.

Belongs here: `language(code)` and the tables from English to other languages. Does not belong here:
what a report says, layout. English texts stand in the code and are the keys of the tables.
"""

from reports.language.language import LANGUAGES, Language, language

__all__ = ["LANGUAGES", "Language", "language"]
