"""Forms of who serves and of asking people for a task."""

import datetime

from django import forms

from guanweihui.forms import PortalForm, in_our_times
from members.forms.people import CleanField
from members.models import TaskCall
from members.workflow.people import LEAST_PURPOSE


class PeriodForm(PortalForm):
    """The days that a count looks at."""

    from_on = forms.DateField(label="起", required=False, validators=[in_our_times])
    to_on = forms.DateField(label="止", required=False, validators=[in_our_times])

    def clean(self):
        data = super().clean()
        first, last = data.get("from_on"), data.get("to_on")
        if isinstance(first, datetime.date) and isinstance(last, datetime.date) and last < first:
            self.add_error("to_on", "止期不能早于起期。")
        return data


class PeopleForm(PortalForm):
    """The people ticked, carried from the list to the step."""

    people = forms.TypedMultipleChoiceField(
        coerce=int, widget=forms.MultipleHiddenInput, error_messages={"required": "还没有选择人员。"}
    )

    def __init__(self, *args, keys, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [(str(key), "") for key in keys]
        self.fields["people"].initial = [str(key) for key in keys]


class AskForm(PeopleForm):
    """What people are asked for."""

    task = CleanField(label="任务", max_length=100, help_text="例如：主题读书活动评审。")


class PhonesForm(PeopleForm):
    """What a list of telephones is printed for."""

    purpose = CleanField(
        label="打印用途",
        max_length=200,
        min_length=LEAST_PURPOSE,
        help_text="例如：通知评审会时间。用途会记入操作记录，用后请销毁。",
        error_messages={"min_length": f"“打印用途”至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。"},
    )


class AnswerForm(PortalForm):
    """What somebody answered."""

    answer = forms.ChoiceField(label="答复", choices=TaskCall.Answer.choices[1:], widget=forms.RadioSelect)
