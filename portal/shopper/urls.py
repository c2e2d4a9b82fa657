from django.urls import path
from django.views.i18n import set_language

from portal.shopper import views

app_name = "shopper"
urlpatterns = [
    path("", views.find, name="find"),
    path("language/", set_language, name="language"),
]
