"""Look through a workbook's zip and XML before any library opens it.

Nothing that the file says of itself is believed: members are inflated in small pieces and measured, cells
are counted by their own references. Everything streams, so a bomb costs neither time nor memory.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import normpath
from xml.parsers import expat

from guanweihui.imports.cells import CarefulScanner, NotPlain, PlainScanner, Scanner, SheetFacts, TooLarge

MEMBERS = 200
TOTAL_BYTES = 100_000_000
RATIO = 200
RATIO_FLOOR = 1_000_000  # a smaller member may have any ratio: a blank sheet packs well
SMALL_PART = 10_000_000  # a list of sheets or relations, read whole
PIECE = 1 << 20
TEXT_BLOCK = 1 << 18  # the longest text that Excel allows in a cell, each character an entity of 8 bytes

AGAIN = "请在 WPS 或 Excel 中打开，另存为 .xlsx 后再上传。"
DAMAGED = "文件已损坏，或者不是标准的 .xlsx 工作簿。" + AGAIN
ENCRYPTED = "文件设有密码，无法读取。请在 WPS 或 Excel 中取消密码，另存为 .xlsx 后再上传。"
MACROS = "文件里含有宏，为了安全不能上传。请另存为不含宏的 .xlsx 后再上传。"
EXTERNAL = "文件里有指向外部的链接或数据连接，为了安全不能上传。请在“数据”中断开链接，另存为 .xlsx 后再上传。"
EMBEDDED = "文件里嵌有其他对象（OLE 或控件），为了安全不能上传。请删去这些对象，另存为 .xlsx 后再上传。"
ENTITIES = "文件里含有文档类型或实体声明（DTD），为了安全不能上传。" + AGAIN
ENCODING = "文件内部的文字编码不是 UTF-8，无法读取。" + AGAIN
TOO_BIG = "文件展开后过大，无法读取。请删除多余的工作表、图片和数据以外的空行空列，另存后再上传。"
LONG_TEXT = "单元格里的文字过长（超过 32,767 字），无法读取。请缩短后再上传。"


class Rejected(Exception):
    """The file must not be opened; the message is for its sender."""


@dataclass
class Findings:
    """What the scan learnt: sheet name → its facts."""

    sheets: dict[str, SheetFacts] = field(default_factory=dict)


def scan(source: bytes) -> Findings:
    """Check the whole package. Raises Rejected."""
    archive = _directory(source)
    members = archive.infolist()
    _check_names(members)
    facts: dict[str, SheetFacts] = {}
    small: dict[str, bytes] = {}
    left = TOTAL_BYTES
    for member in members:
        name = member.filename.lower()
        seen = _scan_member(source, member, left)
        left -= seen.size
        facts[name] = seen.facts
        if name.endswith(".rels") or name in {"xl/workbook.xml", "[content_types].xml"}:
            if seen.size > SMALL_PART:
                raise Rejected(TOO_BIG)
            small[name] = b"".join(_inflate(source, member, left + seen.size))
    _check_relations(small)
    return Findings(_by_sheet(small, facts))


def _directory(source: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(source))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Rejected(DAMAGED) from error
    if len(archive.infolist()) > MEMBERS:
        raise Rejected(f"文件由 {len(archive.infolist())} 个部分组成，超过 {MEMBERS} 个，无法读取。" + AGAIN)
    return archive


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    seen = set()
    for member in members:
        name = member.filename.lower()
        if member.flag_bits & 0x2041:
            raise Rejected(ENCRYPTED)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Rejected(DAMAGED)
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or name in seen:
            raise Rejected("文件内部的路径不正常，为了安全不能上传。" + AGAIN)
        seen.add(name)
        _check_part(name)
    if "xl/workbook.xml" not in seen or "xl/_rels/workbook.xml.rels" not in seen:
        raise Rejected(DAMAGED)


def _check_part(name: str) -> None:
    if "vbaproject" in name or "vbadata" in name or name.startswith(("xl/macrosheets/", "xl/dialogsheets/")):
        raise Rejected(MACROS)
    if name.startswith(("xl/externallinks/", "xl/querytables/")) or name == "xl/connections.xml":
        raise Rejected(EXTERNAL)
    if name.startswith(("xl/embeddings/", "xl/activex/")):
        raise Rejected(EMBEDDED)


@dataclass
class _Seen:
    size: int
    facts: SheetFacts


def _scan_member(source: bytes, member: zipfile.ZipInfo, left: int) -> _Seen:
    """Scan by the quick way, and by the thorough one if the spelling is unusual or a limit is touched."""
    is_part = member.filename.lower().endswith(".xml")
    try:
        return _pass(source, member, left, PlainScanner() if is_part else None)
    except NotPlain:
        pass
    try:
        return _pass(source, member, left, CarefulScanner())
    except TooLarge as error:
        raise Rejected(str(error)) from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Rejected(DAMAGED) from error


def _pass(source: bytes, member: zipfile.ZipInfo, left: int, scanner: Scanner | None) -> _Seen:
    name = member.filename.lower()
    is_text = name.endswith((".xml", ".rels", ".vml"))
    size, tail = 0, b""
    for piece in _inflate(source, member, left):
        size += len(piece)
        _check_markup(tail + piece[:64], piece, is_text=is_text, is_first=size == len(piece))
        tail = piece[-64:]
        if scanner is not None:
            scanner.feed(piece)
    return _Seen(size, scanner.close() if scanner else SheetFacts())


def _inflate(source: bytes, member: zipfile.ZipInfo, left: int) -> Iterator[bytes]:
    """Yield the member's true bytes, at most `left`; the sizes in the directory only confirm them."""
    head = source[member.header_offset : member.header_offset + 30]
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise Rejected(DAMAGED)
    start = (
        member.header_offset
        + 30
        + int.from_bytes(head[26:28], "little")
        + int.from_bytes(head[28:30], "little")
    )
    packed = memoryview(source)[start : start + member.compress_size]
    limit = min(left, max(RATIO_FLOOR, RATIO * len(packed)))
    total = checksum = 0
    for piece in _unpack(packed, member):
        total += len(piece)
        if total > limit:
            raise Rejected(TOO_BIG)
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if total != member.file_size or checksum != member.CRC:
        raise Rejected(DAMAGED)


