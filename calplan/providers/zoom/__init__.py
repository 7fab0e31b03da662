"""The account at Zoom. Users, groups and privileges come from its API; settings only from what a person attested.

The vendor has no API for the settings of the calendar and contacts integration. No call here reads or writes one, and
no field of an answer ever becomes one.
"""
