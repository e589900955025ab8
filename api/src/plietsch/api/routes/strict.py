"""Addresses take the parameters that they name, and no others."""

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from plietsch.api import errors
from plietsch.api.formats import negotiation


def _known_parameters_only(request: Request) -> None:
    route = request.scope["route"]
    known = [field.alias for field in route.dependant.query_params] if isinstance(route, APIRoute) else []
    if "format" not in known:
        negotiation.refuse_suffix(request)
    for name in request.query_params:
        if name not in known:
            raise errors.ParameterUnknown(name, known)


KNOWN_PARAMETERS_ONLY = Depends(_known_parameters_only)
