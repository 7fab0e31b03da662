"""Google Workspace as a source of evidence: who let the vendor's application in, and how much it may see.

A token shows that somebody consented once; whether the platform still uses it Google cannot tell. Nobody's calendar is
opened: of users, addresses and tokens are read, and of tokens, those of the configured applications alone count.
"""
