from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """The domain: orders in, returns through, money back."""

    name = "returns"
