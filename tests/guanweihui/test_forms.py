"""The form base: classes, dates, required in words, faults that lead to their field."""

from datetime import date

import pytest
from django import forms
from django.template import engines
from django.utils.formats import get_format

from guanweihui.forms import ElderDateField, PortalForm, UploadInput
from guanweihui.text import PartialDate


class Registration(PortalForm):
    name = forms.CharField(label="姓名", help_text="请按身份证填写")
    born = ElderDateField(label="出生日期", required=False)
    joined = forms.DateField(label="登记日期", required=False)
    sex = forms.ChoiceField(label="性别", choices=[("男", "男"), ("女", "女")], widget=forms.RadioSelect)
    team = forms.ChoiceField(label="队伍", choices=[("1", "讲师团")], required=False)
    agreed = forms.BooleanField(label="本人同意", required=False)
    paper = forms.FileField(label="附件", required=False, widget=UploadInput(".pdf,.jpg", 5 * 2**20))


def drawn(form: forms.Form, name: str) -> str:
    return form[name].as_field_group()


def test_fields_carry_the_classes_of_their_kind():
    form = Registration()
    looks = {name: field.widget.attrs.get("class", "") for name, field in form.fields.items()}
    assert looks == {
        "name": "form-control",
        "born": "form-control",
        "joined": "form-control",
        "sex": "",
        "team": "form-select",
        "agreed": "",
        "paper": "form-control",
    }


def test_label_stands_above_its_field_and_says_required_in_words():
    html = drawn(Registration(), "name")
    assert '<label for="id_name">姓名<span class="required">（必填）</span></label>' in html
    assert "必填" not in drawn(Registration(), "team")
    assert " required " not in html
    assert 'aria-required="true"' in html


def test_a_fault_stands_under_its_field_and_the_field_names_it():
    html = drawn(Registration({"born": "1955.13.08"}), "name")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert '<ul class="wrong" id="id_name_error">' in html
    assert "请填写“姓名”。" in html


def test_choices_are_a_fieldset_with_a_legend():
    html = drawn(Registration({}), "sex")
    assert "<fieldset" in html
    assert "<legend>性别" in html
    assert "请选择“性别”。" in html


def test_date_field_is_native_and_holds_the_iso_value_in_chinese_too():
    html = drawn(Registration(initial={"joined": date(2018, 12, 5)}), "joined")
    assert 'type="date"' in html
    assert 'value="2018-12-05"' in html


@pytest.mark.parametrize("words", ["2016-09-05", "2016/9/5", "2016.9.5", "20160905", "2016年9月5日"])
def test_date_field_reads_every_spelling_of_the_office(words):
    form = Registration({"joined": words})
    form.is_valid()
    assert form.cleaned_data["joined"] == date(2016, 9, 5)


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("1955-3-8", PartialDate(date(1955, 3, 8), "day")),
        ("19550308", PartialDate(date(1955, 3, 8), "day")),
        ("1955年3月", PartialDate(date(1955, 3, 1), "month")),
        ("", None),
    ],
)
def test_elder_date_keeps_how_precise_it_is(words, read):
    form = Registration({"born": words})
    form.is_valid()
    assert form.cleaned_data["born"] == read


def test_elder_date_shows_a_stored_value_so_that_it_can_be_typed_again():
    assert 'value="1955-03"' in drawn(
        Registration(initial={"born": PartialDate(date(1955, 3, 1), "month")}), "born"
    )


def test_elder_date_says_what_is_wrong_with_the_words():
    form = Registration({"born": "1955.13.08"})
    assert "月份" in form.errors["born"][0]


def test_upload_field_says_what_it_takes():
    html = drawn(Registration(), "paper")
    assert 'accept=".pdf,.jpg"' in html
    assert "支持 .pdf、.jpg。" in html
    assert "不超过 5.0" in html


def test_error_summary_leads_to_every_field_and_counts_them():
    form = Registration({"born": "1955.13.08"})
    html = engines["django"].from_string("{% load portal %}{% error_summary form %}").render({"form": form})
    assert "有 3 处需要修改" in html
    assert '<a href="#id_name">请填写“姓名”。</a>' in html
    assert '<a href="#id_born">出生日期：' in html
    assert '<a href="#id_sex_0">请选择“性别”。</a>' in html


def test_error_summary_is_silent_for_an_unbound_or_right_form():
    source = engines["django"].from_string("{% load portal %}{% error_summary form %}")
    assert source.render({"form": Registration()}).strip() == ""
    assert source.render({"form": Registration({"name": "王䶮", "sex": "男"})}).strip() == ""


def test_formats_of_the_project_replace_those_of_django():
    assert get_format("DATE_INPUT_FORMATS", lang="zh-hans")[0] == "%Y-%m-%d"
    assert get_format("SHORT_DATE_FORMAT", lang="zh-hans") == "Y-m-d"
