"""Routes of research visits, needs, plans and the effect sheet."""

from django.urls import path

from outreach.views import effect, needs, plans, plans_items, visits

urlpatterns = [
    path("outreach/visits/", visits.visit_list, name="visit-list"),
    path("outreach/visits/export/", visits.visit_export, name="visit-export"),
    path("outreach/visits/new/", visits.visit_new, name="visit-new"),
    path("outreach/visits/<int:pk>/", visits.visit_detail, name="visit-detail"),
    path("outreach/visits/<int:pk>/edit/", visits.visit_edit, name="visit-edit"),
    path("outreach/needs/", needs.need_list, name="need-list"),
    path("outreach/needs/export/", needs.need_export, name="need-export"),
    path("outreach/needs/<int:pk>/", needs.need_detail, name="need-detail"),
    path("outreach/needs/<int:pk>/edit/", needs.need_edit, name="need-edit"),
    path("outreach/needs/<int:pk>/drop/", needs.need_drop, name="need-drop"),
    path("outreach/needs/<int:pk>/reopen/", needs.need_reopen, name="need-reopen"),
    path("outreach/needs/<int:pk>/assess/", needs.need_assess, name="need-assess"),
    path("outreach/needs/<int:pk>/scans/<int:file>/", needs.need_scan, name="need-scan"),
    path("hosting/needs/<int:pk>/", needs.hosting_assess, name="hosting-assess"),
    path("outreach/plans/", plans.plan_list, name="plan-list"),
    path("outreach/programmes/<int:pk>/plan/", plans.plan_new, name="plan-new"),
    path("outreach/plans/<int:pk>/", plans.plan_detail, name="plan-detail"),
    path("outreach/plans/<int:pk>/print/", plans.plan_print, name="plan-print"),
    path("outreach/plans/<int:pk>/edit/", plans.plan_edit, name="plan-edit"),
    path("outreach/plans/<int:pk>/propose/", plans.plan_propose, name="plan-propose"),
    path("outreach/plans/<int:pk>/approve/", plans.plan_approve, name="plan-approve"),
    path("outreach/plans/<int:pk>/return/", plans.plan_return, name="plan-return"),
    path("outreach/plans/<int:pk>/revise/", plans.plan_revise, name="plan-revise"),
    path("outreach/plans/<int:pk>/items/new/", plans_items.plan_item_new, name="plan-item-new"),
    path("outreach/plans/items/<int:pk>/edit/", plans_items.plan_item_edit, name="plan-item-edit"),
    path("outreach/plans/items/<int:pk>/remove/", plans_items.plan_item_remove, name="plan-item-remove"),
    path(
        "outreach/plans/items/<int:pk>/progress/",
        plans_items.plan_item_progress,
        name="plan-item-progress",
    ),
    path(
        "outreach/plans/progress/<int:pk>/strike/",
        plans_items.plan_progress_strike,
        name="plan-progress-strike",
    ),
    path("outreach/effect/", effect.effect_sheet, name="effect-sheet"),
    path("outreach/effect/export/", effect.effect_export, name="effect-export"),
]
