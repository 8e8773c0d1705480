"""Who has to be named for an item of a teaching event, by its kind; the constraints ask the same."""

from collections.abc import Iterator
from typing import Any

from outreach.models import Lesson

Kind = Lesson.Kind


def missing_teachers(lesson: Any) -> Iterator[tuple[str, str]]:
    """Yield (label of the field, sentence) for whoever is missing."""
    if lesson.kind == Kind.PAIRED:
        if not lesson.local_teacher:
            yield "本地教师", "同课异构没有填写本地教师"
        if not lesson.visiting_teacher:
            yield "本区教师", "同课异构没有填写本区教师"
    if lesson.kind == Kind.LESSON_REVIEW and not lesson.research_officer:
        yield "教研员", "评课没有填写教研员"
    if lesson.kind == Kind.LECTURE and not (lesson.visiting_teacher or lesson.research_officer):
        yield "教研员", "讲座没有填写主讲人（本区教师或教研员）"
