"""The annual return (年度统计) as a kind of filing."""

from decimal import Decimal

from activities.annual_return import QUESTIONNAIRE
from activities.models import AnnualReturn, ReturnAnswer
from activities.return_known import ask, ask_many
from activities.return_reports import RULES, tables
from guanweihui.filing_kinds import FilingKind, register
from guanweihui.models import Due, Round
from guanweihui.questionnaire import Answers


def make(due: Due) -> AnnualReturn:
    """Return an unsaved return of a school."""
    return AnnualReturn(due=due)


def keep(filing: AnnualReturn, answers: Answers) -> None:
    """Write the answers as rows, one an item, in place of those sent before; sums are not stored."""
    filing.answers.all().delete()
    rows = []
    for item in QUESTIONNAIRE.items():
        value = answers.get(item.key)
        if value is None:
            continue
        if item.is_figure:
            rows.append(ReturnAnswer(annual_return=filing, item=item.key, number=Decimal(value)))
        else:
            rows.append(ReturnAnswer(annual_return=filing, item=item.key, words=str(value)))
    ReturnAnswer.objects.bulk_create(rows)


KIND = register(
    FilingKind(
        name=Round.Kind.ANNUAL_RETURN,
        model=AnnualReturn,
        ask=ask,
        many=ask_many,
        make=make,
        keep=keep,
        tables=tables,
        rules=RULES,
    )
)
