"""The figures of a report and the lists behind them."""
