"""Files that a shopper sends: whose they are, and how they are shown again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from portal.access import open_photo, own_photos, viewer_of_photo
from portal.shopper.drafts import Draft, Pick
from returns.actions import photos
from returns.actions.photos import Stored
from returns.actions.refusals import Refused
from returns.models import Photo

MOST_A_VISIT = 4 * photos.MOST  # with those that were taken back and sent anew
ALONE: dict[str, Any] = {"default-src": [CSP.NONE], "sandbox": True}


def take_in(
    request: HttpRequest, draft: Draft, picks: Mapping[str, Pick]
) -> tuple[dict[str, Pick], dict[str, Refused]]:
    """Keep the files sent for the picks: the picks with their photos, and by line what was refused.

    What was kept stays in the draft, so that it need not be sent again when something else is wrong.
    """
    taken, refused = dict(picks), {}
    for line, pick in picks.items():
        files = request.FILES.getlist(f"photo-{line}")
        kept, fault = keep(request, files, had=draft.shown(*taken.values()))
        draft.uploads.update({photo.name: photo for photo in kept})
        taken[line] = replace(pick, photos=(*pick.photos, *(photo.name for photo in kept)))
        if fault:
            refused[line] = fault
    return taken, refused


def keep(
    request: HttpRequest, files: "Sequence[UploadedFile[bytes]]", *, had: Sequence[Stored | Photo]
) -> tuple[list[Stored], Refused | None]:
    """Those that could be kept, in order, up to the first that could not, and why."""
    kept: list[Stored] = []
    for file in files:
        try:
            if len(own_photos(request)) >= MOST_A_VISIT:
                return kept, Refused("photo_too_many", limit=photos.MOST)
            kept.append(photos.keep(file, had=[*had, *kept]))
        except Refused as refused:
            return kept, refused
        open_photo(request, kept[-1].name)
    return kept, None


@viewer_of_photo
@require_safe
@csp_override(ALONE)
def photo(_request: HttpRequest, name: str) -> HttpResponse:
    content = photos.content_of(name)
    if content is None:
        raise Http404
    headers = {"Content-Disposition": f'inline; filename="{name}.jpg"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="image/jpeg", headers=headers)
