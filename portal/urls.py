"""The site's addresses: one door for each kind of person, one for programs, one for news."""

from django.urls import URLPattern, URLResolver, include, path

from portal import access
from portal.admin import site

staff = [
    path("", access.home, name="home"),
    path("login/", access.login, name="login"),
    path("logout/", access.logout, name="logout"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("staff/", include((staff, "staff"))),
    path("warehouse/", include("portal.warehouse.urls")),
    path("agent/", include("portal.agent.urls")),
    path("api/", include("portal.api.urls")),
    path("hooks/", include("portal.hooks.urls")),
    path("admin/", site.urls),
    path("", include("portal.shopper.urls")),
]
