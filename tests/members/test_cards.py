"""What a card says on paper, and what its check page says to the public."""

import base64
import io
import json
import logging
import re
import subprocess

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image

from guanweihui.documents import cards as document
from guanweihui.documents import pdf
from guanweihui.documents.cards import CardFace
from guanweihui.logs import JsonFormatter
from guanweihui.verification import check
from members.models import Card
from members.photos import keep_photo
from members.reports.cards import faces_of, photo_of
from members.workflow import cards as steps
from tests.members.cards_rows import make_card
from tests.members.teams_rows import make_membership, make_team

NO_PDF = pdf.available()
needs_pdf = pytest.mark.skipif(bool(NO_PDF), reason=str(NO_PDF))
MM = 72 / 25.4


def face(**fields) -> CardFace:
    said = {
        "organ": "示例区教育系统关心下一代工作委员会",
        "name": "王秀英",
        "unit": "示例区和平小学",
        "team": "讲师团",
        "number": "GGW202600001",
        "check_url": "https://host.invalid/verify/" + "0" * 32 + "/",
        "issued": "2026-11-27",
    }
    return CardFace(**{**said, **fields})


def boxes(content: bytes, tmp_path, *options: str) -> dict[str, tuple[float, float]]:
    """Return where each word of a page begins, in mm; of two alike the last one."""
    path = tmp_path / "card.pdf"
    path.write_bytes(content)
    run = subprocess.run(
        ["pdftotext", "-bbox", *options, path, "-"], capture_output=True, text=True, check=True
    )
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([^<]+)<', run.stdout)
    return {word: (float(x) / MM, float(y) / MM) for x, y, word in found}


# --- paper ------------------------------------------------------------------------------------------------


@needs_pdf
@pytest.mark.parametrize("name", ["陈䶮", "李㛃", "𫖯仲淹", "王𬀩", "张𬭎", "阿不都热·买买提江·伊力"])
def test_rare_names_print_whole(name, tmp_path):
    assert name in boxes(document.single([face(name=name)]), tmp_path, "-l", "1")


@needs_pdf
def test_a_character_of_no_font_stops_the_print():
    with pytest.raises(pdf.Unprintable, match="\U000e0100"):
        document.sheets([face(name="王\U000e0100")])


@needs_pdf
@pytest.mark.parametrize("length", [2, 8, 9, 12, 13, 28, 29, 50])
def test_a_name_of_any_length_stays_on_its_card(length, tmp_path):
    content = document.single(
        [face(name="阿" * length, unit="示例区教育学院附属实验小学" * 3, team="讲师团、" * 12)]
    )
    places = boxes(content, tmp_path, "-l", "1")
    assert all(0 <= x < 85.6 and 0 <= y < 54 - 2 for x, y in places.values())
    path = tmp_path / "card.pdf"
    run = subprocess.run(["pdftotext", "-l", "1", path, "-"], capture_output=True, text=True, check=True)
    assert run.stdout.count("阿") == length


def test_the_places_of_a_sheet_hold_ten_cards_with_room_to_cut():
    places = list(document.places())
    assert len(places) == 10
    (width, height), (paper_width, paper_height) = document.CARD_MM, document.A4_MM
    for x, y in places:
        assert document.BLEED_MM <= x <= paper_width - width - document.BLEED_MM
        assert document.BLEED_MM <= y <= paper_height - height - document.BLEED_MM
    for x, y in places:  # no card lies on another one's bleed
        for other_x, other_y in places:
            if (x, y) != (other_x, other_y):
                assert abs(x - other_x) >= width + 6 - 1e-6 or abs(y - other_y) >= height + 3 - 1e-6


def test_backs_lie_behind_their_fronts_when_the_paper_turns():
    (width, _), (paper_width, _) = document.CARD_MM, document.A4_MM
    turned = [(paper_width - x - width, y) for x, y in document.places(mirrored=True)]
    fronts = list(document.places())
    assert [tuple(round(v, 6) for v in place) for place in turned] == [
        tuple(round(v, 6) for v in place) for place in fronts
    ]


@needs_pdf
def test_the_back_of_a_lone_card_lies_on_the_other_side(tmp_path):
    content = document.sheets([face(contact="010-00000000")])
    (front_x, _), (back_x, _) = (
        boxes(content, tmp_path, "-f", page, "-l", page)[word]
        for page, word in (("1", "王秀英"), ("2", "监督电话：010-00000000"))
    )
    assert (front_x < 105, back_x > 105) == (True, True)


