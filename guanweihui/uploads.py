"""Uploaded pictures and scans: looked at whole, made harmless, sealed, and read back.

What a file is, its bytes say: the name only has to agree. Pictures are drawn anew, so nothing that a camera
or a stranger wrote beside the pixels is kept; a PDF is kept as it is, and refused when it could act.
"""

import datetime
import hashlib
import io
import re
import secrets
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from PIL import Image, ImageOps

from guanweihui import crypto, stored
from guanweihui.audit import record
from guanweihui.models import Attachment, CollaborationGroup, District, Due, School
from guanweihui.models.files import PERSONAL
from guanweihui.models.org import Unit
from guanweihui.scope import Role
from guanweihui.workflow import Refused

BIND = "attachment"
#: Which key of Attachment a unit stands in.
_UNITS: dict[type[Unit], str] = {District: "district", CollaborationGroup: "group", School: "school"}
JPEG, PDF = "image/jpeg", "application/pdf"
#: What a picture may be: Pillow's name, how its bytes begin, the endings of its name.
PICTURES = {
    "JPEG": (re.compile(rb"\xff\xd8\xff"), {"jpg", "jpeg"}),
    "PNG": (re.compile(rb"\x89PNG\r\n\x1a\n"), {"png"}),
    "WEBP": (re.compile(rb"RIFF....WEBP", re.DOTALL), {"webp"}),
}
#: Who brings files without an account: a principal the photos of his trips, which hang on the district.
LINKS = frozenset({Role.OUTREACH})
LARGEST_FILE = 10 * 2**20
LARGEST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
#: Endings that no part of a name may have: a server that goes by names would run such a file.
ACTIVE = {"php", "phtml", "jsp", "asp", "aspx", "cgi", "py", "sh", "exe", "bat", "js", "html", "htm", "svg"}
A_DAY = datetime.timedelta(days=1)
USER_A_DAY, SCHOOL_IN_ALL, DISK_FLOOR = 200 * 2**20, 2 * 2**30, 2**30

#: A PDF that holds one of these names can act when it is opened; each with the word for it.
ACTS = {
    "JavaScript": "脚本",
    "EmbeddedFile": "嵌入的文件",
    "Launch": "启动程序的动作",
    "RichMedia": "多媒体内容",
    "XFA": "动态表单",
    "Encrypt": "加密",
}


def _names(*names: str) -> re.Pattern[bytes]:
    """Find any of these PDF names, each letter as it is or as its number (#4A)."""
    spelled = (
        "".join(f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in name) for name in names
    )
    return re.compile(f"/({'|'.join(spelled)})s?(?![A-Za-z])".encode())


_ACT = _names(*ACTS)
_PACKED = _names("ObjStm", "First")
_FLATE = _names("FlateDecode", "Fl")
_OTHER_PACKING = _names(
    "LZWDecode", "ASCIIHexDecode", "ASCII85Decode", "RunLengthDecode", "Predictor", "DecodeParms"
)
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
#: How far object streams are looked into before the file is called too complex.
MOST_UNPACKED, MOST_HEADS, LONGEST_HEAD = 64 * 2**20, 32 * 2**20, 2**14


class UploadError(ValueError):
    """A file that is not taken. The message is for the user: what, why, how to mend."""


def clean_photo(file: Any) -> bytes:
    """Draw an uploaded picture anew: upright JPEG, longest side 1600, nothing but pixels.

    Raises UploadError.
    """
    data = _bytes_of(file)
    kind = _picture_kind(data)
    if kind is None:
        raise UploadError("这个文件不是JPG、PNG或WebP图片，不能上传。请把照片另存为JPG格式后再上传。")
    _refuse_name(file, PICTURES[kind][1])
    return _redraw(data, kind)


def clean_scan(file: Any) -> tuple[bytes, str]:
    """Take a scan: a picture, drawn anew, or a PDF that does nothing. Returns the bytes and their type.

    Raises UploadError.
    """
    data = _bytes_of(file)
    if data.startswith(b"%PDF-"):
        _refuse_name(file, {"pdf"})
        _refuse_active(data)
        return data, PDF
    if _picture_kind(data) is None:
        raise UploadError("这个文件不是PDF、JPG、PNG或WebP，不能上传。请把扫描件另存为PDF或JPG后再上传。")
    return clean_photo(file), JPEG


