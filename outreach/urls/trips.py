"""Routes of trips: the principal's page, the list, the host school's confirmation."""

urlpatterns: list = []
