"""Understanding: a text goes in, an Understanding comes out. No clock, no disk, no chat."""