def attach(
    place: Due | Unit,
    *,
    filing: Any = None,
    field: str = "",
    name: str,
    content: bytes,
    content_type: str,
    by: Any,
    at: datetime.datetime,
) -> Attachment:
    """Seal cleaned bytes, store them under a random name and add the row; the caller's transaction.

    `place` is the due, or the unit beside any filing, that the file hangs on. Raises Refused when the actor
    has no account (nor a link of LINKS), or a quota or the disk is used up.
    """
    account, link = getattr(by, "pk", None) and by, getattr(by, "link", None)
    if not account and not (link and link.role in LINKS and isinstance(place, District)):
        raise Refused("上传文件须用自己的账号登录后办理。")
    _refuse_full(place, len(content), by=by, at=at)
    name_of_place = "due" if isinstance(place, Due) else _UNITS[type(place)]
    stored_name = stored.store(
        f"attachments/{secrets.token_hex(16)}", crypto.encrypt_bytes(content, bind=BIND)
    )
    return Attachment.objects.create(
        **{name_of_place: place},
        filing_type=filing._meta.label if filing else "",
        filing_id=filing.pk if filing else None,
        field=field,
        original_name=_shown_name(name, content_type),
        stored_name=stored_name,
        content_type=content_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        added_by=account or None,
        added_link=None if account else link,
        added_at=at,
    )


def remove(attachment: Attachment) -> None:
    """Take a file away, row and bytes; the bytes go when the caller's transaction is through."""
    place = attachment.stored_name
    attachment.delete()
    transaction.on_commit(lambda: stored.delete(place))


def hand_out(attachment: Attachment, *, by: Any, at: datetime.datetime) -> bytes:
    """Read a file for somebody who may; a personal one leaves a line in the trail."""
    content = read(attachment)
    if attachment.field.startswith(PERSONAL):
        record("attachment.read", attachment, by=by, at=at)
    return content


def read(attachment: Attachment) -> bytes:
    """Open what attach() stored. Raises CryptoError when it is not the file of this row."""
    with default_storage.open(attachment.stored_name) as file:
        content = crypto.decrypt_bytes(file.read(), bind=BIND)
    if hashlib.sha256(content).hexdigest() != attachment.digest:
        raise crypto.CryptoError("attachment: the stored file is not the one that was sent")
    return content


def _bytes_of(file: Any) -> bytes:
    file.seek(0)
    data: bytes = file.read(LARGEST_FILE + 1)
    if not data:
        raise UploadError("这个文件是空的，没有内容。请重新选择文件后再上传。")
    if len(data) > LARGEST_FILE:
        raise UploadError("文件超过10MB，不能上传。请降低扫描分辨率或压缩后再上传。")
    return data


def _name_of(file: Any) -> str:
    name = getattr(file, "name", "") or ""
    return PurePath(str(name).replace("\\", "/")).name


def _refuse_name(file: Any, endings: set[str]) -> None:
    """Refuse a name that says something else than the bytes do; a nameless file says nothing."""
    name = _name_of(file)
    if not name:
        return
    *inner, ending = [part.lower() for part in name.split(".")]
    if ending not in endings:
        raise UploadError(f"文件名以“.{ending}”结尾，与文件内容不符，不能上传。请用原来的格式另存后再上传。")
    if ACTIVE & set(inner[1:]):
        raise UploadError("文件名里含有程序文件的后缀，不能上传。请改名后再上传，例如“登记表.jpg”。")


def _picture_kind(data: bytes) -> str | None:
    return next((kind for kind, (begins, _) in PICTURES.items() if begins.match(data)), None)