def _unpack(packed: memoryview, member: zipfile.ZipInfo) -> Iterator[bytes]:
    if member.compress_type == zipfile.ZIP_STORED:
        for at in range(0, len(packed), PIECE):
            yield bytes(packed[at : at + PIECE])
        return
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    pending: bytes | memoryview = packed
    try:
        while pending and not engine.eof:
            piece = engine.decompress(pending, PIECE)
            pending = engine.unconsumed_tail
            if piece:
                yield piece
        if not engine.eof and (piece := engine.flush()):
            yield piece
    except zlib.error as error:
        raise Rejected(DAMAGED) from error
    if not engine.eof:
        raise Rejected(DAMAGED)


_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")


def _check_markup(seam: bytes, piece: bytes, *, is_text: bool, is_first: bool) -> None:
    if is_text and b"\0" in piece:
        # UTF-16 or UTF-32: a way to hide declarations from a reader of UTF-8.
        plain = piece[: 1 << 16].replace(b"\0", b"")
        raise Rejected(ENTITIES if _DECLARATION.search(plain) else ENCODING)
    if is_text and is_first:
        found = _XML_ENCODING.match(piece[:400])
        if found and found[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
            raise Rejected(ENCODING)
    if not is_text:
        return
    if (b"!" in piece and _DECLARATION.search(piece)) or _DECLARATION.search(seam):
        raise Rejected(ENTITIES)
    if any(piece.find(b"<", at, at + TEXT_BLOCK) < 0 for at in range(0, len(piece) - TEXT_BLOCK, TEXT_BLOCK)):
        raise Rejected(LONG_TEXT)


def _elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    """List (local name, attributes by local name) of a small part."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((name.rpartition(":")[2], {k.rpartition(":")[2]: v for k, v in attributes.items()}))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Rejected(DAMAGED) from error
    return found


def _check_relations(small: dict[str, bytes]) -> None:
    for name, data in small.items():
        for tag, said in _elements(data):
            kind = said.get("Type", said.get("ContentType", "")).lower()
            if "macroenabled" in kind or kind.endswith("/vbaproject"):
                raise Rejected(MACROS)
            outside = said.get("TargetMode", "").lower() == "external"
            if (
                name.endswith(".rels")
                and tag == "Relationship"
                and outside
                and not kind.endswith("/hyperlink")
            ):
                raise Rejected(EXTERNAL)
            if kind.endswith(("/oleobject", "/package", "/control")) and "relationships" in kind:
                raise Rejected(EMBEDDED)


def _by_sheet(small: dict[str, bytes], facts: dict[str, SheetFacts]) -> dict[str, SheetFacts]:
    targets = {
        said.get("Id", ""): said.get("Target", "")
        for tag, said in _elements(small["xl/_rels/workbook.xml.rels"])
        if tag == "Relationship"
    }
    sheets = {}
    for tag, said in _elements(small["xl/workbook.xml"]):
        if tag != "sheet":
            continue
        target = targets.get(said.get("id", ""), "")
        path = target.lstrip("/") if target.startswith("/") else normpath("xl/" + target)
        path = path.lower()
        if path not in facts or not path.endswith(".xml"):
            raise Rejected(DAMAGED)
        sheets[said.get("name", "")] = facts[path]
    return sheets
