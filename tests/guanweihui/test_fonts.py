"""Tests of the fonts by role."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

from guanweihui.documents import fonts

ROOT = Path(__file__).resolve().parents[2]
NAMES = "𬭎䶮㛃𫖯𬀩𫍯㭎𫍲𬱖𬍛玥珺昇堃喆犇淼祎翀燚㑇"
ROLES_OF_A_SUBSET = ("GGW-BiaoSong", "GGW-FangSong", "GGW-Kai", "GGW-Hei")


@pytest.fixture
def environment(monkeypatch):
    """Let a test point fontconfig elsewhere without moving the rest of the suite."""
    monkeypatch.setenv("FONTCONFIG_FILE", os.environ.get("FONTCONFIG_FILE", ""))
    monkeypatch.setattr(settings, "PDF_FONT_DIR", "")
    return monkeypatch


def test_committed_fonts_are_those_of_the_manifest():
    lines = [line.split("  ") for line in (fonts.SHIPPED / "MANIFEST").read_text().splitlines()]
    sums = {name: hashlib.sha256((fonts.SHIPPED / name).read_bytes()).hexdigest() for _, name in lines}
    assert sums == {name: digest for digest, name in lines}
    assert {Path(name).name for name in sums} == {
        "GGWRare.woff2",
        *(f"{role}.ttf" for role in ROLES_OF_A_SUBSET),
    }


@pytest.mark.parametrize("role", ROLES_OF_A_SUBSET)
def test_font_is_named_by_its_role_and_regular(role):
    with TTFont(fonts.ROLES[role].path) as font:
        assert (font["name"].getDebugName(1), font["name"].getDebugName(2)) == (role, "Regular")
        assert font["OS/2"].usWeightClass == 400


@pytest.mark.parametrize("role", ["GGW-FangSong", "GGW-Kai"])
def test_quotes_and_middle_dot_fill_a_cell(role):
    with TTFont(fonts.ROLES[role].path) as font:
        names = font.getBestCmap()
        assert {mark: font["hmtx"][names[ord(mark)]][0] for mark in "“”‘’·"} == dict.fromkeys("“”‘’·", 1000)


@pytest.mark.parametrize("role", fonts.ROLES)
def test_every_role_has_the_standard_characters_and_the_rare_names(role, environment):
    standard = (ROOT / "tools" / "standard-characters.txt").read_text("utf-8").strip()
    assert len(standard) == 8105
    assert fonts.missing_glyphs(standard + NAMES, role) == ""


def test_missing_characters_are_named_once_in_order(environment):
    assert fonts.missing_glyphs("王頔 澔頔", "GGW-Kai") == "頔澔"
    assert fonts.missing_glyphs("王頔澔", "GGW-Song") == ""


def test_characters_of_no_font_are_unprintable(environment):
    assert fonts.unprintable("王頔\U0001f600\ue000") == "\U0001f600\ue000"


def test_configuration_names_our_folders_and_roles(tmp_path, environment):
    path = fonts.configure(tmp_path)
    text = path.read_text("utf-8")
    assert path == tmp_path / "fontconfig" / "fonts.conf"
    assert os.environ["FONTCONFIG_FILE"] == str(path)
    assert f"<dir>{fonts.SHIPPED}</dir>" in text
    assert "<family>GGW-Song</family><prefer><family>Noto Serif SC</family></prefer>" in text
    assert "仿宋_GB2312" not in text


def test_office_fonts_come_first_when_their_folder_is_named(tmp_path, environment):
    environment.setattr(settings, "PDF_FONT_DIR", f"{tmp_path}/a&b")
    text = fonts.configure(tmp_path).read_text("utf-8")
    assert f"<dir>{tmp_path}/a&amp;b</dir>" in text
    assert "<family>GGW-FangSong</family><prefer><family>仿宋_GB2312</family>" in text


def test_office_font_decides_which_characters_are_missing(tmp_path, environment):
    with TTFont(ROOT / "static" / "fonts" / "GGWRare.woff2") as font:
        font["name"].setName("楷体_GB2312", 1, 3, 1, 0x409)
        font.flavor = None
        font.save(tmp_path / "office.ttf")
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    environment.setattr(settings, "PDF_FONT_DIR", str(tmp_path))
    assert fonts.missing_glyphs("王𬭎", "GGW-Kai") == "王"
    assert fonts.missing_glyphs("王𬭎", "GGW-Hei") == ""


def test_configuration_is_written_anew_only_when_it_changes(tmp_path, environment):
    path = fonts.configure(tmp_path)
    before = path.stat().st_mtime_ns
    assert fonts.configure(tmp_path).stat().st_mtime_ns == before
    shutil.rmtree(tmp_path / "fontconfig")
    assert fonts.configure(tmp_path).exists()
