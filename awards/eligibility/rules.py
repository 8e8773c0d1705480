"""The rules of who may be commended: each looks at the facts, and says what it finds with its proof.

A rule answers None where it cannot apply. Its words say what is so, why it matters, and how to mend.
"""

import datetime
from collections.abc import Callable, Mapping

from awards.eligibility.facts import Bar, Code, Effect, Facts, root, same_person
from awards.eligibility.findings import Finding, Verdict
from awards.models import Category, Honour, Nomination, Veto
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role
from guanweihui.tables import format_value
from guanweihui.text import PartialDate, Precision
from members.models import Person

Kind = Category.Kind
#: (route and key of the row that proves it, who may open it).
Proof = tuple[tuple[str, int | None], frozenset[str]]
#: (met, words, *proof).
Said = tuple[bool, str, tuple[str, int | None], frozenset[str]]
Rule = Callable[[Nomination, Facts], Said | None]


def judge(nomination: Nomination, facts: Facts) -> list[Finding]:
    """Return what each rule of the cycle finds, in the order of CycleRule.Code."""
    found = []
    for code, rule in RULES.items():
        if code not in facts.rules or (said := rule(nomination, facts)) is None:
            continue
        met, words, proof, readers = said
        verdict = Verdict.OK if met else _failed(code, nomination, facts)
        found.append(Finding(code, verdict, words, proof, readers))
    return found


def _failed(code: str, nomination: Nomination, facts: Facts) -> Verdict:
    # A share is settled once everybody is in: it never bars a school from sending, only from passing.
    is_early = code in facts.shares and not nomination.is_sent
    blocks = facts.rules[code].effect == Effect.BLOCK and not is_early
    return Verdict.BLOCK if blocks else Verdict.WARN


def standing(nomination: Nomination, person: Person, facts: Facts) -> Said:
    """Look whether the person lives, still serves, and is at the school that nominates."""
    if person.died_on is not None and person.died_on <= facts.on:
        words = (
            f"{person.name}已于{_day(person.died_on)}离世，不能推荐。请撤回这份推荐；日期有误请更正人员档案。"
        )
    elif person.merged_into_id is not None:
        words = (
            f"{person.name}的这份档案已并入另一份，推荐要以保留的档案为准。请撤回后从人员名册重新选人推荐。"
        )
    elif person.school_id != nomination.unit_id:
        words = (
            f"{person.name}已转到{person.school.full_name}，不再是本校人员。"
            "请撤回这份推荐，由现单位推荐；转校有误请先更正人员档案。"
        )
    elif person.stopped_on is not None and person.stopped_on <= facts.on:
        words = (
            f"{person.name}已于{_day(person.stopped_on)}停止服务。请另推人选；仍在服务的请先更正人员档案。"
        )
    else:
        return True, f"{person.name}的人员档案有效，是本校人员。", *_file(nomination, person)
    return False, words, *_file(nomination, person)


def retirement(nomination: Nomination, person: Person, facts: Facts) -> Said:
    """Look whether the category fits a person in service, or a retired one."""
    retired = person.retired_on <= facts.on if person.retired_on else bool(person.retirement_kind)
    state = f"退休{_since(person)}" if retired else "在职"
    wants_retired = nomination.category.kind == Kind.ADVANCED_RETIRED
    if retired == wants_retired:
        return True, f"{person.name}在人员档案中是{state}，与奖项相符。", *_file(nomination, person)
    asked = "退休" if wants_retired else "在职"
    fitting = Kind.ADVANCED_IN_SERVICE if wants_retired else Kind.ADVANCED_RETIRED
    name = facts.names.get(fitting, "")
    cure = f"请改在“{name}”中推荐" if name else "请另推人选"
    words = (
        f"{person.name}在人员档案中是{state}，“{nomination.category}”只推荐{asked}人员。"
        f"{cure}；档案有误请先更正人员档案。"
    )
    return False, words, *_file(nomination, person)


def _since(person: Person) -> str:
    if person.retired_on is None:
        return ""
    known: Precision = person.retired_precision or "day"  # type: ignore[assignment]
    return f"（{PartialDate(person.retired_on, known).cn()}）"


