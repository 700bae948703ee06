"""Testing rounds: calling building after building, and counting until no household is missing."""
