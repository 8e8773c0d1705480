import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
SCRIPTS = ("bin/setup", "bin/serve", "bin/test", "tools/lock.sh", "tools/wheelhouse.sh")


def pinned(lock):
    """Return {package: how many hashes stand below it}."""
    found = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([a-z0-9][a-z0-9._-]*)(?:\[[^]]*])?==", line):
            name = match[1]
            found[name] = 0
        elif line.strip().startswith("--hash=sha256:"):
            found[name] += 1
    return found


def wanted(*, develop):
    """Return the names that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] + (project["optional-dependencies"]["develop"] if develop else [])
    return {re.match(r"[A-Za-z0-9._-]+", line)[0].lower() for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_dependency_with_hashes_and_names_no_address(lock):
    packages = pinned(lock)

    assert wanted(develop="dev" in lock) - set(packages) == set()
    assert [name for name, hashes in packages.items() if hashes == 0] == []
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def test_the_development_lock_holds_the_other_one_whole():
    def pins(lock):
        text = (ROOT / lock).read_text(encoding="utf-8")
        return set(re.findall(r"^[a-z0-9][^ ]*==[^ ]+", text, flags=re.MULTILINE))

    assert pins("requirements.txt") - pins("requirements-dev.txt") == set()


def test_every_dependency_has_its_reason_beside_it():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = re.findall(r'^  "[a-z][^"]*[>=<~][^"]*",.*$', text, flags=re.MULTILINE)

    assert len(lines) == len(wanted(develop=True))
    assert [line for line in lines if not re.search(r"# .{10,}", line)] == []


def test_setup_empties_no_environment_that_a_link_leads_to(tmp_path):
    there, clone = tmp_path / "there", tmp_path / "clone"
    (there / "bin").mkdir(parents=True)
    (clone / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "bin" / "setup", clone / "bin")
    (clone / ".venv").symlink_to(there)
    done = subprocess.run(["sh", "bin/setup", "install"], cwd=clone, capture_output=True, text=True)
    assert (done.returncode, ".venv 是一个链接" in done.stderr, (there / "bin").exists()) == (1, True, True)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_executable_and_plain_sh(script):
    path = ROOT / script
    process = subprocess.run(["sh", "-n", str(path)], capture_output=True, text=True)

    assert (process.returncode, process.stderr) == (0, "")
    assert path.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert path.stat().st_mode & 0o111
