"""The map of the site; each app brings its own part."""

from django.urls import include, path

from guanweihui.health import livez, readyz
from guanweihui.views import imports, reports
from guanweihui.views.home import home

handler500 = "guanweihui.views.trouble.server_error"

urlpatterns = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("", home, name="home"),
    path("reports/", reports.report_centre, name="report-centre"),
    path("reports/<slug:name>/", reports.report_detail, name="report-detail"),
    path("reports/<slug:name>/run/", reports.report_run, name="report-run"),
    path("jobs/<int:pk>/", reports.job_detail, name="job-detail"),
    path("jobs/<int:pk>/file/", reports.job_file, name="job-file"),
    path("jobs/<int:pk>/cancel/", reports.job_cancel, name="job-cancel"),
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/", imports.import_new, name="import-new"),
    path("imports/template/<slug:name>/", imports.import_template, name="import-template"),
    path("imports/<int:pk>/", imports.import_detail, name="import-detail"),
    path("imports/<int:pk>/confirm/", imports.import_confirm, name="import-confirm"),
    path("imports/<int:pk>/undo/", imports.import_undo, name="import-undo"),
    path("imports/<int:pk>/errors/", imports.import_errors, name="import-errors"),
]
PARTS = (
    "guanweihui.urls_accounts",
    "guanweihui.urls_office",
    "guanweihui.urls_people",
    "guanweihui.urls_units",
    "guanweihui.urls_verify",
    "guanweihui.urls_attachments",
    "guanweihui.urls_todos",
    "guanweihui.urls_dues",
    "guanweihui.urls_rounds",
    "guanweihui.urls_round_trip",
    "members.urls",
    "awards.urls",
    "activities.urls",
    "outreach.urls",
)
urlpatterns += [path("", include(part)) for part in PARTS]
