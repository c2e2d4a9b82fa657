from django.urls import path
from django.views.i18n import set_language

from portal.shopper import conditions, letters, uploads, views

app_name = "shopper"
urlpatterns = [
    path("", views.find, name="find"),
    # An order number is the shop's own and may hold a slash, as in 2026/1001.
    path("orders/<path:number>/items/", views.items, name="items"),
    path("orders/<path:number>/way/", views.way, name="way"),
    path("orders/<path:number>/check/", views.check, name="check"),
    path("returns/<str:number>/", views.status, name="return"),
    path("returns/<str:number>/cancellation/", views.cancellation, name="cancellation"),
    path("returns/<str:number>/parcels/", views.parcels, name="parcels"),
    path("returns/<str:number>/messages/", views.sent, name="messages"),
    path("photos/<slug:name>/", uploads.photo, name="photo"),
    path("returns/<str:number>/label/<str:format>/", views.label, name="label"),
    path("link/<str:secret>/", views.link, name="link"),
    path("conditions/", conditions.conditions, name="conditions"),
    path("conditions/<str:code>/", conditions.conditions, name="conditions-of"),
    path("letters/", letters.index, name="letters"),  # in the demo alone
    path("letters/<str:name>/", letters.letter, name="letter"),
    path("language/", set_language, name="language"),
]