@needs_pdf
def test_every_sheet_has_its_own_backs_whether_they_were_seen_before_or_not(tmp_path):
    """Backs that are alike are laid out once: each must still stand behind its own fronts."""
    faces = [face(contact=contact) for contact in ("甲", "乙", "甲") for _ in range(10)]
    content = document.sheets([*faces, face(contact="甲")])
    backs = [boxes(content, tmp_path, "-f", page, "-l", page) for page in ("2", "4", "6", "8")]
    told = [[word[-1] for word in back if word.startswith("监督电话")] for back in backs]
    assert told == [["甲"], ["乙"], ["甲"], ["甲"]]
    assert backs[3]["监督电话：甲"] != backs[0]["监督电话：甲"]  # a lone card's, not the last of ten


@needs_pdf
def test_progress_is_told_after_each_sheet():
    said = []
    document.sheets([face()] * 21, said.append)
    assert said == [10, 20, 21]


@needs_pdf
def test_the_qr_code_is_eighteen_millimetres_and_reads_as_the_address(tmp_path):
    """The picture's modules are compared with a fresh code: no reader is needed."""
    import segno

    url = face().check_url
    path = tmp_path / "card.pdf"
    path.write_bytes(document.single([face()]))
    command = ["pdftoppm", "-r", "508", "-f", "1", "-l", "1", "-gray", path]  # 20 dots a millimetre
    picture = Image.open(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout))
    left, top, side = 64.1, 32.0, 18.0
    code = segno.make(url, error="m", micro=False)
    size = side / code.symbol_size(border=0)[0]
    read = [
        [
            picture.getpixel((int((left + (x + 0.5) * size) * 20), int((top + (y + 0.5) * size) * 20))) < 128
            for x in range(len(code.matrix))
        ]
        for y in range(len(code.matrix))
    ]
    assert read == [[bool(module) for module in row] for row in code.matrix]


# --- from the row to the paper ----------------------------------------------------------------------------


def test_a_face_says_what_the_card_s_row_says(cast):
    card = make_card(school=cast.home.school, name="曾玉兰")
    make_membership(person=card.person, team=make_team(name="讲师团"))
    day = timezone.localdate()
    (said,) = faces_of(list(Card.objects.for_list(day)), origin="https://host.invalid/", day=day)
    assert said == CardFace(
        organ=cast.home.district.committee_name,
        name="曾玉兰",
        unit="示例区和平小学",
        team="讲师团",
        number="GGW202400001",
        check_url=f"https://host.invalid/verify/{card.check_token}/",
        issued=day.isoformat(),
        years=tuple((year, year == day.year) for year in range(day.year, day.year + 5)),
    )


def jpeg() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (50, 70), "#0B4FA0").save(stream, "JPEG")
    return stream.getvalue()


def test_a_sealed_photo_opens_as_a_data_uri():
    assert photo_of(keep_photo(jpeg())).startswith("data:image/jpeg;base64,/9j/")


def test_a_large_photo_is_handed_over_in_the_size_of_its_print():
    stream = io.BytesIO()
    Image.new("RGB", (1143, 1600), "#0B4FA0").save(stream, "JPEG")
    uri = photo_of(keep_photo(stream.getvalue()))
    content = base64.b64decode(uri.removeprefix("data:image/jpeg;base64,"))
    assert Image.open(io.BytesIO(content)).size == (400, 560)


def test_a_photo_that_is_missing_or_damaged_leaves_its_cell_empty():
    damaged = default_storage.save("photos/y", ContentFile(b"not sealed"))
    assert [photo_of(""), photo_of("photos/gone"), photo_of(damaged)] == ["", "", ""]


@needs_pdf
def test_the_photo_is_on_the_card(tmp_path):
    for photo, images in ((photo_of(keep_photo(jpeg())), 1), ("", 0)):
        path = tmp_path / "card.pdf"
        path.write_bytes(document.single([face(photo=photo)]))
        listed = subprocess.run(["pdfimages", "-list", path], capture_output=True, text=True, check=True)
        assert len(listed.stdout.splitlines()) - 2 == images
        assert ("照片" in boxes(path.read_bytes(), tmp_path)) == (images == 0)


