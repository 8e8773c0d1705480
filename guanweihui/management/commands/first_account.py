"""Ask for the district and the first account of an empty portal."""

import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from guanweihui import names
from guanweihui.account_forms import STAFF_LENGTH, check_words
from guanweihui.accounts import create_account
from guanweihui.models import District, User
from guanweihui.resources import found_district, new_district
from guanweihui.scope import Role, System


class Command(BaseCommand):
    help = "为空的平台建立区和第一个工作人员账号。"

    def add_arguments(self, parser):
        parser.add_argument("--district", help="区名，例如 示例区")
        parser.add_argument("--username", help="登录名")
        parser.add_argument("--name", help="姓名")

    def handle(self, *, district, username, name, **options):
        if User.objects.exists():
            self.stdout.write("已有账号，不再建立。")
            return
        place = District.objects.order_by("pk").first()
        if place is None:
            place = new_district(district or ask("区名（例如 示例区）"))
        username = username or ask("登录名")
        name = name or ask("姓名")
        password = ask_password(username, name)
        now = timezone.now()
        # A district without an account would be nobody's: both or neither.
        with transaction.atomic():
            if place.pk is None:
                found_district(place, by=System(), at=now)
            create_account(
                username=username,
                name=name,
                password=password,
                role=Role.DISTRICT,
                unit=place,
                by=System(place),
                at=now,
            )
        self.stdout.write(f"账号 {username} 已建立，登录后可从“数据导入”开始。")


def ask(label: str) -> str:
    """Ask until something is typed. Raises CommandError when there is nobody to answer."""
    try:
        while not (answer := input(f"{label}：").strip()):
            pass
    except EOFError:
        raise CommandError(f"没有输入“{label}”。请在终端里运行，或用参数写明。") from None
    return answer


def ask_password(username: str, name: str) -> str:
    """Ask twice for a password that is good enough for a member of staff."""
    while True:
        try:
            password = getpass.getpass(f"密码（至少 {STAFF_LENGTH} 个字符）：")
            again = getpass.getpass("再输一次：")
        except EOFError:
            raise CommandError("没有输入密码。请在终端里运行。") from None
        try:
            check_password(password, User(username=username, name=name))
        except ValidationError as faults:
            print("；".join(faults.messages))
            continue
        if password == again:
            return password
        print("两次输入不一致，请重新输入。")


def check_password(password: str, user: User) -> None:
    """Ask the same as the page where staff change it. Raises ValidationError."""
    if len(password) < STAFF_LENGTH:
        raise ValidationError(f"密码至少 {STAFF_LENGTH} 个字符。")
    check_words(password, user.username, user.name, *names.pinyin_keys(user.name)[0::2])
    validate_password(password, user)
