"""The list of households: what an office's table says is understood, or all reasons are named at once."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.households import COLUMNS, HouseholdList, read_households
from bot.model.household import Household

COMPOUNDS = ("春晓苑", "秋实里")
HEADER = "小区,楼栋,单元,室,户主,人数,电话,备注"


def read(folder: Path, text: str, compounds: tuple[str, ...] = COMPOUNDS) -> HouseholdList:
    path = folder / "住户.csv"
    path.write_text(text, encoding="utf-8")
    return read_households(path, compounds)


def problems(folder: Path, text: str, compounds: tuple[str, ...] = COMPOUNDS) -> list[str]:
    found = read(folder, text, compounds)
    return [problem.removeprefix(f"{folder / '住户.csv'}:") for problem in found.problems]


def test_a_full_row_becomes_a_household(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEADER}\n春晓苑,17号楼,３单元,501室,王女士,3人,138-0013-8000,独居，听力差\n")
    assert found.problems == ()
    assert found.households == (
        Household("春晓苑", "17", "3", "501", "王女士", 3, "13800138000", "独居，听力差", ("独居老人",)),
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("17,3,501", ("17", "3", "501")),
        ("17号楼,3单元,501室", ("17", "3", "501")),
        ("１７号,３,５０１", ("17", "3", "501")),
        ("017栋,03单元,0501", ("17", "3", "501")),
        ("十七号楼,三单元,501号", ("17", "3", "501")),
        ("a座,,1203房", ("A", "", "1203")),
        ("5,无,东户", ("5", "", "东户")),
        ("17 号楼,-,b101", ("17", "", "B101")),
    ],
)
def test_values_are_bare(tmp_path: Path, written: str, meant: tuple[str, str, str]) -> None:
    found = read(tmp_path, f"楼栋,单元,室\n{written}\n", ("春晓苑",))
    assert found.problems == ()
    assert found.households[0].key == ("春晓苑", *meant)


@pytest.mark.parametrize("name", [name for names in COLUMNS.values() for name in names])
def test_every_usual_name_of_a_column_is_known(tmp_path: Path, name: str) -> None:
    field = next(field for field, names in COLUMNS.items() if name in names)
    values = dict.fromkeys(COLUMNS, "") | {"compound": "春晓苑", "building": "17", "room": "501", "unit": "3"}
    values |= {"name": "王女士", "people": "3", "phone": "13800138000", "note": "听力差", "tags": "独居"}
    titles = [name if other == field else COLUMNS[other][0] for other in COLUMNS]
    found = read(tmp_path, f"{','.join(titles)}\n{','.join(values[other] for other in COLUMNS)}\n")
    assert found.households == (
        Household("春晓苑", "17", "3", "501", "王女士", 3, "13800138000", "听力差", ("独居老人",)),
    )  # fmt: skip


def test_columns_come_in_any_order_and_strangers_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, "序号,手机号（必填）, 房 号 ,面积,*楼栋：,小区\n1,13800138000,501,88,17,秋实里\n")
    assert found.households == (Household("秋实里", "17", "", "501", phone="13800138000"),)
    assert found.unused == ("序号", "面积")


def test_a_title_above_the_header_and_merged_cells_do_no_harm(tmp_path: Path) -> None:
    book = Workbook()
    for row in (
        ["百合社区住户名册"],
        [],
        ["楼栋", "单元", "房号", "姓名"],
        [17, 3, 501, "王女士"],
        [None, None, 502],
    ):
        book.active.append(row)
    for area in ("A1:D1", "A4:A5", "B4:B5"):
        book.active.merge_cells(area)
    book.save(tmp_path / "t.xlsx")
    found = read_households(tmp_path / "t.xlsx", ("春晓苑",))
    assert found.problems == ()
    assert [household.door for household in found.households] == ["17-3-501", "17-3-502"]


def test_further_phones_are_kept_in_the_note(tmp_path: Path) -> None:
    found = read(tmp_path, "楼栋,室,电话,备注\n17,501,13800138000、0371-55501234,孕妇\n", ())
    assert (found.households[0].phone, found.households[0].note) == (
        "13800138000",
        "孕妇；另有电话 037155501234",
    )


@pytest.mark.parametrize(
    ("tags", "note", "meant"),
    [
        ("独居、行动不便", "", ("独居老人", "行动不便")),
        ("空户", "房东在外地", ("空置",)),
        ("隔离", "", ("居家隔离",)),
        ("党员", "老人卧床，需上门", ("党员", "行动不便")),
        ("", "房东出国，没人住", ("空置",)),
        ("无", "已解除居家隔离", ()),
        ("", "子女同住，不独居", ()),
    ],
)
def test_tags_are_read_from_their_column_and_from_the_note(
    tmp_path: Path, tags: str, note: str, meant: tuple[str, ...]
) -> None:
    found = read(tmp_path, f"楼栋,室,人员类型,备注\n17,501,{tags},{note}\n", ("春晓苑",))
    assert found.problems == () and found.households[0].tags == meant


def test_without_compounds_in_the_tree_any_name_is_taken(tmp_path: Path) -> None:
    assert read(tmp_path, "小区,楼栋,室\n东院,1,101\n", ()).households[0].compound == "东院"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("春晓苑,,3,501,,,,", "没写楼栋"),
        ("春晓苑,17,3,,,,,", "没写室"),
        ("春晓苑,17号楼3单元,,501,,,,", "看不懂楼栋「17号楼3单元」，只写楼号"),
        ("春晓苑,17,三零一,501,,,,", "看不懂单元「三零一」"),
        ("春晓苑,17,3,3单元501,,,,", "看不懂室「3单元501」"),
        ("春晓苑,17,,3-501,,,,", "看不懂室「3-501」"),
        ("春晓苑,17,3,501,,三个,,", "人数「三个」不是数字"),
        ("春晓苑,17,3,501,,-1,,", "人数「-1」不是数字"),
        ("春晓苑,17,3,501,,,1380013800,", "电话「1380013800」不对"),
        ("春晓苑,17,3,501,,,1.38E+10,", "电话「1.38E+10」被表格软件改坏了"),
        ("春小苑,17,3,501,,,,", "没有叫「春小苑」的小区，是不是「春晓苑」？"),
        ("别处,17,3,501,,,,", "没有叫「别处」的小区，bot.yaml 里有 春晓苑、秋实里"),
        (",17,3,501,,,,", "没写小区，应是 春晓苑、秋实里 之一"),
    ],
)
def test_what_cannot_be_understood_is_named_with_its_line(tmp_path: Path, row: str, reason: str) -> None:
    (found,) = problems(tmp_path, f"{HEADER}\n春晓苑,1,1,101,,,,\n{row}\n")
    assert found.startswith(f"3: {reason}")


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        f"{HEADER}\n春晓苑,,3,501,,很多,12,\n春晓苑,17,3,501,,,,\n\n秋实里,17,3,501,,,,\n春晓苑,17号楼,3,501室,,,9,\n",
    )
    assert [problem.split(":")[0] for problem in found] == ["2", "2", "2", "6", "6"]
    assert found[-1] == "6: 春晓苑17-3-501 与第 3 行重复"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("小区,单元,室", "1: 缺少「楼栋」一列（也可以叫楼号"),
        ("小区,楼栋,单元", "1: 缺少「室」一列（也可以叫室号"),
        ("楼栋,室", "1: 缺少「小区」一列：有 春晓苑、秋实里"),
        ("小区,楼栋,室,电话,手机", "1: 「电话」和「手机」说的是同一件事"),
        ("甲,乙,丙", "1: 没有找到表头。第一行请写列名：小区、楼栋、单元、室"),
    ],
)
def test_a_header_that_will_not_do_says_what_to_write(tmp_path: Path, header: str, reason: str) -> None:
    found = problems(tmp_path, f"{header}\n春晓苑,17,501,1,2\n")
    assert found[0].startswith(reason)
    assert read(tmp_path, f"{header}\n春晓苑,17,501,1,2\n").households == ()


def test_an_empty_file_has_no_header(tmp_path: Path) -> None:
    assert problems(tmp_path, "")[0].startswith("1: 没有找到表头")
