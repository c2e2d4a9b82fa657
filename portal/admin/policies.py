"""Policies: what was promised stays promised, so that changed terms are a new version with a start of its own."""

# mypy: disable-error-code="type-arg"
# Django's forms and pages have type parameters in the type checker's stubs alone.

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.admin import TranslationAdmin

from portal.admin import amounts
from portal.admin.site import ForManagers, WordsField, site
from returns import sentences
from returns.actions.policies import succeed
from returns.models import Policy, Reason, Season
from returns.models.policies import BESIDE_MONEY, PRESETS, SEASONS_OVERLAP
from returns.policy.currencies import EXPONENTS
from returns.policy.lint import Issue, Severity, lint, lint_together
from returns.sentences.writing import EXCEPTIONS

GOODS = ("kinds", "countries")
WINDOW = ("window_days", "counted_from", "transit_days", "final_sale_returnable", "exceptions_returnable")
PRICE = ("currency", "return_fee", "return_cost_told", "free_reasons", "restocking_percent")
BACK = ("resolutions", "credit_bonus_percent", "keep_up_to", "outbound_shipping")
PERSON = ("faulty_photos", "person_decides", "person_above_units", "person_above_amount", "person_after_returns")
DATES = ("valid_from", "valid_until")
AMOUNTS = ("return_fee", "keep_up_to", "person_above_amount")

FIELDS = {
    "window_shorter_than_law": "window_days",
    "bonus_without_credit": "credit_bonus_percent",
    "return_cost_not_told": "return_cost_told",
    "never_in_force": "valid_until",
}
"""Which field an error of the linter stands beside; the others stand above all."""


