"""Steps of a recommendation to the city: the choice among the winners, its form, the result, promotion."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from awards.models import Category, CityRecommendation, FormField, Honour
from awards.sheets import sheet_of
from awards.sources import known_of
from guanweihui.answers import LONGEST, Unready
from guanweihui.audit import record, record_once_an_hour
from guanweihui.filings import Outdated
from guanweihui.questionnaire import Asked, judge, written
from guanweihui.scope import Role
from guanweihui.workflow import Refused, Step, Steps, one_step, own, take

S = CityRecommendation.Status
OFFICE = frozenset({Role.DISTRICT})
#: A reserve's form may be made ready too: the city leaves little time when a place falls free.
EDITABLE = frozenset({S.CHOSEN, S.RESERVE})
#: What the city has, or has judged: the choice of its category stands.
GONE_UP = frozenset({S.SENT, S.AWARDED, S.REFUSED})
LEFT_OUT = "重新选择时未列入"


def still_stands(row: CityRecommendation) -> str | None:
    """Say why a recommendation may not go on; a certificate made anew confers the same honour."""
    if Honour.objects.standing().filter(nomination=row.honour.nomination_id).exists():
        return None
    return f"“{name_of(row)}”的区级荣誉已作废，不能推荐到市里。请点“不再推荐”，由递补顶上。"


STEPS = Steps(
    {
        "send": Step({S.CHOSEN}, S.SENT, OFFICE, when=still_stands, label="上报"),
        "award": Step({S.SENT}, S.AWARDED, OFFICE, label="登记市级表彰"),
        "refuse": Step({S.SENT}, S.REFUSED, OFFICE, label="登记市里未通过", needs_reason=True),
        "drop": Step({S.CHOSEN, S.SENT, S.RESERVE}, S.DROPPED, OFFICE, label="不再推荐", needs_reason=True),
        "promote": Step({S.RESERVE}, S.CHOSEN, OFFICE, when=still_stands, label="递补"),
    }
)


def name_of(row: CityRecommendation) -> str:
    """Return who is recommended, under the name of the time."""
    return row.honour.printed_name or row.honour.printed_unit


# --- the choice -------------------------------------------------------------------------------------------


def choose(
    category: Category, honours: Sequence[Honour], *, by: Any, at: datetime.datetime
) -> list[CityRecommendation]:
    """Recommend winners of a category in this order: the first ones fill its places, the rest are reserves.

    Chosen anew, who is not named any more is dropped; drafts stay. Raises Refused without places, for who is
    no winner of the category, and once something has gone up. Source: domain.md 3, the second selection.
    """
    with one_step(CityRecommendation):
        fresh = own(category, by=by, roles=OFFICE)
        found = {row.honour.nomination_id: row for row in _locked(fresh)}
        _refuse_choice(fresh, honours, found.values())
        fields = city_fields(fresh)
        chosen = []
        for place, honour in enumerate(honours, start=1):
            row = found.pop(honour.nomination_id, None) or CityRecommendation(
                cycle=fresh.cycle, category=fresh
            )
            row.honour, row.position, row.reason = honour, place, ""
            row.status = S.CHOSEN if place <= fresh.city_places else S.RESERVE
            if not row.draft:
                row.typed = start_of(row, fields)
            row.save()
            chosen.append(row)
        for row in found.values():
            if row.status != S.DROPPED:
                row.status, row.reason = S.DROPPED, LEFT_OUT
                row.save(update_fields=["status", "reason"])
        names = {
            str(status.label): "、".join(name_of(row) for row in chosen if row.status == status)
            for status in (S.CHOSEN, S.RESERVE)
        }
        changes = {label: words for label, words in names.items() if words}
        record("category.choose_city", fresh, by=by, at=at, changes=changes)
        return chosen


def _locked(category: Category) -> list[CityRecommendation]:
    rows = CityRecommendation.objects.of_category(category).select_related("honour")
    return list(rows.select_for_update(of=("self",)))


def _refuse_choice(category: Category, honours: Sequence[Honour], rows: Any) -> None:
    if not category.city_places:
        raise Refused(f"“{category}”没有市级推荐名额。请先在奖项中填写市级推荐名额。")
    if gone := [name_of(row) for row in rows if row.status in GONE_UP]:
        raise Refused(
            f"“{category}”已有上报的推荐：{'、'.join(gone)}，不能重新选择。"
            "需要换人请逐个点“不再推荐”，再按顺序递补。"
        )
    if not honours:
        raise Refused("请至少选择一个推荐对象，并填写顺序。")
    keys = {one.pk for one in honours}
    if len(keys) != len(honours):
        raise Refused("同一个推荐对象选了两次，请核对顺序。")
    winners = Honour.objects.standing().of_category(category).of_cycle(category.cycle)
    mine = set(winners.filter(pk__in=keys, nomination__isnull=False).values_list("pk", flat=True))
    if strange := [one.printed_name or one.printed_unit for one in honours if one.pk not in mine]:
        raise Refused(
            f"{'、'.join(strange)}不是本届“{category}”的有效获奖者，不能推荐到市里。请从下面的名单中重新选择。"
        )


def promote(row: CityRecommendation, *, by: Any, at: datetime.datetime) -> CityRecommendation:
    """Let the first reserve take a free place.

    Raises Refused while every place is taken, and out of order.
    """
    with one_step(CityRecommendation):
        # All promotions of a category wait for one another: two of them see one free place once.
        category = own(row.category, by=by, roles=OFFICE)
        rows = CityRecommendation.objects.of_category(category)

        def in_order(fresh: Any) -> str | None:
            taken = rows.chosen().count()
            if taken >= category.city_places:
                balance = f"名额 {category.city_places} 个，已用 {taken} 个"
                return f"“{category}”市级推荐{balance}，没有空出，不能递补。"
            first = rows.reserves().select_related("honour").first()
            if first is not None and first.pk != fresh.pk:
                return f"递补要按顺序，排在前面的是“{name_of(first)}”。请先办理这一位。"
            return still_stands(fresh)

        return take(dataclasses.replace(STEPS["promote"], when=in_order), row, by=by, at=at)


def next_in_line(category: Category) -> CityRecommendation | None:
    """Return the reserve that a free place of a category is for; None when none is free or none waits."""
    rows = CityRecommendation.objects.of_category(category)
    if rows.chosen().count() >= category.city_places:
        return None
    return rows.reserves().first()


# --- the city's form --------------------------------------------------------------------------------------


def city_fields(category: Category) -> list[FormField]:
    """Return what the city's form of a category asks, in order; its files stay on paper."""
    return list(FormField.objects.of(category, FormField.Form.CITY))


