"""Load the register of 13,000: the portal's loader beside stock django-import-export on the same rows.

Each contender runs in a fresh process on a copy of one database that holds the schools only. Stock reads
a tidy workbook of the same cells (it knows neither title lines nor a head in another row), previews and
imports it, as its admin does: twice over the rows, one look-up and one save each. It cleans its cells with
the portal's own functions, so that both store the same; that is compared at the end.
"""

import argparse
import hashlib
import io
from typing import Any

import ground

SCHOOLS, REGISTER = "01-学校名录.xlsx", "02-离退休教师花名册.xlsx"
ROUNDS = 2


def ours() -> dict[str, Any]:
    """Load the workbook by the function that `manage.py load` and the pages use."""
    from django.utils import timezone

    from guanweihui.imports import batch
    from guanweihui.imports.kinds import Context
    from guanweihui.imports.reader import read
    from guanweihui.models import District
    from guanweihui.scope import System

    district = District.objects.get()
    source = (ground.DEMO / REGISTER).read_bytes()
    with ground.queries() as seen, ground.Measure() as measure:
        workbook = read(source, REGISTER)
        context = Context(by=System(district), at=timezone.now(), district=district)
        plan, _ = batch.load(workbook, context)
    return measure.result(counts=plan.counts(), queries=len(seen))


def stock(cached: bool = False) -> dict[str, Any]:
    """Read, preview and import by django-import-export as it comes, or with its cached instance loader."""
    from import_export.formats.base_formats import XLSX
    from import_export.instance_loaders import CachedInstanceLoader

    from guanweihui.models import District

    district = District.objects.get()
    source = tidy_workbook()
    resource = stock_resource(district)
    if cached:
        resource._meta.instance_loader_class = CachedInstanceLoader
    with ground.queries() as seen, ground.Measure() as measure:
        dataset = XLSX().create_dataset(source)
        resource.import_data(dataset, dry_run=True)
        result = resource.import_data(dataset, dry_run=False)
    assert result.totals["new"] == len(dataset), result.totals
    return measure.result(counts=dict(result.totals), queries=len(seen))


def tidy_workbook() -> bytes:
    """Return the register's cells with the head in the first row; made before the clock runs."""
    from openpyxl import Workbook

    from guanweihui.imports.reader import read
    from members.resources import RegisterRow

    labels = list(RegisterRow.columns())
    sheet = read((ground.DEMO / REGISTER).read_bytes(), REGISTER).sheets[0]
    found = sheet.under_head(labels, ["姓名"])
    book = Workbook(write_only=True)
    target = book.create_sheet()
    target.append(labels)
    for row in found.rows:
        target.append([row.cells.get(label) or "" for label in labels])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def stock_columns(district: Any) -> dict[str, Any]:
    """Declare a field a column, as a developer would."""
    from import_export.fields import Field
    from import_export.widgets import CharWidget, Widget

    from guanweihui import text
    from guanweihui.imports.units import Units
    from members.models import ElderClass
    from members.resources import DATES, PLAIN, RegisterRow

    class By(Widget):
        """Cleans with a function; an empty cell is None."""

        def __init__(self, clean: Any) -> None:
            super().__init__()
            self.function = clean

        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
            return self.function(value) if value not in (None, "") else None

        def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
            return "" if value is None else str(value)

    classes = {one.name: one for one in ElderClass.objects.filter(district=district)}
    special = {
        "is_volunteer": By(lambda word: word == "是"),
        "retirement_kind": By({"退休": "RETIRED", "离休": "RETIRED_HONOURED"}.__getitem__),
        "phone": By(text.parse_phone),
        "emergency_phone": By(text.parse_phone),
        "ethnicity": By(text.fold_ethnicity),
        "name": By(text.clean_name),
        "id_number": By(lambda value: text.parse_id_number(value).value18),
        "elder_class": By(classes.__getitem__),
        "school": By(Units(district).find),
    }
    empty = {"is_volunteer": False, "elder_class": None, "school": None}
    column_of = {field.attribute: label for label, field in RegisterRow.columns().items()}
    column_of["school"] = column_of.pop("unit")
    columns: dict[str, Any] = {
        name: Field(
            name, column_of[name], widget=special.get(name, CharWidget()), default=empty.get(name, "")
        )
        for name in (*PLAIN, "id_number", "elder_class", "school")
    }
    for name, (on, precision) in DATES.items():
        columns[on] = Field(on, column_of[name], widget=By(lambda value: text.parse_date(value).on))
        columns[precision] = Field(
            precision, column_of[name], widget=By(lambda value: text.parse_date(value).precision), default=""
        )
    return columns


