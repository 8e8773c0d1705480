"""The large-type pages under /d/: what the holder of a paper slip sees, and nothing else.

The first page also answers a visitor, with the field for the code, and somebody signed in with an account,
with what a slip is.
"""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui import entrance, throttle
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.lists import page_of
from guanweihui.middleware import client_address
from guanweihui.scope import Role, reach_of
from members.forms.slips import CodeForm, CorrectionForm, OwnClaimForm
from members.models import Card, Correction, Person, ServiceRecord
from members.reports import elder
from members.workflow.service import claim
from members.workflow.slips import open_code, report_wrong

YEAR = 365 * 86400
#: Tries at the code: of one address, for a whole school may stand behind one, and of everybody.
WINDOW, BY_ADDRESS, BY_ALL = 600, 20, 1000
WRONG_CODE = "这个服务码不能用。请对照个人服务单再填一遍；还是不行，请打服务单上的电话。"
TOO_MANY = "填错的次数太多，请十分钟以后再试，或者打服务单上的电话。"
#: Sizes of the text that the reader may choose.
SIZES = {"", "large", "largest"}
FORM = "members/elder/form.html"


def own_file(request: HttpRequest) -> Person:
    """Return the holder's own file; 404 when it was merged into another one, or when he has died.

    A death noted on the file closes the slip; one that came by a merge or the back office does not.
    """
    own = Person.objects.visible_to(request.user, roles={Role.VOLUNTEER})
    return get_object_or_404(own.present_on(timezone.localdate()).for_page())


# --- the door ---------------------------------------------------------------------------------------------


@never_cache
@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the holder's first page; to a visitor the field for the code, to an account what a slip is."""
    if not request.user.is_authenticated:
        return render(request, "members/elder/enter.html", {"form": CodeForm()})
    if not reach_of(request.user).serves(Role.VOLUNTEER):
        return render(request, "members/elder/entrance.html")
    person, today = own_file(request), timezone.localdate()
    board = elder.board_of(request.user, today)
    return render(request, "members/elder/home.html", {"person": person, "board": board})


@never_cache
@sensitive_post_parameters("code")
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Exchange the typed code of a slip for a session; wrong, expired and revoked codes look alike."""
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        now, status = timezone.now(), 422
        if not may_try(request, now):
            form.add_error(None, TOO_MANY)
            status = 429
        elif form.is_valid():
            link = open_code(form.cleaned_data["code"], at=now)
            if link is not None:
                entrance.enter(request, link)
                return redirect("elder-home")
            form.add_error("code", WRONG_CODE)
    return render(request, "members/elder/enter.html", {"form": form}, status=status)


def may_try(request: HttpRequest, now: Any) -> bool:
    address = client_address(request)
    return throttle.spend("slip", address, limit=BY_ADDRESS, seconds=WINDOW, at=now) and throttle.spend(
        "slip", "", limit=BY_ALL, seconds=WINDOW, at=now
    )


@login_not_required
@require_POST
def size(request: HttpRequest) -> HttpResponse:
    """Keep the size of the text that the reader chose, and go back to the page."""
    response = redirect(entrance.local_next(request))
    chosen = request.POST.get("size", "")
    response.set_cookie(
        "elder_size",
        chosen if chosen in SIZES else "",
        max_age=YEAR,
        samesite="Lax",
        secure=settings.HTTPS,
        httponly=True,
    )
    return response


# --- the four pages, and who helps ------------------------------------------------------------------------


@require_safe
@posts(Role.VOLUNTEER)
def records(request: HttpRequest) -> HttpResponse:
    """Show the holder's records as cards, the newest first, with his totals and star."""
    person, today = own_file(request), timezone.localdate()
    totals = elder.totals_of(request.user, today)
    page = page_of(request, ServiceRecord.objects.visible_to(request.user).for_list())
    context = {
        "person": person,
        "totals": totals,
        "star": elder.star_of(person.district, totals.all_hours, today),
        "page": page,
        "cards": [record_card(record) for record in page],
    }
    return render(request, "members/elder/records.html", context)


