from django.urls import path

from portal.agent import views

app_name = "agent"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("search/", views.search, name="search"),
    path("returns/<str:number>/", views.case, name="case"),
    path("returns/<str:number>/approval/", views.approval, name="approval"),
    path("returns/<str:number>/rejection/", views.rejection, name="rejection"),
    path("returns/<str:number>/valuations/<int:pk>/", views.valuation, name="valuation"),
    path("returns/<str:number>/valuations/<int:pk>/forgiveness/", views.forgiveness, name="forgiveness"),
    path("returns/<str:number>/messages/", views.sent, name="messages"),
    path("returns/<str:number>/reopening/", views.reopening, name="reopening"),
    path("returns/<str:number>/cancellation/", views.cancellation, name="cancellation"),
]
