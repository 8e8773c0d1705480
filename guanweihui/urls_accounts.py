"""Routes of signing in, of one's own account, of the trail, of help."""

from django.urls import path

from guanweihui.views import accounts, trail

urlpatterns = [
    path("accounts/login/", accounts.sign_in, name="login"),
    path("accounts/logout/", accounts.sign_out, name="logout"),
    path("account/", accounts.account, name="account"),
    path("account/password/", accounts.password_change, name="password-change"),
    path("account/sessions/end/", accounts.sessions_end, name="sessions-end"),
    path("account/code/", accounts.second_factor_code, name="second-factor"),
    path("account/code/set-up/", accounts.second_factor_setup, name="second-factor-setup"),
    path("contrast/", accounts.contrast, name="contrast"),
    path("help/", accounts.help_page, name="help"),
    path("l/<str:token>/", accounts.link, name="link"),
    path("trail/", trail.trail_list, name="trail-list"),
    path("trail/<int:pk>/", trail.trail_detail, name="trail-detail"),
]
