"""Where messages come from and go to: the terminal, a transcript, a WeChat gateway."""
