"""Summaries: figures of a scope up to a cut-off date, printed with typed texts, frozen; the frozen ones."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from guanweihui.audit import record
from guanweihui.documents import pdf
from guanweihui.documents.official import OfficialDocument
from guanweihui.figures_page import starts_in
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_file, answer_list, unit_name
from guanweihui.lists import Link, ListColumn, ListRow, page_of
from guanweihui.scope import DISTRICT_WIDE, reach_of
from guanweihui.templatetags.portal import moment
from guanweihui.workflow import Refused
from outreach.areas import OUTREACH, tabs_of
from outreach.forms.summary import SummaryForm, TextsForm, scopes_of
from outreach.reports.scheme import scheme_chart
from outreach.reports.summary import (
    WHOLE,
    WITH_SCHEME,
    Summary,
    document_of,
    frozen_document,
    key_of,
    summarise,
    title_of,
)
from outreach.reports.summary_texts import TEXTS, Stored, frozen_heads, stored
from outreach.workflow.summary import OFFICE, freeze_summary

COLUMNS = (
    ListColumn("总结", is_name=True, is_long=True),
    ListColumn("统计截止", format="date"),
    ListColumn("封存时间"),
    ListColumn("封存人"),
    ListColumn("口径", is_long=True),
)


def asked_form(request: HttpRequest) -> SummaryForm:
    """Read which summary is asked for, from the address or from the form that was sent."""
    sent = request.POST if request.method == "POST" else request.GET
    names = ("scope", "year", "term", "until")
    return SummaryForm(
        {name: sent.get(name, "") for name in names},
        scopes=scopes_of(request.user),
        starts_in=starts_in(request),
        today=timezone.localdate(),
    )


def found_for(request: HttpRequest, form: SummaryForm) -> tuple[Summary | None, Stored | None]:
    """Return the summary asked for as it stands, or the one that was frozen in its place."""
    data = form.cleaned_data
    scope, span, until = data["scope"], data["span"], data["until"]
    kept = stored(request.user, span.year, key_of(scope, span, until))
    return (None, kept) if kept else (summarise(request.user, scope, span, until), None)


@require_safe
@posts(*DISTRICT_WIDE)
def outreach_summary(request: HttpRequest) -> HttpResponse:
    """Show a summary's figures with what is typed beside them; a frozen one as it was stored."""
    return answer_summary(request, asked_form(request), TextsForm())


def answer_summary(request: HttpRequest, form: SummaryForm, texts: TextsForm) -> HttpResponse:
    """Answer with the page; 422 when the query or the texts hold a fault."""
    status = 422 if texts.is_bound else 200
    context: dict[str, Any] = {
        "crumbs": [("老校长下乡", reverse("pairing-list")), ("总结", "")],
        "tabs": tabs_of(request, OUTREACH),
        "form": form,
        "texts": texts,
        "title": "老校长下乡总结",
        "is_office": reach_of(request.user).serves(*OFFICE),
        "pdf_fault": pdf.available(),
    }
    if not any(rows for _, rows in form.scopes):
        return render(request, "outreach/summary.html", context | {"is_empty": True}, status=status)
    if form.is_valid():
        context |= shown(request, form)
    else:
        status = 422
    return render(request, "outreach/summary.html", context, status=status)


def shown(request: HttpRequest, form: SummaryForm) -> dict[str, Any]:
    """Return what the page shows of the summary asked for."""
    summary, kept = found_for(request, form)
    span = form.cleaned_data["span"]
    source: Any = kept or summary
    until = kept.as_of_on if kept else form.cleaned_data["until"]
    scheme = source.scheme if span.key in WITH_SCHEME and source.scheme.rows else None
    return {
        "title": title_of(span),
        "note": f"{form.cleaned_data['scope'].words}，统计截止{until}",
        "stored": kept,
        "stamp": f"{moment(kept.frozen_at)}由{kept.frozen_by}封存，以后的修改不影响这里的数字。"
        if kept
        else "",
        "stored_texts": [(label, kept.texts[key]) for key, label in TEXTS] if kept else [],
        "figures": source.figures,
        "rules": source.rules,
        "scheme": scheme,
        "scheme_svg": scheme_chart(scheme) if scheme else "",
        "asked": {**query_of(form), "until": until.isoformat()},
    }


