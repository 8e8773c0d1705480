"""The 推荐审批表 of a nomination: answers, deeds, photograph and opinions, for the page and the print."""

from collections.abc import Iterable, Mapping, Sequence

from awards import sheets
from awards.models import FormField, Nomination, Opinion
from guanweihui import uploads
from guanweihui.answers import content_of
from guanweihui.documents import pdf
from guanweihui.documents.approval import ApprovalForm, LongText, OpinionBox, approval_form
from guanweihui.documents.forms import Pair
from guanweihui.models import Attachment, Version
from guanweihui.questionnaire import Paragraph, Questionnaire, clean, covered, written
from guanweihui.tables import format_value
from guanweihui.text import TextError, parse_date
from guanweihui.workflow import Refused
from members.photos import open_photo

S, Level = Nomination.Status, Opinion.Level
Format, Section = FormField.Format, FormField.Section
#: Whose opinion, and how it is confirmed on paper: a group has no seal (domain.md 3).
BOXES = (
    (Level.UNIT, "学校党组织意见", "（盖章）"),
    (Level.GROUP, "协作组意见", "组长签字："),
    (Level.DISTRICT, "区教育关工委意见", "（盖章）"),
    (Level.COMMITTEE, "区教工委审批意见", "（盖章）"),
)
#: An opinion stands while the nomination is past its level; one that it came back from is no opinion on it.
_PAST_GROUP = frozenset({S.ENDORSED, S.ACCEPTED, S.APPROVED, S.RESERVE, S.HONOURED})
_PAST = {
    Level.GROUP: _PAST_GROUP,
    Level.DISTRICT: _PAST_GROUP - {S.ENDORSED},
    Level.COMMITTEE: frozenset({S.APPROVED, S.HONOURED}),
}
NAME, UNIT_NAME = "person.name", "unit.full_name"
#: What a version says of a box that was left empty (guanweihui.questionnaire.paragraphs).
EMPTY = "未填写"


def form_of(
    nomination: Nomination,
    fields: Sequence[FormField],
    *,
    opinions: Iterable[Opinion] = (),
    photo: bytes | None = None,
    sent: Version | None = None,
    is_masked: bool,
) -> ApprovalForm:
    """Return what the form says: the draft as it stands, or what was `sent`; `is_masked` hides telephones."""
    sheet = sheets.sheet_of(nomination.category, fields, FormField.Form.DISTRICT)
    typed = nomination.typed if sent is None else typed_of(content_of(sent))
    words = words_of(sheet, typed, is_masked=is_masked)
    printed = [one for one in fields if one.is_printed and one.section != Section.MATERIALS]
    texts = [one for one in printed if one.section == Section.DEEDS]
    return ApprovalForm(
        title=sheet.title,
        unit=nomination.printed_unit or nomination.unit.full_name,
        number=nomination.receipt_no,
        pairs=[
            *_head(nomination, printed),
            *(Pair(one.label, words.get(one.key, "")) for one in printed if one.section == Section.FACTS),
        ],
        texts=[LongText(one.label, words.get(one.key, "")) for one in texts],
        boxes=_boxes(nomination, opinions, words),
        photo=None if nomination.person_id is None else photo or b"",
        state=nomination.get_status_display(),
    )


def typed_of(content: Iterable[Paragraph]) -> dict[str, str]:
    """Return what a version says as if typed; an empty answer stands there as 未填写."""
    return {one.key: one.words for one in content if one.words != EMPTY}


def _head(nomination: Nomination, printed: Sequence[FormField]) -> list[Pair]:
    """Name the nominee where no field of the form does."""
    is_collective = nomination.person_id is None
    if {UNIT_NAME if is_collective else NAME} & {one.source for one in printed}:
        return []
    return [Pair("集体名称" if is_collective else "姓名", nomination.nominee)]


def words_of(sheet: Questionnaire, typed: Mapping[str, str], *, is_masked: bool) -> dict[str, str]:
    """Write every answer as paper does: days in Chinese; what cannot be read stands as typed."""
    answers, _ = clean(sheet, typed)
    found = {}
    for item in sheet.items():
        value = answers.get(item.key)
        said = written(value) if value is not None else typed.get(item.key, "").strip()
        if item.format == "month" and value is not None:
            said = _day(said)
        found[item.key] = covered(item, said) if is_masked else said
    return found


def _day(said: str) -> str:
    try:
        return parse_date(said).cn()
    except TextError:
        return said


def _boxes(nomination: Nomination, opinions: Iterable[Opinion], words: Mapping[str, str]) -> list[OpinionBox]:
    given = {one.level: one for one in opinions if one.verdict == Opinion.Verdict.AGREE}
    found = []
    for level, label, mark in BOXES:
        if level == Level.GROUP and not nomination.category.passes_group:
            continue
        if level == Level.UNIT:
            # What the school says now; it becomes the opinion when it is sent.
            said = (words.get(key, "") for key in (sheets.OPINION, sheets.SIGNED_BY, sheets.SIGNED_ON))
            found.append(OpinionBox(label, mark, *said))
            continue
        opinion = given.get(level) if nomination.status in _PAST[level] else None
        found.append(_box(label, mark, opinion) if opinion is not None else OpinionBox(label, mark))
    return found


def _box(label: str, mark: str, opinion: Opinion) -> OpinionBox:
    on = format_value(opinion.signed_on, prose=True) if opinion.signed_on else ""
    return OpinionBox(label, mark, opinion.text, opinion.signed_by, on)


def photo_of(
    nomination: Nomination, fields: Sequence[FormField], files: Iterable[Attachment]
) -> bytes | None:
    """Return the photograph for the form: the one attached to it, else that of the person's file."""
    if nomination.person is None:
        return None
    keys = {f"material.{one.key}" for one in fields if one.format == Format.PHOTO}
    attached = next((one for one in files if one.field in keys), None)
    return uploads.read(attached) if attached is not None else open_photo(nomination.person.photo)


def print_form(form: ApprovalForm, *, by: str) -> bytes:
    """Print the form. Raises Refused where no PDF can be made."""
    if (why_not := pdf.available()) is not None:
        raise Refused(why_not)
    return approval_form(form, by=by)
