"""Fill an empty database with the invented district, through the same import code as any file."""

import os
import secrets
import string
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from activities.demo import seed_campaign
from activities.demo_returns import seed_returns
from awards.demo import seed_cycle
from guanweihui.accounts import create_account
from guanweihui.gate import issue_link
from guanweihui.models import CollaborationGroup, District, School, User
from guanweihui.scope import Role, System
from members.demo import seed_teams
from members.demo_registration import seed_registration
from members.demo_service import seed_service
from members.workflow.slips import issue_slip
from members.workflow.teams import edit_team
from outreach.demo import seed_outreach
from outreach.models import Pairing

FOLDER = Path(__file__).resolve().parents[2] / "demo"
FILES = (
    "01-学校名录.xlsx",
    "02-离退休教师花名册.xlsx",
    "03-主题读书活动报名汇总.xlsx",
    "04-历届表彰.xlsx",
    "05-老校长下乡.xlsx",
)
GROUP = "东苑协作组"
SCHOOL = "1105001"
LINK_DAYS = 365


class Command(BaseCommand):
    help = "在空数据库中建立演示区：从工作簿导入数据，并建立演示账号。"

    def handle(self, **options):
        if District.objects.exists():
            raise CommandError("数据库里已有区的资料，演示数据只装入空数据库。")
        # All or nothing: a demo killed half way starts again on an empty database.
        with transaction.atomic():
            call_command("load", *[str(FOLDER / name) for name in FILES], stdout=self.stdout)
            district = District.objects.get()
            lines = self.accounts(district)
            lines += self.service(district)
            self.filings(district)
            lines += self.outreach()
            # Last inside: accounts whose passwords nobody can read are rolled back with the rest.
            path = settings.DATA_DIR / "demo-accounts.txt"
            write_private(path, "\n".join(lines) + "\n")
        self.stdout.write("\n".join(["", *lines, "", f"以上只显示这一次，也存在 {path}。"]))

    def accounts(self, district: District) -> list[str]:
        """Create the demo's accounts and link; return the lines that tell how to sign in."""
        now, system = timezone.now(), System(district, name="演示数据")
        password = settings.DEMO_PASSWORD or random_password()
        group = CollaborationGroup.objects.in_district(district).get(full_name=GROUP)
        school = School.objects.in_district(district).get(code=SCHOOL)
        people = (
            ("district", "刘志强", Role.DISTRICT, district),
            ("leader", "陈国华", Role.LEADER, district),
            ("group", "王秀兰", Role.GROUP, group),
            ("school", "杜杰昌", Role.SCHOOL, school),
            ("judge", "赵文博", Role.JUDGE, district),
            ("auditor", "孙立新", Role.AUDITOR, district),
        )
        lines = [f"演示账号（密码都是 {password}）："]
        for username, name, role, unit in people:
            create_account(
                username=username, name=name, password=password, role=role, unit=unit, by=system, at=now
            )
            lines.append(f"  {username:<9}{role.label}　{unit}")
        pairing = Pairing.objects.visible_to(system).for_list().first()
        link, token = issue_link(
            district=district,
            role=Role.OUTREACH,
            holder_name=pairing.principal_name,
            by=system,
            at=now,
            days=LINK_DAYS,
        )
        pairing.access_link = link
        pairing.save(update_fields=["access_link"])
        address = f"http://{settings.HOST}:{settings.PORT}/l/{token}/"
        return [*lines, f"  outreach {Role.OUTREACH.label}　{pairing.principal_name}　{address}"]

    def service(self, district: District) -> list[str]:
        """Show teams, registrations, cards and hours; return the line that tells of a volunteer's slip.

        A district without volunteers shows none of it.
        """
        now, system = timezone.now(), System(district, name="演示数据")
        group = CollaborationGroup.objects.in_district(district).get(full_name=GROUP)
        school = School.objects.in_district(district).get(code=SCHOOL)
        staff = User.objects.get(username="district")
        for team in seed_teams(district, by=system, at=now):
            edit_team(team, {"staff": staff}, version=team.version, by=system, at=now)
        people = seed_registration(district, group, school, by=system, at=now)
        seed_service(district, by=system, at=now)
        if not people:
            return []
        elder = people[0]
        _, code, token = issue_slip(elder, by=system, at=now)
        address = f"http://{settings.HOST}:{settings.PORT}/l/{token}/"
        return [f"  volunteer {Role.VOLUNTEER.label}　{elder.name}　{address}　服务码 {code}"]

    def outreach(self) -> list[str]:
        """Show the programme gone on with; return the line that tells of a receiving school's link."""
        staff, leader = (User.objects.get(username=name) for name in ("district", "leader"))
        seeded = seed_outreach(by=staff, leader=leader, at=timezone.now())
        if seeded is None:
            return []
        host, token = seeded
        return [f"  host     {Role.HOST.label}　{host}　http://{settings.HOST}:{settings.PORT}/l/{token}/"]

    def filings(self, district: District) -> None:
        """Show what schools send: enrolments, annual returns, and the nominations of a cycle."""
        now, system = timezone.now(), System(district, name="演示数据")
        group = CollaborationGroup.objects.in_district(district).get(full_name=GROUP)
        school = School.objects.in_district(district).get(code=SCHOOL)
        staff = User.objects.get(username="district")
        seed_campaign(district, group, school, by=staff, at=now)
        seed_returns(district, group, school, by=system, at=now)
        seed_cycle(district, group, school, by=staff, at=now)


def random_password() -> str:
    """Return a password that the validators take and that is easy to read out: no 0 O 1 l I."""
    letters = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
