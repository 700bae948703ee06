"""The README's two commands, with a pretended .venv: what they install, start and report."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FAKE_PYTHON = """#!/bin/sh
echo "$(basename "$0") $*" >> "{log}"
case "$0 $*" in
    *" bot run"*) cat ;;
    *"$BROKEN"*) test -z "$BROKEN" || { echo "what is broken"; exit 1; } ;;
esac
"""
TOOLS = ("-m ruff check .", "-m ruff format --check .", "-m mypy --strict", "lint-imports ", "-m bot check")


class House:
    """A folder with dev.py, a pyproject.toml and a .venv whose programs only write down how they were called."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "log"
        shutil.copy(ROOT / "dev.py", home)
        (home / "pyproject.toml").write_text('[dependency-groups]\ndev = ["ruff", "mypy"]\n')
        (home / ".venv" / "bin").mkdir(parents=True)
        for name in ("python", "lint-imports"):
            program = home / ".venv" / "bin" / name
            program.write_text(FAKE_PYTHON.replace("{log}", str(self.log)))
            program.chmod(0o755)

    def dev(self, *arguments: str, said: str = "", broken: str = "") -> subprocess.CompletedProcess[str]:
        """Run dev.py with these words on its standard input."""
        return subprocess.run(
            [sys.executable, str(self.home / "dev.py"), *arguments],
            input=said,
            env={**os.environ, "BROKEN": broken},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def calls(self) -> list[str]:
        """What was started since the last question, without the look whether .venv works."""
        calls = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [call.removeprefix("python ") for call in calls if not call.startswith("python -c")]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def pip(calls: list[str]) -> list[str]:
    return [call for call in calls if call.startswith("-m pip")]


def test_run_installs_once_then_starts_the_bot_with_its_input(house: House) -> None:
    first = house.dev("run", "--config", "我的.yaml", said="要买药\n")
    assert (first.returncode, first.stdout) == (0, "要买药\n")
    install, start = house.calls()
    assert install.endswith(f"install --no-input -e {house.home}")
    assert start == "-m bot run --config 我的.yaml"
    second = house.dev("run", said="要买药\n")
    assert (second.stdout, second.stderr) == ("要买药\n", "")
    assert house.calls() == ["-m bot run"]


def test_a_changed_pyproject_is_installed_anew(house: House) -> None:
    house.dev("run")
    with (house.home / "pyproject.toml").open("a") as file:
        file.write("# one more\n")
    house.calls()
    house.dev("run")
    assert len(pip(house.calls())) == 1


def test_the_tools_are_installed_for_the_tests_and_serve_run_too(house: House) -> None:
    house.dev("run")
    house.calls()
    house.dev("setup")
    assert pip(house.calls())[0].endswith(f"-e {house.home} ruff mypy")
    house.dev("run")
    house.dev("test")
    assert pip(house.calls()) == []


def test_a_failed_installation_is_shown_and_tried_again(house: House) -> None:
    failed = house.dev("run", broken="-m pip")
    assert failed.returncode == 1
    assert "没有通过" in failed.stderr
    assert "what is broken" in failed.stderr
    assert "镜像" in failed.stderr
    house.calls()
    house.dev("run")
    assert len(pip(house.calls())) == 1


def test_the_gate_runs_every_step(house: House) -> None:
    done = house.dev("test", "-k", "药")
    assert done.returncode == 0
    steps = house.calls()[1:]
    assert steps == [*TOOLS, "-m pytest -rfEs -k 药"]
    assert done.stderr.count("好（") == len(TOOLS) + 1  # the installation is a step, too
    assert "6 步全部通过" in done.stderr


WHOLE = (
    "-m pytest -rfEs tests/gateway tests/test_gateway.py",
    "-m pytest -rfEs --ignore=tests/gateway --ignore=tests/test_gateway.py",
)


@pytest.mark.parametrize("broken", [*TOOLS, *WHOLE])
def test_one_failure_fails_the_gate_but_not_the_other_steps(house: House, broken: str) -> None:
    house.dev("setup")
    house.calls()
    done = house.dev("test", broken=broken.strip())
    assert done.returncode == 1
    assert "what is broken" in done.stdout + done.stderr
    assert "没有通过：" in done.stderr
    assert sorted(house.calls()) == sorted((*TOOLS, *WHOLE))


@pytest.mark.parametrize(("arguments", "code"), [((), 2), (("rnu",), 2), (("--help",), 0)])
def test_without_a_known_word_it_tells_its_commands(
    house: House, arguments: tuple[str, ...], code: int
) -> None:
    done = house.dev(*arguments)
    assert done.returncode == code
    assert "python3 dev.py run" in done.stdout + done.stderr
    assert house.calls() == []


def test_an_old_python_can_read_it_and_needs_nothing_else() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_ci_runs_the_command_of_the_readme() -> None:
    assert "python3 dev.py test" in (ROOT / ".ci" / "run").read_text()
    for readme in ("README.md", "README.en.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        assert "python3 dev.py run" in text
        assert "python3 dev.py test" in text
