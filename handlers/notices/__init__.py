"""Notices: who is told what, where, and what became of it."""
