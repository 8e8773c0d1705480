"""Forms of service certificates."""

import datetime

from django import forms

from guanweihui.forms import PortalForm
from members.forms.people import CleanField
from members.workflow.people import LEAST_PURPOSE


class RangeForm(PortalForm):
    """The range that a certificate covers; asked first, so that its hours are seen before anything else."""

    from_on = forms.DateField(label="起始日期")
    to_on = forms.DateField(label="截止日期")

    def clean(self):
        data = super().clean()
        first, last = data.get("from_on"), data.get("to_on")
        if isinstance(first, datetime.date) and isinstance(last, datetime.date) and last < first:
            self.add_error("to_on", "截止日期不能早于起始日期。")
        return data


class CertificateForm(RangeForm):
    """What a certificate says beside the records: who answers for it, and what it is for."""

    head = CleanField(label="负责人", max_length=50, help_text="默认是出具单位现任关工委主任。")
    handler = CleanField(label="经办人", max_length=50)
    contact = CleanField(label="联系方式", max_length=50, help_text="单位的联系电话，会印在证明上。")
    purpose = CleanField(
        label="备注", max_length=200, required=False, help_text="例如：用于申报荣誉。没有可以不填。"
    )


class EndForm(PortalForm):
    """Why a certificate is withdrawn or voided."""

    reason = CleanField(label="原因", max_length=200)


class PrintForm(PortalForm):
    """What a paper with the whole ID number is printed for."""

    purpose = CleanField(
        label="打印用途",
        max_length=200,
        min_length=LEAST_PURPOSE,
        help_text="例如：交本人申报荣誉使用。用途会记入操作记录。",
        error_messages={"min_length": f"“打印用途”至少写 {LEAST_PURPOSE} 个字，请写明交给谁、办什么事。"},
    )
