"""Forms of the personal slip and of the large-type pages."""

from decimal import Decimal

from django import forms

from guanweihui.forms import PortalForm
from members.forms.fields import LinesField
from members.forms.people import CleanField
from members.models import Correction

#: Half-hour steps up to a whole day of eight hours.
HOURS = [(str(Decimal(n) / 2), f"{n / 2:g} 小时") for n in range(1, 17)]


class CodeForm(PortalForm):
    """The code printed on a slip."""

    code = forms.CharField(
        label="服务码",
        max_length=60,
        help_text="印在个人服务单上，共 12 个字母和数字。大小写、空格和横线都可以。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
        }


class CorrectionForm(PortalForm):
    """What is wrong on a volunteer's pages."""

    about = forms.ChoiceField(label="哪里有误", choices=Correction.About)
    words = LinesField(
        label="怎么不对",
        max_length=300,
        required=False,
        widget=forms.Textarea,
        help_text="可以不写，工作人员会打电话问您。",
    )


class ResolutionForm(PortalForm):
    """What came of a report."""

    resolution = LinesField(
        label="处理结果",
        max_length=300,
        widget=forms.Textarea,
        help_text="志愿者会在大字版的“通知”里看到，请写得简短明白。",
    )


class OwnClaimForm(PortalForm):
    """A service that the volunteer enters himself, to be confirmed by his school."""

    served_on = forms.DateField(label="服务日期")
    content = CleanField(label="做了什么", max_length=100, help_text="例如：给三年级讲家乡的故事。")
    place = CleanField(label="在哪里", max_length=100, required=False)
    hours = forms.ChoiceField(label="用了多少时间", choices=HOURS, initial="2", help_text="路上的时间不算。")
    basis = CleanField(
        label="往年的服务请写明依据",
        max_length=200,
        required=False,
        help_text="今年的服务不用填。例如：学校有活动照片。",
    )
