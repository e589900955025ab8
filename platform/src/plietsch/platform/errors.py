"""Errors that a person can do something about.

    PlietschError
    ├── SettingsInvalid
    ├── DatabaseError
    │   ├── DatabaseUnreachable
    │   ├── NotAllowed
    │   ├── DatabaseWouldNotStart
    │   ├── RolesMissing
    │   ├── MigrationFailed
    │   ├── MigrationChanged
    │   ├── LedgerPositionUnknown
    │   └── RetentionImpossible
    ├── BrokerWouldNotStart
    ├── PortTaken
    ├── RegionInvalid
    ├── DeviceTypeInvalid
    ├── DeviceUnknown
    ├── DeploymentInvalid
    ├── LimitsInvalid
    ├── StationUnknown
    ├── StationInvalid
    ├── AnnotationUnknown
    ├── AnnotationInvalid
    ├── TokenInvalid
    ├── TokenUnknown
    └── StackFailed

Every message says what happened; the hint says what to do about it. The command line prints both and exits with 1.
"""


class PlietschError(Exception):
    """Something went wrong that a person can mend."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsInvalid(PlietschError):
    """A setting has a value that cannot be used."""


class DatabaseError(PlietschError):
    """The database cannot be used."""


class DatabaseUnreachable(DatabaseError):
    """Nothing answers at the database's address."""


class NotAllowed(DatabaseError):
    """The database's user may not do this: it takes the owner."""


class DatabaseWouldNotStart(DatabaseError):
    """The embedded PostgreSQL did not start."""


class RolesMissing(DatabaseError):
    """The groups of the database's users are not there, and the one who migrates may not make them."""


class MigrationFailed(DatabaseError):
    """The database refused a migration."""


class MigrationChanged(DatabaseError):
    """A migration that was applied differs from its file."""


class LedgerPositionUnknown(DatabaseError):
    """A position in the ledger of writes that this server has not reached: it is another one's."""


class RetentionImpossible(DatabaseError):
    """What was stored cannot be kept for so long, or not on this kind of database."""


class BrokerWouldNotStart(PlietschError):
    """The embedded broker did not start."""


class PortTaken(PlietschError):
    """Another program listens on the port."""


class RegionInvalid(PlietschError):
    """A region file cannot be imported."""


class DeviceTypeInvalid(PlietschError):
    """A device type's file cannot be used."""


class DeviceUnknown(PlietschError):
    """No device is registered under the DevEUI, or stands at the station."""


class DeploymentInvalid(PlietschError):
    """A device cannot be deployed so, or not at that time."""


class LimitsInvalid(PlietschError):
    """A channel's values cannot be held against these limits."""


class StationUnknown(PlietschError):
    """No station has this code."""


class StationInvalid(PlietschError):
    """A station cannot be called so."""


class AnnotationUnknown(PlietschError):
    """No annotation has this number."""


class AnnotationInvalid(PlietschError):
    """An annotation cannot be entered so."""


class TokenInvalid(PlietschError):
    """A token cannot be made so."""


class TokenUnknown(PlietschError):
    """No token has this number."""


class StackFailed(PlietschError):
    """A part of the local stack ended or did not become ready."""
