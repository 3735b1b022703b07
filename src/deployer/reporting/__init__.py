"""Problems, plans and reports -> text, Markdown, JSON, annotations.

Belongs here: pure rendering to strings and plain data. Never: printing, deciding.
"""
