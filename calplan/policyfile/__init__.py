"""YAML text in, typed documents or diagnostics out.

::

    bytes --encoding--> text --tree--> nodes with line numbers --schema, static_rules--> findings
                                          |
                                          +--> policy_document, account_document ... --> documents --reader--> Reading

``users_file`` reads the other kind of input: one row per user, streamed.
"""
