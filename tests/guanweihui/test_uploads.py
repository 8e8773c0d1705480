"""Uploads: what is taken and what is not, what stays in a picture, quotas, and who may download."""

import io
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from guanweihui import crypto, uploads
from guanweihui.models import Attachment, AuditEvent, Due
from guanweihui.scope import System
from guanweihui.uploads import UploadError, attach, clean_photo, clean_scan, read
from guanweihui.workflow import Refused
from tests.factories import make_round

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(kind="JPEG", size=(40, 20), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def upload(name, content) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def pdf(body=b"", tail=b"") -> bytes:
    page = b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R %s >>\nendobj\n" % body
    return b"%PDF-1.5\n" + page + tail + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


def packed(objects, head=b"/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode") -> bytes:
    body = zlib.compress(b"3 0  " + objects)
    return b"4 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (head, len(body), body)


def opened(content) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "a.jpg"), ("JPEG", "a.JPEG"), ("PNG", "登记表.png"), ("WEBP", "a.webp")]
)
def test_a_picture_becomes_a_jpeg(kind, name):
    image = opened(clean_photo(upload(name, picture(kind))))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (40, 20))


def test_a_picture_without_a_name_is_judged_by_its_bytes():
    assert opened(clean_photo(io.BytesIO(picture()))).format == "JPEG"


def test_gps_and_every_other_mark_are_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif[0x010E] = "secret-remark"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    sent = picture(exif=exif, comment=b"secret-comment", xmp=b"<x:xmpmeta>secret-xmp</x:xmpmeta>")
    assert opened(sent).getexif().get_ifd(0x8825) != {}
    kept = clean_photo(upload("a.jpg", sent))
    image = opened(kept)
    assert (dict(image.getexif()), image.size, b"secret" in sent, b"secret" in kept) == (
        {},
        (20, 40),
        True,
        False,
    )
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_is_hung_behind_a_picture_is_gone():
    assert b"<script" not in clean_photo(upload("a.jpg", picture() + SVG))


def test_a_large_picture_is_made_smaller():
    assert opened(clean_photo(upload("a.png", picture("PNG", (3200, 1000))))).size == (1600, 500)


def test_a_transparent_picture_stands_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(clean_photo(upload("a.png", out.getvalue()))).getpixel((4, 4)) == (255, 255, 255)


def frames(kind) -> bytes:
    out = io.BytesIO()
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    first.save(out, kind, save_all=True, append_images=[second])
    return out.getvalue()


def flood() -> bytes:
    """A PNG whose head promises 50,000 × 50,000 pixels, in a hundred bytes."""
    data = bytearray(picture("PNG", (1, 1)))
    data[16:24] = (50_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.png", SVG, "不是JPG、PNG或WebP图片"),
        ("a.jpg", b"<html><script>alert(1)</script></html>", "不是JPG、PNG或WebP图片"),
        ("a.gif", picture("GIF"), "不是JPG、PNG或WebP图片"),
        ("a.jpg", picture("PNG"), "与文件内容不符"),
        ("a.php", picture(), "与文件内容不符"),
        ("a.php.png", picture("PNG"), "程序文件的后缀"),
        ("a.jpg", b"", "是空的"),
        ("a.jpg", picture()[:200], "已损坏"),
        ("a.png", picture("PNG")[:40], "已损坏"),
        ("a.jpg", b"\xff\xd8\xff" + b"0" * (10 * 2**20), "超过10MB"),
        ("a.png", picture("PNG", (8000, 5001)), "像素过大"),
        ("a.png", flood(), "像素过大"),
        ("a.png", frames("PNG"), "多帧"),
        ("a.webp", frames("WEBP"), "多帧"),
    ],
)
def test_these_pictures_are_refused_with_the_reason(name, content, said):
    with pytest.raises(UploadError, match=said):
        clean_photo(upload(name, content) if content else io.BytesIO())


def test_a_scan_may_be_a_picture_or_a_quiet_pdf():
    quiet = pdf(tail=packed(b"<< /Type /Page /Title (JavaScript) >>"))
    assert clean_scan(upload("表.pdf", quiet)) == (quiet, "application/pdf")
    content, kind = clean_scan(upload("表.png", picture("PNG")))
    assert (opened(content).format, kind) == ("JPEG", "image/jpeg")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "脚本"),
        (pdf(b"/OpenAction << /S /Java#53cript /JS (app.alert(1)) >>"), "脚本"),
        (pdf(b"/Names << /EmbeddedFiles 5 0 R >>"), "嵌入的文件"),
        (pdf(b"/A << /Type /EmbeddedFile >>"), "嵌入的文件"),
        (pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>"), "启动程序的动作"),
        (pdf(b"/AcroForm << /XFA 6 0 R >>"), "动态表单"),
        (pdf(b"/Encrypt 7 0 R"), "加密"),
        (pdf(tail=packed(b"<< /S /JavaScript /JS (app.alert(1)) >>")), "脚本"),
        (pdf(tail=packed(b"<< /S /Launch >>", b"/N 1 /F#69rst 5 /Filter [/Fl]")), "启动程序的动作"),
        (pdf(tail=packed(b"", b"/Type /ObjStm /First 5 /Filter [/ASCII85Decode /FlateDecode]")), "过于复杂"),
        (pdf(tail=packed(b" " * (65 * 2**20))), "过于复杂"),
        (pdf()[:9] + b"<< /First 1 >>\nstream\n" + pdf()[9:], "过于复杂"),
        (pdf(tail=b"1 0 obj" + b" " * 2**14 + b"stream\n"), "过于复杂"),
        (pdf()[:-8], "不完整"),
        (SVG, "不是PDF"),
    ],
)
def test_a_pdf_that_can_act_is_refused_with_the_reason(content, said):
    with pytest.raises(UploadError, match=said):
        clean_scan(upload("表.pdf", content))


