"""The use cases of accounts. Callers hold the transaction, and say who and when."""