class PolicyForm(forms.ModelForm):
    """One version with all its terms; `of` is the version that a new one follows."""

    of: Policy | None = None

    kinds = WordsField(required=False, label=gettext_lazy("Kinds of goods"), help_text=gettext_lazy("Empty means all."))
    countries = WordsField(
        required=False,
        label=gettext_lazy("Countries"),
        help_text=gettext_lazy("Codes such as CZ, DE. Empty means all."),
    )
    exceptions_returnable = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(EXCEPTIONS.items()),
        label=gettext_lazy("Excepted goods that may come back"),
        help_text=gettext_lazy("The law excepts these from withdrawal. Choose what you take back all the same."),
    )
    currency = forms.ChoiceField(
        required=False,
        choices=[("", "–"), *((code, code) for code in sorted(EXPONENTS))],
        label=gettext_lazy("Currency"),
        help_text=gettext_lazy("Amounts of this policy bind orders paid in this currency alone."),
    )
    return_fee = forms.CharField(
        required=False, label=gettext_lazy("Price of the way back"), help_text=gettext_lazy("Empty: you pay for it.")
    )
    free_reasons = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Reasons for which nothing is charged"),
        help_text=gettext_lazy("Neither for the way back nor for restocking. Faulty goods never cost anything."),
    )
    resolutions = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(BESIDE_MONEY.items()),
        label=gettext_lazy("Offered beside money back"),
        help_text=gettext_lazy("Money back is always offered, because the law says so."),
    )
    keep_up_to = forms.CharField(
        required=False,
        label=gettext_lazy("Goods may be kept up to this value"),
        help_text=gettext_lazy(
            "A return whose goods are worth at most this is paid back without a parcel. Empty means never."
        ),
    )
    person_above_amount = forms.CharField(
        required=False,
        label=gettext_lazy("An agent decides above this value"),
        help_text=gettext_lazy("Of what was paid for the units that come back. Empty means no limit."),
    )

    class Meta:
        model = Policy
        exclude = ()  # noqa: DJ006  every column of a policy is a manager's

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = self.initial.get("currency") or ""
        for name in {*AMOUNTS} & {*self.fields}:
            for_nothing = name == "return_fee" and not self.initial.get(name)
            self.initial[name] = "" if for_nothing else amounts.shown(self.initial.get(name), currency)
        if "free_reasons" in self.fields:
            offered = Reason.objects.offered()
            free: Any = self.fields["free_reasons"]
            free.choices = [(reason.code, str(reason)) for reason in offered]
        if self.of and "valid_from" in self.fields:
            self.fields["valid_from"].required = True

    def clean_countries(self) -> list[str]:
        return [country.upper() for country in self.cleaned_data["countries"]]

    def clean_return_fee(self) -> int:
        return amounts.read(self.cleaned_data["return_fee"], self.cleaned_data.get("currency", "")) or 0

    def clean_keep_up_to(self) -> int | None:
        return amounts.read(self.cleaned_data["keep_up_to"], self.cleaned_data.get("currency", ""))

    def clean_person_above_amount(self) -> int | None:
        return amounts.read(self.cleaned_data["person_above_amount"], self.cleaned_data.get("currency", ""))

    def clean_valid_from(self) -> datetime | None:
        """Orders that were placed already have been given another promise, if there was one."""
        start, now = self.cleaned_data["valid_from"], timezone.now()
        if (start is None or start < now) and Policy.objects.begun(now).exists():
            raise ValidationError(
                _("The start must not be earlier than now: earlier orders keep what they were given.")
            )
        return start

    def clean_valid_until(self) -> datetime | None:
        """Orders that were placed already have been given this promise."""
        end = self.cleaned_data["valid_until"]
        if end and "valid_until" in self.changed_data and end <= timezone.now():
            raise ValidationError(_("The end must be later than now."))
        return end

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        start, end = found.get("valid_from"), found.get("valid_until")
        if self.of and start and (later := _follows(self.of.key, start)) and (end is None or end > later.valid_from):
            told = _("Version %(version)d holds for orders from %(start)s. End this one by then.")
            when = timezone.localtime(later.valid_from).strftime("%Y-%m-%d %H:%M")
            self.add_error("valid_until", told % {"version": later.version, "start": when})
        return found

    def _post_clean(self) -> None:
        """The linter looks at the whole version; an error of law keeps it from going live."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors or "window_days" not in self.fields:
            return
        for issue in _found(self.instance):
            if issue.severity is Severity.ERROR:
                self.add_error(FIELDS.get(issue.code), sentences.of_issue(issue))


def _follows(key: str, start: datetime) -> Policy | None:
    """The next version that starts then or later."""
    return Policy.objects.filter(key=key, valid_from__gte=start).order_by("valid_from").first()


def _found(policy: Policy) -> Iterable[Issue]:
    """What the linter says of this version, from the first day to the last on which it holds from now on."""
    end = policy.valid_until
    last = timezone.localdate(end - timedelta.resolution) if end else date.max
    return lint(policy.terms, timezone.localdate(_from(policy)), last)


def _from(policy: Policy) -> datetime:
    now = timezone.now()
    return max(policy.valid_from or now, now)


class SeasonFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        told = [form for form in self.forms if form.has_changed() or form.instance.pk]
        kept = [form for form in told if form.is_valid() and not form.cleaned_data.get("DELETE")]
        for one, other in combinations(kept, 2):
            if one.instance.meets(other.instance):
                other.add_error("ordered_from", SEASONS_OVERLAP)


class SeasonInline(admin.TabularInline):
    """Longer promises for a while; fixed with their policy."""

    model = Season
    formset = SeasonFormSet

    def get_extra(self, request: HttpRequest, obj: Policy | None = None, **_kwargs: Any) -> int:
        source = _source(request) if obj is None else None
        return 1 + (source.seasons.count() if source else 0)

    def has_view_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:  # noqa: ARG002
        return site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return site.has_permission(request) and (obj is None or not obj.has_begun(timezone.now()))

    has_add_permission = has_delete_permission = has_change_permission


@admin.register(Policy, site=site)
class PolicyAdmin(TranslationAdmin, ForManagers):
    """A version that has begun is fixed but for its end and its name; what follows it is another version."""

    form = PolicyForm
    inlines = (SeasonInline,)
    list_display = ("name", "key", "version", "sentence", "valid_from", "valid_until")
    list_filter = ("key",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        return super().get_queryset(request).prefetch_related("seasons")

    def get_fieldsets(self, request: HttpRequest, obj: Policy | None = None) -> Any:
        names: Any = (gettext_lazy("Name in every language"), {"fields": ["name"]})
        known: list[Any] = ["key", "version"]
        if obj and obj.has_begun(timezone.now()):
            told: list[Any] = ["sentence", "findings", "free_of_charge", *known, *DATES]
            return self._patch_fieldsets([(None, {"fields": told}), names])
        first = ["sentence", "findings", *known] if obj else [] if _source(request) else ["key"]
        return self._patch_fieldsets(
            [
                (None, {"fields": [*first, *DATES]}),
                (gettext_lazy("Goods and countries"), {"fields": [*GOODS]}),
                (gettext_lazy("Until when"), {"fields": [*WINDOW]}),
                (gettext_lazy("What it costs"), {"fields": [*PRICE]}),
                (gettext_lazy("What comes back"), {"fields": [*BACK]}),
                (gettext_lazy("When an agent decides"), {"fields": [*PERSON]}),
                names,
            ]
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Policy | None = None) -> tuple[str, ...]:  # noqa: ARG002
        if obj is None:
            return ()
        fixed = ("sentence", "findings", "free_of_charge", "key", "version", "valid_from")
        return (*fixed, "valid_until") if obj.ended(timezone.now()) else fixed

    def get_form(self, request: HttpRequest, obj: Policy | None = None, **kwargs: Any) -> Any:  # type: ignore[override]
        form: Any = super().get_form(request, obj, **kwargs)
        form.of = None if obj else _source(request)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new policy starts from a preset, a new version from the one before it, tomorrow at the earliest."""
        tomorrow = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        start = {"valid_from": tomorrow} if Policy.objects.begun(timezone.now()).exists() else {}
        if source := _source(request):
            return {**model_to_dict(source, exclude=["id", "key", "version"]), **start}
        return {**super().get_changeform_initial_data(request), **start}

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "GET" and obj.pk is None and (source := _source(request)):
            kwargs["initial"] = [model_to_dict(season, exclude=["id", "policy"]) for season in source.seasons.all()]
        return kwargs

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["presets"] = PRESETS
        context["precedence"] = sentences.of_precedence()
        if (source := _source(request)) and not context.get("original"):
            context["title"] = _("New version of %(policy)s") % {"policy": source}
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        told = {"precedence": sentences.of_precedence(), **(extra_context or {})}
        return super().changelist_view(request, told)

    def save_model(self, request: HttpRequest, obj: Policy, form: forms.ModelForm, change: bool) -> None:  # noqa: FBT001
        if source := form.of if isinstance(form, PolicyForm) else None:
            succeed(obj, of=source)
            told = _("Version %(version)d follows. Earlier orders keep what they were promised.")
            messages.info(request, told % {"version": obj.version})
        else:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """When the seasons are there too, the linter says what is lawful and probably not meant."""
        super().save_related(request, form, formsets, change)
        for issue in _all_found(form.instance):
            messages.warning(request, sentences.of_issue(issue))

    @admin.display(description=gettext_lazy("In one sentence"))
    def sentence(self, policy: Policy) -> str:
        return sentences.of_terms(policy.terms)

    @admin.display(description=gettext_lazy("What to mind"))
    def findings(self, policy: Policy) -> str:
        found = ((sentences.of_issue(issue),) for issue in _all_found(policy))
        return format_html_join("", "<p>{}</p>", found) or _("Nothing.")

    @admin.display(description=gettext_lazy("Reasons for which nothing is charged"))
    def free_of_charge(self, policy: Policy) -> str:
        return ", ".join(str(reason) for reason in Reason.objects.filter(code__in=policy.free_reasons)) or "–"


def _all_found(policy: Policy) -> list[Issue]:
    """What the linter says of this version alone, and of all that hold beside it."""
    at = _from(policy)
    return [*_found(policy), *lint_together(Policy.objects.for_orders_placed(at).terms(), at)]


def _source(request: HttpRequest) -> Policy | None:
    """The version that a new one is to follow, as the address of the page names it."""
    named = request.GET.get("of", "")
    return Policy.objects.filter(pk=named).first() if named.isascii() and named.isdigit() and len(named) < 19 else None
