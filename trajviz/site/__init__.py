"""Pages that people write, with races in them: found, rendered, shown and kept true."""
