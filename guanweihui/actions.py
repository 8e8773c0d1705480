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
    "appointment.appoint": "任职",
    "appointment.end": "离任",
    "attachment.read": "打开个人材料",
    "awardlist.amend": "修改名单",
    "awardlist.approve": "审定名单",
    "awardlist.award_rest": "其余列为拟表彰",
    "awardlist.print": "打印名单",
    "awardlist.print_pack": "打印评审材料",
    "awardlist.propose": "提请审定",
    "awardlist.send_back": "退回名单",
    "awardlist.start": "开始评审",
    "awardlist.update_entries": "更新名单人选",
    "awardlist.write_minutes": "填写会议记录",
    "awardlistentry.decide": "评审结论",
    "awardlistentry.promote": "递补",
    "campaign.edit": "修改活动",
    "campaign.plan": "布置活动",
    "campaignmaterial.remove": "删除活动材料",
    "campaignstage.edit": "修改阶段",
    "campaignstage.remove": "删除阶段",
    "campaigntask.edit": "修改任务",
    "campaigntask.remove": "删除任务",
    "card.issue": "发证",
    "card.print": "打印证卡",
    "card.register_year": "年度注册",
    "card.reissue": "补发",
    "card.void": "注销",
    "care.give": "登记慰问",
    "care.reveal": "查看慰问情况",
    "category.add": "新增奖项",
    "category.choose_city": "选定市级推荐",
    "category.edit": "修改奖项",
    "category.order": "协作组排序",
    "category.remove": "删除奖项",
    "cityrecommendation.award": "登记市级表彰",
    "cityrecommendation.drop": "不再推荐",
    "cityrecommendation.promote": "递补为市级推荐",
    "cityrecommendation.refuse": "登记市里未通过",
    "cityrecommendation.save": "保存市推荐表",
    "cityrecommendation.send": "上报市里",
    "committee.renew": "换届",
    "correction.report": "反馈有误",
    "correction.resolve": "办结反馈",
    "cycle.close": "结束评选",
    "cycle.edit": "修改评选周期",
    "cycle.open": "开始申报",
    "cycle.pack_for_city": "生成市级推荐材料",
    "cycle.plan": "新建评选周期",
    "cycle.set_rules": "设定评选规则",
    "decision.confer": "发表彰决定",
    "distinctpair.add": "认定不是同一人",
    "due.chase": "催报",
    "due.finish": "报送完毕",
    "due.restore": "恢复应报",
    "eventfeedback.add": "登记送教反馈",
    "formfield.add": "新增表单栏目",
    "formfield.edit": "修改表单栏目",
    "formfield.remove": "删除表单栏目",
    "frozentable.freeze": "封存报表",
    "honour.print": "打印证书",
    "honour.reissue": "换发证书",
    "honour.void": "作废证书",
    "hostschool.add": "新建受援学校",
    "hostschool.add_profile": "登记年度概况",
    "hostschool.close": "登记停办",
    "hostschool.edit": "修改受援学校",
    "hostschool.edit_profile": "修改年度概况",
    "hostschool.issue_link": "发放受援学校链接",
    "hostschool.reopen": "撤销停办",
    "hostschool.reveal": "查看联系电话",
    "hostschool.revoke_link": "停用受援学校链接",
    "importbatch.errors": "下载错误行",
    "lesson.add": "登记送教项目",
    "lesson.edit": "修改送教项目",
    "lesson.remove": "删除送教项目",
    "list.export": "导出列表",
    "need.assess": "受援学校评价",
    "need.drop": "需求不再办理",
    "need.edit": "修改需求",
    "need.meet": "受援学校评价已解决",
    "need.reopen": "重新办理需求",
    "need.start": "需求列入推进",
    "nomination.accept": "复核通过",
    "nomination.approve": "列入拟表彰名单",
    "nomination.attach": "上传推荐附件",
    "nomination.decline": "不予推荐",
    "nomination.detach": "删除推荐附件",
    "nomination.discard": "放弃草稿",
    "nomination.endorse": "协作组同意推荐",
    "nomination.hold": "列为递补",
    "nomination.honour": "表彰",
    "nomination.mark": "登记评审意见",
    "nomination.print": "打印推荐审批表",
    "nomination.start": "新建推荐",
    "nomination.turn_down": "不予表彰",
    "nomination.unmark": "删除评审意见",
    "objection.receive": "登记异议",
    "objection.reject": "认定异议不成立",
    "objection.reveal": "查看异议人电话",
    "objection.uphold": "认定异议成立",
    "outing.open": "新建外出活动",
    "outing.print_roster": "打印参加名单",
    "outingplace.attend": "登记参加",
    "outingplace.file_papers": "登记外出材料",
    "outingplace.join": "加入外出名单",
    "outingplace.leave": "移出外出名单",
    "pairing.add_partner": "增加受援学校",
    "pairing.edit": "修改结对",
    "pairing.edit_partner": "修改协议",
    "pairing.end_partner": "提前终止协议",
    "pairing.issue_link": "发放老校长链接",
    "pairing.make": "新增结对",
    "pairing.renew_partner": "续签协议",
    "pairing.revoke_link": "停用老校长链接",
    "person.change_state": "登记状态变化",
    "person.edit": "修改档案",
    "person.merge": "合并档案",
    "person.phones": "打印电话表",
    "person.print_form": "打印登记表（完整内容）",
    "person.register": "建立档案",
    "person.reveal": "查看完整信息",
    "person.undo_state": "撤销状态登记",
    "person.unmerge": "撤销合并",
    "plan.approve": "审定方案",
    "plan.edit": "修改方案",
    "plan.propose": "提请审定方案",
    "plan.revise": "修订方案",
    "plan.send_back": "退回方案",
    "plan.start": "新建方案",
    "plan.supersede": "方案被新版替换",
    "planitem.add": "新增方案任务",
    "planitem.edit": "修改方案任务",
    "planitem.remove": "删除方案任务",
    "planitem.report": "填报任务进展",
    "planitem.strike": "作废任务进展",
    "programme.edit": "修改下乡项目",
    "programme.plan": "新建下乡项目",
    "publicnotice.add_file": "上传公示文件",
    "publicnotice.close": "办结公示",
    "publicnotice.draft": "拟公示稿",
    "publicnotice.edit": "修改公示稿",
    "publicnotice.post": "发布公示",
    "publicnotice.remove_file": "删除公示文件",
    "publicnotice.replace": "公示作废",
    "quartercheck.check": "季度核对",
    "quota.allot": "分配名额",
    "quota.grant": "核定名额",
    "quota.transfer": "调剂名额",
    "report.make": "生成报表",
    "researchvisit.edit": "修改调研",
    "researchvisit.enter": "登记调研",
    "round.close": "定稿",
    "round.edit": "修改报送任务",
    "round.open": "开始报送",
    "round.phones": "打印催报电话表",
    "round.take_template": "下载填报表",
    "school.print_summary": "生成汇总表（完整电话）",
    "servicecertificate.issue": "出具证明",
    "servicecertificate.post": "开始公示",
    "servicecertificate.print": "打印正式证明",
    "servicerecord.attend": "记入服务时间",
    "servicerecord.claim": "登记服务记录",
    "servicerecord.confirm": "确认服务记录",
    "servicerecord.load": "载入服务记录",
    "servicerecord.refuse": "退回服务记录",
    "servicerecord.strike": "作废服务记录",
    "servicesheet.enter": "登记签到表",
    "servicesheet.open": "建立签到表",
    "slip.issue": "发放个人服务单",
    "slip.revoke": "停用个人服务单",
    "taskcall.answer": "登记答复",
    "taskcall.ask": "邀请人员",
    "taskevidence.report": "上报任务",
    "teachingevent.add": "登记送教活动",
    "teachingevent.edit": "修改送教活动",
    "team.edit": "修改队伍",
    "team.enrol": "批量加入队伍",
    "team.found": "新建队伍",
    "teammembership.change_office": "改任",
    "teammembership.join": "加入队伍",
    "teammembership.leave": "退出队伍",
    "teamplan.write": "填写年度计划",
    "trail.verify": "核验操作记录",
    "transfer.ask": "申请转入",
    "transfer.grant": "同意转出",
    "transfer.refuse": "不同意转出",
    "trip.add_photo": "上传下校照片",
    "trip.confirm": "确认下校",
    "trip.edit": "修改下校记录",
    "trip.enter": "登记下校",
    "trip.remove_photo": "删除下校照片",
    "trip.retry": "再次记入服务时间",
    "trip.return": "退回下校记录",
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
    "veto.lift": "解除一票否决",
    "veto.set": "登记一票否决",
}

