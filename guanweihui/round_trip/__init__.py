"""The round-trip workbook of a round: its template, and what comes back in it."""
