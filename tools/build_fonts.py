"""Build the fonts of the documents and the web font of rare names; run by hand, results are committed.

    python tools/build_fonts.py            builds everything into assets/fonts and static/fonts
    python tools/build_fonts.py --charset  writes tools/charset.txt anew from the lists named below

Sources are npm packages, fetched by `npm pack` through the registry this machine is set up with and
checked against the sums below. Each display face is cut down to tools/charset.txt, stripped of hints
and renamed to its role, so that style sheets name a role and never a typeface. Takes about a minute.
"""

import argparse
import hashlib
import os
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "assets" / "fonts"
CHARSET = ROOT / "tools" / "charset.txt"
STANDARD_LIST = ROOT / "tools" / "standard-characters.txt"
RARE = ROOT / "static" / "fonts" / "GGWRare.woff2"

SERIF = (
    "@expo-google-fonts/noto-serif-sc",
    "0.4.3",
    "ff6bcf5ba68d92dfecc05544bb150f9e724741a932354a0dd97e7289c40a3f5e",
)
SANS = (
    "@expo-google-fonts/noto-sans-sc",
    "0.4.3",
    "0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59",
)
WENKAI = (
    "@fontsource/lxgw-wenkai",
    "5.3.0",
    "e796ef6dd20f4eea37625222872095a7d049fa6bfdd6fe80a15dfa22fdf2c7ca",
)

# Where the slim mark stands in its full-width cell: opening quotes right, closing ones left, the dot between.
WIDENED = {"“": 1.0, "‘": 1.0, "”": 0.0, "’": 0.0, "·": 0.5}
FULL_WIDTH = 1000


@dataclass(frozen=True)
class Face:
    """Name a role, the file that plays it, and whether its slim marks are widened."""

    role: str
    package: tuple[str, str, str]
    member: str
    widen: bool = False


FACES = (
    Face("GGW-BiaoSong", SERIF, "700Bold/NotoSerifSC_700Bold.ttf"),
    Face("GGW-Hei", SANS, "700Bold/NotoSansSC_700Bold.ttf"),
    Face("GGW-FangSong", WENKAI, "files/lxgw-wenkai-latin-300-normal.woff", widen=True),
    Face("GGW-Kai", WENKAI, "files/lxgw-wenkai-latin-500-normal.woff", widen=True),
)


def charset() -> str:
    """Join the 8,105 standard characters, GB 2312, Chinese punctuation and Latin-1, in code point order."""
    rows = (bytes((high, low)) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    marks = {mark for pair in rows for mark in pair.decode("gb2312", errors="ignore")}
    for first, last in (
        (0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2027), (0x2030, 0x203E), (0x2160, 0x216B), (0x2460, 0x2473),
        (0x3000, 0x301F), (0x3220, 0x3229), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6),
    ):  # fmt: skip
        marks.update(map(chr, range(first, last + 1)))
    marks.update("℃№√≤≥≠≈←↑→↓□■○●△▲☆★", STANDARD_LIST.read_text("utf-8").strip())
    return "".join(sorted(marks))


def rare_names() -> str:
    """Give the standard characters that Windows 10 draws as boxes: extensions A to F and late additions."""
    standard = STANDARD_LIST.read_text("utf-8").strip()
    return "".join(sorted(mark for mark in standard if not 0x4E00 <= ord(mark) <= 0x9FA5))


def fetch(package: tuple[str, str, str], into: Path) -> Path:
    """Fetch a package through npm and check its sum; raises SystemExit when it is not the pinned one."""
    name, version, sha256 = package
    done = subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", str(into), f"{name}@{version}"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    tarball = into / done.stdout.strip().splitlines()[-1]
    if hashlib.sha256(tarball.read_bytes()).hexdigest() != sha256:
        raise SystemExit(f"{name}@{version} is not the file this tool was written for")
    return tarball


def member(tarball: Path, name: str, into: Path) -> Path:
    """Unpack one file of a package."""
    with tarfile.open(tarball) as archive:
        source = archive.extractfile(f"package/{name}")
        assert source is not None
        target = into / Path(name).name
        target.write_bytes(source.read())
    return target


def subset(path: Path, text: str) -> TTFont:
    """Cut a font down to the characters of text, without hints: PDF readers do not use them."""
    font = TTFont(path)
    options = Options(hinting=False, name_IDs=["*"], notdef_outline=True, recalc_bounds=True)
    options.drop_tables += ["FFTM", "gasp", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    font.flavor = None
    return font


def rename(font: TTFont, family: str) -> None:
    """Give the font its role as family name, regular: nothing may be emboldened or slanted on top of it."""
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in (0, 13, 14)]
    for place, text in ((1, family), (2, "Regular"), (3, f"{family};subset"), (4, family), (6, family)):
        table.setName(text, place, 3, 1, 0x409)
    font["OS/2"].usWeightClass = 400
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~0b100001 | 0b1000000
    font["head"].macStyle = 0


def widen(font: TTFont) -> None:
    """Set quotes and middle dot in full-width cells, so that they stay on the character grid."""
    glyphs, names, widths = font.getGlyphSet(), font.getBestCmap(), font["hmtx"]
    for mark, share in WIDENED.items():
        name = names[ord(mark)]
        shift = round((FULL_WIDTH - widths[name][0]) * share)
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(TransformPen(pen, (1, 0, 0, 1, shift, 0)))
        font["glyf"][name] = glyph = pen.glyph()
        glyph.recalcBounds(font["glyf"])
        widths[name] = (FULL_WIDTH, glyph.xMin)


def build(folder: Path) -> None:
    """Write the four faces, the web font and the list of sums."""
    packages = {package[0]: fetch(package, folder) for package in (SERIF, SANS, WENKAI)}
    text = CHARSET.read_text("utf-8").rstrip("\n")
    FONTS.mkdir(parents=True, exist_ok=True)
    for face in FACES:
        font = subset(member(packages[face.package[0]], face.member, folder), text)
        rename(font, face.role)
        if face.widen:
            widen(font)
        font.save(FONTS / f"{face.role}.ttf")
    font = subset(member(packages[SANS[0]], "400Regular/NotoSansSC_400Regular.ttf", folder), rare_names())
    rename(font, "GGWRare")
    font.flavor = "woff2"
    RARE.parent.mkdir(parents=True, exist_ok=True)
    font.save(RARE)
    write_manifest()


def write_manifest() -> None:
    """Note the sums in the form that `sha256sum -c` reads."""
    files = [*sorted(FONTS.glob("*.ttf")), RARE]
    lines = (
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {os.path.relpath(path, FONTS)}\n" for path in files
    )
    (FONTS / "MANIFEST").write_text("".join(lines), "utf-8")


def main() -> None:
    """Build, or write the character list."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--charset", action="store_true", help="write tools/charset.txt and stop")
    if parser.parse_args().charset:
        CHARSET.write_text(charset() + "\n", "utf-8")
        return
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))


if __name__ == "__main__":
    main()
