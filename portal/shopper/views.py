from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def find(request: HttpRequest) -> HttpResponse:
    return render(request, "shopper/find.html")
