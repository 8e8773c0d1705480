"""Figures, charts and tables of the reading campaign."""

from activities.reports.enrolments import enrolment_list_table, enrolment_table
from activities.reports.figures import classes_chart
from activities.reports.rounds import round_tables

__all__ = ["classes_chart", "enrolment_list_table", "enrolment_table", "round_tables"]
