"""The room of reports: what a service tells its steering group, with the list behind every figure."""
