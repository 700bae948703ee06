"""Nobody is exposed: no phone, ID number or room number leaves for a residents' group."""

import pytest

from bot.guard import guarded

PUBLIC = frozenset({"037155501234", "55501234"})


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("请打 13812345678", "13812345678"),
        ("138 1234 5678", "1234 5678"),
        ("138-1234-5678", "1234"),
        ("+86 13812345678", "13812345678"),
        ("电话13812345678张", "13812345678"),
        ("0371-66668888", "66668888"),
        ("身份证410105199003078888", "199003"),
        ("41010519900307888X", "199003"),
        ("17-3-501", "501"),
        ("17号楼3单元501", "501"),
        ("17号楼3单元501室", "501"),
        ("住 1203室", "1203"),
        ("5栋602", "602"),
        ("502弄19号301室", "301"),
        ("17#3#501", "501"),
    ],
)
def test_masked(text: str, secret: str) -> None:
    masked = guarded(text, PUBLIC)
    assert secret not in masked
    assert guarded(masked, PUBLIC) == masked


@pytest.mark.parametrize(
    "text",
    [
        "已登记 A023（17号楼3单元·送药）。接单后在这里回您；急症请直接拨 120。",
        "值班电话 0371-55501234",
        "值班电话 55501234",
        "火警 119，热线 12345",
        "明天 18:30 在北门，11月16日也行",
        "2022-11-16 开始",
        "凤起东路178号",
        "大米10斤、鸡蛋30个，共 128 元",
        "没有数字",
        "",
    ],
)
def test_left_alone(text: str) -> None:
    assert guarded(text, PUBLIC) == text
