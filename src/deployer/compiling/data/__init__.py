"""Tables that scripts write from the hub's own packages and chart. Never edited by hand.

Belongs here: JSON with names, kinds and versions. Never: code, or anybody's texts.
"""
