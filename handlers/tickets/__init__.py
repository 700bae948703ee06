"""Tickets: from a plea to what becomes of it."""
