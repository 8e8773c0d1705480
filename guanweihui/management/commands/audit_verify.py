"""Check the trail: every line's content, every chain's links."""

import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from guanweihui import audit
from guanweihui.models import AuditEvent, AuditSeal, District
from guanweihui.scope import System


class Command(BaseCommand):
    help = "核验操作记录是否完整；不完整时逐条说明，退出码为 1。"

    def handle(self, *args, **options):
        breaks = list(audit.verify())
        sealed, waiting = AuditSeal.objects.count(), AuditEvent.objects.unsealed().count()
        for found in breaks:
            place = f"第 {found.chain} 号区，封存序号 {found.position}" if found.position else "尚未封存"
            self.stderr.write(f"{place}，记录 {found.event_id}：{found.what}")
        for district in District.objects.order_by("pk"):
            audit.record(
                "trail.verify",
                district,
                by=System(district, name="定期核验"),
                at=timezone.now(),
                changes={
                    "sealed": AuditSeal.objects.of_chain(district.pk).count(),
                    "breaks": sum(found.chain == district.pk for found in breaks),
                },
            )
        if breaks:
            self.stderr.write(f"操作记录不完整：发现 {len(breaks)} 处。")
            sys.exit(1)
        self.stdout.write(f"操作记录完整：已封存 {sealed} 条，待封存 {waiting} 条。")
