"""The pure part of the room: evidence and a scheme go in, answers come out. No clock, no database, no request."""
