"""Routes of the reading campaign."""

from django.urls import path

from activities.views import campaigns, enrolments, evidence

urlpatterns = [
    path("enrolments/", enrolments.enrolment_list, name="enrolment-list"),
    path("enrolments/export/", enrolments.enrolment_export, name="enrolment-export"),
    path("enrolments/<int:pk>/", enrolments.enrolment_detail, name="enrolment-detail"),
    path("campaigns/", campaigns.campaign_list, name="campaign-list"),
    path("campaigns/new/", campaigns.campaign_new, name="campaign-new"),
    path("campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign-detail"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign-edit"),
    path("campaigns/<int:pk>/copy/", campaigns.campaign_copy, name="campaign-copy"),
    path("campaigns/<int:pk>/stages/new/", campaigns.stage_add, name="campaign-stage-add"),
    path("campaign-stages/<int:pk>/edit/", campaigns.stage_edit, name="campaign-stage-edit"),
    path("campaign-stages/<int:pk>/remove/", campaigns.stage_remove, name="campaign-stage-remove"),
    path("campaigns/<int:pk>/tasks/new/", campaigns.task_add, name="campaign-task-add"),
    path("campaign-tasks/<int:pk>/edit/", campaigns.task_edit, name="campaign-task-edit"),
    path("campaign-tasks/<int:pk>/remove/", campaigns.task_remove, name="campaign-task-remove"),
    path("campaigns/<int:pk>/materials/new/", campaigns.material_add, name="campaign-material-add"),
    path("campaign-materials/<int:pk>/remove/", campaigns.material_remove, name="campaign-material-remove"),
    path("campaign-tasks/<int:pk>/evidence/", evidence.evidence_list, name="task-evidence-list"),
    path("campaign-tasks/<int:pk>/report/", evidence.evidence_report, name="task-evidence-report"),
]
