"""Routes of the award cycle: review."""

from django.urls import path

from awards.views import nomination_list, review

urlpatterns = [
    path("nominations/", nomination_list.nomination_list, name="nomination-list"),
    path("nominations/export/", nomination_list.nomination_export, name="nomination-export"),
    path("nominations/<int:pk>/", nomination_list.nomination_detail, name="nomination-detail"),
    path("nominations/<int:pk>/reopen/", nomination_list.nomination_reopen, name="nomination-reopen"),
    path("review/", review.review_queue, name="review-queue"),
    path("review/accept/", review.review_accept_many, name="review-accept-many"),
    path("review/<int:pk>/", review.review_item, name="review-item"),
    path("review/<int:pk>/decide/", review.review_decide, name="review-decide"),
    path("review/<int:pk>/mark/", review.review_mark, name="review-mark"),
    path("review/order/<int:pk>/", review.review_order, name="review-order"),
]