# --- check page -------------------------------------------------------------------------------------------


def words(response) -> str:
    return response.content.decode()


def address(card: Card) -> str:
    return f"/verify/{card.check_token}/"


def test_a_valid_card_is_green_with_its_name_masked(cast):
    card = make_card(school=cast.home.school, name="欧阳玉兰")
    year = timezone.localdate().year
    assert check(card.check_token).facts == (
        ("姓名", "欧阳**"),
        ("单位", "示例区和平小学"),
        ("证号", card.number),
        ("首次注册年度", "2024"),
        (f"{year} 年度注册", "已注册"),
    )
    answer = cast.anonymous.get(address(card))
    page = words(answer)
    assert (answer.status_code, "tag-ok" in page, "有效" in page) == (200, True, True)
    for hidden in ("玉兰", card.person.id_number, card.person.phone, card.person.home_address):
        assert hidden not in page


def test_a_void_card_is_grey_with_the_day(cast):
    card = make_card(school=cast.home.school)
    steps.void_card(card, by=cast.users.district, at=timezone.now(), reason="违反规定")
    day = timezone.localdate()
    found = check(card.check_token)
    assert (found.state, found.is_valid) == ("已注销", False)
    assert found.facts[-1] == ("注销日期", f"{day.year}年{day.month}月{day.day}日")
    page = words(cast.anonymous.get(address(card)))
    assert ("tag-void" in page, "tag-ok" in page, "违反规定" in page) == (True, False, False)


def test_the_code_of_a_lost_card_says_that_it_was_replaced(cast):
    lost = make_card(school=cast.home.school)
    new = steps.reissue(lost, by=cast.users.district, at=timezone.now(), reason="遗失")
    assert [(check(one.check_token).state, check(one.check_token).is_valid) for one in (lost, new)] == [
        ("旧证已作废", False),
        ("有效", True),
    ]
    assert cast.anonymous.get(address(lost)).status_code == 200


@pytest.mark.parametrize("field", ["died_on", "stopped_on"])
def test_a_holder_who_serves_no_more_is_not_said_to_be_dead(cast, field):
    card = make_card(school=cast.home.school)
    setattr(card.person, field, timezone.localdate())
    card.person.save()
    found = check(card.check_token)
    assert (found.state, found.is_valid) == ("已停用", False)
    assert "离世" not in words(cast.anonymous.get(address(card)))


def test_a_card_not_registered_this_year_says_so(cast):
    card = make_card(school=cast.home.school, at=timezone.now() - timezone.timedelta(days=366))
    year = timezone.localdate().year
    assert check(card.check_token).facts[-1] == (f"{year} 年度注册", "待注册")


@pytest.mark.parametrize("token", ["0" * 32, "x", "GGW202400001", "%E4%B8%AD"])
def test_a_code_that_nobody_gave_out_is_not_found(cast, token):
    make_card(school=cast.home.school)
    answer = cast.anonymous.get(f"/verify/{token}/")
    assert (answer.status_code, "未查到" in words(answer)) == (404, True)


def test_an_empty_code_finds_no_card_without_reissues(cast):
    make_card(school=cast.home.school)  # its event of issue replaced nothing
    assert check("") is None


def test_the_answer_is_kept_nowhere_and_listed_nowhere(cast):
    card = make_card(school=cast.home.school)
    for url in (address(card), f"/verify/{'0' * 32}/"):
        answer = cast.anonymous.get(url)
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert '<meta name="robots" content="noindex, nofollow">' in words(answer)
    assert cast.anonymous.post(address(card)).status_code == 405


def test_the_thirty_first_check_in_a_minute_waits(cast):
    card = make_card(school=cast.home.school)
    statuses = [cast.anonymous.get(address(card)).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    answer = cast.anonymous.get(address(card))
    assert (answer["Retry-After"], "请过一分钟再试" in words(answer)) == ("60", True)
    assert Client(REMOTE_ADDR="192.0.2.7").get(address(card)).status_code == 200


def test_the_log_masks_the_code():
    record = logging.LogRecord("x", logging.INFO, "", 0, "GET /verify/%s/", ("a" * 32,), None)
    assert json.loads(JsonFormatter().format(record))["message"] == "GET /verify/***/"
