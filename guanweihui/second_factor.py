"""The second factor: who owes a code, and the devices that make one.

A code is a time-based one-time password (TOTP) from a phone, or one of ten recovery codes. The library
refuses a code that was used and doubles the pause after every wrong one.
"""

import datetime
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from guanweihui import entrance
from guanweihui.audit import record
from guanweihui.models import User
from guanweihui.scope import Role, reach_of

#: Roles that must have a second factor; a coordinator may.
OWE = frozenset({Role.DISTRICT, Role.LEADER, Role.AUDITOR, Role.GROUP, Role.JUDGE})
#: A session of somebody who set up a device of his own accord owes the code too.
FLAG = "owes_code"
#: Routes that stay open on the way to the code.
OPEN = frozenset({"second-factor", "second-factor-setup", "login", "logout", "contrast", "help"})
RECOVERY_CODES = 10
#: Letters and digits that nobody mixes up on paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Paused(Exception):
    """Too many wrong codes; `until` says when the next one is looked at."""

    def __init__(self, until: datetime.datetime) -> None:
        super().__init__(until)
        self.until = until


class SecondFactor:
    """Middleware: lead whoever owes a code to the page that asks for it, whatever page he opens."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not owes_code(request) or request.resolver_match.view_name in OPEN:
            return None
        page = "second-factor" if device_of(request.user) else "second-factor-setup"
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/", reverse(page))


def owes_code(request: HttpRequest) -> bool:
    """Tell whether this session still lacks the code that its owner's posts ask for."""
    user = request.user
    if not settings.SECOND_FACTOR or user.pk is None or user.is_verified():
        return False
    return bool(request.session.get(FLAG)) or reach_of(user).serves(*OWE)


def device_of(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def pending_device(user: User) -> TOTPDevice | None:
    """Return the device that is being set up, if any."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).first()


def begin(user: User) -> TOTPDevice:
    """Make a new secret that counts once a code proves that the phone has it."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        return TOTPDevice.objects.create(user=user, name="动态口令", confirmed=False)


def confirm(user: User, code: str, *, at: datetime.datetime) -> tuple[TOTPDevice, list[str]] | None:
    """Finish the set-up; return the device and the recovery codes, None when the code is wrong.

    Raises Paused.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is None or not _accepts(device, code):
            return None
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        codes = _new_recovery_codes(user)
        record("user.set_up_code", user, by=user, at=at, district=entrance.district_of(user))
        return device, codes


def enter(user: User, code: str) -> Any:
    """Return the device that accepts this code, None when none does. Raises Paused."""
    code = "".join(code.split()).lower()
    kind = TOTPDevice if code.isdecimal() and len(code) == 6 else StaticDevice
    with transaction.atomic():
        devices = kind.objects.select_for_update().filter(user=user, confirmed=True).order_by("pk")
        return next((device for device in list(devices) if _accepts(device, code)), None)


def reset(user: User, *, by: Any, at: datetime.datetime) -> None:
    """Forget the devices of an account whose phone is lost; its owner sets up a new one at sign-in."""
    with transaction.atomic():
        for kind in (TOTPDevice, StaticDevice):
            kind.objects.filter(user=user).delete()
        record("user.reset_code", user, by=by, at=at, district=entrance.district_of(user))


def picture(device: TOTPDevice) -> str:
    """Draw the QR code that an authenticator app reads, as a data URI."""
    return entrance.picture(device.config_url)


def secret(device: TOTPDevice) -> str:
    """Write the secret for typing: base32 in groups of four."""
    text = device.config_url.split("secret=")[1].split("&")[0].replace("%3D", "").rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _accepts(device: Any, code: str) -> bool:
    allowed, why = device.verify_is_allowed()
    if not allowed:
        raise Paused(why["locked_until"])
    return bool(device.verify_token(code))


def _new_recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="备用码", confirmed=True)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        device.token_set.create(token=code)
    return codes
