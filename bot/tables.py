"""Tables that people open in Excel or WPS: written and read as .xlsx or .csv, whichever the name says."""

import csv
import io
import os
import tempfile
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties

Value = str | int | float | bool | date | datetime | None
"""What a cell may hold. A moment is written as its own zone's wall clock shows it."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NARROWEST, _WIDEST = 6, 60


class TableError(Exception):
    """A table that cannot be read or written; the text says why, in Chinese, for whoever named the file."""


_A4 = 9
"""The number of that paper in a sheet's file."""

_TICKED = 21
"""Points: rows are so high that one can tick and write in them with gloves on."""

_UPRIGHT = 7
"""So many columns fit a sheet held upright; more are printed across."""

_SHORT_POSTER = 7
"""Two posters of so many lines fit a page."""

_PAGE_POINTS = 740
"""The height of what is printed on a page."""

_LARGE, _LEGIBLE = 30, 18
"""Sizes of letters on a poster: an old man reads it at the door without his glasses."""


@dataclass(frozen=True, slots=True)
class Poster:
    """Something to be stuck to a door."""

    place: str
    """The large line."""
    heading: str
    lines: tuple[tuple[str, str, str], ...]
    """What for, whom, which number."""
    footer: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table that was read."""

    line: int
    """Where it starts: a line of the .csv, a row of the sheet; the first is 1."""
    cells: tuple[str, ...]
    """What the cells show, without space around it; whole numbers without ".0"; merged cells in each row."""


def write_table(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Value]], title: str = "") -> None:
    """Write a table as .xlsx or .csv: all of it or, when anything goes wrong, nothing. ``title`` stands above every
    printed page.

    A text is never taken for a formula: in .xlsx it is stored as text, in .csv a leading =, +, - or @ gets
    the apostrophe that spreadsheets use for that (read_table takes it away again). Only the owner may read
    the file, because exports name people. Raises TableError.
    """
    write = _writers(path)
    _write_whole(path, lambda file: write(file, headers, rows, title))


def write_posters(path: Path, posters: Sequence[Poster]) -> None:
    """Write posters as .xlsx to be printed on A4 and cut, or as a plain .csv. Raises TableError."""
    if path.suffix.lower() == ".xlsx":
        _write_whole(path, lambda file: _write_posters(file, posters))
        return
    rows = [(poster.place, *line) for poster in posters for line in poster.lines]
    write_table(path, ("哪里", "什么事", "找谁", "电话"), rows)


def read_table(path: Path) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The headers, and the rows below them that are not blank. Raises TableError."""
    rows = read_rows(path)
    if not rows:
        raise TableError(f"{path}: 表是空的")
    return rows[0].cells, rows[1:]


def read_rows(path: Path) -> tuple[Row, ...]:
    """Every row of a .csv or of the first sheet of an .xlsx that is not blank. Raises TableError."""
    read = _readers(path)
    try:
        found = read(path)
    except FileNotFoundError as error:
        raise TableError(f"{path}: 没有这个文件") from error
    except OSError as error:
        raise TableError(f"{path}: 打不开（{error.strerror or error}）") from error
    return tuple(row for row in found if any(row.cells))


def _write_whole(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Let ``write`` fill a file that takes the place of ``path`` when it is whole. Raises TableError."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
        os.close(handle)
    except OSError as error:
        raise TableError(f"{path}: 不能在这个文件夹里写文件（{error.strerror}）") from error
    unfinished = Path(name)
    try:
        with unfinished.open("wb") as file:
            write(file)
        unfinished.replace(path)
    except OSError as error:
        raise TableError(f"{path}: 写不进去（{error.strerror}），是不是正用 Excel 或 WPS 打开着？") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _writers(path: Path) -> Callable[[IO[bytes], Sequence[str], Iterable[Sequence[Value]], str], None]:
    match path.suffix.lower():
        case ".xlsx":
            return _write_xlsx
        case ".csv":
            return _write_csv
    raise TableError(f"{path}: 只能写 .xlsx 或 .csv，请换个文件名，例如 {path.stem or '台账'}.xlsx")


def _readers(path: Path) -> Callable[[Path], Iterable[Row]]:
    match path.suffix.lower():
        case ".xlsx":
            return _read_xlsx
        case ".csv":
            return _read_csv
        case ".xls" | ".et":
            raise TableError(f"{path}: 这是旧格式，请在 Excel 或 WPS 里另存为 .xlsx")
    raise TableError(f"{path}: 只认得 .xlsx 和 .csv")


def _write_csv(file: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[Value]], title: str) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")  # the mark makes Excel read Chinese
    writer = csv.writer(text)
    writer.writerow(headers)
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    text.flush()
    text.detach()


def _csv_cell(value: Value) -> str:
    shown = _shown(value)
    risky = isinstance(value, str) and len(shown) > 1 and shown.startswith(_FORMULA)
    return f"'{shown}" if risky else shown


