"""Routes of programmes, pairs and host schools."""

from django.urls import path

from outreach.views import host_forms, hosts, links, pair_forms, pairs, programmes

urlpatterns = [
    path("outreach/", pairs.pairing_list, name="pairing-list"),
    path("outreach/export/", pairs.pairing_export, name="pairing-export"),
    path("outreach/matrix/", pairs.pairing_matrix, name="pairing-matrix"),
    path("outreach/matrix/export/", pairs.pairing_matrix_export, name="pairing-matrix-export"),
    path("outreach/people/", pair_forms.pairing_people, name="pairing-people"),
    path("outreach/<int:pk>/", pairs.pairing_detail, name="pairing-detail"),
    path("outreach/<int:pk>/edit/", pair_forms.pairing_edit, name="pairing-edit"),
    path("outreach/<int:pk>/link/", links.pairing_link, name="pairing-link"),
    path("outreach/<int:pk>/link/revoke/", links.pairing_link_revoke, name="pairing-link-revoke"),
    path("outreach/<int:pk>/partners/new/", pair_forms.partner_add, name="partner-add"),
    path("outreach/partners/<int:pk>/edit/", pair_forms.partner_edit, name="partner-edit"),
    path("outreach/partners/<int:pk>/end/", pair_forms.partner_end, name="partner-end"),
    path("outreach/partners/<int:pk>/renew/", pair_forms.partner_renew, name="partner-renew"),
    path("outreach/programmes/", programmes.programme_list, name="programme-list"),
    path("outreach/programmes/new/", programmes.programme_new, name="programme-new"),
    path("outreach/programmes/<int:pk>/", programmes.programme_detail, name="programme-detail"),
    path("outreach/programmes/<int:pk>/edit/", programmes.programme_edit, name="programme-edit"),
    path("outreach/programmes/<int:pk>/pairs/new/", pair_forms.pairing_new, name="pairing-new"),
    path("outreach/hosts/", hosts.host_list, name="host-list"),
    path("outreach/hosts/export/", hosts.host_export, name="host-export"),
    path("outreach/hosts/new/", host_forms.host_new, name="host-new"),
    path("outreach/hosts/<int:pk>/", hosts.host_detail, name="host-detail"),
    path("outreach/hosts/<int:pk>/edit/", host_forms.host_edit, name="host-edit"),
    path("outreach/hosts/<int:pk>/close/", host_forms.host_close, name="host-close"),
    path("outreach/hosts/<int:pk>/reopen/", host_forms.host_reopen, name="host-reopen"),
    path("outreach/hosts/<int:pk>/contact/", hosts.host_contact, name="host-contact"),
    path("outreach/hosts/<int:pk>/link/", links.host_link, name="host-link"),
    path("outreach/hosts/<int:pk>/link/revoke/", links.host_link_revoke, name="host-link-revoke"),
    path("outreach/hosts/<int:pk>/profiles/new/", host_forms.host_profile_new, name="host-profile-new"),
    path("outreach/profiles/<int:pk>/edit/", host_forms.host_profile_edit, name="host-profile-edit"),
]
