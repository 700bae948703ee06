#!/usr/bin/env python3
"""小巷的起步命令，只用 Python 自带的东西。

    python3 dev.py run [参数…]     准备好环境，然后在终端里运行小巷（参数原样交给 xiaoxiang run）
    python3 dev.py test [参数…]    准备好环境，然后跑完全部检查和测试（参数原样交给 pytest）
    python3 dev.py setup           只准备环境

环境在本目录的 .venv 里，删掉它就等于卸载；只有 pyproject.toml 变了才会重新安装。
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# A Python as old as 3.6 must be able to read this file to the end, to say that it is too old:
# no syntax, import or annotation of a newer one outside the functions that run later.

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "xiaoxiang-stamp"

GATEWAY = ("tests/gateway", "tests/test_gateway.py")
GATE = (
    ("写法 ruff check", [PYTHON, "-m", "ruff", "check", "."]),
    ("排版 ruff format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
    ("类型 mypy --strict", [PYTHON, "-m", "mypy", "--strict"]),
    ("引用方向 lint-imports", [BIN / "lint-imports"]),
    ("配置和资料 xiaoxiang check", [PYTHON, "-m", "bot", "check"]),
)
"""What a change must pass before the tests: (title, command)."""


class SetupFailed(Exception):
    """The environment cannot be made; the text says why, in Chinese, and what to do."""


def change_python() -> None:
    """Go on in a Python that is new enough. Raises SetupFailed when there is none."""
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        found = shutil.which(name)
        if found and subprocess.call([found, "-c", "pass"], stderr=subprocess.DEVNULL) == 0:
            os.execv(found, [found, str(HOME / "dev.py"), *sys.argv[1:]])
    raise SetupFailed(
        "小巷需要 Python 3.11 或更新的版本，这里的 python3 是 {}.{}，也没有找到更新的。\n"
        "请先安装：macOS 用 brew install python@3.13；Ubuntu、Debian 用 sudo apt-get install python3.11；\n"
        "其他系统请从 Python 官网下载。装好后再运行这条命令。".format(*sys.version_info[:2])
    )


def say(text: str, end: str = "\n") -> None:
    """Tell the person something; on stderr, so that the bot's own output can be piped on."""
    print(text, end=end, file=sys.stderr, flush=True)


def environment() -> dict:
    """The variables for everything started here: the tools of .venv first on the PATH."""
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "PIP_USER": "0"}


