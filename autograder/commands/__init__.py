"""The commands, by who runs them. Only these modules print."""
