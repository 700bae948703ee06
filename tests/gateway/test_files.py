"""Pictures and tables through the official gateway, asked for in the chat as people ask for them. Needs Node.js."""

import hashlib
import itertools
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.model.household import Household
from bot.tables import read_rows
from tests.gateway.pretend import BOT, PretendGateway, node
from tests.gateway.stage import STAFF, at_work, play

SECRETARY = "wxid_secretary"
_numbers = itertools.count()


@pytest.fixture(scope="session", autouse=True)
def _packages() -> None:
    node()


def md5(file: Path) -> str:
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()


async def say(gateway: PretendGateway, text: str, room_id: str = STAFF, **extra: Any) -> None:
    """刘书记 says something in the staff group; with ``room_id`` "" to the bot in private."""
    where = {"roomId": room_id} if room_id else {"listenerId": BOT}
    message = {"id": f"said-{next(_numbers)}", "talkerId": SECRETARY, "text": text, **where, **extra}
    await gateway.order("say", messages=[message])


def to_staff(gateway: PretendGateway) -> list[dict[str, Any]]:
    return [said for said in gateway.said if said["to"] == STAFF]


def test_progress_comes_with_a_picture_and_the_end_with_the_list_of_doors(tmp_path: Path) -> None:
    homes = [Household("春晓苑", "17", unit, f"{n}01", people=2) for unit in "123" for n in (1, 2, 3)]

    async def scene(gateway: PretendGateway) -> None:
        async with at_work(gateway, tmp_path / "ledger.db") as (app, _):
            app.roster.import_households(homes)
            hours = f"{app.clock.now():%H:%M}-23:59"
            await say(gateway, f"/核酸 开始 春晓苑17号楼 小区北门 {hours} 每批2户")
            await gateway.until(
                lambda: any("对的话请回「确认」" in said["text"] for said in to_staff(gateway))
            )
            await say(gateway, "确认")
            await gateway.until(lambda: any("开始了" in said["text"] for said in to_staff(gateway)))
            await say(gateway, "17-1-101 201 已测")
            await gateway.until(lambda: any("记下 2 户" in said["text"] for said in to_staff(gateway)))
            await say(gateway, "/核酸 进度")
            await gateway.until(lambda: any("file" in said for said in to_staff(gateway)))
            assert any("已测 2/9 户（22%）" in said["text"] for said in to_staff(gateway))
            await say(gateway, "/核酸 结束")
            await gateway.until(lambda: any("真要结束" in said["text"] for said in to_staff(gateway)))
            await say(gateway, "确认。")
            await gateway.until(lambda: sum("file" in said for said in to_staff(gateway)) == 2)
        assert any("第1轮结束" in said["text"] and "还差 7 户" in said["text"] for said in to_staff(gateway))
        arrived = [said["file"] for said in to_staff(gateway) if "file" in said]
        written = sorted((tmp_path / "pictures").iterdir(), key=lambda file: file.suffix)
        assert [file.suffix for file in written] == [".png", ".xlsx"]
        assert [file["md5"] for file in arrived] == [md5(file) for file in written]
        with Image.open(written[0]) as image:
            assert image.format == "PNG"
        assert [row.cells[6] for row in read_rows(written[1])][-7:] == ["301", *["101", "201", "301"] * 2]
        assert all("file" not in said for said in gateway.said if said["to"] != STAFF)

    play(scene)


def test_a_picture_sent_in_private_goes_out_with_the_next_notice(tmp_path: Path) -> None:
    async def scene(gateway: PretendGateway) -> None:
        async with at_work(gateway, tmp_path / "ledger.db"):
            await say(gateway, "", room_id="", id="photo-1", type=6)
            await gateway.until(lambda: any("收到一张图片" in said["text"] for said in gateway.said))
            await say(gateway, "/通知 17号楼 重要 今晚停水，看图", room_id="")
            await gateway.until(lambda: any("预览" in said["text"] for said in gateway.said))
            await say(gateway, "确认", room_id="")
            await gateway.until(lambda: sum("forward" in said for said in gateway.said) == 3)
            await gateway.until(lambda: any("3 个群都发到了" in said["text"] for said in gateway.said))
        for room_id in ("unit2@chatroom", "unit3@chatroom", "unit4@chatroom"):
            words, photo = [said for said in gateway.said if said["to"] == room_id]
            assert words["text"] == "【重要通知】今晚停水，看图" and photo["forward"] == "photo-1"

    play(scene)
