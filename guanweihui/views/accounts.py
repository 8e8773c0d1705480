"""Signing in and out, one's own account, the second factor, and links that need no account."""

from collections.abc import Callable
from functools import wraps

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_credentials
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp import login as accept_device

from awards import public_notices
from guanweihui import entrance, second_factor
from guanweihui.account_forms import CodeForm, PasswordForm
from guanweihui.entrance import local_next
from guanweihui.gate import LINK_KEY, posts
from guanweihui.lists import Fact
from guanweihui.scope import LinkHolder, Role, reach_of

#: Roles that an account can hold; principals and volunteers come by a link.
WITH_ACCOUNT = tuple(role for role in Role if role not in {Role.OUTREACH, Role.HOST, Role.VOLUNTEER})
YEAR = 365 * 86400


def account_holders(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view to accounts that serve today; to the holder of a link it does not exist."""

    @posts(*WITH_ACCOUNT)
    @wraps(view)
    def gate(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.pk is None:
            raise Http404
        return view(request, *args, **kwargs)

    return gate


# --- in and out -------------------------------------------------------------------------------------------


class SignIn(LoginView):
    """Django's sign-in, with a line in the trail whether it works or not, and the latest public notices."""

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, notices=public_notices.latest(timezone.now()))

    def post(self, request, *args, **kwargs):
        typed = get_credentials(username=request.POST.get("username", ""))
        self.was_locked = not AxesProxyHandler.is_allowed(request, typed)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        with transaction.atomic():
            login(self.request, form.get_user())
            self.request.session.pop(LINK_KEY, None)
            if settings.SECOND_FACTOR and second_factor.device_of(form.get_user()):
                self.request.session[second_factor.FLAG] = True
            entrance.note("user.sign_in", self.request)
        return redirect(self.get_success_url())

    def form_invalid(self, form):
        locked = getattr(self.request, "axes_locked_out", False)
        username = self.request.POST.get("username", "")
        if username and not self.was_locked:
            entrance.note_failed_sign_in(self.request, username, locked=bool(locked))
        return self.render_to_response(self.get_context_data(form=form), status=422)


