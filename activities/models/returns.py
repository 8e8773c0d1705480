"""The annual return (年度统计): one answer a row, so that every figure of a summary is a sum of rows."""

from django.db import models
from django.db.models import Count, Q, Sum

from guanweihui.crypto import EncryptedTextField
from guanweihui.models.filing import Filing, QuestionnaireFiling, QuestionnaireFilingQuerySet
from guanweihui.scope import ScopedQuerySet, to_school


class AnnualReturnQuerySet(QuestionnaireFilingQuerySet):
    pass


class AnnualReturn(QuestionnaireFiling):
    """A school's annual return: base tables 1, 3 and 6; its answers stand in ReturnAnswer rows.

    Source: domain.md 2, the table set of the office.
    """

    objects = AnnualReturnQuerySet.as_manager()

    class Meta(QuestionnaireFiling.Meta):
        verbose_name = verbose_name_plural = "年度统计报送"
        constraints = [
            *QuestionnaireFiling.Meta.constraints,
            models.UniqueConstraint(
                fields=["due"],
                name="one_annual_return_a_due",
                violation_error_message="本校已有一份年度统计。",
            ),
        ]

    def __str__(self):
        return f"{self.due}"


class ReturnAnswerQuerySet(ScopedQuerySet):
    ways = to_school("annual_return__due__school")

    def of_round(self, round_):
        return self.filter(annual_return__due__round=round_)

    def counted(self):
        """Keep answers of accepted returns."""
        return self.filter(annual_return__status=Filing.Status.ACCEPTED)

    def of_schools(self, schools):
        """Keep the answers of these schools, by their keys."""
        return self.filter(annual_return__due__school__in=schools)

    def totals(self):
        """Sum the figures by item: {item key: Decimal}, in one query."""
        return dict(self.exclude(number=None).order_by().values_list("item").annotate(Sum("number")))

    def schools(self) -> int:
        """Count the schools that answered, in one query."""
        return self.order_by().aggregate(number=Count("annual_return__due__school", distinct=True))["number"]

    def for_table(self):
        """Give (school key, item key, number, words) as plain values."""
        return self.values_list("annual_return__due__school", "item", "number", "words")


class ReturnAnswer(models.Model):
    """One answer: a figure or words, by the key of its item in the questionnaire."""

    annual_return = models.ForeignKey(
        AnnualReturn, models.PROTECT, related_name="answers", verbose_name="年度统计报送"
    )
    item = models.CharField("填报项", max_length=40)
    number = models.DecimalField("数", max_digits=12, decimal_places=2, null=True, blank=True)
    #: Sealed: the liaison's telephone is among them.
    words = EncryptedTextField("文字", blank=True)

    objects = ReturnAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度统计数据"
        constraints = [
            models.UniqueConstraint(
                fields=["annual_return", "item"],
                name="one_answer_an_item",
                violation_error_message="同一填报项只能有一个数。",
            ),
            models.CheckConstraint(
                condition=Q(number=None) | Q(number__gte=0),
                name="no_figure_of_a_return_is_negative",
                violation_error_message="数不能小于0。",
            ),
            models.CheckConstraint(
                condition=Q(number=None) | Q(words=""),
                name="an_answer_is_a_figure_or_words",
                violation_error_message="一项只能填数或文字。",
            ),
        ]

    def __str__(self):
        return f"{self.annual_return} {self.item}"
