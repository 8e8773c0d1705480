"""The process that reads a stranger's PDF as text: `python -m guanweihui.pdf_child`, file on stdin.

It limits itself before it reads. Its answer is one JSON object: the text of each page and what stands beside
the pages (properties, notes, bookmarks, form fields), or a fault. Nothing here imports Django; what breaks,
breaks in this process alone.
"""

import io
import json
import resource
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

MEMORY = 512 << 20
CPU_SECONDS = 20
MOST_PAGES, MOST_TEXT, MOST_OBJECTS = 200, 2_000_000, 200_000
#: Pixels of pictures on one page: a small emblem passes, a picture in which a number can be read does not.
MOST_PIXELS = 40_000
DEEPEST = 5
#: Of so many signs of a page, at most this share may be signs that no reader knows.
UNKNOWN_PERCENT = 10

_AGAIN = "请在原文档中用“另存为PDF”或“打印为PDF”重新导出后再上传。"
UNREADABLE = f"PDF 打不开或已损坏，无法检查，不能公开。{_AGAIN}"
FAULTS = {
    "damaged": UNREADABLE,
    "complex": f"PDF 过于复杂，无法在规定时间内检查，不能公开。{_AGAIN}",
    "locked": f"PDF 加了密码，无法检查，不能公开。请去掉密码，{_AGAIN.removeprefix('请')}",
    "pages": f"PDF 超过 {MOST_PAGES} 页，不能公开。请分成几个文件后再上传。",
    "no_text": (
        "第 {page} 页没有文字层（多半是扫描件或照片），无法检查有没有个人信息，不能公开。"
        f"{_AGAIN}盖章扫描件请作为“盖章件”上传，只在内部留存。"
    ),
    "picture": (
        "第 {page} 页有图片，图片里的文字无法检查有没有个人信息，不能公开。"
        "请去掉图片，或把图片中的内容改成文字，"
        f"{_AGAIN.removeprefix('请')}"
    ),
    "unknown": f"第 {{page}} 页的文字编码无法识别，不能检查有没有个人信息，不能公开。{_AGAIN}",
}


class Fault(Exception):
    """Something that keeps the file from being read whole: a key of FAULTS, and the page."""

    def __init__(self, name: str, page: int = 0) -> None:
        super().__init__(name)
        self.name, self.page = name, page


def main() -> int:
    """Answer for the file on standard input."""
    # The library comes before the limits, so that its compiled form may be kept; nothing is written after.
    import pypdf  # noqa: F401

    sys.dont_write_bytecode = True
    _limit()
    try:
        answer: dict[str, Any] = _read(sys.stdin.buffer.read())
    except Fault as fault:
        answer = {"fault": fault.name, "page": fault.page}
    except (MemoryError, RecursionError):
        answer = {"fault": "complex"}
    except Exception:  # whatever a hostile file makes the library raise
        answer = {"fault": "damaged"}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _read(source: bytes) -> dict[str, Any]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(source), strict=False)
    if reader.is_encrypted:
        raise Fault("locked")
    if len(reader.pages) > MOST_PAGES:
        raise Fault("pages")
    if not len(reader.pages):
        raise Fault("damaged")
    pages, room = [], MOST_TEXT
    for number, page in enumerate(reader.pages, start=1):
        words = page.extract_text() or ""
        room -= len(words)
        if room < 0:
            raise Fault("complex")
        _refuse_unread(page, words, number)
        pages.append(words)
    return {"pages": pages, "beside": list(_beside(reader))}


def _refuse_unread(page: Any, words: str, number: int) -> None:
    """Raise Fault where something of the page may say what its text does not."""
    signs = [char for char in words if not char.isspace()]
    if not signs:
        raise Fault("no_text", number)
    unknown = sum(char == "\ufffd" or unicodedata.category(char) in ("Co", "Cn", "Cc") for char in signs)
    if unknown * 100 > len(signs) * UNKNOWN_PERCENT:
        raise Fault("unknown", number)
    if _pixels(page.get("/Resources"), DEEPEST) > MOST_PIXELS or b" ID" in _content(page):
        raise Fault("picture", number)


def _content(page: Any) -> bytes:
    """Return the drawing of a page when it holds a picture of its own (BI … ID … EI), else nothing."""
    drawn = page.get_contents()
    data = drawn.get_data() if drawn is not None else b""
    return data if b"BI" in data and b"EI" in data else b""


def _pixels(resources: Any, depth: int) -> int:
    """Add up the pixels of the pictures that resources name, inside forms too."""
    if resources is None or depth < 0:
        return 0
    total = 0
    for one in (resources.get_object().get("/XObject") or {}).values():
        thing = one.get_object()
        kind = thing.get("/Subtype")
        if kind == "/Image":
            total += abs(int(thing.get("/Width", 0)) * int(thing.get("/Height", 0)))
        elif kind == "/Form":
            total += _pixels(thing.get("/Resources"), depth - 1)
    return total


def _beside(reader: Any) -> Iterator[str]:
    """Yield every text of the file that stands outside its pages' drawing: strings of all its objects."""
    from pypdf.generic import IndirectObject

    room = MOST_OBJECTS
    for generation, numbers in reader.xref.items():
        for number in numbers:
            for words in _strings(IndirectObject(number, generation, reader).get_object()):
                room -= 1
                if room < 0:
                    raise Fault("complex")
                yield words
    for number in reader.xref_objStm:
        for words in _strings(IndirectObject(number, 0, reader).get_object()):
            room -= 1
            if room < 0:
                raise Fault("complex")
            yield words


def _strings(value: Any, depth: int = 12) -> Iterator[str]:
    """Yield the texts inside one object; what it points to is an object of its own."""
    from pypdf.generic import ArrayObject, DictionaryObject, TextStringObject

    if isinstance(value, TextStringObject):
        if len(value) > 6:
            yield str(value)[:10_000]
    elif depth and isinstance(value, DictionaryObject):
        for one in value.values():
            yield from _strings(one, depth - 1)
    elif depth and isinstance(value, ArrayObject):
        for one in value:
            yield from _strings(one, depth - 1)


if __name__ == "__main__":
    sys.exit(main())
