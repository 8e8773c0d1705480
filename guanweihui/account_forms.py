"""Forms of the account pages: a new password, a code."""

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError

from guanweihui import names
from guanweihui.forms import PortalForm, PortalLook
from guanweihui.scope import reach_of
from guanweihui.second_factor import OWE

#: Staff see many people's data, so their passwords are longer (security.md A-02).
STAFF_LENGTH = 12
#: Words that everybody here would guess first.
HOUSE_WORDS = ("guanweihui", "guangongwei", "guanxinxiayidai", "关工委", "关心下一代")


def check_words(password: str, *words: str) -> None:
    """Raise ValidationError when the password holds one of these words or a word of this house."""
    plain = password.lower()
    for word in (*HOUSE_WORDS, *words):
        if (
            len(word) >= 4
            and word.lower() in plain
            or len(word) in (2, 3)
            and not word.isascii()
            and word in plain
        ):
            raise ValidationError("密码中不要含有姓名、用户名或“关工委”一类容易猜到的词。", code="guessable")


class PasswordForm(PortalLook, PasswordChangeForm):
    """A new password, typed twice, with the old one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        least = self.least()
        self.fields[
            "new_password1"
        ].help_text = f"至少 {least} 个字符，可以用汉字、字母、数字和空格；几个不相干的词连起来最好记。"
        self.fields["new_password2"].help_text = "再填一遍，两次要相同。"

    def least(self) -> int:
        return STAFF_LENGTH if reach_of(self.user).serves(*OWE) else 8

    def clean_new_password1(self):
        """Ask more of staff than of coordinators, and refuse what is guessed first."""
        password = self.cleaned_data["new_password1"]
        if len(password) < self.least():
            raise ValidationError(f"密码至少 {self.least()} 个字符。", code="too_short")
        check_words(password, self.user.username, self.user.name, *names.pinyin_keys(self.user.name)[0::2])
        return password


class CodeForm(PortalForm):
    """Six digits from the phone, or a recovery code."""

    code = forms.CharField(
        label="动态口令",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args, recovery=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = (
            "手机验证器应用中显示的 6 位数字。手机不在身边时，填一个 10 位备用码。"
            if recovery
            else "扫描后，手机验证器应用中显示的 6 位数字。"
        )
