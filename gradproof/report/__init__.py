"""The report: the whole ledger as one page that needs nothing else, or as Markdown."""
