"""Days as people say them."""

from datetime import date

import pytest

from handlers.days import day_title, read_days

WEDNESDAY = date(2022, 11, 16)


@pytest.mark.parametrize(
    ("text", "first", "last", "rest"),
    [
        ("今天", "2022-11-16", "2022-11-16", ""),
        ("今晚", "2022-11-16", "2022-11-16", ""),
        ("明天 夜班", "2022-11-17", "2022-11-17", "夜班"),
        ("大后天", "2022-11-19", "2022-11-19", ""),
        ("周三", "2022-11-16", "2022-11-16", ""),
        ("星期二", "2022-11-22", "2022-11-22", ""),
        ("这周二", "2022-11-15", "2022-11-15", ""),
        ("下周一", "2022-11-21", "2022-11-21", ""),
        ("周日", "2022-11-20", "2022-11-20", ""),
        ("11-25", "2022-11-25", "2022-11-25", ""),
        ("11/25 小安", "2022-11-25", "2022-11-25", "小安"),
        ("11月25日", "2022-11-25", "2022-11-25", ""),
        ("2022-12-01", "2022-12-01", "2022-12-01", ""),
        ("25号", "2022-11-25", "2022-11-25", ""),
        ("3号", "2022-12-03", "2022-12-03", ""),
        ("1月3号", "2023-01-03", "2023-01-03", ""),
        ("到周五", None, "2022-11-18", ""),
        ("小冀 到27号", None, "2022-11-27", "小冀"),
        ("11-25 到 11-27", "2022-11-25", "2022-11-27", ""),
        ("从11-25到27", "2022-11-25", "2022-11-27", ""),
        ("明天到周五", "2022-11-17", "2022-11-18", ""),
        ("从明天起", "2022-11-17", None, ""),
    ],
)
def test_days_are_read_as_people_say_them(text: str, first: str | None, last: str | None, rest: str) -> None:
    days = read_days(text, WEDNESDAY)
    assert (days.first and days.first.isoformat(), days.last and days.last.isoformat()) == (first, last)
    assert days.rest.split() == rest.split()


@pytest.mark.parametrize(
    "text",
    ["17-3-501", "5-101", "17号楼", "2号楼1单元", "3号院", "13-40", "1-2-302", "17号楼3单元", "小安", "36.5"],
)
def test_a_door_is_no_day(text: str) -> None:
    days = read_days(text, WEDNESDAY)
    assert (days.first, days.last, days.rest) == (None, None, text)


def test_a_weekday_behind_until_is_the_next_one_after_the_first_day() -> None:
    assert read_days("周五到周一", WEDNESDAY).last == date(2022, 11, 21)


def test_a_day_is_shown_with_its_weekday() -> None:
    assert day_title(date(2022, 11, 17), WEDNESDAY) == "明天（11月17日 周四）"
    assert day_title(date(2022, 11, 25), WEDNESDAY) == "11月25日 周五"
