"""The files that people write: their models, loading with positions, checks that need only the files, JSON Schema.

Belongs here: everything from bytes to a LoadedFleet. Never: decrypting, network, what a change may do (that is planning).
"""
