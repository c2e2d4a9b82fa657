"""The door for what others send us unasked."""

from django.urls import path

from portal.hooks import views

app_name = "hooks"
urlpatterns = [path("stripe/", views.stripe, name="stripe")]
