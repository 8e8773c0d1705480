"""What is wrong with a row, said so that a clerk can mend it."""

from dataclasses import dataclass

CURE = "请改正后重新导入。"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where (sheet, row, column), the value as typed (masked where sensitive), why, the cure.

    A warning is told and never stops a load.
    """

    sheet: str
    row: int
    column: str
    value: str
    message: str
    cure: str = CURE
    is_warning: bool = False

    def __str__(self) -> str:
        value = f"“{self.value}”" if self.value else "（空）"
        return f"工作表“{self.sheet}”第{self.row}行“{self.column}”{value}：{self.message}。{self.cure}"


class Unusable(Exception):
    """A workbook, or a sheet of it, that cannot be loaded at all. The message is for the user."""
