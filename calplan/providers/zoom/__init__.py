"""The account at Zoom. Users, groups and privileges come from its API; settings only from what a person attested."""
