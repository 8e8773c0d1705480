"""Routes of the award cycle: notices and objections; those under notices/ are public."""

from django.urls import path

from awards.views import notices, objections, public_notices

urlpatterns = [
    path("award-notices/", notices.notice_list, name="notice-list"),
    path("award-lists/<int:pk>/notice/", notices.notice_new, name="notice-new"),
    path("award-notices/<int:pk>/", notices.notice_detail, name="notice-detail"),
    path("award-notices/<int:pk>/edit/", notices.notice_edit, name="notice-edit"),
    path("award-notices/<int:pk>/post/", notices.notice_post, name="notice-post"),
    path("award-notices/<int:pk>/close/", notices.notice_close, name="notice-close"),
    path("award-notices/<int:pk>/print/", notices.notice_print, name="notice-print"),
    path("award-notices/<int:pk>/outcome/", notices.notice_outcome, name="notice-outcome"),
    path("award-notices/<int:pk>/files/add/", notices.notice_file_add, name="notice-file-add"),
    path(
        "award-notices/<int:pk>/files/<int:file>/remove/",
        notices.notice_file_remove,
        name="notice-file-remove",
    ),
    path("award-notices/<int:pk>/objections/new/", objections.objection_new, name="objection-new"),
    path("objections/<int:pk>/", objections.objection_detail, name="objection-detail"),
    path("objections/<int:pk>/decide/", objections.objection_decide, name="objection-decide"),
    path("objections/<int:pk>/phone/", objections.objection_phone, name="objection-phone"),
    path("notices/", public_notices.public_notice_list, name="public-notice-list"),
    path("notices/<str:token>/", public_notices.public_notice, name="public-notice"),
    path("notices/<str:token>/files/<int:pk>/", public_notices.public_notice_file, name="public-notice-file"),
]
