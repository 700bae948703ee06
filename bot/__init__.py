"""Everything that touches the outside: channels, the ledger, the outbox, the command line."""
