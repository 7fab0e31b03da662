"""Exchange as calplan looks at it: one probe of one mailbox, with the password that a policy names, and no item read.

Nothing here can be written, and only the probe contacts anybody: the host of the policy's EWS URL.
"""
