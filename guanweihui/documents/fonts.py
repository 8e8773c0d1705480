"""Fonts by role: style sheets name 仿宋 or 黑体 by its role, fontconfig answers with what this machine has.

The roles of GB/T 9704 are played by the faces in assets/fonts, by Noto whole for text and tables, or by
the office's own licensed fonts when their folder is named (PDF_FONT_DIR). Our own fontconfig file does
this before WeasyPrint starts, so no style sheet loads a font and the renderer may fetch nothing at all.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from fontTools.ttLib import TTFont, TTLibError
from pylopdf_fonts_zh_cn import sans_path, serif_path

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "fonts"
FONT_SUFFIXES = (".ttf", ".otf", ".ttc")


@dataclass(frozen=True)
class Role:
    """Name the office's fonts that may play a role, best first, and the file shipped for it."""

    customer: tuple[str, ...]
    path: Path
    family: str = ""  # the shipped font's own family where it is not the role's name


ROLES = {
    "GGW-BiaoSong": Role(
        ("方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05S"), SHIPPED / "GGW-BiaoSong.ttf"
    ),
    "GGW-FangSong": Role(
        (
            "仿宋_GB2312",
            "FangSong_GB2312",
            "仿宋",
            "FangSong",
            "朱雀仿宋",
            "Zhuque Fangsong (technical preview)",
        ),
        SHIPPED / "GGW-FangSong.ttf",
    ),
    "GGW-Kai": Role(("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi"), SHIPPED / "GGW-Kai.ttf"),
    "GGW-Hei": Role(("黑体", "SimHei"), SHIPPED / "GGW-Hei.ttf"),
    "GGW-Song": Role(("宋体", "SimSun"), serif_path(), "Noto Serif SC"),
    "GGW-Sans": Role(("微软雅黑", "Microsoft YaHei"), sans_path(), "Noto Sans SC"),
}
LAST_RESORT = "GGW-Song"  # every font stack ends here


def configure(var: Path | None = None) -> Path:
    """Write fontconfig/fonts.conf under var (DATA_DIR) and point fontconfig at it; gives the file.

    Has to run before weasyprint is imported. Raises OSError when var cannot be written.
    """
    folder = (var or Path(settings.DATA_DIR)) / "fontconfig"
    folder.mkdir(parents=True, exist_ok=True)
    path, text = folder / "fonts.conf", _configuration(folder / "cache", settings.PDF_FONT_DIR)
    if not path.exists() or path.read_text("utf-8") != text:
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    os.environ["FONTCONFIG_FILE"] = str(path)
    return path


def _configuration(cache_folder: Path, customer: str) -> str:
    folders = [SHIPPED, serif_path().parent, *([Path(customer)] if customer else [])]
    lines = [
        '<?xml version="1.0"?>',
        '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
        "<fontconfig>",
    ]
    lines.append('<include ignore_missing="yes">/etc/fonts/fonts.conf</include>')
    lines.extend(f"<dir>{escape(str(folder))}</dir>" for folder in folders)
    lines.append(f"<cachedir>{escape(str(cache_folder))}</cachedir>")
    for name, role in ROLES.items():
        preferred = [*(role.customer if customer else ()), *([role.family] if role.family else [])]
        families = "".join(f"<family>{escape(family)}</family>" for family in preferred)
        if families:
            lines.append(
                f'<alias binding="strong"><family>{name}</family><prefer>{families}</prefer></alias>'
            )
    return "\n".join([*lines, "</fontconfig>", ""])


def missing_glyphs(text: str, role: str) -> str:
    """Give the characters of text that the font playing a role lacks, each once, in order."""
    known = _characters(_file_of(role, settings.PDF_FONT_DIR))
    return "".join(dict.fromkeys(mark for mark in text if mark not in known and not mark.isspace()))


def unprintable(text: str) -> str:
    """Give the characters that no font here has: they must stop a certificate and warn on every page."""
    return missing_glyphs(missing_glyphs(text, LAST_RESORT), "GGW-Sans")


@cache
def _file_of(role: str, customer: str) -> Path:
    """Find the file that plays a role: the office's own when its folder holds one."""
    wanted = ROLES[role].customer if customer else ()
    names = _families(customer) if wanted else {}
    return next((names[family] for family in wanted if family in names), ROLES[role].path)


@cache
def _families(folder: str) -> dict[str, Path]:
    """Read which families the fonts of a folder offer, under all their names."""
    found: dict[str, Path] = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.suffix.lower() not in FONT_SUFFIXES:
            continue
        try:
            with TTFont(path, fontNumber=0, lazy=True) as font:
                names = [str(record) for record in font["name"].names if record.nameID in (1, 4, 16)]
        except (TTLibError, OSError):
            continue
        found.update({name: path for name in names if name not in found})
    return found


@cache
def _characters(path: Path) -> frozenset[str]:
    with TTFont(path, fontNumber=0, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))
