"""Households isolating at home, and the way from door to door."""
