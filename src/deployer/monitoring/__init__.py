"""Dashboards, rules and alerts as code. Pure.

Belongs here: what to watch. Never: Helm, Grafana's API. Empty until monitoring is built.
"""
