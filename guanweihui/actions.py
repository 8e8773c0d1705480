"""The trail's words: what each action, object and field is called on a page.

An action is "<model>.<step>". A step has one word for all models; a few actions have their own. A test
holds that every action recorded in the code has a word.
"""

import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

#: Words of actions that say more than their step.
ACTIONS = {
    "access.refuse": "访问被拒绝",
    "accesslink.create": "发放链接",
    "accesslink.enter": "凭链接进入",
    "accesslink.revoke": "停用链接",
    "importbatch.errors": "下载错误行",
    "list.export": "导出列表",
    "person.reveal": "查看完整信息",
    "report.make": "生成报表",
    "round.open": "开始报送",
    "trail.verify": "核验操作记录",
    "user.change_password": "修改密码",
    "user.create": "新建账号",
    "user.end_sessions": "退出其他登录",
    "user.enter_code": "动态口令通过",
    "user.fail_code": "动态口令填错",
    "user.fail_to_sign_in": "登录失败",
    "user.lock_out": "登录失败次数过多，暂停登录",
    "user.reset_code": "重置动态口令",
    "user.reset_password": "重设他人密码",
    "user.set_up_code": "设置动态口令",
    "user.sign_in": "登录",
    "user.sign_out": "退出",
}

#: Words of steps, whatever they are taken on.
STEPS = {
    "accept": "通过",
    "add": "新增",
    "change": "修改",
    "confirm": "确认导入",
    "endorse": "审核同意",
    "extend": "延期",
    "file_on_behalf": "代报",
    "load": "载入",
    "preview": "上传待核对",
    "reopen": "重新打开",
    "report_nil": "零报告",
    "return_back": "退回",
    "submit": "提交",
    "undo": "撤销导入",
    "waive": "免报",
    "withdraw": "撤回",
}

#: Words of things in `changes` that are not fields of a model.
FIELDS = {
    "CHANGED": "更新",
    "NEW": "新增",
    "UNCHANGED": "不变",
    "WRONG": "错误",
    "breaks": "断点",
    "count": "个数",
    "dues": "应报学校",
    "fields": "栏目",
    "first_kept": "未撤销的行",
    "format": "格式",
    "kept": "未撤销",
    "kinds": "内容",
    "open": "待封存",
    "page": "页面",
    "password": "密码",
    "post": "岗位",
    "purpose": "用途",
    "query": "查询条件",
    "report": "报表",
    "rows": "行数",
    "sealed": "已封存",
    "table": "表名",
    "year": "年度",
}


#: What an action without a word is called.
OTHER = "其他操作"


def action_word(action: str) -> str:
    """Return the Chinese word of an action; an unknown one is shown as 其他操作, never raw."""
    return ACTIONS.get(action) or STEPS.get(action.rpartition(".")[2]) or OTHER


def object_word(object_type: str) -> str:
    """Return what a kind of object is called, from its label such as "members.Person"."""
    model = model_of(object_type)
    return str(model._meta.verbose_name) if model else ""


def model_of(object_type: str) -> type[models.Model] | None:
    try:
        return apps.get_model(object_type) if object_type else None
    except (LookupError, ValueError):
        return None


def change_rows(object_type: str, changes: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return (field, before, after) in words, in the model's order; without a before, after stands alone."""
    model = model_of(object_type)
    order = [field.name for field in model._meta.fields] if model else []
    rows = []
    for name in sorted(changes, key=lambda one: (order.index(one) if one in order else len(order), one)):
        value = changes[name]
        if name == "fields":  # names of columns, not a value before and after
            words = [str(found.verbose_name) if (found := _field(model, one)) else one for one in value]
            rows.append((FIELDS[name], "", "、".join(words)))
            continue
        field = _field(model, name)
        label = str(field.verbose_name) if field is not None else FIELDS.get(name, name)
        before, after = value if isinstance(value, list) and len(value) == 2 else ("", value)
        rows.append((label, value_word(field, before), value_word(field, after)))
    return rows


def value_word(field: Any, value: Any) -> str:
    """Write one stored value: choices by their words, moments in the office's time zone."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(value_word(field, one) for one in value)
    choices = dict(getattr(field, "flatchoices", ()) or ())
    if value in choices:
        return str(choices[value])
    return _moment(value) or str(value)


def _moment(value: Any) -> str:
    if not isinstance(value, str) or len(value) < 16 or value[10:11] not in ("T", " "):
        return ""
    try:
        at = parse_datetime(value)
    except ValueError:
        return ""
    if at is None:
        return ""
    at = timezone.localtime(at) if timezone.is_aware(at) else at
    return at.isoformat(sep=" ", timespec="minutes")[:16] if isinstance(at, datetime.datetime) else ""


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
