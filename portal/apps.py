from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The site: four doors over one domain."""

    name = "portal"

    def ready(self) -> None:
        from portal import checks  # noqa: F401  registers the operator's checks
