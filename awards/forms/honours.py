"""Forms of the decision, of certificates, and of what becomes of an honour."""

from django import forms

from awards.certificates import FARTHEST, Printer
from guanweihui.forms import PortalForm

FAR = {"min_value": f"最多移动 {FARTHEST} 毫米。", "max_value": f"最多移动 {FARTHEST} 毫米。"}


class DecisionForm(PortalForm):
    """The document that confers: its number and date, and who confers."""

    doc_number = forms.CharField(label="发文字号", max_length=40, help_text="例如 示教关〔2020〕6号。")
    decided_on = forms.DateField(label="发文日期", help_text="不早于公示截止日。")
    organ = forms.CharField(label="授予单位", max_length=60, help_text="印在证书落款处。")
    confirmed = forms.BooleanField(label="我已核对名单，确认作出决定并编号")


class PrinterForm(PortalForm):
    """How the paper is printed; a void or strange value is told, not guessed."""

    stock = forms.BooleanField(
        label="用已印好边框的证书纸", required=False, help_text="只打印文字，不打印边框和底色。"
    )
    x = forms.FloatField(
        label="右移（毫米）",
        min_value=-FARTHEST,
        max_value=FARTHEST,
        initial=0,
        help_text="向左填负数，最多 10。",
        error_messages=FAR,
    )
    y = forms.FloatField(
        label="下移（毫米）",
        min_value=-FARTHEST,
        max_value=FARTHEST,
        initial=0,
        help_text="向上填负数，最多 10。",
        error_messages=FAR,
    )

    def printer(self) -> Printer:
        data = self.cleaned_data
        return Printer(data["stock"], data["x"], data["y"])


class BatchForm(PrinterForm):
    """Which certificates of a decision, beside how."""

    category = forms.ModelChoiceField(label="奖项", queryset=None, required=False, empty_label="全部奖项")
    unprinted = forms.BooleanField(label="只打印还没有打印过的", required=False)
    field_order = ("category", "unprinted", "stock", "x", "y")

    def __init__(self, *args, categories, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories


class VoidForm(PortalForm):
    """Why an honour is voided."""

    reason = forms.CharField(label="作废原因", max_length=200, help_text="例如：表彰后查实不符合条件。")


class ReissueForm(PortalForm):
    """Why a certificate is made anew, and what it says now."""

    reason = forms.CharField(label="换发原因", max_length=190, help_text="例如：姓名写错；证书遗失。")
    name = forms.CharField(label="姓名", max_length=50)
    unit = forms.CharField(label="单位名称", max_length=100, help_text="表彰当时的名称。")
    duty = forms.CharField(label="职务", max_length=50, required=False)

    def __init__(self, *args, is_collective, **kwargs):
        super().__init__(*args, **kwargs)
        if is_collective:
            del self.fields["name"], self.fields["duty"]
