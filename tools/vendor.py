#!/usr/bin/env python3
"""Fetch the third-party files named in static/vendor/VENDOR.toml, or check the ones that are here.

tools/vendor.py          fetch with npm, write the files and their sums
tools/vendor.py --check  compare every file with its recorded sum, no network
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

import icons

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "static" / "vendor" / "VENDOR.toml"


def main(arguments: list[str]) -> int:
    """Fetch or check; the exit code is 1 when a file differs from the list."""
    if arguments == ["--check"]:
        faults = differences()
        print("\n".join(faults) or "vendored files match VENDOR.toml")
        return 1 if faults else 0
    for package in listed()["package"]:
        fetch(package)
    write_sums()
    return 0


def listed() -> dict:
    """Read VENDOR.toml."""
    return tomllib.loads(LIST.read_text())


def stored_paths() -> list[str]:
    """Name every vendored file, relative to the repository's root."""
    return sorted(path for package in listed()["package"] for path in package["files"].values())


def digest(path: str) -> str:
    """Sum one vendored file; empty when it is missing."""
    file = ROOT / path
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def differences() -> list[str]:
    """Say what differs between the files and the recorded sums, one line a file."""
    sums = listed()["sha256"]
    wrong = [f"{path}: differs from VENDOR.toml" for path in stored_paths() if digest(path) != sums.get(path)]
    return wrong + [
        f"{path}: in VENDOR.toml, but of no package" for path in sums if path not in stored_paths()
    ]


def fetch(package: dict) -> None:
    """Unpack one npm package and copy the files that the list names."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"{package['npm']}@{package['version']}"
        subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        for source, target in package["files"].items():
            (ROOT / target).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / target).write_text(content(Path(folder) / "package" / source))


def content(source: Path) -> str:
    """Return what is stored for one file of a package; a folder of icons becomes a sprite."""
    if source.is_dir():
        return icons.sprite(source)
    text = source.read_text()
    return text.split("/*# sourceMappingURL=")[0] if source.suffix == ".css" else text


def write_sums() -> None:
    """Rewrite the last section of VENDOR.toml with the sums of the files as they are."""
    head = LIST.read_text().split("[sha256]")[0]
    LIST.write_text(
        head + "[sha256]\n" + "".join(f'"{path}" = "{digest(path)}"\n' for path in stored_paths())
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
