"""Addresses take the parameters that they name, and no others."""

from collections.abc import Iterator

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from plietsch.api import errors
from plietsch.api.formats import negotiation


def _known_parameters_only(request: Request) -> None:
    route = request.scope["route"]
    known = list(_taken(route.dependant)) if isinstance(route, APIRoute) else []
    if "format" not in known:
        negotiation.refuse_suffix(request)
    for name in request.query_params:
        if name not in known:
            raise errors.ParameterUnknown(name, known)


def _taken(dependant: Dependant) -> Iterator[str]:
    """The parameters that an address takes: its own, and those that it shares with others as a dependency."""
    for part in dependant.dependencies:
        yield from _taken(part)
    yield from (field.alias for field in dependant.query_params)


KNOWN_PARAMETERS_ONLY = Depends(_known_parameters_only)
