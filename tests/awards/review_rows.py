"""What the tests of the review share."""

from awards.models import CycleRule

VALUES = {"RANK_SHARE": 20, "FRONT_LINE": 50, "EARLIER_WINNER": 1}


def make_rules(cycle):
    """Switch every rule of a cycle on, as a warning: what it finds holds nothing up but a batch."""
    CycleRule.objects.bulk_create(
        CycleRule(cycle=cycle, code=code, effect=CycleRule.Effect.WARN, value=VALUES.get(code))
        for code in CycleRule.Code.values
    )


def page(answer):
    return answer.content.decode()
