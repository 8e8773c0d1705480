"""Time the search for a person among 200,000 of one district, and read the plans that answer it.

One search is what the register's page asks: how many were found, how many of them on the register, and the
first twenty in the district's order. Every letter of the alphabet is typed as well, and the coordinators of a
group and of a school search too. SQLite answers twice: as it was filled, and with its keys counted, as the
worker counts them every hour. Ends with 1 when a search is slower than its reach, or reads the table of
people from end to end.
"""

import argparse
import datetime
import random
import string
import sys
import time
from typing import Any

import ground

PEOPLE, SCHOOLS, GROUPS, BATCH = 200_000, 190, 15, 2_000
TIMES, REACH_MS = 9, 50
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段章钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = "国华建明玉兰秀英志强文德光荣淑珍桂芳长青诚琴永福世昌春生秋月维新广才兆祥凤仙宝玲庆云"
NAMED = "曾国藩"
WALKED = (
    "people_of_a_district",
    "register_by_name",
    "register_by_school",
    "people_by_birth",
    "people_by_number",
    "volunteers_by_name",
)
#: What is typed, into which box or by whom.
SEARCHES = (
    ("name", NAMED),
    ("name", "zgf"),
    ("name", "cgf"),
    ("name", "zengguofan"),
    ("name", "zeng"),
    ("name", "王"),
    ("name", "w"),
    ("name", "wang"),
    ("name", "王国华"),
    ("name", "王建"),
    ("name", "wangguohua"),
    ("name", "wgh"),
    ("name", "JG199999"),
    ("name", "查无此人"),
    ("name", "li"),
    ("name", "zh"),
    *(("name", letter) for letter in string.ascii_lowercase if letter not in "iuvw"),
    *((who, what) for who in ("group", "school") for what in ("wgh", "王国华", "wang", "w")),
    ("find", "id"),
    ("find", "phone"),
    ("find", "card"),
)


