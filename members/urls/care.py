"""Routes of care and outings."""

from django.urls import path

from members.views import care, outings

urlpatterns = [
    path("care/", care.care_list, name="care-list"),
    path("care/birthdays/", care.care_birthdays, name="care-birthdays"),
    path("care/birthdays/export/", care.care_birthdays_export, name="care-birthdays-export"),
    path("care/<int:pk>/", care.care_detail, name="care-detail"),
    path("care/<int:pk>/reveal/", care.care_reveal, name="care-reveal"),
    path("people/<int:pk>/care/new/", care.care_new, name="care-new"),
    path("outings/", outings.outing_list, name="outing-list"),
    path("outings/new/", outings.outing_new, name="outing-new"),
    path("outings/<int:pk>/", outings.outing_detail, name="outing-detail"),
    path("outings/<int:pk>/join/", outings.outing_join, name="outing-join"),
    path("outings/<int:pk>/roster/", outings.outing_roster, name="outing-roster"),
    path("outings/places/<int:pk>/", outings.place_papers, name="place-papers"),
    path("outings/places/<int:pk>/attend/", outings.place_attend, name="place-attend"),
    path("outings/places/<int:pk>/leave/", outings.place_leave, name="place-leave"),
]
