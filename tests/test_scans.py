"""A scanner's export: whose door, phone or name is on the list is counted, all others are named by their line."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import cli
from bot.ledger.coverage import Coverage
from bot.ledger.database import Ledger
from bot.ledger.people import Roster
from bot.ledger.rounds import Rounds
from bot.model.household import Household
from bot.model.testing import Mark, Round
from bot.scans import Headerless, Scans, read_scans
from tests.conftest import MORNING, ROOT

ROUND = Round(
    1, "春晓苑", "第3轮", "小区北门", MORNING, MORNING + timedelta(hours=2), "running", 20, 10, MORNING,
    started_at=MORNING,
)  # fmt: skip
HOMES = (
    Household("春晓苑", "17", "3", "501", "王女士", 3, "13800138000"),
    Household("春晓苑", "17", "3", "502", "李强", 2, "13900139000"),
    Household("春晓苑", "17", "2", "501", "张三", 1),
    Household("春晓苑", "5", "", "101", "赵敏", 4, note="另有电话 13700137000"),
)


def read(folder: Path, text: str) -> Scans:
    path = folder / "扫码.csv"
    path.write_text(text, encoding="utf-8")
    assert MORNING.tzinfo is not None
    return read_scans(path, ROUND, HOMES, MORNING, MORNING.tzinfo, ("春晓苑", "和谐小区"))


def found(scans: Scans) -> dict[str, int | None]:
    return {mark.household.door: mark.people for mark in scans.marks}


@pytest.mark.parametrize(
    ("text", "door"),
    [
        ("姓名,门牌\n小王,17-3-501", "17-3-501"),
        ("姓名,住址\n小王,春晓苑17号楼3单元501室", "17-3-501"),
        ("姓名,楼栋,单元,室\n小王,17号楼,3单元,0501", "17-3-501"),
        ("姓名,门牌号\n小赵,5-101", "5-101"),
        ("姓名,手机号（必填）\n小王,138 0013 8000", "17-3-501"),
        ("姓名,电话\n小赵,13700137000", "5-101"),
        ("姓名,楼栋,电话\n李强,17号楼,", "17-3-502"),
        ("姓名,门牌,联系电话\n小李,17-3-999,13900139000", "17-3-502"),
    ],
)
def test_a_row_is_found_by_door_else_by_phone_else_by_name_and_building(
    tmp_path: Path, text: str, door: str
) -> None:
    scans = read(tmp_path, text)
    assert found(scans) == {door: 1} and scans.problems == ()


def test_persons_are_counted_by_household_and_nobody_twice(tmp_path: Path) -> None:
    rows = "王女士,17-3-501\n小王,17-3-501\n王女士,17-3-501\n李强,17-3-502"
    scans = read(tmp_path, f"姓名,门牌\n{rows}")
    assert found(scans) == {"17-3-501": 2, "17-3-502": 1} and scans.people == 3
    assert {mark.source for mark in scans.marks} == {"scanner"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("陌生人,17-3-999,,", "2: 陌生人：名单里没有 17-3-999"),
        ("陌生人,17-501,,", "2: 陌生人：17-501 有 2 户符合"),
        ("陌生人,,13611112222,", "2: 陌生人：电话对不上"),
        ("陌生人,,,", "2: 没有门牌，也没有电话"),
        ("王女士,17-3-501,,2022-11-12 08:00", "2: 11-12 08:00 不是第3轮的时间"),
        ("王女士,17-3-501,,11月12日 8:00", "2: 11-12 08:00 不是第3轮的时间"),
        ("王女士,17-3-501,,44877.3334", "2: 11-12 08:00 不是第3轮的时间"),
        ("王女士,和谐小区17-3-501,,", "2: 和谐小区不在这一轮里"),
    ],
)
def test_what_fits_nobody_is_named_by_its_line(tmp_path: Path, row: str, reason: str) -> None:
    scans = read(tmp_path, f"姓名,门牌,电话,采样时间\n{row}\n李强,17-3-502,,2022-11-16 08:05\n")
    assert [problem.removeprefix(f"{tmp_path / '扫码.csv'}:") for problem in scans.problems] == [reason]
    assert found(scans) == {"17-3-502": 1}, "the others count all the same"


def test_whoever_was_not_swabbed_is_not_counted(tmp_path: Path) -> None:
    scans = read(tmp_path, "姓名,门牌,状态\n王女士,17-3-501,未采样\n李强,17-3-502,已采样\n")
    assert found(scans) == {"17-3-502": 1} and scans.skipped == 1 and scans.problems == ()


def test_a_file_without_a_header_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(Headerless, match="门牌"):
        read(tmp_path, "甲,乙\n1,2\n")


def test_the_same_export_changes_nothing_and_a_shorter_one_takes_nobody_away(tmp_path: Path) -> None:
    lines = (ROOT / "bot.yaml").read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("database:", "data:"))]
    config = tmp_path / "bot.yaml"
    config.write_text("\n".join([*kept, "database: x.db", f"data: {ROOT / 'data'}"]) + "\n", "utf-8")
    ledger = Ledger(tmp_path / "x.db")
    Roster(ledger).import_households(HOMES)
    with ledger.transaction():
        of = Rounds(ledger).open(ROUND, [])
        Coverage(ledger).mark(of.id, [Mark(HOMES[1], "away", "staff", MORNING)])
    export, part = tmp_path / "扫码.csv", tmp_path / "一部分.csv"
    export.write_text("姓名,门牌\n王女士,17-3-501\n小王,17-3-501\n李强,17-3-502\n某人,9-9-999\n", "utf-8")
    part.write_text("姓名,门牌\n王女士,17-3-501\n", "utf-8")

    def run(file: Path) -> str:
        result = CliRunner().invoke(cli, ["import", "scans", str(file), "--config", str(config)])
        assert result.exit_code == 0, result.output
        return result.stdout

    first = run(export)
    assert (
        "对上 2 户 3 人，其中 2 户是新记的；没对上 1 行" in first and ":5: 某人：名单里没有 9-9-999" in first
    )
    assert "其中 0 户是新记的" in run(export) and "其中 0 户是新记的" in run(part)
    marks = {mark.household.door: mark for mark in Coverage(ledger).marks(of.id).values()}
    assert (marks["17-3-501"].people, marks["17-3-502"].kind) == (2, "tested"), "a swab is surer than 外出"
    ledger.close()
