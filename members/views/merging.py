"""Files that may be one person: the list of pairs, two files side by side, merges and their undoing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.reports import partial
from guanweihui.scope import Role
from members.areas import PEOPLE, tabs_of
from members.duplicates import MOST, Pair, Pairs, hanging
from members.forms.merging import MergeForm, ReasonForm
from members.models import DistinctPair, Merge, Person
from members.views.transfers import posted
from members.workflow import merging
from members.workflow.merging import MERGERS

PAIR_COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("出生年月"),
    ListColumn("单位"),
    ListColumn("另一份的姓名"),
    ListColumn("出生年月"),
    ListColumn("单位"),
    ListColumn("相同之处", is_long=True),
)
MERGE_COLUMNS = (
    ListColumn("保留的档案", is_name=True),
    ListColumn("并入的档案"),
    ListColumn("依据", is_long=True),
    ListColumn("合并人"),
    ListColumn("合并时间", format="date"),
    ListColumn("状态", align="center"),
    ListColumn("办理"),
)
#: Compared in words only: their values stand on no page.
SEALED = (
    "id_number",
    "phone",
    "home_address",
    "current_address",
    "emergency_contact",
    "emergency_phone",
    "health",
    "illness",
)


@require_safe
@posts(Role.DISTRICT)
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """List pairs of files that may be one person, the best founded first."""
    pairs = Pairs(request.user)
    page = page_of(request, pairs)
    keys = {key for pair in page for key in (pair.first, pair.second)}
    people = Person.objects.visible_to(request.user, roles=MERGERS).for_list().in_bulk(keys)
    notes = ["打开一对档案，核对后合并，或认定不是同一人；认定过的不再列出。"]
    if len(pairs) == MOST:
        notes.append(f"这里先列出最可能的 {MOST:,} 对；办理以后，其余的会补上来。")
    shown = ListPage(
        title="重复档案",
        columns=PAIR_COLUMNS,
        rows=[
            pair_row(pair, people[pair.first], people[pair.second])
            for pair in page
            if {pair.first, pair.second} <= people.keys()
        ],
        page=page,
        notes=notes,
        tabs=_tabs(request),
        unit="对",
        empty_words="没有疑似重复的档案。",
    )
    return answer_list(request, shown)


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    here = request.resolver_match.url_name if request.resolver_match else ""
    own = {"label": "合并记录", "url": reverse("merge-list"), "current": here == "merge-list"}
    return [*tabs_of(request, PEOPLE), own]


def pair_row(pair: Pair, first: Person, second: Person) -> ListRow:
    cells = (
        Link(first.name, reverse("duplicate-pair", args=[pair.first, pair.second])),
        partial(first.born_on, first.birth_precision),
        first.school.short_name,
        second.name,
        partial(second.born_on, second.birth_precision),
        second.school.short_name,
        "；".join(pair.words()),
    )
    return ListRow(cells, key=f"{pair.first}-{pair.second}", name=first.name)


def fetch_pair(request: HttpRequest, first: int, second: int) -> tuple[Person, Person]:
    """Return two living files of the actor's districts. Raises Http404."""
    people = Person.objects.visible_to(request.user, roles=MERGERS).for_page().in_bulk([first, second])
    if len(people) != 2:
        raise Http404
    return people[first], people[second]


