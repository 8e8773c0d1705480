"""What the office writes of a pair: its persons, its two schools, their agreements."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.lists import Fact
from guanweihui.scope import Role
from guanweihui.workflow import Refused
from members.models import Person
from outreach.forms.pairs import KEEP, EndForm, PairingForm, PartnerForm, RenewForm, TermsForm
from outreach.models import Pairing, Partnership, Programme
from outreach.views.shared import keeping
from outreach.workflow import pairs as steps
from outreach.workflow.rows import mark_of

OFFICE = (Role.DISTRICT,)
FORM_METHODS = ["GET", "HEAD", "POST"]
#: People that a search shows; whoever is not among them is found by more of his name.
HITS = 8
PLACES = {"principal": "老校长", "assistant": "助理"}


def pairing_or_404(request: HttpRequest, pk: int) -> Pairing:
    return get_object_or_404(Pairing.objects.visible_to(request.user, roles=OFFICE).for_page(), pk=pk)


def url_of(pairing: Pairing) -> str:
    return reverse("pairing-detail", args=[pairing.pk])


def crumbs_of(pairing: Pairing) -> list[tuple[str, str]]:
    return [("老校长下乡", reverse("pairing-list")), (pairing.principal_name, url_of(pairing))]


# --- the persons ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picker:
    """The choice of one person: who is chosen, whom the search found, and the other answers."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str
    said: str
    has_more: bool
    url: str
    #: Nothing was found for what was said.
    is_empty: bool
    faults: list[str]


def picker_of(request: HttpRequest, form: PairingForm, name: str) -> Picker:
    """Offer who is chosen, then the printed name as it is, nobody for the assistant, and the hits."""
    pairing, chosen = form.pairing, form[name].value() or ""
    said = (form[f"{name}_q"].value() or "").strip()
    options = []
    if (person := form.person(name)) is not None:
        options.append((str(person.pk), described(person)))
    printed = getattr(pairing, f"{name}_name") if pairing else ""
    if printed and getattr(pairing, f"{name}_id") is None:
        options.append((KEEP, f"仍写“{printed}”，没有人员档案"))
    if name == "assistant":
        options.append(("", "没有助理"))
    hits = hits_of(request, said)
    stand = {value for value, _ in options}
    options += [(str(one.pk), described(one)) for one in hits[:HITS] if str(one.pk) not in stand]
    url = reverse("pairing-people") + f"?place={name}" + (f"&pairing={pairing.pk}" if pairing else "")
    has_more, is_empty = len(hits) > HITS, bool(said) and not hits
    faults = list(form.errors.get(name, ()))
    return Picker(name, PLACES[name], options, chosen, said, has_more, url, is_empty, faults)


def hits_of(request: HttpRequest, said: str) -> list[Person]:
    if not said:
        return []
    living = Person.objects.visible_to(request.user, roles=OFFICE).present_on(timezone.localdate())
    return list(living.named(said, request.user).for_list()[: HITS + 1])


def described(person: Person) -> str:
    """Tell namesakes apart by school and staff number."""
    more = "，".join(filter(None, (person.school.short_name, person.staff_no)))
    return f"{person.name}（{more}）" if person.is_volunteer else f"{person.name}（{more}，不是志愿者）"


@require_safe
@posts(*OFFICE)
def pairing_people(request: HttpRequest) -> HttpResponse:
    """Answer the search of a pair's form: the choices of one place, the one chosen first."""
    asked = request.GET
    name = "assistant" if asked.get("place") == "assistant" else "principal"
    key = asked.get("pairing", "")
    pairing = pairing_or_404(request, int(key)) if key.isdecimal() and key.isascii() else None
    sent = {name: asked.get(name, ""), f"{name}_q": asked.get(f"{name}_q", "")[:50]}
    form = PairingForm(initial=sent, user=request.user, pairing=pairing)
    return render(request, "outreach/_people.html", {"picker": picker_of(request, form, name)})


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def pairing_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a pair of a programme: principal and assistant chosen from the register."""
    programmes = Programme.objects.visible_to(request.user, roles=OFFICE)
    programme = get_object_or_404(programmes.for_page(), pk=pk)
    home = reverse("programme-detail", args=[pk])

    def step(values: dict[str, Any], data: dict[str, Any]) -> Pairing:
        return steps.make_pairing(programme, values, by=request.user, at=timezone.now())

    return answer_persons(
        request,
        None,
        step,
        title="新增结对",
        back_url=home,
        crumbs=[("下乡项目", reverse("programme-list")), (programme.name, home), ("新增结对", "")],
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def pairing_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a pair: its persons, the former unit, the subject."""
    pairing = pairing_or_404(request, pk)

    def step(values: dict[str, Any], data: dict[str, Any]) -> Pairing:
        now = timezone.now()
        return steps.edit_pairing(pairing, values, mark=data["mark"], by=request.user, at=now)

    return answer_persons(
        request,
        pairing,
        step,
        title="修改结对",
        back_url=url_of(pairing),
        crumbs=[*crumbs_of(pairing), ("修改结对", "")],
    )