def query_of(form: SummaryForm) -> dict[str, str]:
    data = form.cleaned_data
    asked = {"scope": data["scope"].key, "term": data["term"], "until": data["until"].isoformat()}
    return asked | {"year": str(data["year"])}


@require_POST
@posts(*DISTRICT_WIDE)
def outreach_summary_print(request: HttpRequest) -> HttpResponse:
    """Print the summary with the texts as typed; a frozen one as it was stored."""
    form, texts = asked_form(request), TextsForm(request.POST)
    if not form.is_valid() or not texts.is_valid():
        return answer_summary(request, form, texts)
    if (why_not := pdf.available()) is not None:
        texts.add_error(None, why_not)
        return answer_summary(request, form, texts)
    summary, kept = found_for(request, form)
    document = paper_of(request, form, summary, kept, texts.texts())
    title = f"{title_of(form.cleaned_data['span'])}（{form.cleaned_data['scope'].words}）"
    home, now = reach_of(request.user).home, timezone.now()
    changes = {"table": title, "rows": len((kept or summary).figures.rows)}  # type: ignore[union-attr]
    content = pdf.official(document)
    record("list.export", by=request.user, at=now, district=home, changes=changes)
    return answer_file(content, f"{title}_{timezone.localdate(now):%Y%m%d}.pdf")


def paper_of(
    request: HttpRequest,
    form: SummaryForm,
    summary: Summary | None,
    kept: Stored | None,
    texts: dict[str, str],
) -> OfficialDocument:
    span, unit = form.cleaned_data["span"], unit_name(request)
    title, has_scheme = title_of(span), span.key in WITH_SCHEME
    if kept is not None:
        return frozen_document(kept, unit=kept.figures.reporting_unit, title=title, with_scheme=has_scheme)
    assert summary is not None
    return document_of(
        unit=unit,
        title=title,
        figures=summary.figures,
        scheme=summary.scheme if has_scheme else None,
        texts=texts,
        rules=summary.rules,
        signed_on=timezone.localdate(),
    )


@require_POST
@posts(*OFFICE)
def outreach_summary_freeze(request: HttpRequest) -> HttpResponse:
    """Freeze the summary with the texts as typed."""
    form, texts = asked_form(request), TextsForm(request.POST)
    if not form.is_valid() or not texts.is_valid():
        return answer_summary(request, form, texts)
    summary, kept = found_for(request, form)
    if not texts.cleaned_data["confirmed"]:
        texts.add_error("confirmed", "请核对数字和文字，勾选以后再封存。")
    if summary is None or kept is not None:
        texts.add_error(None, "这份总结已经封存，不能再封存一次。")
    if texts.errors or summary is None:
        return answer_summary(request, form, texts)
    try:
        freeze_summary(summary, texts.texts(), by=request.user, at=timezone.now())
    except Refused as refusal:
        texts.add_error(None, str(refusal))
        return answer_summary(request, form, texts)
    messages.success(request, "总结已封存，以后的修改不影响这份数字。")
    return redirect(f"{reverse('outreach-summary')}?{urlencode(query_of(form))}")


@require_safe
@posts(*DISTRICT_WIDE)
def outreach_summary_list(request: HttpRequest) -> HttpResponse:
    """List the summaries that were frozen, the latest first."""
    page = page_of(request, frozen_heads(request.user))
    shown_page = ListPage(
        title="已封存的总结",
        columns=COLUMNS,
        rows=[frozen_row(one) for one in page],
        page=page,
        tabs=tabs_of(request, OUTREACH),
        unit="份",
        empty_words="还没有封存的总结。请在“总结”中核对数字、填写文字以后封存。",
        empty_url=reverse("outreach-summary"),
        empty_action="去写总结",
    )
    return answer_list(request, shown_page)


def frozen_row(one: Any) -> ListRow:
    kind, pk, term = one.key.split("-")[:3]
    asked = {"scope": f"{kind}-{pk}", "year": one.year, "term": term}
    if term == WHOLE:
        # Several may be frozen: each is found by its own cut-off date.
        asked["until"] = one.as_of_on.isoformat()
    link = Link(str(one.content["title"]), f"{reverse('outreach-summary')}?{urlencode(asked)}")
    return ListRow((link, one.as_of_on, moment(one.frozen_at), str(one.frozen_by or "系统"), one.rules))
