"""Temperatures in the rows of lists (接龙) whose title says that they are temperatures."""

import re

_OF_TEMPERATURES = re.compile(r"体温|测温|量温|发热|发烧")
"""In the title of a list whose rows are temperatures."""

_READING = re.compile(r"(?<![\d.])(3[5-9]|4[0-2])(?:[.．。点度℃]([0-9])?)?(?![\d岁元斤个号.])")
"""A temperature in a row of such a list, with its first decimal."""


def of_temperatures(title: str) -> bool:
    """True for the title of a list whose rows are temperatures."""
    return bool(_OF_TEMPERATURES.search(title))


def highest(what: str) -> float | None:
    """The highest temperature, in degrees Celsius, in what a row says; None when it says none."""
    readings = (float(f"{whole}.{tenth or 0}") for whole, tenth in _READING.findall(what))
    return max(readings, default=None)