def ask(row: CityRecommendation, fields: Sequence[FormField] | None = None) -> Asked:
    """Return the city's form as a questionnaire."""
    fields = city_fields(row.category) if fields is None else fields
    return Asked(sheet_of(row.category, fields, FormField.Form.CITY))


def start_of(row: CityRecommendation, fields: Sequence[FormField]) -> dict[str, str]:
    """Return what a new form holds: the nomination's words by the same keys, else what the portal knows."""
    nomination = row.honour.nomination
    if nomination is None:  # conferred before the portal: nothing was typed here
        return {}
    said = nomination.typed
    known = {key: written(one.value) for key, one in known_of(nomination, fields).items()}
    keys = [item.key for item in ask(row, fields).questionnaire.items()]
    found = {key: said.get(key) or known.get(key, "") for key in keys}
    return {key: words for key, words in found.items() if words}


def save_form(
    row: CityRecommendation, typed: Mapping[str, str], *, version: int, by: Any, at: datetime.datetime
) -> CityRecommendation:
    """Write what was typed into the city's form as it is; the same text again writes nothing.

    Raises Outdated when somebody saved it since version `version`, Refused when it has gone up.
    """
    with one_step(CityRecommendation):
        fresh = own(row, by=by, roles=OFFICE)
        if fresh.status not in EDITABLE:
            raise Refused(f"这份推荐现在是“{fresh.get_status_display()}”，不能修改。请刷新页面后再看。")
        keys = {item.key for item in ask(fresh).questionnaire.items()}
        # Browsers end lines differently; the same text is the same text.
        wanted = {key: words.replace("\r\n", "\n")[:LONGEST] for key, words in typed.items() if key in keys}
        wanted = {key: words for key, words in wanted.items() if words}
        if wanted == fresh.typed:
            return fresh
        if fresh.version != version:
            raise Outdated(fresh)
        fresh.typed = wanted
        fresh.version += 1
        fresh.saved_at, fresh.saved_by = at, by if getattr(by, "pk", None) else None
        fresh.save(update_fields=["draft", "version", "saved_at", "saved_by"])
        record_once_an_hour("cityrecommendation.save", fresh, by=by, at=at)
        return fresh


def send(row: CityRecommendation, *, version: int, by: Any, at: datetime.datetime) -> CityRecommendation:
    """Note that the recommendation went to the city, its form complete as saved.

    Raises Unready with every fault at once; Refused for an old tab and for a void honour.
    """
    _, faults = judge(ask(row), row.typed)
    if faults:
        raise Unready(faults)

    def ready(fresh: Any) -> str | None:
        if fresh.version != version or fresh.draft != row.draft:
            return "这份推荐表在您打开之后被保存过，本次没有上报。请核对后再上报。"
        return still_stands(fresh)

    step = dataclasses.replace(STEPS["send"], when=ready)
    return take(step, row, by=by, at=at, writes={"sent_on": timezone.localdate(at)})


# --- what came of it --------------------------------------------------------------------------------------


def award(
    row: CityRecommendation,
    *,
    title: str,
    on: datetime.date,
    number: str = "",
    by: Any,
    at: datetime.datetime,
) -> CityRecommendation:
    """Record the city's honour: its name, the day of the document and its number.

    Raises Refused for a day in the future or before the recommendation went up.
    """
    if not title.strip():
        raise Refused("请写明市级荣誉的名称。")
    if on > timezone.localdate(at):
        raise Refused("市级发文日期不能晚于今天，请核对。")

    def in_time(fresh: Any) -> str | None:
        is_early = fresh.sent_on is not None and on < fresh.sent_on
        return f"市级发文日期早于上报日期 {fresh.sent_on}，请核对。" if is_early else None

    writes = {"result_title": title.strip(), "result_on": on, "result_number": number.strip()}
    step = dataclasses.replace(STEPS["award"], when=in_time)
    return take(step, row, by=by, at=at, writes=writes)


def refuse(row: CityRecommendation, *, reason: str, by: Any, at: datetime.datetime) -> CityRecommendation:
    """Record that the city did not pass it; its place is free for the next reserve."""
    return take(STEPS["refuse"], row, by=by, at=at, reason=reason, writes={"reason": reason.strip()})


def drop(row: CityRecommendation, *, reason: str, by: Any, at: datetime.datetime) -> CityRecommendation:
    """Recommend it no longer, with the reason; its place is free for the next reserve."""
    return take(STEPS["drop"], row, by=by, at=at, reason=reason, writes={"reason": reason.strip()})
