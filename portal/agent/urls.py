from django.urls import path

from portal.agent import money_views, views

app_name = "agent"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("search/", views.search, name="search"),
    path("money/", money_views.desk, name="money"),
    path("money/halts/", money_views.stop, name="halts"),
    path("money/halts/<int:pk>/end/", money_views.go_on, name="halt_end"),
    path("money/breaks/<int:pk>/owner/", money_views.take, name="break_owner"),
    path("money/breaks/<int:pk>/closure/", money_views.close, name="break_closure"),
    path("refunds/<str:public_id>/", money_views.refund, name="refund"),
    path("refunds/<str:public_id>/approval/", money_views.approval, name="refund_approval"),
    path("refunds/<str:public_id>/refusal/", money_views.refusal, name="refund_refusal"),
    path("refunds/<str:public_id>/retry/", money_views.retry, name="refund_retry"),
    path("refunds/<str:public_id>/other-way/", money_views.other_way, name="refund_other_way"),
    path("refunds/<str:public_id>/confirmation/", money_views.confirmation, name="refund_confirmation"),
    path("refunds/<str:public_id>/withdrawal/", money_views.withdrawal, name="refund_withdrawal"),
    path("refunds/<str:public_id>/despite-dispute/", money_views.despite, name="refund_despite"),
    path("returns/<str:number>/", views.case, name="case"),
    path("returns/<str:number>/approval/", views.approval, name="approval"),
    path("returns/<str:number>/rejection/", views.rejection, name="rejection"),
    path("returns/<str:number>/rest/", views.rest, name="rest"),
    path("returns/<str:number>/valuations/<int:pk>/", views.valuation, name="valuation"),
    path("returns/<str:number>/valuations/<int:pk>/forgiveness/", views.forgiveness, name="forgiveness"),
    path("returns/<str:number>/messages/", views.sent, name="messages"),
    path("returns/<str:number>/reopening/", views.reopening, name="reopening"),
    path("returns/<str:number>/cancellation/", views.cancellation, name="cancellation"),
]
