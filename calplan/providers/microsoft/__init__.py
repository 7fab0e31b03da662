"""The Microsoft tenant: who consented to the vendor's application, read and written through Microsoft Graph.

It shows consent and never a connection. Tokens come from Microsoft's own library, over connections of ours.
"""
