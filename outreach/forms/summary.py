"""Forms of summaries: which one is asked for, and what is typed beside its figures."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from guanweihui.figures import Period
from guanweihui.forms import DateInput, PortalForm
from guanweihui.round_forms import checked
from outreach.models import HostSchool, Pairing, Programme
from outreach.reports.spans import Span, span_of, terms, whole
from outreach.reports.summary import Scope
from outreach.reports.summary_texts import TEXTS

HELPS = {
    "work": "本期做了哪些事、有什么成效。数字不必写，上面的表会印在总结里。",
    "problems": "遇到的困难和不足。",
    "next": "下一期打算做什么。",
}


Scopes = list[tuple[str, list[Scope]]]


class SummaryForm(PortalForm):
    """Scope, year, term and cut-off date of a summary."""

    scope = forms.ChoiceField(label="范围")
    year = forms.TypedChoiceField(label="统计年度", coerce=int)
    term = forms.ChoiceField(label="时段")
    until = forms.DateField(
        label="统计截止",
        widget=DateInput,
        required=False,
        help_text="不填的，到这一期末；没有结束的，到今天。",
    )

    def __init__(self, asked: Mapping[str, str], *, scopes: Scopes, starts_in: int, today: datetime.date):
        this_year = Period.holding(today, starts_in).year
        first = next((one.key for _, rows in scopes for one in rows), "")
        defaults = {"scope": first, "year": str(this_year), "term": "year"}
        super().__init__({**defaults, **{name: value for name, value in asked.items() if value}})
        self.scopes, self.starts_in, self.today = scopes, starts_in, today
        begun = min(Period.holding(self._first_start(), starts_in).year, this_year)
        years = range(this_year, begun - 1, -1)
        self.fields["year"].choices = [(year, Period.of(year, starts_in).label) for year in years]
        self.fields["term"].choices = [*terms(starts_in), ("whole", "项目启动以来")]
        self.fields["scope"].choices = [
            (label, [(one.key, one.words) for one in rows]) for label, rows in scopes if rows
        ]

    def clean(self) -> dict[str, Any]:
        """Turn the choices into scope, span and cut-off date."""
        data = super().clean() or {}
        if not {"scope", "year", "term", "until"} <= data.keys():
            return data
        scope = next(one for _, rows in self.scopes for one in rows if one.key == data["scope"])
        span = self._span(scope, data["year"], data["term"])
        until = data["until"] or min(span.last, self.today)
        if until > self.today:
            raise ValidationError("统计截止不能晚于今天，请改早。")
        if until < span.first:
            raise ValidationError(f"“{span.label}”从{span.first}开始，统计截止不能更早。请换一个时段或日期。")
        return data | {"scope": scope, "span": span, "until": min(until, span.last)}

    def _span(self, scope: Scope, year: int, term: str) -> Span:
        if term != "whole":
            return span_of(year, term, self.starts_in)
        return whole(self._started(scope), self.today, self.starts_in)

    def _started(self, scope: Scope) -> datetime.date:
        """Return from when a scope has a whole: its programme's start, for a school the first of all."""
        if isinstance(scope.row, Programme):
            return scope.row.started_on
        if isinstance(scope.row, Pairing):
            return scope.row.programme.started_on
        return self._first_start()

    def _first_start(self) -> datetime.date:
        starts = [one.row.started_on for _, rows in self.scopes for one in rows if one.kind == "programme"]
        return min(starts, default=self.today)


def scopes_of(user: Any) -> Scopes:
    """Return what a reader may ask a summary of: programmes, pairs, host schools; four queries."""
    programmes = Programme.objects.visible_to(user).for_list()
    pairings = Pairing.objects.visible_to(user).for_list()
    hosts = HostSchool.objects.visible_to(user).for_list()
    return [
        ("整个项目", [Scope("programme", one, one.name) for one in programmes]),
        ("一个结对", [Scope("pairing", one, f"{one}结对（{one.programme.region}）") for one in pairings]),
        ("一所受援学校", [Scope("host", one, f"{one.name}（{one.region}）") for one in hosts]),
    ]


class TextsForm(PortalForm):
    """What is typed for a summary; freezing it needs a tick."""

    confirmed = forms.BooleanField(
        label="数字和文字已核对，封存后不能再改",
        required=False,
        help_text="只打印不封存的，不用勾选。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in TEXTS:
            field = forms.CharField(
                label=label, max_length=2000, required=False, widget=forms.Textarea, help_text=HELPS[key]
            )
            field.widget.attrs |= {"rows": "5", "class": "form-control"}
            self.fields[key] = field
        self.order_fields([*(key for key, _ in TEXTS), "confirmed"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for key, _ in TEXTS:
            if data.get(key):
                try:
                    data[key] = checked(data[key], multiline=True)
                except ValidationError as fault:
                    self.add_error(key, fault)
        return data

    def texts(self) -> dict[str, str]:
        return {key: self.cleaned_data.get(key, "") for key, _ in TEXTS}
