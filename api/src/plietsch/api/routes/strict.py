"""Addresses take the parameters that they name, each as often as it may be given, and no others."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from plietsch.api import errors
from plietsch.api.formats import negotiation, unknown_suffixes

# Of pictures, which name their format themselves.
_OWN_SUFFIX = ".{kind}"
# What stands for bytes that are none of UTF-8.
_NO_TEXT = "\ufffd"


async def _known_parameters_only(request: Request) -> None:
    # Not for waiting: what is no coroutine, FastAPI would hand to a thread, where a thousand requests queue up.
    route = request.scope["route"]
    known = dict(_taken(route.dependant)) if isinstance(route, APIRoute) else {}
    if "format" not in known:
        negotiation.refuse_suffix(request)
    if isinstance(route, APIRoute) and not route.path.endswith(_OWN_SUFFIX) and "." in request.url.path:
        # No code has a dot: what stands in the place of one has a suffix that is no format.
        unknown_suffixes.refuse(request)
    for name in request.query_params:
        if name not in known:
            raise errors.ParameterUnknown(name, known)
        given = request.query_params.getlist(name)
        if any(_NO_TEXT in each for each in given):
            hint = "Write letters by their bytes in UTF-8: ü is %C3%BC, not %FC."
            raise errors.ParameterInvalid(name, f"{name}={errors.shown(given[0])} is not written in UTF-8.", hint)
        if len(given) > 1 and not known[name]:
            # To answer one of them would hide that the others were not.
            message = f"{name} is given {len(given)} times, and may be given once."
            raise errors.ParameterInvalid(name, message, "Leave all but one of them out.")


def _taken(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """The parameters that an address takes, its own, and those that it shares with others as a dependency; and whether
    each may be repeated."""
    for part in dependant.dependencies:
        yield from _taken(part)
    yield from ((field.alias, _is_list(field.field_info.annotation)) for field in dependant.query_params)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(map(_is_list, get_args(annotation)))


KNOWN_PARAMETERS_ONLY = Depends(_known_parameters_only)