def fill(people: int = PEOPLE) -> dict[str, Any]:
    """Make one district of so many people; every twentieth name begins with 王."""
    from guanweihui.models import CollaborationGroup, District, School
    from members.models import Card, ElderClass

    district = District.objects.create(
        full_name="示例区", short_name="示例区", committee_name="示例区教育关工委"
    )
    groups = [
        CollaborationGroup.objects.create(
            district=district, full_name=f"第{n}协作组", short_name=f"第{n}协作组", position=n
        )
        for n in range(GROUPS)
    ]
    schools = [
        School.objects.create(
            district=district, group=groups[n % GROUPS], full_name=f"示例区第{n}小学", 
            short_name=f"第{n}小学", code=f"99{n:05}", stage="PRIMARY", position=n,
        )
        for n in range(SCHOOLS)
    ]  # fmt: skip
    elder = ElderClass.objects.create(district=district, name="老教师", position=4)
    with ground.Measure() as measure:
        for first in range(0, people, BATCH):
            _batch(district, schools, elder, range(first, min(first + BATCH, people)))
    holder = _somebody(people // 2)
    Card.objects.create(
        district=district, person=holder, number="GGW201800001", year=2018, sequence=1,
        issued_on=datetime.date(2018, 9, 1), check_token="0" * 32,
    )  # fmt: skip
    _account("district", "DISTRICT", district=district)
    _account("group", "GROUP", group=groups[3])
    _account("school", "SCHOOL", school=schools[3])
    return measure.result(people=people)


def _batch(district: Any, schools: list[Any], elder: Any, numbers: range) -> None:
    from members.keys import fill_keys
    from members.models import Person

    rows = []
    draw = random.Random(numbers.start)
    for n in numbers:
        surname = "王" if n % 20 == 0 else draw.choice(SURNAMES)
        name = NAMED if n == 123 else surname + draw.choice(GIVEN) + draw.choice(GIVEN)
        person = Person(
            district=district, school=schools[n % SCHOOLS], name=name, staff_no=f"JG{n:06}", sex="女",
            born_on=datetime.date(1940, 1, 1) + datetime.timedelta(days=n % 9000), birth_precision="day",
            id_number=f"9901051940{n:08}"[:18], phone=f"1990{n:07}", elder_class=elder,
            on_register=True, is_volunteer=n % 4 == 0, retirement_kind="RETIRED",
        )  # fmt: skip
        rows.append(fill_keys(person))
    Person.objects.bulk_create(rows, batch_size=500)


def _somebody(number: int) -> Any:
    from members.models import Person

    return Person.objects.get(staff_no=f"JG{number:06}")


def _account(name: str, role: str, **place: Any) -> None:
    from guanweihui.models import Post, User

    user = User.objects.create(username=name, name="刘志强", password="!")
    Post.objects.create(user=user, role=role, from_on=datetime.date(2018, 1, 1), **place)


def count() -> dict[str, Any]:
    """Count how the keys are spread, as the worker does."""
    from guanweihui.upkeep import gather_statistics

    with ground.Measure() as measure:
        gather_statistics()
    return measure.result()


def look() -> dict[str, Any]:
    """Search in every way often: {what: milliseconds, found, the plan's reading of the whole table}."""
    from guanweihui.models import User

    users = {user.username: user for user in User.objects.all()}
    return {f"{box} {what}": _search(users.get(box, users["district"]), box, what) for box, what in SEARCHES}


def _search(user: Any, box: str, what: str) -> dict[str, Any]:
    milliseconds, cpu = [], []
    for _ in range(TIMES):
        began, used = time.perf_counter(), time.process_time()
        count, page = _answer(user, box, what)
        milliseconds.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    plans = _plans(user, box, what)
    return {
        "ms": ground.median(milliseconds),
        "worst": max(milliseconds),
        "cpu": ground.median(cpu),
        "found": count,
        "shown": len(page),
        "scans": any(_reads_all(plan) for plan in plans),
        "walks": any(_walks(plan) for plan in plans),
        "plan": "\n".join(plans),
    }


def _answer(user: Any, box: str, what: str) -> tuple[int, list[Any]]:
    """Do what the page does: count, those on the register with them, and load the first twenty."""
    from members.keys import id_index, phone_index
    from members.models import Person
    from members.search import Hits

    if box != "find":
        hits = Hits(what, user)
        return len(hits), hits[:20]
    somebody = _somebody(100_000)
    keys = {
        "id": {"id_index": id_index(somebody.id_number)},
        "phone": {"phone_index": phone_index(somebody.phone)},
        "card": {"card": "GGW201800001"},
    }
    rows = Person.objects.visible_to(user).found_by(**keys[what])
    return rows.count(), list(rows.for_list()[:20])


def _plans(user: Any, box: str, what: str) -> list[str]:
    """Return how the database answers each statement of a search."""
    from django.db import connection

    seen: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        _answer(user, box, what)
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    plans = []
    with connection.cursor() as cursor:
        for sql, params in seen:
            cursor.execute(explain + sql, params)
            plans.append("\n".join(str(line[-1]) for line in cursor.fetchall()))
    return plans


def _reads_all(plan: str) -> bool:
    """Tell whether the plan walks through the table of people itself."""
    lines = [line.strip() for line in plan.splitlines() if "members_person" in line]
    return any("Seq Scan" in line or line.startswith("SCAN") for line in lines)


def _walks(plan: str) -> bool:
    """Tell whether the plan walks through an index of one district's people."""
    return any(index in plan for index in WALKED)


PARTS = {"fill": fill, "count": count, "look": look}


def benchmark(asked: argparse.Namespace) -> None:
    failed = False
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            place.create("search")
            ground.note(f"{engine}: {PEOPLE:,} people")
            filled = place.run("fill", "search", people=PEOPLE)
            ground.note(f"{engine}: filled in {filled['seconds']:.0f} s")
            place.settle("search")
            failed |= tell(engine, place.run("look", "search"))
            if engine == "sqlite":
                counted = place.run("count", "search")
                ground.note(f"{engine}: counted in {counted['seconds']:.2f} s")
                failed |= tell(f"{engine}, counted", place.run("look", "search"))
    sys.exit(failed)


def tell(engine: str, found: dict[str, dict[str, Any]]) -> bool:
    """Print the table; tell whether a search was too slow or read all people."""
    ground.table(
        (
            f"{engine}: search",
            "found",
            "median, ms",
            "worst, ms",
            "processor, ms",
            "reads the table",
            "walks the district's index",
        ),
        [
            (
                what,
                f"{one['found']:,}",
                f"{one['ms']:.1f}",
                f"{one['worst']:.1f}",
                f"{one['cpu']:.1f}",
                "yes" if one["scans"] else "no",
                "yes" if one["walks"] else "no",
            )
            for what, one in found.items()
        ],
    )
    slow = [what for what, one in found.items() if one["ms"] > REACH_MS]
    scans = [what for what, one in found.items() if one["scans"]]
    print(
        f"\nOver {REACH_MS} ms: {'; '.join(slow) or 'none'}. Reads the table: {'; '.join(scans) or 'none'}."
    )
    for what in scans:
        print(f"\n{what}\n{found[what]['plan']}", file=sys.stderr)
    return bool(slow or scans)


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
