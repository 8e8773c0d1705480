"""Write guanweihui/data/strokes.txt: the characters in stroke order, one line a stroke count.

    apt-get install unicode-data
    python tools/build_strokes.py /usr/share/unicode/Unihan_IRGSources.txt.bz2

Run once, and again when the PDF font brings more characters. The order is that of ICU's stroke collation:
strokes, radical, strokes beside the radical, code point. The stroke counts are the mainland's (Unihan's first
value); ICU 72 takes the traditional ones, which makes 陈 8 and 邓 5, and knows none for 5,749 of the font's
characters (𬀩). The repertoire is that of the serif the documents are printed in.
"""

import bz2
import sys
import unicodedata
from pathlib import Path

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont

FONT = Path(pylopdf_fonts_zh_cn.__file__).with_name("NotoSerifSC-Regular.otf")
TABLE = Path(__file__).parent.parent / "guanweihui" / "data" / "strokes.txt"
HEAD = """\
# Stroke order of Chinese characters: stroke count, a space, the characters of that count in order.
# Written by tools/build_strokes.py from kTotalStrokes and kRSUnicode of {version} (Unicode License V3).
"""


def characters() -> list[str]:
    """List the ideographs of the font, without those that NFC replaces."""
    found = map(chr, TTFont(FONT, lazy=True).getBestCmap())
    return [char for char in found if is_ideograph(char) and unicodedata.normalize("NFC", char) == char]


def is_ideograph(char: str) -> bool:
    """Tell whether the character is a Chinese one; its name says so in every block."""
    return unicodedata.name(char, "").startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH"))


def unihan(path: Path) -> tuple[str, dict[str, int], dict[str, tuple[int, int]]]:
    """Read the version line, the strokes and the (radical, residual strokes) of each ideograph."""
    strokes, places = {}, {}
    lines = bz2.decompress(path.read_bytes()).decode().splitlines()
    for line in lines:
        if not line.startswith("U+"):
            continue
        code, key, value = line.split("\t")
        char = chr(int(code[2:], 16))
        if key == "kTotalStrokes":  # the mainland's value stands first
            strokes[char] = int(value.split()[0])
        elif key == "kRSUnicode":
            radical, residual = value.split()[0].split(".")
            places[char] = (int(radical.rstrip("'")), int(residual))
    version = next(line for line in lines if line.startswith("# Unicode version: "))
    return f"Unihan {version.split()[-1]}", strokes, places


def main(source: str) -> None:
    """Sort the font's ideographs and write the table."""
    version, strokes, places = unihan(Path(source))
    table: dict[int, list[str]] = {}
    for char in sorted(characters(), key=lambda char: (strokes[char], places[char], char)):
        table.setdefault(strokes[char], []).append(char)
    lines = [f"{count} {''.join(chars)}" for count, chars in table.items()]
    TABLE.write_text(HEAD.format(version=version) + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{sum(map(len, table.values()))} characters")


if __name__ == "__main__":
    main(*sys.argv[1:])
