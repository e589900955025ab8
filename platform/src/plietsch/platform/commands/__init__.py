"""The platform's own verbs of the command line."""
