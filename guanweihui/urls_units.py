"""Routes of the hierarchy: the district's tree, groups, schools."""

from django.urls import path

from guanweihui.views import units

urlpatterns = [
    path("units/", units.unit_tree, name="unit-tree"),
    path("groups/", units.group_list, name="group-list"),
    path("groups/export/", units.group_export, name="group-export"),
    path("groups/<int:pk>/", units.group_detail, name="group-detail"),
    path("schools/", units.school_list, name="school-list"),
    path("schools/export/", units.school_export, name="school-export"),
    path("schools/<int:pk>/", units.school_detail, name="school-detail"),
]
