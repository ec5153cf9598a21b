"""What a report says and how, without a database or a clock."""