#: Coming and going: no work that anybody did.
SESSION = (
    "access.refuse",
    "accesslink.enter",
    "user.end_sessions",
    "user.enter_code",
    "user.fail_code",
    "user.fail_to_sign_in",
    "user.lock_out",
    "user.sign_in",
    "user.sign_out",
)

#: Words of steps, whatever they are taken on.
STEPS = {
    "start": "开始填报",
    "save": "保存草稿",
    "plan": "布置",
    "attach_scan": "上传扫描件",
    "accept": "通过",
    "add": "新增",
    "change": "修改",
    "confirm": "确认导入",
    "correct": "更正",
    "endorse": "审核同意",
    "extend": "延期",
    "file_on_behalf": "代报",
    "load": "载入",
    "look": "查看",
    "print": "打印报送表",
    "preview": "上传待核对",
    "reopen": "重新打开",
    "report_nil": "零报告",
    "return_back": "退回",
    "submit": "提交",
    "undo": "撤销导入",
    "void": "作废",
    "waive": "免报",
    "withdraw": "撤回",
}

#: Words of things in `changes` that are not fields of a model.
FIELDS = {
    "CHANGED": "更新",
    "NEW": "新增",
    "UNCHANGED": "不变",
    "WRONG": "错误",
    "added": "新增",
    "agreement": "协议",
    "breaks": "断点",
    "certificates": "证书编号",
    "copied_from": "照此复制",
    "count": "个数",
    "done": "完成数",
    "dues": "应报学校",
    "ended": "结束",
    "ended_on": "终止日期",
    "entries": "人选",
    "expires_at": "有效期至",
    "fields": "栏目",
    "file": "文件",
    "first_kept": "未撤销的行",
    "format": "格式",
    "found": "调研需求",
    "is_new": "新建",
    "is_public": "公开",
    "kept": "未撤销",
    "kinds": "内容",
    "label": "栏目",
    "material": "附件",
    "merged": "并入的档案号",
    "moved": "顺序变动",
    "name": "名称",
    "note": "说明",
    "numbers": "证号范围",
    "open": "待封存",
    "opened": "新任",
    "order": "排序",
    "page": "页面",
    "panellist": "评审人",
    "partner": "结对学校",
    "password": "密码",
    "people": "人员",
    "places": "名额",
    "points": "评分",
    "post": "岗位",
    "profile": "年度概况",
    "principal": "老校长",
    "purpose": "用途",
    "query": "查询条件",
    "registered_year": "注册年度",
    "removed": "去掉",
    "report": "报表",
    "reported_on": "进展日期",
    "restored": "恢复",
    "revoked_at": "停用时间",
    "rows": "行数",
    "scan": "扫描件",
    "schools": "学校",
    "sealed": "已封存",
    "stages": "阶段",
    "stayed": "留任",
    "stays": "留在原档案",
    "table": "表名",
    "tables": "封存报表",
    "task": "任务",
    "tasks": "任务",
    "year": "年度",
    "year_goals": "年度目标",
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
