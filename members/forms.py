"""Forms of people."""

from django import forms

from guanweihui.forms import PortalForm
from members.workflow import LEAST_PURPOSE


class RevealForm(PortalForm):
    """Why somebody wants to see a person's full values."""

    purpose = forms.CharField(
        label="查看用途",
        max_length=200,
        help_text="例如：慰问前核对住址；制发证书前核对身份证号。用途会记入操作记录。",
        error_messages={"min_length": f"“查看用途”至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。"},
        min_length=LEAST_PURPOSE,
    )
