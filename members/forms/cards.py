"""Forms of the volunteer cards."""

from django import forms

from guanweihui.forms import PortalForm


class ReissueForm(PortalForm):
    """Why a card is replaced."""

    reason = forms.CharField(label="补发原因", max_length=200, help_text="例如：遗失；损坏；姓名更正。")


class VoidForm(PortalForm):
    """Why a card is taken out of use for good."""

    reason = forms.CharField(label="注销原因", max_length=200, help_text="例如：持证人离世；退出志愿服务。")
    confirmed = forms.BooleanField(label="我已核对，确认注销此证")
