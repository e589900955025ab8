"""The tables in `tests/vectors/`, and a test function of each of their lines.

Runs under CPython and under MicroPython, where there is no pytest to parametrise with.
"""

import json

_FOLDER = __file__.replace("\\", "/").rsplit("/", 2)[0] + "/vectors/"


def load(name):
    """Return the table `name`."""
    with open(_FOLDER + name) as file:  # noqa: PTH123 - MicroPython has no pathlib
        return json.load(file)


def cases(check, vectors, label):
    """Return a dict of test functions, one for each of `vectors`, named after `check` and the vector's `label`."""
    return {check.__name__.lstrip("_") + "_" + _slug(vector[label]): _case(check, vector) for vector in vectors}


def _case(check, vector):
    def case():
        check(vector)

    return case


def _slug(label):
    if isinstance(label, int):
        return f"{label:02d}"
    return "".join(letter if letter.isalpha() or letter.isdigit() else "_" for letter in label.lower())
