"""Ask for the district and the first account of an empty portal."""

import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from guanweihui.accounts import create_account
from guanweihui.models import District, User
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
        place = District.objects.order_by("pk").first() or self.make_district(
            district or ask("区名（例如 示例区）")
        )
        username = username or ask("登录名")
        name = name or ask("姓名")
        create_account(
            username=username,
            name=name,
            password=ask_password(username),
            role=Role.DISTRICT,
            unit=place,
            by=System(place),
            at=timezone.now(),
        )
        self.stdout.write(f"账号 {username} 已建立，登录后可从“数据导入”开始。")

    def make_district(self, name: str) -> District:
        return District.objects.create(
            full_name=name, short_name=name, committee_name=f"{name}教育系统关心下一代工作委员会"
        )


def ask(label: str) -> str:
    """Ask until something is typed. Raises CommandError when there is nobody to answer."""
    try:
        while not (answer := input(f"{label}：").strip()):
            pass
    except EOFError:
        raise CommandError(f"没有输入“{label}”。请在终端里运行，或用参数写明。") from None
    return answer


def ask_password(username: str) -> str:
    """Ask twice for a password that the validators take."""
    while True:
        try:
            password = getpass.getpass("口令（至少 8 位）：")
            again = getpass.getpass("再输一次：")
        except EOFError:
            raise CommandError("没有输入口令。请在终端里运行。") from None
        try:
            validate_password(password, User(username=username))
        except ValidationError as faults:
            print("；".join(faults.messages))
            continue
        if password == again:
            return password
        print("两次输入不一致，请重新输入。")
