"""Routes of the award cycle: city."""

from django.urls import path

from awards.views import city as views

urlpatterns = [
    path("city/", views.city_list, name="city-list"),
    path("city/cycles/<int:pk>/", views.city_choose, name="city-choose"),
    path("city/cycles/<int:pk>/pack/", views.city_pack, name="city-pack"),
    path("city/<int:pk>/", views.city_detail, name="city-detail"),
    path("city/<int:pk>/form/", views.city_form, name="city-form"),
    path("city/<int:pk>/send/", views.city_send, name="city-send"),
    path("city/<int:pk>/result/", views.city_result, name="city-result"),
    path("city/<int:pk>/drop/", views.city_drop, name="city-drop"),
    path("city/<int:pk>/promote/", views.city_promote, name="city-promote"),
]
