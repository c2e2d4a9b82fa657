"""The site's addresses: one door for each kind of person, one for programs, one for news."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
