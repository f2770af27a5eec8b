"""The command line; thin: arguments in, one call into a room, a table or one JSON object out."""
