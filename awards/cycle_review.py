"""What the office looks at before a planned cycle is opened, read from the cycle and the one it came from."""

from collections.abc import Iterator, Sequence

from awards import cycle_calendar
from awards.models import Category, Cycle, CycleRule
from guanweihui import workdays
from guanweihui.lists import Fact

#: Words that a new cycle seldom takes over as they are.
WORDS = (
    ("basis_title", "设立依据"),
    ("basis_number", "依据文号"),
    ("period", "评选时段"),
    ("scope", "评选范围"),
    ("base_count", "参评总数"),
    ("reward", "奖励标准"),
    ("money_source", "经费来源"),
)


def to_review(
    cycle: Cycle,
    categories: Sequence[Category],
    rules: Sequence[CycleRule],
    corrections: workdays.Corrections,
) -> list[Fact]:
    """Return what to check in a planned cycle, a line a matter; `categories` carry their fields.

    What was taken over unchanged is named as such; with nothing to compare, only what is empty.
    """
    before = cycle.copied_from
    return [
        *_words(cycle, before),
        *_days(cycle, before),
        *_calendar(cycle, corrections),
        *_categories(categories),
        *_rules(rules),
    ]


def _words(cycle: Cycle, before: Cycle | None) -> Iterator[Fact]:
    for name, label in WORDS:
        now = getattr(cycle, name)
        if now in ("", None):
            yield Fact(label, "还没有填写。", wide=True)
        elif before is not None and now == getattr(before, name):
            yield Fact(label, f"与“{before}”相同：{str(now).rstrip('。')}。是否仍然适用？", wide=True)


def _days(cycle: Cycle, before: Cycle | None) -> Iterator[Fact]:
    for name, label in cycle_calendar.DAYS:
        now, then = getattr(cycle, name), getattr(before, name) if before is not None else None
        if now is None:
            yield Fact(label, "还没有填写。", wide=True)
        elif then is not None:
            first, second = cycle_calendar.written(then), cycle_calendar.written(now)
            yield Fact(label, f"上次 {first}，这次 {second}。", wide=True)


def _calendar(cycle: Cycle, corrections: workdays.Corrections) -> Iterator[Fact]:
    days = [cycle_calendar.day_of(day) for name, _ in cycle_calendar.DAYS if (day := getattr(cycle, name))]
    missing = workdays.missing_data(min(days), max(days), corrections) if days else ""
    if missing:
        yield Fact("工作日", f"{missing}。", wide=True)


def _categories(categories: Sequence[Category]) -> Iterator[Fact]:
    for one in categories:
        words = f"表彰 {one.places} 个，推荐 {one.proposals} 个，市级推荐 {one.city_places} 个"
        words += (
            f"；证书“{one.certificate_text}{one.name}”。" if one.certificate_text else "；证书文字未填写。"
        )
        yield Fact(f"{one}名额", words, wide=True)


def _rules(rules: Sequence[CycleRule]) -> Iterator[Fact]:
    off = [one.get_code_display() for one in rules if one.effect == CycleRule.Effect.OFF]
    words = f"其中不检查的：{'、'.join(off)}。" if off else "全部规则都检查。"
    yield Fact("规则", f"{len(rules)} 条规则。{words}", wide=True)
