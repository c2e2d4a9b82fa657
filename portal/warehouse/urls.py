from django.urls import path

from portal.warehouse import views

app_name = "warehouse"
urlpatterns = [
    path("", views.scan, name="scan"),
    path("returns/<str:number>/", views.parcel, name="parcel"),
    path("returns/<str:number>/receipts/", views.receipts, name="receipts"),
    path("returns/<str:number>/receipts/<int:count>/", views.receipt, name="receipt"),
    path("returns/<str:number>/receipts/<int:count>/photos/<int:pk>/", views.photographs, name="photos"),
]
