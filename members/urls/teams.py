"""Routes of teams."""

from django.urls import path

from members.views import teams as views

urlpatterns = [
    path("teams/", views.team_list, name="team-list"),
    path("teams/add/", views.team_add, name="team-add"),
    path("teams/<int:pk>/", views.team_detail, name="team-detail"),
    path("teams/<int:pk>/edit/", views.team_edit, name="team-edit"),
    path("teams/<int:pk>/join/", views.team_join, name="team-join"),
    path("teams/<int:pk>/plan/", views.team_plan, name="team-plan"),
    path("teams/<int:pk>/roster/", views.team_roster_export, name="team-roster-export"),
    path("teams/members/", views.membership_list, name="membership-list"),
    path("teams/members/export/", views.membership_export, name="membership-export"),
    path("teams/members/<int:pk>/leave/", views.membership_leave, name="membership-leave"),
    path("teams/members/<int:pk>/office/", views.membership_office, name="membership-office"),
]
