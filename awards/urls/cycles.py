"""Routes of the award cycle: cycles, their awards, forms and rules; vetoes."""

from django.urls import path

from awards.views import cycles, forms_editor, vetoes

urlpatterns = [
    path("cycles/", cycles.cycle_list, name="cycle-list"),
    path("cycles/new/", cycles.cycle_new, name="cycle-new"),
    path("cycles/<int:pk>/", cycles.cycle_detail, name="cycle-detail"),
    path("cycles/<int:pk>/edit/", cycles.cycle_edit, name="cycle-edit"),
    path("cycles/<int:pk>/copy/", cycles.cycle_copy, name="cycle-copy"),
    path("cycles/<int:pk>/open/", cycles.cycle_open, name="cycle-open"),
    path("cycles/<int:pk>/close/", cycles.cycle_close, name="cycle-close"),
    path("cycles/<int:pk>/rules/", cycles.cycle_rules, name="cycle-rules"),
    path("cycles/<int:pk>/categories/new/", forms_editor.category_new, name="category-new"),
    path("categories/<int:pk>/edit/", forms_editor.category_edit, name="category-edit"),
    path("categories/<int:pk>/remove/", forms_editor.category_remove, name="category-remove"),
    path("categories/<int:pk>/form/", forms_editor.category_form, name="category-form"),
    path("categories/<int:pk>/fields/new/", forms_editor.field_new, name="field-new"),
    path("fields/<int:pk>/edit/", forms_editor.field_edit, name="field-edit"),
    path("fields/<int:pk>/remove/", forms_editor.field_remove, name="field-remove"),
    path("vetoes/", vetoes.veto_list, name="veto-list"),
    path("vetoes/new/", vetoes.veto_new, name="veto-new"),
    path("vetoes/<int:pk>/lift/", vetoes.veto_lift, name="veto-lift"),
]
