"""Papers of people: 登记表 as PDF, 汇总表 as page, workbook and PDF."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui.audit import record
from guanweihui.documents import pdf
from guanweihui.gate import posts
from guanweihui.list_page import answer_file
from guanweihui.models import School
from guanweihui.scope import COMMITTEE, reach_of
from guanweihui.tables import Imprint, Table
from guanweihui.workflow import Refused
from members.areas import PEOPLE, tabs_of
from members.forms.people import PrintForm, SchoolForm, SummaryForm
from members.models import Person, TeamMembership
from members.photos import open_photo
from members.reports.people_papers import SUMMARY_TITLE, registration_form, summary_table
from members.views.people import crumbs_of
from members.workflow.people import REVEALERS, print_form, print_summary


@sensitive_post_parameters()
@sensitive_variables("sealed", "content")
@require_http_methods(["GET", "HEAD", "POST"])
@posts(*COMMITTEE)
def person_form_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Print a person's 登记表: masked to whoever may open the file, in full to a POST with a purpose."""
    roles = REVEALERS if request.method == "POST" else None
    people = Person.objects.visible_to(request.user, roles=roles).for_page()
    person = get_object_or_404(people, pk=pk)
    refuse_without_pdf()
    sealed = None
    if request.method == "POST":
        form = PrintForm(request.POST)
        if not form.is_valid():
            context = {"crumbs": crumbs_of(person, "打印登记表"), "person": person, "form": form}
            return render(request, "members/person_print.html", context, status=422)
        purpose = form.cleaned_data["purpose"]
        sealed = print_form(person, by=request.user, at=timezone.now(), purpose=purpose)
    today = timezone.localdate()
    paper = registration_form(
        person,
        teams=TeamMembership.objects.visible_to(request.user).of_person(person).serving(today).for_roster(),
        seats=person.appointments.serving(today).for_list(),
        sealed=sealed,
        photo=open_photo(person.photo) or b"",
    )
    # Imported by the way of pdf: it knows where the templates are.
    from guanweihui.documents.forms import paper_form

    content = paper_form(paper, by=str(request.user))
    return answer_file(content, f"登记表_{person.name}_{today:%Y%m%d}.pdf")


@require_safe
@posts(*COMMITTEE)
def summary_page(request: HttpRequest) -> HttpResponse:
    """Show a school's 汇总表 with masked phones, and the form that makes its files."""
    school, chooser = chosen_school(request)
    reveals = reach_of(request.user).serves(*REVEALERS)
    form = None
    if school is not None:
        initial = {"school": school.pk, "filled_by": str(request.user)}
        form = SummaryForm(user=request.user, reveals=reveals, initial=initial, auto_id="id_file_%s")
    return summary_answer(request, school, chooser, form)


def chosen_school(request: HttpRequest) -> tuple[School | None, SchoolForm]:
    """Return the school asked for, or the only one in reach, and the field to choose by."""
    chooser = SchoolForm(request.GET if "school" in request.GET else None, user=request.user)
    if chooser.is_bound:
        return (chooser.cleaned_data["school"] if chooser.is_valid() else None), chooser
    schools = list(School.objects.visible_to(request.user).in_order()[:2])
    return (schools[0] if len(schools) == 1 else None), chooser


def summary_answer(
    request: HttpRequest,
    school: School | None,
    chooser: SchoolForm,
    form: SummaryForm | None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "title": SUMMARY_TITLE,
        "crumbs": [("人员名册", reverse("person-list")), ("汇总表", "")],
        "tabs": tabs_of(request, PEOPLE),
        "chooser": chooser,
        "school": school,
        "table": table_of(request, school) if school else None,
        "form": form,
    }
    return render(request, "members/summary.html", context, status=status)


def volunteers_of(request: HttpRequest, school: School) -> list[Person]:
    today = timezone.localdate()
    return list(Person.objects.visible_to(request.user).of_school(school).volunteers_on(today).for_summary())


def table_of(request: HttpRequest, school: School, people: list[Person] | None = None, **head: Any) -> Table:
    today = timezone.localdate()
    if people is None:
        people = volunteers_of(request, school)
    teams = TeamMembership.objects.visible_to(request.user).of_people(people).serving(today).for_roster()
    return summary_table(people, teams, day=today, reporting_unit=school.full_name, **head)


@sensitive_post_parameters()
@sensitive_variables("phones", "content")
@require_POST
@posts(*COMMITTEE)
def summary_file(request: HttpRequest) -> HttpResponse:
    """Give a school's 汇总表 as a workbook or a PDF; full phones only for a purpose, which is recorded."""
    reveals = reach_of(request.user).serves(*REVEALERS)
    form = SummaryForm(request.POST, user=request.user, reveals=reveals, auto_id="id_file_%s")
    if not form.is_valid():
        school = form.cleaned_data.get("school")
        return summary_answer(request, school, SchoolForm(user=request.user), form, 422)
    asked, now = form.cleaned_data, timezone.localtime()
    school, people, phones = asked["school"], volunteers_of(request, asked["school"]), None
    if asked["format"] == "pdf":
        refuse_without_pdf()
    if asked.get("purpose"):
        phones = print_summary(school, people, by=request.user, at=now, purpose=asked["purpose"])
    else:
        changes = {"table": SUMMARY_TITLE, "rows": len(people), "format": asked["format"]}
        record("list.export", by=request.user, at=now, district=school.district, changes=changes)
    table = table_of(
        request, school, people, filled_by=asked["filled_by"], contact=asked["contact"], phones=phones
    )
    imprint = Imprint(now, str(request.user))
    if asked["format"] == "pdf":
        content = pdf.tables([table], imprint)
    else:
        # Imported here: openpyxl is slow to load and most requests need none of it.
        from guanweihui.documents import xlsx

        content = xlsx.workbook([table], imprint)
    return answer_file(content, f"汇总表_{school.short_name}_{now:%Y%m%d}.{asked['format']}")


def refuse_without_pdf() -> None:
    """Raise Refused with the reason where this server cannot print."""
    if fault := pdf.available():
        raise Refused(fault)