@require_safe
@posts(Role.DISTRICT)
def duplicate_pair(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """Show two files side by side; of sealed values only whether they agree."""
    one, two = fetch_pair(request, first, second)
    verdict = DistinctPair.objects.visible_to(request.user).of_pair(first, second).first()
    context = {
        "crumbs": _crumbs(one, two),
        "first": one,
        "second": two,
        "lines": open_lines(one, two),
        "sealed": [(_label(name), agreement(one, two, name)) for name in SEALED],
        "counts": hanging(one, two),
        "verdict": verdict,
    }
    return render(request, "members/duplicate_pair.html", context)


def _crumbs(first: Person, second: Person) -> list[tuple[str, str]]:
    return [("重复档案", reverse("duplicate-list")), (f"{first.name}、{second.name}", "")]


def _label(name: str) -> str:
    return str(Person._meta.get_field(name).verbose_name)


def open_lines(first: Person, second: Person) -> list[tuple[str, Any, Any, bool]]:
    """Return (label, value of each, whether they differ) of what may be seen."""
    pairs = zip(_open(first), _open(second), strict=True)
    return [(label, one, two, one != two) for (label, one), (_, two) in pairs]


def _open(person: Person) -> list[tuple[str, str]]:
    return [
        ("姓名", person.name),
        ("曾用名", person.former_name),
        ("教工编号", person.staff_no),
        ("性别", person.sex),
        ("出生年月", _day(person, "born_on", "birth_precision")),
        ("单位", person.school.full_name),
        ("民族", person.ethnicity),
        ("政治面貌", person.political_status),
        ("职务", person.duty),
        ("职称", person.title),
        ("退休类型", person.get_retirement_kind_display()),
        ("退休时间", _day(person, "retired_on", "retired_precision")),
        ("五老类别", str(person.elder_class or "")),
        ("志愿者", "是" if person.is_volunteer else "否"),
        ("本人同意登记日期", str(person.consented_on or "")),
        ("离世日期", str(person.died_on or "")),
    ]


def _day(person: Person, name: str, precise: str) -> str:
    day = partial(getattr(person, name), getattr(person, precise), prose=True)
    return str(day or "")


def agreement(first: Person, second: Person, name: str) -> Mark:
    """Say in a word whether two sealed values agree."""
    one, two = getattr(first, name), getattr(second, name)
    if one and two:
        return Mark("相同", "ok") if one == two else Mark("不同", "wrong")
    return Mark("只有一份填写", "plain") if one or two else Mark("都没有填写", "plain")


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def duplicate_merge(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """Merge two files into the one chosen."""
    one, two = fetch_pair(request, first, second)
    files = {person.pk: person for person in (one, two)}
    choices = [(person.pk, _choice(person)) for person in files.values()]

    def step(data: dict[str, Any]) -> Merge:
        survivor = files.pop(data["survivor"])
        (merged,) = files.values()
        return merging.merge(survivor, merged, by=request.user, at=timezone.now(), reason=data["reason"])

    return answer_form(
        request,
        MergeForm(posted(request), choices=choices),
        step,
        title="合并档案",
        action="合并",
        danger=True,
        words=f"并入的档案的全部记录归到保留的档案，空白栏目由它补上；{Merge.UNDO.days} 天内可以撤销。",
        back_url=reverse("duplicate-pair", args=[first, second]),
        then=lambda row: reverse("person-detail", args=[row.survivor_id]),
        done=_merged_words,
        crumbs=_crumbs(one, two)[:1],
    )


def _choice(person: Person) -> str:
    born = _day(person, "born_on", "birth_precision")
    number = person.staff_no or "没有教工编号"
    return f"{person.name}，{born or '出生年月未填'}，{person.school.short_name}，{number}"


def _merged_words(row: Merge) -> str:
    stays = merging.stayed_behind(row)
    words = f"已合并，{Merge.UNDO.days} 天内可以在“合并记录”里撤销。"
    return f"{words}以下记录留在并入的档案上，请另行核对：{'；'.join(stays)}。" if stays else words


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def duplicate_distinct(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """Write down that two files are two persons."""
    one, two = fetch_pair(request, first, second)
    return answer_form(
        request,
        ReasonForm(posted(request)),
        lambda data: merging.find_distinct(one, two, **data, by=request.user, at=timezone.now()),
        title="不是同一人",
        action="认定",
        words="认定后，这一对档案不再列为疑似重复。",
        facts=[Fact("甲", _choice(one), wide=True), Fact("乙", _choice(two), wide=True)],
        back_url=reverse("duplicate-pair", args=[first, second]),
        then=reverse("duplicate-list"),
        done="已认定不是同一人。",
        crumbs=_crumbs(one, two)[:1],
    )


@require_safe
@posts(Role.DISTRICT)
def merge_list(request: HttpRequest) -> HttpResponse:
    """List the merges of the district, the latest first, with the way back while it is open."""
    now = timezone.now()
    page = page_of(request, Merge.objects.visible_to(request.user, roles=MERGERS).for_list())
    shown = ListPage(
        title="合并记录",
        columns=MERGE_COLUMNS,
        rows=[merge_row(row, now) for row in page],
        page=page,
        tabs=_tabs(request),
        empty_words="还没有合并过档案。",
        empty_url=reverse("duplicate-list"),
        empty_action="重复档案",
    )
    return answer_list(request, shown)


def merge_row(row: Merge, now: Any) -> ListRow:
    is_open = row.can_undo(now)
    cells = (
        Link(f"{row.survivor.name}（{row.survivor.school.short_name}）", _file(row)),
        f"{row.merged.name}（{row.merged.school.short_name}）",
        row.reason,
        str(row.merged_by or "系统"),
        timezone.localdate(row.merged_at),
        Mark("已撤销" if row.undone_at else "已合并", "void" if row.undone_at else "ok"),
        Link("撤销", reverse("merge-undo", args=[row.pk])) if is_open else "",
    )
    return ListRow(cells, key=str(row.pk), name=row.survivor.name)


def _file(row: Merge) -> str:
    return reverse("person-detail", args=[row.survivor_id])


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge back; what was edited since is named."""
    row = get_object_or_404(Merge.objects.visible_to(request.user, roles=MERGERS).for_list(), pk=pk)
    if not row.can_undo(timezone.now()) and request.method != "POST":
        messages.info(request, "这次合并已经撤销，或已超过可以撤销的期限。")
        return redirect("merge-list")
    return answer_form(
        request,
        ReasonForm(posted(request)),
        lambda data: merging.unmerge(row, **data, by=request.user, at=timezone.now()),
        title="撤销合并",
        action="撤销",
        danger=True,
        words="两份档案恢复成合并以前的样子。合并以后又修改过的栏目留在保留的档案上，移过去的记录连同后来的修改"
        "一并归还；不能照原样恢复的会一一列出。",
        facts=[
            Fact("保留的档案", row.survivor.name),
            Fact("并入的档案", row.merged.name),
            Fact("依据", row.reason, wide=True),
        ],
        back_url=reverse("merge-list"),
        done=_unmerged_words,
        crumbs=[("合并记录", reverse("merge-list"))],
    )


def _unmerged_words(kept: list[str]) -> str:
    if not kept:
        return "已撤销合并，两份档案恢复原样。"
    return f"已撤销合并。以下内容没有恢复成合并以前的样子，请核对：{'；'.join(kept)}。"
