"""The database that an operator means: the one that the settings name, else that of the stack that runs here."""

from plietsch.platform.local.postgres import EmbeddedPostgres
from plietsch.platform.settings import Settings


def database_url(config: Settings) -> str:
    """The address; without any setting, and with `plietsch up` running in this folder, the embedded database's."""
    if "database_url" in config.model_fields_set:
        return config.database_url
    embedded = EmbeddedPostgres(config.data_dir / "database")
    return embedded.url() if embedded.port is not None else config.database_url
