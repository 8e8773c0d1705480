"""The pages of the trail: who did what, when, on what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from guanweihui import actions
from guanweihui.gate import posts
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import AuditEvent, District
from guanweihui.scope import DISTRICT_WIDE
from guanweihui.templatetags.portal import moment
from guanweihui.trail import TrailFilter, chain_of

COLUMNS = (
    ListColumn("时间", is_name=True),
    ListColumn("办理人"),
    ListColumn("动作"),
    ListColumn("对象类别"),
    ListColumn("对象", is_long=True),
    ListColumn("来源地址"),
    ListColumn("请求号"),
)


@require_safe
@posts(*DISTRICT_WIDE)
def trail_list(request: HttpRequest) -> HttpResponse:
    """List the district's trail, latest first; `type` and `id` narrow it to one object."""
    events = AuditEvent.objects.visible_to(request.user).for_list()
    kind, key = request.GET.get("type", ""), request.GET.get("id", "")
    row = None
    if (model := actions.model_of(kind)) is not None and key:
        row = model(pk=key)
        events = AuditEvent.objects.visible_to(request.user).of(row).reverse()
    found = TrailFilter(request.GET, queryset=events)
    page = page_of(request, found.qs)
    now = timezone.now()
    context = {
        "form": found.form,
        "columns": COLUMNS,
        "rows": [line(event) for event in page],
        "page": page,
        "one_object": actions.object_word(kind) if row is not None else "",
        "chains": [
            (district, chain_of(district, now=now)) for district in District.objects.visible_to(request.user)
        ],
    }
    return render(request, "accounts/trail_list.html", context)


def line(event: AuditEvent) -> ListRow:
    cells = (
        Link(moment(event.at), f"/trail/{event.pk}/"),
        event.actor_label,
        actions.action_word(event.action),
        actions.object_word(event.object_type),
        event.object_label,
        event.address,
        event.request_id,
    )
    return ListRow(cells, key=str(event.pk))


@require_safe
@posts(*DISTRICT_WIDE)
def trail_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one line whole: what changed from what to what, where it came from, whether it is sealed."""
    event = get_object_or_404(AuditEvent.objects.visible_to(request.user).for_list(), pk=pk)
    seal = getattr(event, "seal", None)
    facts = [
        Fact("时间", timezone.localtime(event.at).strftime("%Y-%m-%d %H:%M:%S")),
        Fact("办理人", event.actor_label),
        Fact("动作", actions.action_word(event.action)),
        Fact("对象", f"{actions.object_word(event.object_type)} {event.object_label}".strip()),
        Fact("来源地址", event.address),
        Fact("请求号", event.request_id),
        Fact("封存", Mark(f"已封存，序号 {seal.position}", "ok") if seal else Mark("待封存", "plain")),
        Fact("摘要", event.digest[:16]),
        Fact("事由", event.reason, wide=True),
    ]
    context = {
        "event": event,
        "title": f"{event.actor_label} {actions.action_word(event.action)}",
        "facts": facts,
        "changes": actions.change_rows(event.object_type, event.changes),
    }
    return render(request, "accounts/trail_detail.html", context)
