"""Tables: what Excel and WPS show is what was meant, whoever wrote the words in them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from bot.tables import TableError, read_table, write_table

HEADERS = ("工单", "户主", "电话", "内容", "人数", "登记时间", "加急")
AT = datetime(2022, 11, 21, 18, 30, tzinfo=UTC)
ROW = ("A023", "王女士", "03715550123", "降压药两盒\n缬沙坦", 3, AT, True)
DANGEROUS = ["=1+1", "=cmd|'/c calc'!A1", "+861", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "#N/A", "-", "'x"]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".XLSX"])
def test_a_table_comes_back_as_it_was_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"台账{suffix}"
    write_table(path, HEADERS, [ROW, ("A024", "", None, "", None, None, False)])
    headers, rows = read_table(path)
    assert headers == HEADERS
    assert rows[0].cells == (
        "A023", "王女士", "03715550123", "降压药两盒\n缬沙坦", "3", "2022-11-21 18:30", "是",
    )  # fmt: skip
    assert (rows[0].line, rows[1].cells[0]) == (2, "A024")


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_texts_that_look_like_formulas_come_back_as_texts(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    write_table(path, ["内容"], [[text] for text in DANGEROUS])
    assert [row.cells[0] for row in read_table(path)[1]] == [text.strip() for text in DANGEROUS]


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_table(path, ["=1+1"], [[text] for text in DANGEROUS])
    cells = [cell for row in load_workbook(path).active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}


def test_no_cell_of_a_csv_begins_like_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_table(path, ["内容"], [[text] for text in DANGEROUS])
    cells = path.read_text(encoding="utf-8-sig").replace('"', "").splitlines()
    assert not [cell for cell in cells if len(cell) > 1 and cell[0] in "=+-@\t＝"]


def test_a_workbook_is_ready_to_be_read_by_people(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_table(path, HEADERS, [ROW])
    sheet = load_workbook(path).active
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert not sheet["A2"].font.bold
    assert sheet.column_dimensions["D"].width >= 12  # 降压药两盒 is as wide as ten Latin letters
    assert (sheet["C2"].value, sheet["C2"].number_format) == ("03715550123", "@")
    assert sheet["E2"].value == 3
    assert sheet["F2"].value == datetime(2022, 11, 21, 18, 30)  # noqa: DTZ001 (a sheet knows no zones)


def test_excel_is_told_that_a_csv_is_in_utf8(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_table(path, HEADERS, [])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_control_characters_do_not_spoil_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_table(path, ["内容"], [["要\x00药\x0b"]])
    assert read_table(path)[1][0].cells == ("要药",)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_table_that_fails_half_way_leaves_the_old_one_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    write_table(path, ["户"], [["501"]])

    def rows():
        yield ["502"]
        raise RuntimeError("the ledger broke")

    with pytest.raises(RuntimeError, match="the ledger broke"):
        write_table(path, ["户"], rows())
    assert read_table(path)[1][0].cells == ("501",)
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_owner_may_read_an_export(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_table(path, HEADERS, [ROW])
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["t.json", "t.xls", "t", "t.pdf"])
def test_another_suffix_is_refused_with_what_would_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(TableError, match=r"只能写 .xlsx 或 .csv.*t\.xlsx"):
        write_table(tmp_path / name, HEADERS, [])


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"没有的.t\.csv: 不能在这个文件夹里写文件"):
        write_table(tmp_path / "没有的" / "t.csv", HEADERS, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_whatever_a_spreadsheet_saved(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("户主,备注\n王女士,独居\n", encoding=encoding)
    headers, rows = read_table(path)
    assert (headers, rows[0].cells) == (("户主", "备注"), ("王女士", "独居"))


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_may_be_separated_by_tabs_or_semicolons(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"楼栋{delimiter}室\r\n17{delimiter}501\r\n", encoding="utf-8")
    assert read_table(path)[1][0].cells == ("17", "501")


def test_line_numbers_are_those_an_editor_shows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('户主,备注\n\n王女士,"两\n行"\n,\n李先生,\n', encoding="utf-8")
    assert [(row.line, row.cells[0]) for row in read_table(path)[1]] == [(3, "王女士"), (6, "李先生")]


def test_the_first_sheet_of_a_workbook_is_read_as_people_see_it(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = Workbook()
    for row in (
        ["室", "面积", "日期", "在住"],
        [],
        [501.0, 88.5, date(2022, 11, 21), True],
        [None, " 东户 "],
    ):
        book.active.append(row)
    book.create_sheet("别的").append(["不看"])
    book.save(path)
    headers, rows = read_table(path)
    assert headers == ("室", "面积", "日期", "在住")
    assert rows[0].line == 3
    assert rows[0].cells == ("501", "88.5", "2022-11-21", "是")
    assert rows[1].cells[:2] == ("", "东户")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("没有.csv", None, "没有这个文件"),
        ("空.csv", b"", "表是空的"),
        ("空.csv", b"\n,,\n", "表是空的"),
        ("旧.xls", b"", "旧格式.*另存为 .xlsx"),
        ("名册.docx", b"", "只认得 .xlsx 和 .csv"),
        ("坏.xlsx", b"PK\x03\x04", "不是完好的 .xlsx"),
        ("坏.xlsx", b"", "不是完好的 .xlsx"),
        ("错名.csv", b"PK\x03\x04", "其实是 .xlsx.*错名.xlsx"),
        ("乱.csv", b"\xff\xff\xff,\xff", "认不出文字编码"),
        ("长.csv", b"a\n" + b"x" * 200_000, "长.csv:2: 这一行不是完整的 CSV"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes | None, reason: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TableError, match=reason):
        read_table(path)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(TableError, match="打不开"):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize(("columns", "held"), [(7, "portrait"), (8, "landscape")])
def test_a_workbook_is_ready_to_be_printed(tmp_path: Path, columns: int, held: str) -> None:
    path = tmp_path / "t.xlsx"
    write_table(path, [f"第{n}列" for n in range(columns)], [["字"] * columns] * 200)
    sheet = load_workbook(path).active
    setup = sheet.page_setup
    assert (setup.paperSize, setup.orientation) == (9, held)  # A4
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (setup.fitToWidth, setup.fitToHeight) == (1, 0)  # as wide as the sheet, as many pages as it takes
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"


def test_a_printed_page_says_what_it_is_and_has_lines_to_tick_along(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_table(path, ["门牌"], [["501"]], "春晓苑 第3轮 敲门名单")
    sheet = load_workbook(path).active
    assert sheet.oddHeader.center.text == "春晓苑 第3轮 敲门名单"
    assert sheet.print_options.gridLines
    assert sheet.sheet_format.defaultRowHeight > 20