def one_award(nomination: Nomination, person: Person, facts: Facts) -> Said:
    """Look for something else in the running for the same person, under whichever of his files."""
    for rival, other in _rivals(nomination, person, facts):
        is_one_file = root(other) == root(person)
        if is_one_file or rival.unit_id == nomination.unit_id:
            where = "本校" if rival.unit_id == nomination.unit_id else rival.unit.full_name
            overlap = (
                "“好领导”和在职先进个人不能交叉推荐。"
                if {rival.category.kind, nomination.category.kind}
                == {Kind.GOOD_LEADER, Kind.ADVANCED_IN_SERVICE}
                else ""
            )
            words = (
                f"{person.name}本届还被推荐为“{rival.category}”（{where}，{rival.get_status_display()}），"
                f"一人一届只能推荐一个奖项。{overlap}请撤回其中一份。"
            )
            return False, words, *_nomination(rival, nomination)
    return True, f"{person.name}本届没有其他推荐。", *_nomination(nomination, nomination)


def two_schools(nomination: Nomination, person: Person, facts: Facts) -> Said:
    """Look for another school that nominates the same person under a second file of his."""
    for rival, other in _rivals(nomination, person, facts):
        if root(other) == root(person) or rival.unit_id == nomination.unit_id:
            continue
        by_number = bool(person.id_index) and other.id_index == person.id_index
        why = "身份证号相同" if by_number else "姓名和出生年月相同"
        words = (
            f"{rival.unit.full_name}也推荐了{other.name}（“{rival.category}”），两份档案{why}，"
            "可能是同一人。请与该校核对，由其中一校推荐；"
            "确是两个人的，请区关工委在“疑似重复”中认定。"
        )
        return False, words, *_nomination(rival, nomination)
    return True, f"没有其他学校推荐{person.name}。", *_nomination(nomination, nomination)


def _rivals(nomination: Nomination, person: Person, facts: Facts) -> list[tuple[Nomination, Person]]:
    """Return what else runs for the same person; another school's draft is nobody else's business yet."""
    return [
        (rival, other)
        for rival, other in facts.rivals_of(person)
        if rival.pk != nomination.pk
        and (rival.unit_id == nomination.unit_id or rival.submitted_at is not None)
        and (
            root(other) == root(person)
            or (same_person(person, other) and not facts.are_distinct(person, other))
        )
    ]


def earlier_winner(nomination: Nomination, facts: Facts) -> Said:
    """Look for an honour of the last cycles: the person's, or the unit's and of those it succeeds."""
    back = facts.rules[Code.EARLIER_WINNER].value
    person = nomination.person
    if person is None:
        honours = facts.honours_of_unit.get(nomination.unit_id, ())
        whose = nomination.unit.full_name
    else:
        honours, whose = facts.honours_of_person.get(root(person), ()), person.name
    if not honours:
        proof = _file(nomination, person) if person is not None else _unit(nomination)
        return True, f"{whose}近 {back} 届没有获奖。", *proof
    honour = honours[0]
    under = (
        "" if person is not None or honour.unit_id == nomination.unit_id else f"以{honour.printed_unit}名义"
    )
    more = f"，近 {back} 届共 {len(honours)} 项" if len(honours) > 1 else ""
    words = (
        f"{whose}在“{honour.decision.cycle}”中{under}获“{honour.category}”"
        f"（{honour.decision.doc_number}，证书 {honour.certificate_no}）{more}。"
        f"近 {back} 届获奖的本届不再推荐，请另推{nomination.category.nominee_word}。"
    )
    return False, words, *_honour(honour, nomination)


def veto(nomination: Nomination, facts: Facts) -> Said:
    """Look for a 一票否决 of the person, his school or the unit that stands."""
    return _barred(nomination, facts, Veto.Kind.VETO)


def ban(nomination: Nomination, facts: Facts) -> Said:
    """Look for a 停评 of the person, his school or the unit that stands."""
    return _barred(nomination, facts, Veto.Kind.BAN)


def _barred(nomination: Nomination, facts: Facts, kind: str) -> Said:
    # Why somebody is barred is the office's to know: the words say that, until when, and whom to ask.
    label, person = Veto.Kind(kind).label, nomination.person
    rows: list[Bar] = [*facts.bars_of_school.get(nomination.unit_id, ())]
    if person is not None:
        if person.school_id != nomination.unit_id:
            rows = [*facts.bars_of_school.get(person.school_id, ()), *rows]
        rows = [*facts.bars_of_person.get(root(person), ()), *rows]
    whose = person.name if person is not None else nomination.unit.full_name
    for row in rows:
        if row.kind == kind:
            of = row.school or whose
            first = _day(row.from_on)
            span = f"{first}至{_day(row.until_on)}" if row.until_on else f"自{first}起"
            words = (
                f"{of}有“{label}”登记（{span}），在此期间不能推荐。"
                f"请另推{nomination.category.nominee_word}；有疑问请向区关工委办公室了解。"
            )
            return False, words, ("veto-list", None), frozenset({Role.DISTRICT})
    proof = _file(nomination, person) if person is not None else _unit(nomination)
    return True, f"{whose}没有生效的“{label}”登记。", *proof


