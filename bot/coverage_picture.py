"""A round as a picture for the phone: a grid of buildings and units, coloured by how many are tested. No door is on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.model.coverage import Standing, by_unit, tally
from bot.model.testing import Tally
from bot.model.walk import natural

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansSC-Regular.otf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
)
"""Where systems keep a font with Chinese characters; without any the picture bears figures and letters alone."""

CELL, ROW, HEAD, EDGE, GAP = 132, 58, 116, 36, 28
"""Pixels: a unit's width, a building's height, the buildings' names, the margin, between columns."""
TALLEST = 26
"""So many buildings stand in one column, then another begins beside it."""

PAPER, INK, FAINT, EMPTY = "#ffffff", "#22303c", "#7b8794", "#eef1f4"
SHADES: tuple[tuple[float, str, str], ...] = (
    (1.0, "#2e8b57", "#ffffff"),
    (0.9, "#a8d8b0", "#17402a"),
    (0.6, "#f6e08a", "#4d3f00"),
    (0.3, "#f5b265", "#4d2900"),
    (0.0, "#e57368", "#ffffff"),
)
"""From this share of those to be tested on: the cell's colour and its figures' colour."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A building, or the name of a compound above its buildings."""

    title: str
    cells: dict[str, Tally] | None
    """Unit -> how it stands; None for a compound's name."""


@dataclass(frozen=True, slots=True)
class _Pens:
    large: ImageFont.FreeTypeFont | ImageFont.ImageFont
    small: ImageFont.FreeTypeFont | ImageFont.ImageFont
    chinese: bool


def draw(path: Path, name: str, place: str, at: datetime, standings: Sequence[Standing]) -> None:
    """Write the picture as .png. ``name`` and ``place`` stand in its title where there is a font for them."""
    pens = _pens()
    lines, units = _lines(standings, pens)
    tall = math.ceil(len(lines) / math.ceil(len(lines) / TALLEST))
    columns = [lines[n : n + tall] for n in range(0, len(lines), tall)]
    width = HEAD + CELL * len(units)
    whole = tally(standings)
    size = (
        max(EDGE * 2 + width * len(columns) + GAP * (len(columns) - 1), 720),
        EDGE * 2 + 150 + ROW * (max(map(len, columns)) + 1) + 70,
    )
    image = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(image)
    _title(pen, pens, name, place, at, whole, size[0])
    for n, column in enumerate(columns):
        _column(pen, pens, column, units, EDGE + n * (width + GAP), EDGE + 150)
    _legend(pen, pens, EDGE, size[1] - EDGE - 34)
    image.save(path, "PNG", optimize=True)


def _pens() -> _Pens:
    path = next((font for font in FONTS if Path(font).exists()), None)
    if path is None:
        return _Pens(ImageFont.load_default(38), ImageFont.load_default(25), False)
    return _Pens(ImageFont.truetype(path, 38), ImageFont.truetype(path, 25), True)


def _lines(standings: Sequence[Standing], pens: _Pens) -> tuple[list[_Line], list[str]]:
    """A line a building, and the units that are the grid's columns."""
    buildings: dict[tuple[str, str], dict[str, Tally]] = {}
    for (compound, building, unit), those in by_unit(standings).items():
        buildings.setdefault((compound, building), {})[unit] = tally(those)
    several = len({compound for compound, _ in buildings}) > 1
    lines: list[_Line] = []
    before = ""
    for (compound, building), cells in buildings.items():
        if several and compound != before:
            lines.append(_Line(compound if pens.chinese else "", None))
            before = compound
        suffix = ("号楼" if building.isdecimal() else "座") if pens.chinese else ""
        shown = building if pens.chinese or building.isascii() else "?"
        lines.append(_Line(f"{'' if pens.chinese else '#'}{shown}{suffix}", cells))
    units = sorted({unit for cells in buildings.values() for unit in cells if unit}, key=natural)
    return lines, units or [""]


def _title(
    pen: ImageDraw.ImageDraw, pens: _Pens, name: str, place: str, at: datetime, whole: Tally, width: int
) -> None:
    share = whole.sampled * 100 // whole.expected if whole.expected else 100
    digits = "".join(c for c in name if c.isdigit() and c.isascii())
    title = f"{place} {name}" if pens.chinese else f"Round {digits}".strip()
    pen.text((EDGE, EDGE), title, INK, pens.large)
    pen.text((width - EDGE, EDGE), f"{share}%", INK, pens.large, anchor="ra")
    counted = f"{whole.sampled}/{whole.expected}"
    persons = f"{whole.people_sampled}/{whole.people}"
    line = f"{counted} 户   {persons} 人" if pens.chinese else f"{counted} doors   {persons} persons"
    pen.text((EDGE, EDGE + 56), line, FAINT, pens.small)
    pen.text((width - EDGE, EDGE + 56), f"{at:%m-%d %H:%M}", FAINT, pens.small, anchor="ra")
    pen.rounded_rectangle((EDGE, EDGE + 102, width - EDGE, EDGE + 116), 7, EMPTY)
    done = math.floor((width - 2 * EDGE) * share / 100)
    if done > 14:
        pen.rounded_rectangle((EDGE, EDGE + 102, EDGE + done, EDGE + 116), 7, SHADES[0][1])


def _column(
    pen: ImageDraw.ImageDraw, pens: _Pens, lines: Sequence[_Line], units: Sequence[str], left: int, top: int
) -> None:
    for n, unit in enumerate(units):
        shown = (
            f"{unit}单元"
            if pens.chinese and unit
            else f"U{unit}"
            if unit and unit.isascii()
            else unit and "?"
        )
        middle = left + HEAD + n * CELL + CELL // 2
        pen.text((middle, top + ROW // 2), shown or "", FAINT, pens.small, anchor="mm")
    for row, line in enumerate(lines, 1):
        y = top + row * ROW
        if line.cells is None:
            pen.text((left, y + ROW // 2), line.title, INK, pens.small, anchor="lm")
            continue
        pen.text((left + HEAD - 14, y + ROW // 2), line.title, INK, pens.small, anchor="rm")
        for n, unit in enumerate(units):
            if unit in line.cells:
                _cell(pen, pens, line.cells[unit], left + HEAD + n * CELL, y, CELL)
        if "" in line.cells and units != [""]:
            _cell(pen, pens, line.cells[""], left + HEAD, y, CELL * len(units))


def _cell(pen: ImageDraw.ImageDraw, pens: _Pens, counted: Tally, x: int, y: int, width: int) -> None:
    share = counted.sampled / counted.expected if counted.expected else 1.0
    fill, ink = next((fill, ink) for least, fill, ink in SHADES if share >= least)
    pen.rounded_rectangle((x + 3, y + 3, x + width - 3, y + ROW - 3), 9, fill)
    shown = f"{counted.sampled}/{counted.expected}" if counted.expected else "-"
    pen.text((x + width // 2, y + ROW // 2), shown, ink, pens.small, anchor="mm")


def _legend(pen: ImageDraw.ImageDraw, pens: _Pens, x: int, y: int) -> None:
    for least, fill, _ in SHADES:
        shown = "100%" if least == 1 else f"{least:.0%}+" if least else "<30%"
        pen.rounded_rectangle((x, y, x + 30, y + 30), 6, fill)
        pen.text((x + 40, y + 15), shown, FAINT, pens.small, anchor="lm")
        x += 128
