"""Routes of duplicates, merges and transfers."""

from django.urls import path

from members.views import merging as merges
from members.views import transfers

PAIR = "people/duplicates/<int:first>/<int:second>/"

urlpatterns = [
    path("people/duplicates/", merges.duplicate_list, name="duplicate-list"),
    path(PAIR, merges.duplicate_pair, name="duplicate-pair"),
    path(f"{PAIR}merge/", merges.duplicate_merge, name="duplicate-merge"),
    path(f"{PAIR}distinct/", merges.duplicate_distinct, name="duplicate-distinct"),
    path("people/merges/", merges.merge_list, name="merge-list"),
    path("people/merges/<int:pk>/undo/", merges.merge_undo, name="merge-undo"),
    path("people/transfers/", transfers.transfer_list, name="transfer-list"),
    path("people/transfers/new/", transfers.transfer_new, name="transfer-new"),
    path("people/transfers/<int:pk>/", transfers.transfer_detail, name="transfer-detail"),
    path("people/transfers/<int:pk>/grant/", transfers.transfer_grant, name="transfer-grant"),
    path("people/transfers/<int:pk>/refuse/", transfers.transfer_refuse, name="transfer-refuse"),
    path("people/transfers/<int:pk>/withdraw/", transfers.transfer_withdraw, name="transfer-withdraw"),
]
