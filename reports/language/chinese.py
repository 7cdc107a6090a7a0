"""Figures as Chinese writes them: money by 万 and 亿, periods of the calendar, shares.

Belongs here: pure functions from a figure to its Chinese text. Does not belong here: texts and
sentences (the tables), which of the languages speaks (language.py).
"""

import re
from datetime import date

from reports.numbers import unit_price

SCALES = ((1e8, "亿"), (1e4, "万"))
"""What Chinese counts in, the greatest first."""
CURRENCIES = {
    "CNY": "元",
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "HKD": "港元",
    "JPY": "日元",
    "KRW": "韩元",
    "SGD": "新加坡元",
    "TWD": "新台币",
}
"""Names of currencies; others keep their code."""


def money(amount: float, currency: str) -> str:
    """Money in a sentence: four digits, in 万 or 亿 from 100,000 on.

    >>> money(84_800_000, "CNY"), money(1_230_000_000, "CNY"), money(4.68, "USD")
    ('8,480万元', '12.3亿元', '4.68美元')
    >>> money(99_999_600, "CNY"), money(-250_000, "USD"), money(1250, "CHF")
    ('1亿元', '-25万美元', '1,250 CHF')
    """
    name = currency_name(currency)
    unit = name if name != currency else f" {currency}"
    if abs(amount) < 99_999.5:
        return f"{unit_price(amount)}{unit}"
    rounded = float(f"{amount:.4g}")
    size, scale = next(entry for entry in SCALES if abs(rounded) >= entry[0])
    text = f"{rounded / size:,.3f}".rstrip("0").rstrip(".")
    return f"{text}{scale}{unit}"


def currency_name(code: str) -> str:
    """The name of a currency; its code where none is known.

    >>> currency_name("USD"), currency_name("CHF")
    ('美元', 'CHF')
    """
    return CURRENCIES.get(code, code)


def day(value: date) -> str:
    """A day.

    >>> day(date(2024, 1, 1))
    '2024年1月1日'
    """
    return f"{value.year}年{value.month}月{value.day}日"


def period(label: str) -> str:
    """The label of a period; what is none stays as it is.

    >>> period("2023-Q1"), period("2023-07"), period("2023"), period("2023-07-15"), period("x")
    ('2023年第1季度', '2023年7月', '2023年', '2023年7月15日', 'x')
    """
    if re.fullmatch(r"\d{4}-Q[1-4]", label):
        return f"{label[:4]}年第{label[-1]}季度"
    if re.fullmatch(r"\d{4}-\d\d", label):
        return f"{label[:4]}年{int(label[5:])}月"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", label):
        return f"{label[:4]}年{int(label[5:7])}月{int(label[8:])}日"
    return f"{label}年" if re.fullmatch(r"\d{4}", label) else label
