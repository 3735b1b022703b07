"""Where hubs run: `local` and `kubernetes`, behind `deployer.model.protocols.Target`.

Belongs here: rendering for a target, looking at what runs, changing it. Never: the files people write.
"""
