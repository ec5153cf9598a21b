"""The demo service as plain data: who, when and what, worked out from a seed and a day. Nothing here writes."""
