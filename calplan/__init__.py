"""calplan: calendar and contacts integration as code, with the people a change would hurt.

Data flows once, forward::

    YAML text --policyfile--> documents --------> wanted settings --+
                                                                    +--> Transition --impact--> who is hurt
    provider --read--> live settings and users, with evidence ------+          |
                                                                              plan: steps, gates, saved file
    read back <-- apply <-- provider.perform(step) <--------------------------+--> render: text, json, markdown ...
        |
        +--> verify: forecast against what was observed

Nothing calls back up. The core (``model diff impact plan apply``) reads no clock, no file and no environment.
"""

__version__ = "0.1.0"
