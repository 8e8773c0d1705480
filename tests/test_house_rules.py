"""What a test can check is not left to memory: the house style, read from the source itself."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.template import TemplateSyntaxError
from django.template.engine import Engine

from guanweihui.documents import pdf
from guanweihui.scope import ScopedQuerySet

ROOT = Path(__file__).resolve().parent.parent
APPS = ("guanweihui", "members", "awards", "activities", "outreach")
#: Parts of the core that join apps; everything else in it imports none of them.
UPPER_HALF = {
    "admin.py",
    "admin_filings.py",
    "dashboard.py",
    "management",
    "office.py",
    "resources.py",
    "statistics.py",
    "urls.py",
    "views",
}
#: awards, activities and outreach may import members, never each other.
NEIGHBOURS = {
    "members": set(),
    "awards": {"members"},
    "activities": {"members"},
    "outreach": {"members"},
}
LONGEST_FUNCTION, LONGEST_FILE = 60, 600


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in names.splitlines() if (path := ROOT / name).is_file())


def sources(*folders: str) -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in folders
        and "migrations" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> set[str]:
    """The dotted names that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def test_the_lower_half_of_the_core_imports_no_app():
    faults = [
        (name_of(path), name)
        for path in sources("guanweihui")
        if path.relative_to(ROOT / "guanweihui").parts[0] not in UPPER_HALF
        for name in imported(path)
        if name.split(".")[0] in NEIGHBOURS
    ]
    assert faults == []


def test_apps_import_members_and_never_each_other():
    faults = [
        (name_of(path), name)
        for app, allowed in NEIGHBOURS.items()
        for path in sources(app)
        for name in imported(path)
        if name.split(".")[0] in set(NEIGHBOURS) - allowed - {app}
    ]
    assert faults == []


def test_models_know_nothing_of_what_stands_above_them():
    above = re.compile(r"\.(workflow|reports|resources|forms|views|urls|admin|dashboard|statistics)$")
    models = [path for path in sources(*APPS) if path.name == "models.py" or "models" in path.parts]
    assert [(name_of(path), name) for path in models for name in imported(path) if above.search(name)] == []


def test_documents_and_tables_know_no_model():
    documents = [
        path
        for path in sources("guanweihui")
        if "documents" in path.parts or path.name in {"tables.py", "text.py", "workdays.py"}
    ]
    faults = [(name_of(path), name) for path in documents for name in imported(path) if "models" in name]
    assert documents
    assert faults == []


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_functions_and_files_stay_short():
    ours = sources(*APPS, "tests", "tools", "benchmarks")
    long_files = [name_of(path) for path in ours if len(path.read_text().splitlines()) > LONGEST_FILE]
    long_functions = [
        (name_of(path), node.name)
        for path in ours
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert (long_files, long_functions) == ([], [])


def test_most_functions_are_shorter_than_forty_lines():
    lengths = sorted(node.end_lineno - node.lineno + 1 for path in sources(*APPS) for node in functions(path))
    assert lengths[len(lengths) * 95 // 100] < 40


def our_models():
    return [
        model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=False)
    ]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_manager_is_scoped_and_names_its_ways(model):
    queryset = model._default_manager.all()
    assert isinstance(queryset, ScopedQuerySet)
    assert queryset.ways


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_models_keep_the_house_style(model):
    loose = [
        field.name
        for field in model._meta.concrete_fields
        if field.is_relation and field.remote_field.on_delete.__name__ != "PROTECT"
    ]
    assert (loose, model._meta.ordering, "save" in vars(model)) == ([], [], False)
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")


def test_every_constraint_refuses_in_chinese():
    silent = [
        (model._meta.label, constraint.name)
        for model in our_models()
        for constraint in model._meta.constraints
        if not re.search(r"[\u4e00-\u9fff]", str(constraint.violation_error_message or ""))
    ]
    # These three are the portal's own promises; no form of a user can break them.
    inner = {"one_seal_a_place_in_the_chain", "job_does_not_pass_its_total", "confirmed_batch_has_a_time"}
    assert [name for _, name in silent if name not in inner] == []


ABOVE_QUERYSETS = (
    "views",
    "views.py",
    "forms",
    "forms.py",
    "filters",
    "filters.py",
    "admin",
    "admin.py",
    "admin_filings.py",
    "office.py",
    "templatetags",
)


def pages() -> list[Path]:
    return [path for path in sources(*APPS) if set(ABOVE_QUERYSETS) & set(path.parts)]


def calls(path: Path, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    ]


def test_views_forms_and_admin_speak_the_queryset_s_words():
    assert [(name_of(path), call.lineno) for path in pages() for call in calls(path, "filter")] == []


def test_views_and_forms_reach_rows_through_visible_to():
    faults = [
        (name_of(path), node.lineno, node.attr)
        for path in pages()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "objects"
        and node.attr not in {"visible_to", "none", "db_manager"}
    ]
    assert faults == []


def test_only_steps_write_status():
    """`row.status = …` stands in the workflow core alone."""
    faults = [
        (name_of(path), node.lineno)
        for path in sources(*APPS)
        if path.name != "workflow.py" and "workflow" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "status"
    ]
    assert faults == []


def text_files() -> list[Path]:
    binary = {".xlsx", ".png", ".ttf", ".otf", ".woff2", ".ico", ".jpg", ".pdf", ".gz"}
    return [path for path in tracked() if path.suffix not in binary]


def test_no_file_names_a_package_registry():
    # Written apart, so that this file does not name them either.
    hosts = ("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "js" + "delivr", "un" + "pkg")
    pattern = re.compile("|".join(hosts))
    assert [name_of(path) for path in text_files() if pattern.search(path.read_text(errors="replace"))] == []


def test_no_file_names_a_path_of_somebody_s_machine():
    pattern = re.compile("(/" + "work/|/" + "root/|/" + "tmp/bash_)")
    assert [name_of(path) for path in text_files() if pattern.search(path.read_text(errors="replace"))] == []


def fault_in(name: str) -> str:
    """What the engine of the pages, or that of the prints, cannot read in a template."""
    engine = pdf.engine() if name.startswith("documents/") else Engine.get_default()
    try:
        engine.get_template(name)
    except TemplateSyntaxError as error:
        return f"{name}: {error}"
    return ""


def test_every_template_can_be_read():
    # A tag that lost a parameter breaks each page that still gives it, also one that no view test opens.
    folder = ROOT / "templates"
    names = [str(path.relative_to(folder)) for path in tracked() if path.is_relative_to(folder)]
    assert names
    assert [fault for name in names if (fault := fault_in(name))] == []


FOREIGN = re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//|@import|url\(\s*["']?(?:https?:)?//""")


def test_templates_and_styles_call_no_foreign_host():
    ours = [
        path
        for path in tracked()
        if path.suffix in {".html", ".css", ".js", ".svg"}
        and path.relative_to(ROOT).parts[0] in {"templates", "static"}
    ]
    assert ours
    assert [name_of(path) for path in ours if FOREIGN.search(path.read_text(encoding="utf-8"))] == []


def test_templates_hold_no_inline_script_or_style():
    inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\sstyle\s*=|\son[a-z]+\s*=|<style")
    ours = [
        path
        for path in tracked()
        if path.suffix == ".html"
        and path.relative_to(ROOT).parts[0] == "templates"
        and "documents" not in path.parts  # prints carry their own style, no browser opens them
    ]
    assert [name_of(path) for path in ours if inline.search(path.read_text(encoding="utf-8"))] == []