def quietly(title: str, command: list, watch: str = "") -> tuple:
    """Run a step, show one line about it, and return whether it went well and what it printed.

    Where a terminal is looking, ``watch`` (a pattern with one group) picks from the step's output what it is
    busy with. The step gets no standard input: that belongs to the bot.
    """
    began = time.monotonic()
    say(f"  {title} …… ", end="")
    output = []
    with subprocess.Popen(
        [str(word) for word in command],
        cwd=HOME,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            output.append(line)
            busy = re.search(watch, line) if watch and sys.stderr.isatty() else None
            if busy:
                say(f"\r\033[K  {title} …… {busy[1]}", end="")
    good = process.returncode == 0
    redraw = f"\r\033[K  {title} …… " if watch and sys.stderr.isatty() else ""
    say(f"{redraw}{'好' if good else '没有通过'}（{time.monotonic() - began:.0f} 秒）")
    return good, "".join(output)


def must(title: str, command: list, advice: str, watch: str = "") -> None:
    """Run a step of the set-up. Raises SetupFailed with the step's output and the advice."""
    good, output = quietly(title, command, watch)
    if not good:
        raise SetupFailed(f"{output.rstrip()}\n\n{advice}")


def fingerprint(group: str) -> str:
    """What an installation depends on: this folder (scripts hold its path) and pyproject.toml."""
    digest = hashlib.sha256((HOME / "pyproject.toml").read_bytes()).hexdigest()
    return f"{HOME}\n{digest}\n{group}\n"


def installed(groups: tuple) -> bool:
    """True when .venv already holds one of these groups for the pyproject.toml of today."""
    stamp = STAMP.read_text(encoding="utf-8") if STAMP.exists() else ""
    return any(stamp == fingerprint(group) for group in groups)


def usable() -> bool:
    """True when .venv has a working Python of the right age with pip, and has not been moved here."""
    if STAMP.exists() and STAMP.read_text(encoding="utf-8").split("\n", 1)[0] != str(HOME):
        return False
    question = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([PYTHON, "-c", question], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def add_venv_module() -> None:
    """Debian and Ubuntu ship Python without venv's other half: install it. Raises SetupFailed."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    root = os.name == "posix" and os.geteuid() == 0
    apt = shutil.which("apt-get")
    if not apt or not (root or shutil.which("sudo")):
        raise SetupFailed(
            f"这里的 Python 缺少 venv（建立独立环境的部件）。请用管理员身份安装 {package}\n"
            f"（有的系统叫 python3-venv），例如：apt-get install {package}，然后再运行这条命令。"
        )
    say(f"  这里的 Python 缺少 venv，要用 apt-get 安装 {package}" + ("" if root else "（可能会问您的密码）"))
    install = [*([] if root else ["sudo"]), apt, "-y", "-q", "-o", "Dpkg::Use-Pty=0"]
    if not quietly(f"安装 {package}", [*install, "install", package])[0]:
        say("  没装上，多半是软件目录太旧：先更新目录，再装一次")
        quietly("更新软件目录 apt-get update", [*install, "update"])
        advice = f"{package} 装不上。请手工安装 {package}（或 python3-venv）后再运行这条命令。"
        must(f"安装 {package}", [*install, "install", package], advice)
    importlib.invalidate_caches()


def make_venv() -> None:
    """Create .venv, or create it anew when it is broken. Raises SetupFailed."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        add_venv_module()
    if VENV.exists():
        say("  原有的 .venv 不能用了（换过 Python 或搬过目录），重新建立")
    version = ".".join(str(number) for number in sys.version_info[:3])
    must(
        f"建立 .venv（Python {version}）",
        [sys.executable, "-m", "venv", "--clear", VENV],
        "建立 .venv 没有成功，原因见上。请检查磁盘空间和目录权限，删掉 .venv 后再试。",
    )


def prepare(group: str) -> None:
    """Make .venv fit for ``group``: "run", or "dev", which holds more. Raises SetupFailed."""
    if usable() and installed((group, "dev")):
        return
    say("准备环境：")
    if not usable():
        make_venv()
    wanted = ["-e", str(HOME)]
    if group == "dev":
        import tomllib

        project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
        wanted += project["dependency-groups"]["dev"]
    STAMP.unlink(missing_ok=True)
    must(
        "安装小巷和它用到的软件包（头一次要一两分钟）",
        [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--no-input", *wanted],
        "软件包没有装上，原因见上。多半是网络：过一会儿再试；若一直很慢，可以让 pip 用就近的镜像"
        f"（{PYTHON} -m pip config --user set global.index-url 镜像地址）。",
        watch=r"^\s*(?:Collecting|Building wheel for|Installing) ([\w.\-]+|collected packages)",
    )
    STAMP.write_text(fingerprint(group), encoding="utf-8")


def run(arguments: list) -> int:
    """Become the bot: the terminal, piped input and signals are then its own."""
    prepare("run")
    command = [str(PYTHON), "-m", "bot", "run", *arguments]
    os.chdir(HOME)
    if os.name == "nt":  # there, exec would give the terminal back at once
        return subprocess.call(command, env=environment())
    return os.execve(command[0], command, environment())


def test(arguments: list) -> int:
    """The whole gate: every step runs, whatever failed before it. 0 when all are well."""
    prepare("dev")
    began = time.monotonic()
    failed = []
    say("检查：")
    for title, command in GATE:
        good, output = quietly(title, command)
        if not good:
            say(output.rstrip())
            failed.append(title)
    failed += tested(arguments)
    steps = len(GATE) + (1 if arguments else 2)
    result = f"没有通过：{'、'.join(failed)}" if failed else f"{steps} 步全部通过"
    say(f"{result}（{time.monotonic() - began:.0f} 秒）")
    return 1 if failed else 0


def tested(arguments: list) -> list:
    """Run the tests, those on the real gateway, which mostly wait, beside all others; titles of what failed."""
    command = [str(PYTHON), "-m", "pytest", "-rfEs"]  # say what was skipped, and why
    if arguments:
        say("  测试 pytest：")
        return ["测试 pytest"] if call([*command, *arguments]) else []
    with tempfile.TemporaryFile() as said:
        beside = subprocess.Popen(
            [*command, *GATEWAY],
            cwd=HOME,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        say("  测试 pytest：")
        failed = ["测试 pytest"] if call([*command, *(f"--ignore={path}" for path in GATEWAY)]) else []
        say("  网关测试 pytest：")
        if beside.wait():
            failed.append("网关测试 pytest")
        said.seek(0)
        say(said.read().decode("utf-8", "replace").rstrip())
    return failed


def call(command: list) -> int:
    """Run a command in the project's folder, its output for all to see; the exit code."""
    return subprocess.call(command, cwd=HOME, env=environment(), stdin=subprocess.DEVNULL)


def setup(arguments: list) -> int:
    """Everything is installed, nothing is started."""
    if arguments:
        raise SetupFailed("setup 后面不带参数。")
    prepare("dev")
    say(f"环境已就绪：{VENV}")
    return 0


def main(arguments: list) -> int:
    """Do what the first word says; the exit code."""
    actions = {"run": run, "test": test, "setup": setup}
    action = actions.get(arguments[0] if arguments else "")
    if action is None:
        helped = arguments and arguments[0] in ("-h", "--help", "help")
        print(__doc__, end="", file=sys.stdout if helped else sys.stderr)
        return 0 if helped else 2
    try:
        if sys.version_info < (3, 11):  # noqa: UP036
            change_python()
        return action(arguments[1:])
    except SetupFailed as failure:
        say(f"\n{failure}")
        return 1
    except KeyboardInterrupt:
        say("\n已中断。")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
