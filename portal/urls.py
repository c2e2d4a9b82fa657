"""The site's addresses: one door for each kind of person, one for programs, one for news."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("", include("portal.shopper.urls")),
]
