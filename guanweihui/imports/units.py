"""Finding the school that a workbook means: by full, short or former name, or by an alias."""

import datetime
import difflib
import re
from typing import Any

from guanweihui import text
from guanweihui.imports.resources import CellError
from guanweihui.models import School, Succession, UnitName

_SPACES = re.compile(r"\s+")


def plain_name(name: str) -> str:
    """Fold widths and brackets, drop spaces: two writings of one name become equal."""
    return _SPACES.sub("", text.fold_width(name))


def closing(school: School, day: datetime.date) -> str:
    """Say that a school was closed by `day` and where it goes on; empty when it was open."""
    closed_on = school.closed_on
    if closed_on is None or closed_on > day:
        return ""
    said = f"该校已于{closed_on.year}年{closed_on.month}月{closed_on.day}日撤销"
    chief = Succession.objects.filter(predecessor=school, is_chief=True).select_related("successor").first()
    return f"{said}，承接学校是“{chief.successor.full_name}”" if chief else said


class Units:
    """The schools of one district by every name they bear; two queries."""

    def __init__(self, district: Any) -> None:
        self.schools: dict[int, School] = {}
        self._full: dict[str, set[int]] = {}
        self._other: dict[str, set[int]] = {}
        if district is None or district.pk is None:
            return
        for school in School.objects.in_district(district).select_related("group"):
            self.schools[school.pk] = school
            self._full.setdefault(plain_name(school.full_name), set()).add(school.pk)
            self._other.setdefault(plain_name(school.short_name), set()).add(school.pk)
        names = UnitName.objects.filter(school__district=district).values_list("name", "school_id")
        for name, school_id in names:
            self._other.setdefault(plain_name(name), set()).add(school_id)

    def find(self, name: str) -> School:
        """Return the school; a full name wins over the others.

        Raises CellError when nobody bears the name, or more than one school does.
        """
        plain = plain_name(name)
        found = self._full.get(plain) or self._other.get(plain) or set()
        if len(found) == 1:
            return self.schools[next(iter(found))]
        if found:
            full = "、".join(sorted(self.schools[pk].full_name for pk in found))
            raise CellError("有几所学校都用过这个名称", f"请改填学校全称：{full}。")
        raise CellError("学校名录中没有这个单位", self._advice(plain))

    def _advice(self, plain: str) -> str:
        near = difflib.get_close_matches(plain, [*self._full, *self._other], n=1, cutoff=0.8)
        if not near:
            return "请填写名录中的学校全称；确有此校的，请先在学校名录中补上。"
        (school, *_) = self._full.get(near[0]) or self._other[near[0]]
        return f"是不是“{self.schools[school].full_name}”？请填写名录中的学校全称。"
