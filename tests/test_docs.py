"""What a machine can check in papers: links, pictures, diagram and glossary say what the code has."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from tools import steps_diagram

ROOT = Path(__file__).resolve().parent.parent
PAPERS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
ROLES = ("district", "leader", "group", "school", "judge", "outreach", "host", "auditor", "volunteer")


def short(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("paper", PAPERS, ids=short)
def test_every_link_and_picture_of_a_paper_is_there(paper):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", paper.read_text(encoding="utf-8"))
    assert [target for target in targets if not (paper.parent / target).exists()] == []


def test_every_picture_is_used_and_small():
    words = "".join(paper.read_text(encoding="utf-8") for paper in PAPERS)
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert pictures
    assert [picture.name for picture in pictures if picture.name not in words] == []
    assert [picture.name for picture in pictures if picture.stat().st_size > 120 * 1024] == []


def test_every_role_has_its_handbook():
    assert {paper.stem for paper in (ROOT / "docs" / "handbook").glob("*.md")} == set(ROLES)


def test_the_diagrams_of_the_steps_are_those_of_the_tables():
    paper = steps_diagram.PAPER.read_text(encoding="utf-8")
    drawn = steps_diagram.diagrams()
    found = {name: steps_diagram.place(name).search(paper)[0] for name in drawn}
    assert found == drawn, "run: python tools/steps_diagram.py --write"


def test_the_glossary_names_what_the_code_has():
    modules = [
        import_module(name)
        for name in (
            *(f"{app}.models" for app in ("guanweihui", "members", "awards", "activities", "outreach")),
            "guanweihui.models.org",
            "guanweihui.questionnaire",
            "guanweihui.scope",
            "guanweihui.workflow",
            "guanweihui.figures",
            "guanweihui.catalogue",
            "guanweihui.tables",
            "guanweihui.documents.official",
            "guanweihui.imports.batch",
            "members.workflow.people",
            "guanweihui.documents.forms",
            "members.committees",
            "awards.eligibility",
        )
    ]
    rows = re.findall(
        r"^\|.*\|(.*)\|$", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    classes = {name for row in rows for name in re.findall(r"`([A-Z][a-z]\w+)`", row)}
    assert len(classes) > 30
    assert {name for name in classes if not any(hasattr(module, name) for module in modules)} == set()
