"""Sentences, tables, charts and sections of pages, made from numbers."""