def test_a_pdf_is_not_taken_under_another_name():
    with pytest.raises(UploadError, match="与文件内容不符"):
        clean_scan(upload("表.jpg", pdf()))


@pytest.fixture
def due(cast):
    return Due.objects.create(round=make_round(district=cast.home.district), school=cast.home.school)


def kept(due, cast, **given) -> Attachment:
    values = {"name": "同意书.png", "content": picture(), "content_type": "image/jpeg"}
    return attach(due, by=cast.users.school, at=timezone.now(), **{**values, **given})


def test_a_file_is_sealed_under_a_random_name_and_reads_back(cast, due):
    attachment = kept(due, cast, field="personal.scan")
    with default_storage.open(attachment.stored_name) as file:
        on_disk = file.read()
    assert on_disk.startswith(b"enc1:")
    assert picture() not in on_disk
    assert "同意书" not in attachment.stored_name
    assert (read(attachment), attachment.size, attachment.original_name) == (
        picture(),
        len(picture()),
        "同意书.jpg",
    )


def test_a_file_put_in_another_s_place_is_not_handed_out(cast, due):
    one, other = kept(due, cast), kept(due, cast, content=picture(size=(9, 9)))
    one.stored_name = other.stored_name
    with pytest.raises(crypto.CryptoError):
        read(one)


def test_a_name_cannot_turn_the_text_round_or_hold_a_path(cast, due):
    attachment = kept(due, cast, name="C:\\表\\甲\u202egpj.pdf", content_type="application/pdf")
    assert attachment.original_name == "甲gpj.pdf"


@pytest.mark.parametrize(
    ("bound", "said"), [("USER_A_DAY", "200MB"), ("SCHOOL_IN_ALL", "2GB"), ("DISK_FLOOR", "存储空间不足")]
)
def test_a_full_quota_refuses_before_anything_is_stored(cast, due, monkeypatch, bound, said):
    kept(due, cast)
    monkeypatch.setattr(uploads, bound, 2**62 if bound == "DISK_FLOOR" else len(picture()) + 1)
    with pytest.raises(Refused, match=said):
        kept(due, cast)
    assert Attachment.objects.count() == 1
    assert len(default_storage.listdir("attachments")[1]) == 1


def brought(place, by):
    return attach(place, name="a.jpg", content=picture(), content_type="image/jpeg", by=by, at=timezone.now())


def test_somebody_without_an_account_attaches_nothing(cast, due):
    for who in (cast.users.outreach, cast.users.host, cast.users.volunteer, System(cast.home.district)):
        with pytest.raises(Refused, match="自己的账号"):
            brought(due, who)
    for who in (cast.users.host, cast.users.volunteer):
        with pytest.raises(Refused, match="自己的账号"):
            brought(cast.home.district, who)


def test_a_principal_brings_photos_by_his_link(cast):
    photo = brought(cast.home.district, cast.users.outreach)
    assert (photo.added_by, photo.added_link) == (None, cast.users.outreach.link)


def test_a_picture_is_shown_in_a_sandbox(cast, due):
    answer = cast.school.get(f"/attachments/{kept(due, cast).pk}/")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, picture(), "image/jpeg")
    assert (answer["Content-Security-Policy"], answer["X-Content-Type-Options"]) == ("sandbox", "nosniff")
    assert answer["Content-Disposition"].startswith("inline")


def test_a_pdf_is_a_download(cast, due):
    attachment = kept(due, cast, content=pdf(), content_type="application/pdf")
    answer = cast.school.get(f"/attachments/{attachment.pk}/")
    assert (answer.content, answer["Content-Disposition"].split(";")[0]) == (pdf(), "attachment")


@pytest.mark.parametrize(
    ("who", "plain", "personal"),
    [
        ("school", 200, 200),
        ("district", 200, 200),
        ("group", 200, 404),
        ("leader", 200, 404),
        ("auditor", 200, 404),
        ("stranger", 404, 404),
        ("judge", 404, 404),
        ("outreach", 404, 404),
        ("anonymous", 302, 302),
    ],
)
def test_each_download_asks_who_is_there(cast, due, who, plain, personal):
    files = kept(due, cast), kept(due, cast, field="personal.scan")
    answers = [getattr(cast, who).get(f"/attachments/{file.pk}/").status_code for file in files]
    assert answers == [plain, personal]


def test_the_trail_says_who_opened_a_personal_paper(cast, due):
    plain, personal = kept(due, cast), kept(due, cast, field="personal.scan")
    for file in (plain, personal):
        cast.district.get(f"/attachments/{file.pk}/")
    lines = AuditEvent.objects.filter(action="attachment.read")
    assert [(line.object_id, line.actor_label) for line in lines] == [(str(personal.pk), "district先生")]


def test_a_download_is_read_only(cast, due):
    assert cast.school.post(f"/attachments/{kept(due, cast).pk}/").status_code == 405
