"""Reports as workbooks and as PDF."""
