"""A brief to take home: what a panel says to AI crawlers, with charts, numbers, citations and the way to the bytes.

`gather` collects the facts, `document` writes them as sections of text, tables and charts, and `page` and `markdown`
render these. No clock is asked: the same history gives the same bytes.
"""