def record_card(record: ServiceRecord) -> dict[str, str]:
    """Write a record as one line to be read: 11月18日 星期三, 白家庄小学, 宣讲 2 小时."""
    organiser = record.school.short_name if record.school else record.team.name if record.team else "区关工委"
    state = "" if record.status == record.Status.CONFIRMED else record.get_status_display()
    return {
        "day": elder.day_words(record.served_on),
        "where": record.place or organiser,
        "what": f"{record.content} {elder.hours_words(record.half_hours)}",
        "state": state,
    }


@require_safe
@posts(Role.VOLUNTEER)
def notices(request: HttpRequest) -> HttpResponse:
    """Show what the holder should know now."""
    person, today, user = own_file(request), timezone.localdate(), request.user
    found = elder.notices_of(
        user,
        today,
        activities=elder.activities_of(user, today),
        card=elder.card_of(user, today),
        certificates=elder.certificates_of(user),
    )
    return render(request, "members/elder/notices.html", {"person": person, "notices": found})


@require_safe
@posts(Role.VOLUNTEER)
def card(request: HttpRequest) -> HttpResponse:
    """Show the holder's card."""
    return answer_card(request, "members/elder/card.html")


@require_safe
@posts(Role.VOLUNTEER)
def card_show(request: HttpRequest) -> HttpResponse:
    """Show the card over the whole screen, for somebody who scans it."""
    return answer_card(request, "members/elder/card_show.html")


def answer_card(request: HttpRequest, template: str) -> HttpResponse:
    person, today = own_file(request), timezone.localdate()
    found = elder.card_of(request.user, today)
    context = {
        "person": person,
        "card": found,
        "must_register": found is not None and elder.must_register(found, today),
        "year": today.year,
        "picture": picture_of(request, found) if found else "",
    }
    return render(request, template, context)


def picture_of(request: HttpRequest, found: Card) -> str:
    """Draw the code that leads to the check page."""
    return entrance.picture(request.build_absolute_uri(reverse("verify", args=[found.check_token])))


@require_safe
@posts(Role.VOLUNTEER)
def certificates(request: HttpRequest) -> HttpResponse:
    """Show the holder's certificates of service and his honours."""
    person = own_file(request)
    papers = elder.papers_of(request.user, elder.certificates_of(request.user))
    return render(request, "members/elder/certificates.html", {"person": person, "papers": papers})


@require_safe
@posts(Role.VOLUNTEER)
def call(request: HttpRequest) -> HttpResponse:
    """Show whom to call."""
    person = own_file(request)
    lines = elder.helplines_of(request.user, person, timezone.localdate())
    return render(request, "members/elder/call.html", {"person": person, "lines": lines})


# --- what the holder may say ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.VOLUNTEER)
def correct(request: HttpRequest) -> HttpResponse:
    """Take in what is wrong on the holder's pages."""
    own_file(request)
    about = request.GET.get("about", "")
    initial = {"about": about if about in Correction.About.values else Correction.About.OTHER}
    return answer_form(
        request,
        CorrectionForm(request.POST or None, initial=initial),
        lambda values: report_wrong(values, by=request.user, at=timezone.now()),
        title="告诉我们哪里有误",
        action="提交",
        back_url=reverse("elder-home"),
        done="已经收到，谢谢您！工作人员核对以后，会在“通知”里答复您。",
        template=FORM,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.VOLUNTEER)
def claim_new(request: HttpRequest) -> HttpResponse:
    """Take in a service that the holder enters himself; his school confirms it."""
    person = own_file(request)
    return answer_form(
        request,
        OwnClaimForm(request.POST or None),
        lambda values: claim(own_claim(person, values), by=request.user, at=timezone.now()),
        title="补登一次服务",
        action="提交",
        back_url=reverse("elder-records"),
        done="已经登记，等学校确认。",
        words="您做了服务，记录里却没有，就在这里补登。学校确认以后才算数。",
        template=FORM,
    )


def own_claim(person: Person, values: dict[str, Any]) -> dict[str, Any]:
    """Make a claim of what was typed; an earlier year's rests on the volunteer's own word."""
    is_earlier = values["served_on"].year < timezone.localdate().year
    return {
        **values,
        "person": person,
        "hours": Decimal(values["hours"]),
        "evidence": ServiceRecord.Evidence.C if is_earlier else "",
        "basis": values["basis"] if is_earlier else "",
    }
