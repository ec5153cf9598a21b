"""How alike two records are, which facts are one fact, and how long a merge can be undone. Values in, values out."""
