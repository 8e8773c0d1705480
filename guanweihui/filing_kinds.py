"""The kinds of filing: what each asks, keeps and reports. Each app's `filing_kinds` registers its own.

The engine (rounds, answers, board, template, close) knows kinds by this register only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guanweihui.models import Due, QuestionnaireFiling, Round
from guanweihui.questionnaire import Answers, Asked
from guanweihui.tables import Table


@dataclass(frozen=True)
class FilingKind:
    """One kind of filing that answers a questionnaire.

    `ask(due)` gives the questionnaire of one school, with what the portal knows and last year's answers;
    `many(dues)` the same for many dues of one round, at a number of queries that does not grow with them, as
    {due.pk: Asked}: templates of a whole round call `ask_many(dues)`, with dues that carry their school's
    group. `make(due)` gives an unsaved filing; `keep(filing, answers)` writes the typed columns and lines
    inside the submit; `tables(actor, round)` the reports of a round from scoped rows, which closing it
    stores; `rules` are their counting rules in words.
    """

    name: str
    model: type[QuestionnaireFiling]
    ask: Callable[[Due], Asked]
    make: Callable[[Due], QuestionnaireFiling]
    keep: Callable[[Any, Answers], None]
    tables: Callable[[Any, Round], Sequence[Table]]
    rules: str = ""
    many: Callable[[Sequence[Due]], Mapping[int, Asked]] | None = None

    def ask_many(self, dues: Iterable[Due]) -> Mapping[int, Asked]:
        """Return what each of these dues of one round is asked, by its key."""
        dues = list(dues)
        if self.many is not None:
            return self.many(dues)
        return {due.pk: self.ask(due) for due in dues}

    def filing_of(self, due: Due) -> Any:
        """Return the filing of a due with what its page shows, or None; the due is in the caller's reach."""
        return self.model._default_manager.of_due(due).for_page().first()  # type: ignore[attr-defined]


_KINDS: dict[str, FilingKind] = {}


@dataclass(frozen=True)
class OwnPages:
    """A kind with pages of its own: where a due of it is filled in and read, and how its dues stand.

    `bars_nil(due)` says why a school may not report nil, None when it may; `state_of(due)` is the state that
    a due goes back to when it is owed again. With `has_desk` its app says itself what waits for a reviewer.
    """

    url: Callable[[Due], str]
    bars_nil: Callable[[Due], str | None] | None = None
    state_of: Callable[[Due], str] | None = None
    has_desk: bool = False


_OWN: dict[str, OwnPages] = {}


def register(kind: FilingKind) -> FilingKind:
    _KINDS[kind.name] = kind
    return kind


def own_pages(
    name: str,
    url: Callable[[Due], str],
    *,
    bars_nil: Callable[[Due], str | None] | None = None,
    state_of: Callable[[Due], str] | None = None,
    has_desk: bool = False,
) -> None:
    """Say that dues of a kind are filled in and read on pages of their app; see OwnPages."""
    _OWN[name] = OwnPages(url, bars_nil, state_of, has_desk)


def with_own_desk() -> list[str]:
    """Return the kinds whose app says itself what waits for a reviewer."""
    return [name for name, own in _OWN.items() if own.has_desk]


def bars_nil(due: Due) -> str | None:
    """Say why a school may not report nil for this due; None when it may."""
    own = _OWN.get(due.round.kind)
    return own.bars_nil(due) if own is not None and own.bars_nil is not None else None


def state_of(due: Due) -> str | None:
    """Return the state that a due of a kind with own pages goes back to; None when its kind does not say."""
    own = _OWN.get(due.round.kind)
    return own.state_of(due) if own is not None and own.state_of is not None else None


def get(name: str) -> FilingKind | None:
    """Return the kind, None for one that has pages of its own."""
    return _KINDS.get(name)


def every() -> list[FilingKind]:
    return list(_KINDS.values())


def url_of(due: Due) -> str:
    """Return where a due is filled in and read."""
    from django.urls import reverse

    own = _OWN.get(due.round.kind)
    return own.url(due) if own is not None else reverse("due-detail", args=[due.pk])