def answer_persons(
    request: HttpRequest,
    pairing: Pairing | None,
    step: Any,
    *,
    title: str,
    back_url: str,
    crumbs: list[tuple[str, str]],
) -> HttpResponse:
    """Show the form with its two searches; a search keeps what was typed, a fault answers 422."""
    status, form = 200, PairingForm(initial=initial_of(pairing), user=request.user, pairing=pairing)
    if request.method == "POST" and "find" in request.POST:
        form = PairingForm(initial=request.POST.dict(), user=request.user, pairing=pairing)
    elif request.method == "POST":
        form, status = PairingForm(request.POST, user=request.user, pairing=pairing), 422
        if form.is_valid():
            try:
                found = keeping(form, lambda data: step(form.values(), data))(form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, saved_words(pairing, found))
                return redirect(url_of(found))
    context = {
        "title": title,
        "crumbs": crumbs,
        "form": form,
        "pickers": [picker_of(request, form, name) for name in PLACES],
        "plain": [form[name] for name in ("former_unit", "subject", "position") if name in form.fields],
        "back_url": back_url,
    }
    return render(request, "outreach/pairing_form.html", context, status=status)


def saved_words(before: Pairing | None, pairing: Pairing) -> str:
    """Say that a pair was saved, and that its link ended when another principal took the place."""
    words = f"{pairing.principal_name}的结对已保存。"
    ended = before is not None and has_link(before) and not has_link(pairing)
    return f"{words}换了老校长，原链接已停用，请重新发放链接。" if ended else words


def has_link(pairing: Pairing) -> bool:
    return pairing.access_link is not None and pairing.access_link.revoked_at is None


def initial_of(pairing: Pairing | None) -> dict[str, Any]:
    if pairing is None:
        return {}
    found = {name: getattr(pairing, name) for name in ("subject", "position")}
    for name in PLACES:
        printed = getattr(pairing, f"{name}_name")
        found[name] = str(getattr(pairing, f"{name}_id") or (KEEP if printed else ""))
    return {**found, "former_unit": pairing.former_unit_id, "mark": mark_of(pairing, steps.FIELDS)}


# --- the schools ------------------------------------------------------------------------------------------


def partner_or_404(request: HttpRequest, pk: int) -> Partnership:
    return get_object_or_404(Partnership.objects.visible_to(request.user, roles=OFFICE).for_page(), pk=pk)


def facts_of(one: Partnership) -> list[Fact]:
    return [
        Fact("结对", str(one.pairing)),
        Fact("受援学校", one.host_school.name),
        Fact("学校类型", one.get_kind_display()),
        Fact("现有协议", steps.terms_of(one)),
    ]


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def partner_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a pair its school of a kind; ?kind= chooses it beforehand."""
    pairing = pairing_or_404(request, pk)
    programme = pairing.programme
    kind = request.GET.get("kind", "")
    initial = {
        "kind": kind if kind in Partnership.Kind.values else "",
        "from_on": programme.agreed_on or programme.started_on,
        "to_on": programme.ends_on,
        "agreement_no": programme.agreement_no,
    }
    form = PartnerForm(request.POST or None, user=request.user, initial=initial)

    def step(data: dict[str, Any]) -> Partnership:
        terms = {name: data[name] for name in steps.TERMS}
        now = timezone.now()
        return steps.add_partner(pairing, data["host_school"], data["kind"], terms, by=request.user, at=now)

    return answer_form(
        request,
        form,
        step,
        title="增加受援学校",
        action="保存",
        words="一个结对有一所优质高中和一所农村初中。",
        facts=[Fact("结对", str(pairing)), Fact("项目", programme.name)],
        back_url=url_of(pairing),
        crumbs=crumbs_of(pairing),
        done=lambda one: f"已增加{one}。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def partner_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an agreement's days and number."""
    one = partner_or_404(request, pk)
    initial = {"mark": mark_of(one, steps.TERMS)}
    form = TermsForm(request.POST or None, instance=partner_or_404(request, pk), initial=initial)

    def step(data: dict[str, Any]) -> Partnership:
        now = timezone.now()
        return steps.edit_partner(one, form.values(), mark=data["mark"], by=request.user, at=now)

    return answer_form(
        request,
        form,
        keeping(form, step),
        title="修改协议",
        action="保存",
        facts=facts_of(one),
        back_url=url_of(one.pairing),
        crumbs=crumbs_of(one.pairing),
        done="已保存。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def partner_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an agreement before its time, with the reason."""
    one = partner_or_404(request, pk)
    return answer_form(
        request,
        EndForm(request.POST or None),
        lambda data: steps.end_partner(one, **data, by=request.user, at=timezone.now()),
        title="提前终止协议",
        action="终止协议",
        words="终止后，这个结对就少一所学校，可以再增加一所同类型的学校。已登记的调研、需求和下校记录都保留。",
        danger=True,
        facts=facts_of(one),
        back_url=url_of(one.pairing),
        crumbs=crumbs_of(one.pairing),
        done=f"与{one.host_school}的协议已终止，请为这个结对增加一所{one.get_kind_display()}。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def partner_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Prolong an agreement; the form offers the day a year on."""
    one = partner_or_404(request, pk)
    initial = {"to_on": a_year_after(one.to_on)} if one.to_on else {}
    return answer_form(
        request,
        RenewForm(request.POST or None, initial=initial),
        lambda data: steps.renew_partner(one, **data, by=request.user, at=timezone.now()),
        title="续签协议",
        action="续签",
        facts=facts_of(one),
        back_url=url_of(one.pairing),
        crumbs=crumbs_of(one.pairing),
        done=lambda renewal: f"已续签到 {renewal.to_on:%Y-%m-%d}。",
    )


def a_year_after(day: datetime.date) -> datetime.date:
    """Return the same day of the next year; 29 February becomes the 28th, and the last year stays itself."""
    year = min(day.year + 1, datetime.MAXYEAR)
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=year, day=28) if leap else day.replace(year=year)
