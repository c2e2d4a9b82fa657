"""Files in a form: how much at once, and the field for several of them."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from returns.actions import photos
from returns.actions.photos import Stored
from returns.actions.refusals import Refused

MOST_BODY = photos.MOST_BYTES + 1_000_000  # bytes of a form with all its files


def takes_files[V: Callable[..., HttpResponseBase]](view: V) -> V:
    """Refuses a body that is too large (413) before it is read; Django's own check for forgery would read it first."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BODY:
            return render(request, "413.html", status=413)
        return protected(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]


def kept(files: "Iterable[UploadedFile[bytes]]") -> tuple[list[Stored], Refused | None]:
    """Those that could be kept, in order, up to the first that could not, and why."""
    pictures: list[Stored] = []
    for file in files:
        try:
            pictures.append(photos.keep(file, had=pictures))
        except Refused as refused:
            return pictures, refused
    return pictures, None


class ManyPhotos(forms.FileInput):
    """What was chosen is read from `request.FILES.getlist` and looked at by `photos.keep`."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__({"class": "input is-file", "accept": "image/jpeg,image/png,image/webp"})
