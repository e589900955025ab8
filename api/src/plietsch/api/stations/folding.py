"""Text as people type it: without the letters that their keyboard does not have, in any case. Pure."""

import unicodedata

# Letters of the region's alphabets that are written in two ways where a keyboard has none of them: Tönning is Toenning
# to some and Tonning to others.
_WIDE = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "å": "aa", "-": " ", ",": " "})
_NARROW = str.maketrans({"æ": "ae", "ø": "o", "-": " ", ",": " "})


def folded(text: str) -> tuple[str, str]:
    """Both ways of writing a text plainly: with two letters for one, and with one."""
    small = unicodedata.normalize("NFC", text).casefold()
    return _plain(small.translate(_WIDE)), _plain(small.translate(_NARROW))


def holds(texts: tuple[str, str], typed: str) -> bool:
    """Whether a folded text has all the words that somebody typed, in one of both ways; parts of words count, too."""
    pairs = zip(texts, folded(typed), strict=True)
    return any(all(word in text for word in words.split()) for text, words in pairs)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
