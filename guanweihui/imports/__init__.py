"""Imports: the safe workbook reader, the kinds of sheet, and batches from preview to undo."""
