"""What derived annotations say, in the region's languages. Pure."""

from collections.abc import Mapping, Sequence

Text = Mapping[str, str]

NEW_YEARS_EVE: Text = {
    "de": "Silvester: Feuerwerk lässt den Feinstaub für einige Stunden auf ein Vielfaches steigen.",
    "da": "Nytårsaften: fyrværkeri får partiklerne i luften til at stige til det mangedobbelte i nogle timer.",
    "en": "New Year's Eve: for some hours, fireworks raise fine dust many times over.",
}
REMOUNTED: Text = {
    "de": "Dasselbe Gerät ist anders angebracht: Werte davor und danach können sich deshalb unterscheiden.",
    "da": "Den samme enhed er monteret anderledes: værdier før og efter kan afvige af den grund.",
    "en": "The same device is mounted differently: values before and after may differ for that reason.",
}
GAP: Text = {
    "de": "An dieser Station war kein Gerät angebracht.",
    "da": "Der var ingen enhed monteret på denne station.",
    "en": "No device was installed at this station.",
}
TAKEN_DOWN: Text = {
    "de": "Das Gerät ist abgebaut; an dieser Station wird nicht mehr gemessen.",
    "da": "Enheden er taget ned; der måles ikke længere på denne station.",
    "en": "The device is taken down; nothing is measured at this station any more.",
}
MOVED_LITTLE: Text = {
    "de": "Die Station steht an einem anderen Ort, weniger weit entfernt, als ihr Ort gerundet ist.",
    "da": "Stationen står et andet sted, mindre langt væk end stedet er afrundet til.",
    "en": "The station stands at another place, less far away than its place is rounded to.",
}
_MOVED = {
    "de": "Die Station steht rund {} m vom früheren Ort entfernt.",
    "da": "Stationen står cirka {} m fra det tidligere sted.",
    "en": "The station stands about {} m from where it stood before.",
}
_REPLACED = {
    "de": "Ein anderes Gerät ist angebracht, mit {}.",
    "da": "En anden enhed er monteret, med {}.",
    "en": "Another device is installed, with {}.",
}
_INSTRUMENTS = {
    "de": "Das Gerät misst mit anderen Instrumenten: {} statt {}.",
    "da": "Enheden måler med andre instrumenter: {} i stedet for {}.",
    "en": "The device measures with other instruments: {} instead of {}.",
}
_WITHOUT = {"de": "keinem", "da": "intet", "en": "none"}
_AND = {"de": "und", "da": "og", "en": "and"}


def moved(metres: int) -> Text:
    """That a station stands elsewhere, so far away."""
    return {language: text.format(metres) for language, text in _MOVED.items()}


def replaced(models: Sequence[str]) -> Text:
    """That another device hangs there, with these instruments."""
    return {language: text.format(_all(models, language)) for language, text in _REPLACED.items()}


def other_instruments(before: Sequence[str], after: Sequence[str]) -> Text:
    """That the same device has other instruments."""
    return {
        language: text.format(_all(after, language), _all(before, language)) for language, text in _INSTRUMENTS.items()
    }


def _all(models: Sequence[str], language: str) -> str:
    if not models:
        return _WITHOUT[language]
    *others, last = models
    return f"{', '.join(others)} {_AND[language]} {last}" if others else last
