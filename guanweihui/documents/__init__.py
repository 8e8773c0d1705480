"""Documents: a Table becomes a workbook or a PDF. Pure functions that know no model and no request."""
