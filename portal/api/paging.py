"""Lists: newest first, in pages that stay right while rows are added."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BaseModel, Field

from portal.api.errors import Invalid


class Page(BaseModel):
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, Field(max_length=200)] = ""


def refuse_unknown(request: HttpRequest, page: BaseModel) -> None:
    """A misspelt filter would give everything."""
    unknown = [name for name in request.GET if name not in type(page).model_fields]
    if unknown:
        raise Invalid(**{name[:64]: _("There is no such filter.") for name in unknown[:10]})


def newest[Row: Model](rows: QuerySet[Row], by: str, page: Page) -> tuple[list[Row], str | None]:
    """A page of rows, newest first by this moment, and the cursor of the next page or None."""
    if page.cursor:
        at, pk = _read(page.cursor)
        rows = rows.filter(**{f"{by}__lte": at}).exclude(**{by: at, "pk__gte": pk})
    found = list(rows.order_by(f"-{by}", "-pk")[: page.limit + 1])
    shown = found[: page.limit]
    return shown, _write(shown[-1], by) if len(found) > page.limit else None


def _write(row: Model, by: str) -> str:
    return urlsafe_b64encode(f"{getattr(row, by).isoformat()} {row.pk}".encode()).decode()


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        at, pk = urlsafe_b64decode(cursor).decode().split(" ")
        moment = datetime.fromisoformat(at)
        moment.astimezone()
        row = int(pk)
    except (ValueError, OverflowError) as fault:
        raise Invalid(cursor=_("This cursor is not one of ours.")) from fault
    if moment.tzinfo is None or not 0 < row < 2**63:
        raise Invalid(cursor=_("This cursor is not one of ours."))
    return moment, row