def rank_share(nomination: Nomination, person: Person, facts: Facts) -> Said:
    """Count the officials of 处级 among the persons sent: the cycle allows a share at most."""
    share, most = facts.shares[Code.RANK_SHARE], facts.rules[Code.RANK_SHARE].value or 0
    part, whole = share.counted_with(nomination.pk)
    if not share.counts(nomination.pk):
        return True, f"{person.name}不是处级干部，不占比例。", *_nomination(nomination, nomination)
    stands = f"本届推荐的个人 {whole} 人，其中处级干部 {part} 人，占 {_percent(part, whole)}"
    if part * 100 <= most * whole:
        return True, f"{stands}，不超过 {most}%。", *_list()
    words = f"{stands}，超过规定的 {most}%。请改推科级以下人员；申报截止后仍超过的，由区关工委调整名单。"
    return False, words, *_list()


def front_line(nomination: Nomination, person: Person, facts: Facts) -> Said:
    """Count the people of the front line among the persons sent: the cycle asks a share at least."""
    share, least = facts.shares[Code.FRONT_LINE], facts.rules[Code.FRONT_LINE].value or 0
    part, whole = share.counted_with(nomination.pk)
    if share.counts(nomination.pk):
        return True, f"{person.name}是一线人员。", *_nomination(nomination, nomination)
    stands = f"本届推荐的个人 {whole} 人，其中一线人员 {part} 人，占 {_percent(part, whole)}"
    if part * 100 >= least * whole:
        return True, f"{stands}，不少于 {least}%。", *_list()
    words = f"{stands}，少于规定的 {least}%。请优先推荐一线人员；申报截止后仍不足的，由区关工委调整名单。"
    return False, words, *_list()


def _of_person(rule: Callable[[Nomination, Person, Facts], Said]) -> Rule:
    """Make a rule about persons one that says nothing of a collective."""
    return lambda nomination, facts: (
        None if nomination.person is None else rule(nomination, nomination.person, facts)
    )


#: Every rule, in the order in which they are shown.
RULES: Mapping[str, Rule] = {
    Code.STANDING: _of_person(standing),
    Code.RETIREMENT: _of_person(retirement),
    Code.ONE_AWARD: _of_person(one_award),
    Code.TWO_SCHOOLS: _of_person(two_schools),
    Code.EARLIER_WINNER: earlier_winner,
    Code.VETO: veto,
    Code.BAN: ban,
    Code.RANK_SHARE: _of_person(rank_share),
    Code.FRONT_LINE: _of_person(front_line),
}
assert list(RULES) == list(Code)


# --- where the proof stands, and who may open it -----------------------------------------------------------


def _file(nomination: Nomination, person: Person) -> Proof:
    """Lead to the person's file; where he has left the school, it is none of the school's any more."""
    key = person.merged_into_id or person.pk
    return ("person-detail", key), _at(nomination, person.school_id)


def _unit(nomination: Nomination) -> Proof:
    return ("school-detail", nomination.unit_id), COMMITTEE


def _honour(honour: Honour, nomination: Nomination) -> Proof:
    return ("honour-detail", honour.pk), _at(nomination, honour.unit_id)


def _nomination(row: Nomination, nomination: Nomination) -> Proof:
    readers = _at(nomination, row.unit_id)
    if row.unit_id != nomination.unit_id and row.unit.group_id == nomination.unit.group_id:
        readers = DISTRICT_WIDE | {Role.GROUP}
    return ("nomination-detail", row.pk), readers


def _list() -> Proof:
    return ("nomination-list", None), COMMITTEE


def _at(nomination: Nomination, school: int) -> frozenset[str]:
    return COMMITTEE if school == nomination.unit_id else DISTRICT_WIDE


def _day(day: datetime.date) -> str:
    return format_value(day, prose=True)


def _percent(part: int, whole: int) -> str:
    return format_value(100 * part / whole if whole else 0, "percent")
