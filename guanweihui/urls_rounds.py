"""Routes of rounds and of what is decided about one school's due."""

from django.urls import path

from guanweihui.views import due_steps, round_board, rounds

urlpatterns = [
    path("rounds/", rounds.round_list, name="round-list"),
    path("rounds/new/", rounds.round_new, name="round-new"),
    path("rounds/<int:pk>/", round_board.round_detail, name="round-detail"),
    path("rounds/<int:pk>/edit/", rounds.round_edit, name="round-edit"),
    path("rounds/<int:pk>/copy/", rounds.round_copy, name="round-copy"),
    path("rounds/<int:pk>/open/", rounds.round_open, name="round-open"),
    path("rounds/<int:pk>/close/", rounds.round_close, name="round-close"),
    path("rounds/<int:pk>/chase/", round_board.round_chase, name="round-chase"),
    path("rounds/<int:pk>/phones/", round_board.round_phones, name="round-phones"),
    path("rounds/<int:pk>/evening/", round_board.round_evening, name="round-evening"),
    path("rounds/<int:pk>/export/", round_board.round_export, name="round-export"),
    path("rounds/<int:pk>/tables/", round_board.round_tables_page, name="round-tables"),
    path("rounds/<int:pk>/tables/<str:key>/", round_board.round_table, name="round-table"),
    path("dues/<int:pk>/extend/", due_steps.due_extend, name="due-extend"),
    path("dues/<int:pk>/waive/", due_steps.due_waive, name="due-waive"),
    path("dues/<int:pk>/restore/", due_steps.due_restore, name="due-restore"),
    path("dues/<int:pk>/nil/", due_steps.due_nil, name="due-nil"),
    path("dues/<int:pk>/chase/", due_steps.due_chase, name="due-chase"),
]
