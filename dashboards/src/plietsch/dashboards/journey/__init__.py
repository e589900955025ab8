"""How a number came here: the journey of one value from the instrument to the page."""
