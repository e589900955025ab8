"""The domain: data model, settings, registry, the local stack and the command line's root."""
