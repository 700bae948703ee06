"""Deciding: one file a capability, plain functions (Request, Services) -> replies."""
