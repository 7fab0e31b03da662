"""What the platform does to users when a setting is written, one file per topic of the vendor's article.

Each function takes one person (a class of users with equal facts) and gives the person afterwards. All facts here are
true. Where even the account's own rows say *unknown*, the platform simulated here does nothing to the person: it cuts
for a known difference only, prompts on a client known to be new enough, and syncs on conditions known to hold.
"""