class SignOut(LogoutView):
    """Django's sign-out with its line; a link's holder has no account that Django could sign out."""

    def post(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            entrance.note("user.sign_out", request)
        if isinstance(request.user, LinkHolder):
            request.session.flush()
            return redirect(settings.LOGOUT_REDIRECT_URL)
        return super().post(request, *args, **kwargs)


sign_in = SignIn.as_view()
sign_out = login_not_required(SignOut.as_view())


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange a link's token for a session, on a press of the button only: previews open links too.

    The page sends its origin and never its address as referrer: the address is the key. (`no-referrer`
    would make browsers send `Origin: null`, which the form's own protection refuses.)
    """
    found = entrance.open_link(token, at=timezone.now())
    if found is None:
        response = render(request, "accounts/link_closed.html", status=404)
    elif request.method == "POST":
        entrance.enter(request, found)
        response = redirect("/")
    else:
        template = "link_elder" if found.role == Role.VOLUNTEER else "link"
        response = render(request, f"accounts/{template}.html", {"link": found})
    response["Referrer-Policy"] = "strict-origin"
    return response


# --- own account ------------------------------------------------------------------------------------------


@require_safe
@account_holders
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own account: name, posts, second factor, sessions."""
    user = request.user
    device = second_factor.device_of(user)
    facts = [
        Fact("用户名", user.get_username()),
        Fact("姓名", user.name),
        Fact("岗位", "、".join(map(str, user.posts.for_list().serving(timezone.localdate()))), wide=True),
        Fact("动态口令", "已设置" if device else "未设置"),
        Fact(
            "上次登录",
            timezone.localtime(user.last_login).strftime("%Y-%m-%d %H:%M") if user.last_login else "",
        ),
    ]
    context = {"facts": facts, "may_set_up": settings.SECOND_FACTOR and not device}
    return render(request, "accounts/account.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@account_holders
def password_change(request: HttpRequest) -> HttpResponse:
    """Change one's own password; every other session of the account ends by it."""
    form = PasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            entrance.note("user.change_password", request)
        update_session_auth_hash(request, form.user)
        messages.success(request, "密码已修改。您在其他地方的登录已经失效，请用新密码重新登录。")
        return redirect("account")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/password.html", {"form": form}, status=status)


@require_POST
@account_holders
def sessions_end(request: HttpRequest) -> HttpResponse:
    """End the account's sessions elsewhere; this one goes on."""
    ended = entrance.end_other_sessions(
        request.user, keep=request.session.session_key, by=request.user, at=timezone.now()
    )
    messages.success(request, f"已退出您在其他地方的 {ended} 处登录。")
    return redirect("account")


# --- second factor ----------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@account_holders
def second_factor_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that this session still owes."""
    if request.user.is_verified():
        return redirect(local_next(request))
    if not second_factor.device_of(request.user):
        return redirect("second-factor-setup")
    form = CodeForm(request.POST or None, recovery=True)
    if request.method == "POST" and form.is_valid():
        try:
            device = second_factor.enter(request.user, form.cleaned_data["code"])
        except second_factor.Paused as pause:
            form.add_error("code", pause_words(pause))
        else:
            if device is not None:
                return let_in(request, device)
            entrance.note("user.fail_code", request)
            form.add_error("code", "动态口令不对，或者已经用过。请等手机上换成新的数字后再填。")
    context = {"form": form, "next": local_next(request)}
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


def let_in(request: HttpRequest, device: object) -> HttpResponse:
    accept_device(request, device)
    request.session.cycle_key()
    entrance.note("user.enter_code", request)
    return redirect(local_next(request))


def pause_words(pause: second_factor.Paused) -> str:
    seconds = max(1, round((pause.until - timezone.now()).total_seconds()))
    wait = f"{seconds} 秒" if seconds < 90 else f"{-(-seconds // 60)} 分钟"
    return f"连续填错，请等 {wait}后再试。"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@account_holders
def second_factor_setup(request: HttpRequest) -> HttpResponse:
    """Pair a phone: a picture to scan, a code that proves it, ten recovery codes to keep."""
    if second_factor.device_of(request.user):
        return redirect("account" if request.user.is_verified() else "second-factor")
    device = second_factor.pending_device(request.user)
    if request.method == "POST" and "begin" in request.POST:
        second_factor.begin(request.user)
        return redirect("second-factor-setup")
    form = CodeForm(request.POST if request.method == "POST" and device else None)
    if form.is_valid():
        try:
            done = second_factor.confirm(request.user, form.cleaned_data["code"], at=timezone.now())
        except second_factor.Paused as pause:
            form.add_error("code", pause_words(pause))
        else:
            if done:
                accept_device(request, done[0])
                request.session.cycle_key()
                return render(request, "accounts/recovery_codes.html", {"codes": done[1]})
            form.add_error("code", "动态口令不对。请核对手机的时间是否准确，等换成新的数字后再填。")
    context = {"form": form, "device": device, "must": second_factor.owes_code(request)}
    if device:
        context |= {"picture": second_factor.picture(device), "secret": second_factor.secret(device)}
    return render(request, "accounts/second_factor_setup.html", context, status=422 if form.errors else 200)


# --- look and help ----------------------------------------------------------------------------------------


@login_not_required
@require_POST
def contrast(request: HttpRequest) -> HttpResponse:
    """Switch between the usual look and high contrast, and go back to the page."""
    high = "" if request.COOKIES.get("contrast") == "high" else "high"
    response = redirect(local_next(request))
    # The page's script switches too, so the cookie is not HttpOnly; it holds nothing worth taking.
    response.set_cookie("contrast", high, max_age=YEAR, samesite="Lax", secure=settings.HTTPS)
    return response


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Say in a few lines what the reader's role can do here, and whom to ask."""
    reach = reach_of(request.user)
    return render(request, "accounts/help.html", {"roles": {str(role): True for role in reach.roles}})
