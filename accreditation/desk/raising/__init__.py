"""A mediator says that something in their record is wrong, the office looks and answers, and they read the answer."""
