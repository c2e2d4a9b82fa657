"""Which of the merchant's own texts exist in every language (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from returns.models import Policy, Reason


@register(Policy)
class PolicyTexts(TranslationOptions):
    fields = ("name",)


@register(Reason)
class ReasonTexts(TranslationOptions):
    fields = ("label",)
