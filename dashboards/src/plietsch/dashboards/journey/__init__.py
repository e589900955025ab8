"""How a number came here: the journey of one value from the instrument to the page, stage by stage.

lookup  → what the database knows of a value, and the frame that brought it
bits    → the frame's payload, field by field
steps   → the stages, each told by the module of its name: measured, packed, heard, decoded, computed, checked, stored
"""
