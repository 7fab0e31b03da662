"""Rules about what settings mean, apart from how they are written: what is refused, and what is warned of.

A rule is a pure function that looks at one level of settings, the account's or a group's, and yields verdicts. Rules
that need only the text meet settings of which whatever the policy does not state is unknown, and are silent about it;
they are asked again once the live settings are known. Others need users, tenant or evidence, and wait for the plan.
The day they judge by is an argument.
"""
