"""The words all rooms of the house share: frozen dataclasses and Protocols, standard library only."""
