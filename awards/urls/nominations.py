"""Routes of nominations, the school's side: what it owes, the wizard, what was sent."""

from django.urls import path

from awards.views import materials, nominations, wizard

urlpatterns = [
    path("nominations/due/<int:pk>/", nominations.nomination_due, name="nomination-due"),
    path("nominations/due/<int:pk>/finish/", nominations.nomination_finish, name="nomination-finish"),
    path("nominations/due/<int:pk>/behalf/", nominations.nomination_behalf, name="nomination-behalf"),
    path("nominations/due/<int:pk>/new/<int:category>/", nominations.nomination_new, name="nomination-new"),
    path("nominations/<int:pk>/task/", wizard.nomination_task, name="nomination-task"),
    path("nominations/<int:pk>/fill/<slug:section>/", wizard.nomination_section, name="nomination-section"),
    path("nominations/<int:pk>/save/", wizard.nomination_save, name="nomination-save"),
    path("nominations/<int:pk>/materials/", materials.nomination_materials, name="nomination-materials"),
    path(
        "nominations/<int:pk>/materials/<int:attachment>/remove/",
        materials.nomination_material_remove,
        name="nomination-material-remove",
    ),
    path("nominations/<int:pk>/check/", wizard.nomination_check, name="nomination-check"),
    path("nominations/<int:pk>/submit/", wizard.nomination_submit, name="nomination-submit"),
    path("nominations/<int:pk>/receipt/", wizard.nomination_receipt, name="nomination-receipt"),
    path("nominations/<int:pk>/print/", wizard.nomination_print, name="nomination-print"),
    path("nominations/<int:pk>/withdraw/", nominations.nomination_withdraw, name="nomination-withdraw"),
    path("nominations/<int:pk>/discard/", nominations.nomination_discard, name="nomination-discard"),
]
