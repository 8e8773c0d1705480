"""Export the register of 13,000 rows and 25 columns: our workbook beside import-export's own.

Both read the same rows from the database with every value in full, and end with the bytes of an .xlsx.
Ours has the merged title, the styled head, borders, number formats and the print set-up of the office.
"""

import argparse
import time
from typing import Any

import ground
from build import WORKBOOKS

ROUNDS = 3
LABELS = {"ours": "ours", "stock": "django-import-export"}


def ours() -> dict[str, Any]:
    """Read, lay out and write the office's own 25 columns."""
    from django.utils import timezone

    from guanweihui.documents import xlsx
    from guanweihui.tables import Imprint

    with ground.queries() as seen, ground.Measure() as measure:
        began = time.perf_counter()
        table = register()
        read = time.perf_counter() - began
        content = xlsx.register(table, Imprint(timezone.localtime(), "刘志强"))
    return measure.result(read=read, queries=len(seen), size=len(content), rows=len(table.rows))


def register() -> Any:
    """Return the register as a Table of the columns that the office loads it from."""
    from guanweihui.tables import Column, Row, Table
    from members.resources import RegisterRow

    formats = {
        "serial": "int",
        "born": "date",
        "joined_party": "date",
        "began_work": "date",
        "retired": "date",
    }
    columns = tuple(
        Column(name, field.column_name, width=12, format=formats.get(name, "text"))
        for name, field in RegisterRow().fields.items()
    )
    people = whole_register()
    rows = tuple(Row(cells(number, person)) for number, person in enumerate(people, start=1))
    return Table("register", "离退休教师花名册", columns, rows)


def whole_register() -> Any:
    """Stream every person of the register, as the portal's own export does."""
    from members.models import Person

    return Person.objects.on_register().for_register()


def cells(number: int, person: Any) -> tuple[Any, ...]:
    """Write one person in the order of the columns."""
    return (
        number,
        person.staff_no,
        person.name,
        person.sex,
        person.born_on,
        person.id_number,
        person.ethnicity,
        person.political_status,
        person.joined_party_on,
        person.education,
        person.school.short_name,
        person.duty,
        person.title,
        person.subject,
        person.began_work_on,
        person.get_retirement_kind_display(),
        person.retired_on,
        person.elder_class.name if person.elder_class else None,
        "是" if person.is_volunteer else "否",
        person.health,
        person.phone,
        person.home_address,
        person.emergency_contact,
        person.emergency_phone,
        person.remark,
    )


def stock() -> dict[str, Any]:
    """Export by a ModelResource of the same columns and import-export's xlsx format."""
    from import_export.formats.base_formats import XLSX

    from members.models import Person

    resource = stock_resource()
    with ground.queries() as seen, ground.Measure() as measure:
        began = time.perf_counter()
        dataset = resource.export(Person.objects.on_register().select_related("school", "elder_class"))
        read = time.perf_counter() - began
        content = XLSX().export_data(dataset)
    return measure.result(read=read, queries=len(seen), size=len(content), rows=len(dataset))


def stock_resource() -> Any:
    from import_export import resources
    from import_export.fields import Field

    from members.models import Person
    from members.resources import PLAIN

    class Register(resources.ModelResource):
        unit = Field(attribute="school__short_name", column_name="退休时单位")
        elder_class_name = Field(attribute="elder_class__name", column_name="五老类别")

        class Meta:
            model = Person
            fields = ("id", *PLAIN, "id_number", "born_on", "joined_party_on", "began_work_on", "retired_on",
                      "unit", "elder_class_name")  # fmt: skip

    return Register()


PARTS = {"ours": ours, "stock": stock}


def benchmark(asked: argparse.Namespace) -> None:
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            compare(place)


def compare(place: ground.Ground) -> None:
    name = place.create("register")
    place.manage(name, "load", *[str(ground.DEMO / workbook) for workbook in WORKBOOKS[:2]])
    place.settle(name)
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "stock": []}
    for number in range(ROUNDS):
        for part, found in runs.items():
            ground.note(f"{place.engine}: {part}, round {number + 1}")
            found.append(place.run(part, name))
    ground.table(
        (
            "export of 13,000 × 25",
            "seconds",
            "of it reading",
            "on the processor",
            "peak MB",
            "file MB",
            "queries",
        ),
        [line(f"{place.engine}: {LABELS[part]}", found) for part, found in runs.items()],
    )
    ratio = processor(runs["stock"]) / processor(runs["ours"])
    print(f"\nProcessor time of the library over ours: {ratio:.1f}.")


def seconds(runs: list[dict[str, Any]]) -> float:
    return ground.median(run["seconds"] for run in runs)


def processor(runs: list[dict[str, Any]]) -> float:
    return ground.median(run["cpu"] for run in runs)


def line(label: str, runs: list[dict[str, Any]]) -> tuple[Any, ...]:
    return (
        label,
        f"{seconds(runs):.2f}",
        f"{ground.median(run['read'] for run in runs):.2f}",
        f"{processor(runs):.2f}",
        f"{ground.median(run['mb'] for run in runs):.0f}",
        f"{runs[0]['size'] / 1e6:.1f}",
        runs[0]["queries"],
    )


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