def _redraw(data: bytes, kind: str) -> bytes:
    too_large = UploadError("图片像素过大（超过4000万像素），不能上传。请缩小图片后再上传。")
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            if image.width * image.height > LARGEST_PIXELS:
                raise too_large
            # A phone's JPEG may carry a second, smaller picture; only the first is drawn.
            if kind != "JPEG" and getattr(image, "n_frames", 1) != 1:
                raise UploadError("这是动图（含多帧），不能上传。请改用一张静止的照片。")
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
            return _as_jpeg(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError:
        raise too_large from None
    except (OSError, SyntaxError, EOFError, struct.error, zlib.error, OverflowError) as fault:
        raise UploadError("图片已损坏，打不开。请重新拍照或扫描后再上传。") from fault
    except ValueError as fault:
        if isinstance(fault, UploadError):
            raise
        raise UploadError("图片已损坏，打不开。请重新拍照或扫描后再上传。") from fault


def _as_jpeg(image: Image.Image) -> bytes:
    """Draw onto a white sheet of its own: no transparency, and no metadata to inherit."""
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    sheet = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        sheet.paste(layer, mask=layer.getchannel("A"))
    else:
        sheet.paste(image.convert("RGB"))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def _refuse_active(data: bytes) -> None:
    if b"%%EOF" not in data[-2048:]:
        raise UploadError("PDF不完整，打不开。请重新扫描或导出后再上传。")
    for part in _parts(data):
        if found := _ACT.search(part):
            name = _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), found[1]).decode()
            raise UploadError(
                f"PDF里含有{ACTS[name]}，不能上传。请用“打印为PDF”另存一份，或扫描成图片后再上传。"
            )


def _parts(data: bytes) -> Iterator[bytes]:
    """Give the file as it lies, then what its object streams unpack to."""
    yield data
    complex_ = UploadError("PDF结构过于复杂，无法检查，不能上传。请用“打印为PDF”另存一份后再上传。")
    left, heads = MOST_UNPACKED, MOST_HEADS
    for found in _STREAM.finditer(data):
        begins = data.rfind(b"obj", max(0, found.start() - LONGEST_HEAD), found.start())
        heads -= found.start() - begins
        if begins < 0 or heads < 0:
            raise complex_
        head = data[begins : found.start()]
        # Every reader needs /First to find the objects inside; pages and pictures have none.
        if not _PACKED.search(head):
            continue
        unpacked = None
        if not _OTHER_PACKING.search(head):
            unpacked = _unpack(data, found.end(), len(_FLATE.findall(head)), left)
        if unpacked is None:
            raise complex_
        left -= len(unpacked)
        yield unpacked


def _unpack(data: bytes, begins: int, times: int, most: int) -> bytes | None:
    """Inflate so many times from there; None when it does not inflate, or to more than `most` bytes."""
    unpacked = data[begins : begins + LARGEST_FILE]
    for _ in range(times):
        engine = zlib.decompressobj()
        try:
            unpacked = engine.decompress(unpacked, most)
        except zlib.error:
            return None
        if engine.unconsumed_tail:
            return None
    return unpacked if times else b""  # not packed: it was looked at as it lies


def _refuse_full(place: Due | Unit, size: int, *, by: Any, at: datetime.datetime) -> None:
    """Keep one account, one school and the disk within their bounds, before anything is written."""
    who = {"added_by": by} if getattr(by, "pk", None) else {"added_link": by.link}
    own = Attachment.objects.filter(**who, added_at__gt=at - A_DAY)
    if _sum(own) + size > USER_A_DAY:
        raise Refused("您一天内上传的文件已达200MB，本次没有保存。请明天再传，或联系区关工委办公室。")
    school = place.school_id if isinstance(place, Due) else place.pk if isinstance(place, School) else None
    if school is not None and _sum(Attachment.objects.of_school(school)) + size > SCHOOL_IN_ALL:
        raise Refused("本校上传的文件总量已达2GB，本次没有保存。请联系区关工委办公室处理。")
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free - size < DISK_FLOOR:
        raise Refused("平台的存储空间不足，本次没有保存。请联系区关工委办公室的系统管理人员。")


def _sum(rows: Any) -> int:
    return rows.aggregate(total=Sum("size"))["total"] or 0


def _shown_name(name: str, content_type: str) -> str:
    """Keep the name for people, with the ending of what is stored now."""
    stem = PurePath(name.replace("\\", "/")).name
    stem = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", stem)
    stem = PurePath(stem).stem or "附件"
    return stem[:190] + (".pdf" if content_type == PDF else ".jpg")