def _write_xlsx(file: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[Value]], title: str) -> None:
    table = [tuple(row) for row in rows]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("小巷")
    sheet.freeze_panes = "A2"
    _ready_to_print(sheet, wide=len(headers) > _UPRIGHT)
    sheet.print_title_rows = "1:1"
    sheet.print_options.gridLines = True  # lines to tick along
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = _TICKED, True
    if title:
        sheet.oddHeader.center.text = title.replace("&", "&&")
        sheet.page_margins.top, sheet.page_margins.header = 0.7, 0.3
    for index, header in enumerate(headers):
        widths = [_width(header) + 2, *(_width(_shown(row[index])) for row in table if index < len(row))]
        letter = get_column_letter(index + 1)
        sheet.column_dimensions[letter].width = min(max(*widths, _NARROWEST) + 2, _WIDEST)
    sheet.append([_xlsx_text(sheet, header, bold=True) for header in headers])
    for row in table:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    book.save(file)


def _ready_to_print(sheet: Any, *, wide: bool) -> None:
    """A4, as wide as the sheet and as many pages as it takes, each with its number."""
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.2, footer=0.25)
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def _write_posters(file: IO[bytes], posters: Sequence[Poster]) -> None:
    """Two to a page where they are short enough, with a line to cut along, else one."""
    book = Workbook()
    sheet = book.active
    _ready_to_print(sheet, wide=False)
    sheet.oddFooter.center.text = None
    for letter, width in zip("ABC", (30, 32, 34), strict=True):
        sheet.column_dimensions[letter].width = width
    longest = max((len(poster.lines) for poster in posters), default=0)
    per_page = 2 if longest <= _SHORT_POSTER else 1
    high = _PAGE_POINTS / per_page / (longest + 3)
    for count, poster in enumerate(posters):
        first = count * (longest + 3) + 1
        _draw(sheet, poster, first, first + longest + 2, high)
        if count and count % per_page == 0:
            sheet.row_breaks.append(Break(id=first - 1))
    book.save(file)


def _draw(sheet: Any, poster: Poster, first: int, last: int, high: float) -> None:
    """One poster, in these rows: place, heading, lines, and at the bottom the footer."""
    for row in range(first, last + 1):
        sheet.row_dimensions[row].height = high
    for row, text in ((first, poster.place), (first + 1, poster.heading), (last, poster.footer)):
        _letter(sheet.cell(row, 1), text, large=row == first, middle=True)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=3)
    for row, line in enumerate(poster.lines, first + 2):
        for column, text in enumerate(line, 1):
            _letter(sheet.cell(row, column), text, large=False, middle=False)
    for column in (1, 2, 3):
        sheet.cell(last, column).border = Border(bottom=Side("dashed"))


def _letter(cell: Any, text: str, *, large: bool, middle: bool) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type, cell.number_format = "s", "@"
    cell.font = Font(size=_LARGE if large else _LEGIBLE, bold=large)
    cell.alignment = Alignment("center" if middle else "left", "center", wrap_text=True)


def _xlsx_cell(sheet: object, value: Value) -> object:
    match value:
        case str():
            return _xlsx_text(sheet, value)
        case bool():
            return _xlsx_text(sheet, _shown(value))
        case datetime():
            cell = WriteOnlyCell(sheet, value=value.replace(tzinfo=None))
            cell.number_format = "yyyy-mm-dd hh:mm"
            return cell
    return value


def _xlsx_text(sheet: object, text: str, bold: bool = False) -> object:
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"  # openpyxl takes "=…" for a formula and "#N/A" for an error
    if text[:1].isdigit() or text.startswith(_FORMULA):
        cell.number_format = "@"  # stays text when somebody edits it: phones, 0371, 17-3
    if bold:
        cell.font = Font(bold=True)
    return cell


def _shown(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


def _width(text: str) -> int:
    """How many columns of a fixed-width font the longest line takes: a Chinese character takes two."""
    lines = text[:1000].splitlines() or [""]
    return max(sum(1 + (unicodedata.east_asian_width(char) in "WFA") for char in line) for line in lines)


def _read_csv(path: Path) -> list[Row]:
    text = _decoded(path)
    head = text[: text.find("\n") + 1] or text
    delimiter = max(",\t;", key=head.count)
    rows, begun = [], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            rows.append(Row(begun, tuple(_unguarded(cell.strip()).strip() for cell in cells)))
            begun = reader.line_num + 1
    except csv.Error as error:
        raise TableError(f"{path}:{begun}: 这一行不是完整的 CSV，检查一下引号（{error}）") from error
    return rows


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):  # "Unicode 文本" of Excel
        encodings = ["utf-16"]
    elif raw.startswith(b"PK\x03\x04"):
        raise TableError(f"{path}: 这其实是 .xlsx，请把文件名改成 {path.stem}.xlsx")
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError(f"{path}: 认不出文字编码，请在 Excel 或 WPS 里另存为 .xlsx 或“CSV UTF-8”")


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _read_xlsx(path: Path) -> list[Row]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that do not matter here, like drop-down lists
            with closing(load_workbook(path, data_only=True)) as book:
                sheet = book.worksheets[0]
                merged = {
                    place: sheet.cell(area.min_row, area.min_col).value
                    for area in sheet.merged_cells.ranges
                    for place in area.cells
                }
                return [
                    Row(line, tuple(_read_cell(merged.get((line, i), cell)) for i, cell in enumerate(row, 1)))
                    for line, row in enumerate(sheet.iter_rows(values_only=True), 1)
                ]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise TableError(f"{path}: 不是完好的 .xlsx（可能设了密码，或没有存完），请重新另存一份") from error


def _read_cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "minutes")
    return str(value).strip()