def stock_resource(district: Any) -> Any:
    """Declare the register as a developer would: a ModelResource with a field a column."""
    from import_export import resources

    from guanweihui import text
    from members.keys import fill_keys
    from members.models import Person

    columns = stock_columns(district)

    class Meta:
        model = Person
        fields = tuple(columns)
        import_id_fields = ("staff_no",)

    def before_save_instance(self: Any, instance: Any, row: Any, **kwargs: Any) -> None:
        instance.district = district
        instance.on_register = True
        if instance.birth_precision != "day" and instance.id_number:
            instance.born_on = text.parse_id_number(instance.id_number).birth
            instance.birth_precision = "day"
        fill_keys(instance)

    members = {**columns, "Meta": Meta, "before_save_instance": before_save_instance}
    return type("Register", (resources.ModelResource,), members)()


def stored() -> dict[str, Any]:
    """Digest what stands in the register, to prove that both contenders stored the same."""
    from members.models import Person

    left_out = {"id", "district"}
    names = [field.attname for field in Person._meta.concrete_fields if field.name not in left_out]
    digest = hashlib.sha256()
    rows = 0
    for row in Person.objects.on_register().order_by("staff_no").values_list(*names).iterator():
        digest.update(repr(row).encode())
        rows += 1
    return {"rows": rows, "digest": digest.hexdigest()}


PARTS = {"ours": ours, "stock": stock, "stored": stored}


def benchmark(asked: argparse.Namespace) -> None:
    for engine in ground.ENGINES[asked.database]:
        with ground.ground(engine) as place:
            compare(place)


def compare(place: ground.Ground) -> None:
    base = place.create("schools")
    place.manage(base, "load", str(ground.DEMO / SCHOOLS))
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "again": []}
    for number in range(ROUNDS):
        ground.note(f"{place.engine}: ours, round {number + 1}")
        name = place.create(f"ours{number}", copy_of=base)
        runs["ours"].append(place.run("ours", name))
        place.settle(name)
        runs["again"].append(place.run("ours", name))
    for stock, cached in (("stock", False), ("cached", True)):
        ground.note(f"{place.engine}: stock, cached={cached}")
        name = place.create(stock, copy_of=base)
        runs[stock] = [place.run("stock", name, cached=cached)]
    ground.table(
        (
            "register of 13,000 rows",
            "seconds",
            "on the processor",
            "peak MB",
            "reader MB",
            "queries",
            "rows/s",
        ),
        [
            line(f"{place.engine}: ours", runs["ours"]),
            line(f"{place.engine}: django-import-export as it comes", runs["stock"]),
            line(f"{place.engine}: the same with its cached look-ups", runs["cached"]),
            line(f"{place.engine}: ours, the same file again", runs["again"]),
        ],
    )
    own = ground.median(run["cpu"] for run in runs["ours"])
    ratios = " and ".join(f"{runs[stock][0]['cpu'] / own:.1f}" for stock in ("stock", "cached"))
    digests = {place.run("stored", name)["digest"] for name in ("ours0", "stock", "cached")}
    again = {word: count for word, count in runs["again"][0]["counts"].items() if count}
    print(f"\nProcessor time of the library over ours: {ratios}. The same file again: {again}.")
    print("All three stored the same values." if len(digests) == 1 else "THE STORED VALUES DIFFER.")


def line(label: str, runs: list[dict[str, Any]]) -> tuple[Any, ...]:
    middle = {
        name: ground.median(run[name] for run in runs) for name in ("seconds", "cpu", "mb", "reader_mb")
    }
    return (
        label,
        f"{middle['seconds']:.2f}",
        f"{middle['cpu']:.2f}",
        f"{middle['mb']:.0f}",
        f"{middle['reader_mb']:.0f}" if middle["reader_mb"] else "—",
        f"{runs[0]['queries']:,}",
        f"{13_000 / middle['seconds']:,.0f}",
    )


if __name__ == "__main__":
    ground.main(PARTS, benchmark, __doc__)
