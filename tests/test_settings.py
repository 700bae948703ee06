"""bot.yaml and data/ as they are loaded: what is kept as typed, what is filled in, what the shipped sample holds."""

import ast
import inspect as source
import shutil
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from bot.groups import Tree
from bot.model import contacts, settings, tree
from bot.model.contacts import Contacts
from bot.model.settings import Pace, Settings, Wechaty
from bot.model.tree import Node
from bot.settings import check, load_data, load_faq, load_settings
from bot.yamlfile import Invalid, load, read
from intents.spec import INTENTS, FaqEntry

HERE = Path(__file__).parent.parent

SMALL = """\
community: 百合社区
groups:
  - {name: 百合社区, level: community, room: 百合社区居民群, staff_room: 百合社区工作群}
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_shipped_has_no_problem() -> None:
    assert list(map(str, check(HERE / "bot.yaml"))) == []
    data = load_data(HERE / "data")
    assert [spec.id for spec in data.intents] == list(INTENTS)


def test_the_shipped_tree_is_a_community_to_rename() -> None:
    shipped = load_settings(HERE / "bot.yaml")
    groups = Tree(shipped.groups)
    levels = [node.level for node in groups.nodes()]
    assert (levels.count("compound"), groups.root.staff_room) == (2, "百合社区工作群")
    assert len({(groups.compound(node), node.building) for node in groups.nodes() if node.building}) == 5
    assert {place.kind for place in groups.rooms()} == {
        "residents",
        "staff",
        "volunteer",
        "isolation",
        "landlord",
    }
    place = groups.place("春晓苑17号楼3单元群")
    assert place is not None and groups.title(place.node) == "17号楼3单元"
    assert groups.resolve("8", "2", near=groups.find("和谐小区")) is groups.find("8号楼2单元")
    assert groups.resolve("8", "2", near=groups.find("春晓苑")) is None, "never the same number elsewhere"
    assert [person.role for person in shipped.people] == ["secretary", "worker", "volunteer"]


def test_the_shipped_sample_shows_every_key_it_can() -> None:
    text = (HERE / "bot.yaml").read_text(encoding="utf-8")
    for shape in (Settings, Pace, Wechaty, settings.Alarm, settings.Dialogue, Node, settings.PersonSpec):
        for field in fields(shape):
            assert field.name in text


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    loaded = load_settings(write(tmp_path / "bot.yaml", SMALL))
    assert loaded.pace == Pace(1.5, 4, 3, 15, 400, 60)
    assert (loaded.channel, loaded.timezone, loaded.bot_names) == ("terminal", "Asia/Shanghai", ("小巷",))
    assert loaded.database == (tmp_path / "var/xiaoxiang.db").resolve()
    assert loaded.data == (tmp_path / "data").resolve()


def test_paths_are_relative_to_bot_yaml(tmp_path: Path) -> None:
    write(tmp_path / "ca.pem", "")
    text = SMALL + "data: ../files\nwechaty: {endpoint: gate.example.cn:8788, tls_ca: ca.pem}\n"
    loaded = load_settings(write(tmp_path / "bot.yaml", text))
    assert loaded.data == tmp_path.parent.resolve() / "files"
    assert loaded.wechaty.tls_ca == (tmp_path / "ca.pem").resolve()


@pytest.mark.parametrize("endpoint", ["127.0.0.1:8788", "localhost:1", "'[::1]:8788'"])
def test_a_gateway_on_this_machine_needs_no_certificate(tmp_path: Path, endpoint: str) -> None:
    load_settings(write(tmp_path / "bot.yaml", SMALL + f"wechaty: {{endpoint: {endpoint}}}\n"))


def test_zero_means_no_limit(tmp_path: Path) -> None:
    text = SMALL + "pace: {min_seconds: 0, per_minute: 0, per_day: 0, per_room_seconds: 0}\n"
    pace = load_settings(write(tmp_path / "bot.yaml", text)).pace
    assert (pace.min_seconds, pace.per_minute, pace.per_day) == (0, 0, 0)


@pytest.mark.parametrize(
    "typed", ["18:30", "2022-11-18", "017", "1e3", "yes", "off", "1_000", "0x1F", "12:30:45", "true"]
)
def test_what_is_typed_without_quotes_stays_text(tmp_path: Path, typed: str) -> None:
    path = write(
        tmp_path / "faq.yaml", f"- id: {typed}\n  topic: {typed}\n  questions: [{typed}]\n  answer: {typed}\n"
    )
    (entry,) = load(path, tuple[FaqEntry, ...])
    assert entry == FaqEntry(typed, typed, (typed,), typed)


def test_numbers_of_houses_and_telephones_need_no_quotes(tmp_path: Path) -> None:
    path = write(tmp_path / "node.yaml", "{name: 17号楼, level: building, building: 17}")
    assert load(path, Node).building == "17"
    path = write(tmp_path / "contacts.yaml", "duty:\n  - {name: 值班室, phone: 037155501234}\n")
    assert load(path, Contacts).duty[0].phone == "037155501234"


def test_a_byte_order_mark_and_windows_lines_are_welcome(tmp_path: Path) -> None:
    path = tmp_path / "bot.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load_settings(path).community == "百合社区"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_another_encoding_is_told_with_the_remedy(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "bot.yaml"
    path.write_bytes(("# ok\n" + SMALL).encode(encoding))
    with pytest.raises(Invalid) as caught:
        load_settings(path)
    (problem,) = caught.value.problems
    assert problem.line == (2 if encoding == "gbk" else 1)
    assert "另存为" in problem.reason and "UTF-8" in problem.reason
    assert ("GBK" in problem.reason) == (encoding == "gbk")


def test_missing_files_are_told_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = [str(problem) for problem in check(Path("bot.yaml"))]
    assert told[0].startswith("bot.yaml:1: 没有这个文件") and "xiaoxiang init" in told[0]
    assert told[1].startswith("data:1: 没有这个文件夹")
    (tmp_path / "data").mkdir()
    files = {problem.file for problem in check(Path("bot.yaml"))}
    assert {"bot.yaml", "data/faq.yaml", "data/replies.yaml", "data/intents/thanks.yaml"} <= files


def test_several_mistakes_in_several_files_come_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bad = SMALL.replace("level: community", "level: street") + "data: d\nfoo: 1\npace: {min_seconds: 9}\n"
    people = "people:\n  - {id: a, name: 甲, role: boss, scope: 哪里}\n  - {id: b, name: 乙, role: admin}\n"
    write(tmp_path / "bot.yaml", bad + people)
    (tmp_path / "d/intents").mkdir(parents=True)
    write(tmp_path / "d/intents/thank.yaml", "id: thank\ntitle: 谢\nrules: []\nexamples: []\n")
    write(tmp_path / "d/intents/thanks.yml", "id: thanks\n")
    write(tmp_path / "d/faq.yaml", "- id: a\n  topic：b\n")
    write(tmp_path / "d/contacts.yaml", "duty: []\npublic: 电话\n")
    told = [str(problem) for problem in check(Path("bot.yaml"))]
    assert told == sorted(told, key=lambda line: (line.split(":")[0], int(line.split(":")[1])))
    lines = {":".join(line.split(":")[:2]) for line in told}
    assert {f"bot.yaml:{number}" for number in (3, 5, 6, 8, 9)} <= lines
    assert sum(line.startswith("bot.yaml:8:") for line in told) == 2  # an unknown role, and an unknown scope
    assert {"d/intents/thank.yaml:1", "d/intents/thanks.yaml:1", "d/intents/thanks.yml:1"} <= lines
    assert {"d/faq.yaml:2", "d/contacts.yaml:2", "d/lexicon.yaml:1"} <= lines


@pytest.mark.parametrize(
    "file", ["intents/help.medicine.yaml", "intents/question.yaml", "faq.yaml", "lexicon.yaml"]
)
@pytest.mark.parametrize("text", ["x: [", "x: [\n"])
def test_a_file_that_cannot_be_read_is_not_blamed_on_others(tmp_path: Path, file: str, text: str) -> None:
    shutil.copy(HERE / "bot.yaml", tmp_path)
    shutil.copytree(HERE / "data", tmp_path / "data")
    (tmp_path / "data" / file).write_text(text, encoding="utf-8")
    assert [Path(problem.file) for problem in check(tmp_path / "bot.yaml")] == [tmp_path / "data" / file]


def test_invalid_files_are_never_half_loaded(tmp_path: Path) -> None:
    path = write(tmp_path / "bot.yaml", SMALL + "timezone: Mars/Olympus\n")
    with pytest.raises(Invalid, match="Mars/Olympus"):
        load_settings(path)
    with pytest.raises(Invalid, match="没有这个文件夹"):
        load_data(tmp_path / "none")
    with pytest.raises(Invalid, match="列表"):
        load_faq(path)


def test_references_to_references_are_refused_without_following_them(tmp_path: Path) -> None:
    """Nine lines would be a milliard of words: neither time nor memory is spent on them."""
    names = "abcdefghi"
    lines = [f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]" for before, name in pairwise(names)]
    path = write(tmp_path / "faq.yaml", "\n".join(["a: &a [x, y]", *lines, ""]))
    with pytest.raises(Invalid, match=r"faq.yaml:9: 文字以 & 开头") as told:
        read(path)
    assert len(told.value.problems) == 9


def test_values_can_be_found_by_line(tmp_path: Path) -> None:
    document = read(
        write(
            tmp_path / "faq.yaml", "- id: a\n  answer: |\n    一\n    二\n  questions:\n    - 甲\n    - 乙\n"
        )
    )
    assert document.line((0, "answer")) == 2
    assert document.line((0, "questions", 1)) == 7
    assert document.line((0, "nothing")) == 1
    assert document.data[0]["answer"] == "一\n二\n"


def test_public_phones_are_known_with_and_without_area_code(tmp_path: Path) -> None:
    text = "duty:\n  - {name: 值班室, phone: 0371-55501234}\n  - {name: 岗亭, phone: '+86 138 0013 8000', scope: 春晓苑}\n"
    known = load(write(tmp_path / "contacts.yaml", text), Contacts)
    assert known.phones == {"037155501234", "55501234", "13800138000"}
    root, compound = Node("百合社区", "community"), Node("春晓苑", "compound")
    assert known.duty_for([root, compound, Node("1号楼", "building")]).name == "岗亭"
    assert known.duty_for([root]).name == "值班室"


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("找我13800138000", ["13800138000"]),
        ("+86 138 0013 8000或138-0013-8001", ["13800138000", "13800138001"]),
        ("１３８００１３８０００", ["13800138000"]),
        ("0371-55501234、(0371)55501235、037155501236", ["037155501234", "037155501235", "037155501236"]),
        ("0371 5550 1234", ["037155501234"]),
        ("010-6655 1234", ["01066551234"]),
        ("座机66668888，400-820-8820", ["66668888", "4008208820"]),
        ("急症拨120，热线12345、12356", []),
        ("17-3-501的王女士，8:00-18:30，11月18日", []),
        ("身份证410105199001011234", []),
    ],
)
def test_phones_are_seen_as_people_write_them(text: str, phones: list[str]) -> None:
    assert [contacts.bare_phone(match[0]) for match in contacts.PHONE.finditer(text)] == phones


@pytest.mark.parametrize("module", [settings, tree, contacts])
def test_every_field_explains_itself(module: ModuleType) -> None:
    for node in ast.parse(source.getsource(module)).body:
        if isinstance(node, ast.ClassDef) and is_dataclass(getattr(module, node.name)):
            assert ast.get_docstring(node)
            for field, after in zip(node.body, [*node.body[1:], None], strict=True):
                if isinstance(field, ast.AnnAssign) and ast.unparse(field.target) != "name":
                    assert isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant), ast.unparse(
                        field
                    )


def test_the_shipped_data_fits_any_community(tmp_path: Path) -> None:
    shutil.copytree(HERE / "data", tmp_path / "data")
    path = write(tmp_path / "bot.yaml", SMALL.replace("百合", "牡丹"))
    groups = Tree(load_settings(path).groups)
    load_data(tmp_path / "data", [node.name for node in groups.nodes()])


def test_a_reply_that_is_not_written_is_said_in_the_words_of_the_sample(tmp_path: Path) -> None:
    shutil.copytree(HERE / "data", tmp_path / "data")
    write(tmp_path / "data" / "replies.yaml", "ticket_none: 没有哦\n")
    replies = load_data(tmp_path / "data").replies
    assert replies["ticket_none"] == "没有哦"
    assert replies["handoff"] == load_data(HERE / "data").replies["handoff"]
