"""How every adapter speaks HTTP: what is tried again, what never is, and what no log holds.

A ``Reader`` can only GET, and POST to the one token endpoint it was made with. A ``Writer`` can write as well. Which of
the two an adapter is handed decides what it can do.
"""
