"""Messages to the people whom a plan concerns: one for each class of users, from templates that can be edited.

``audience`` puts users into classes, ``words`` and ``templates`` have the texts, ``message`` makes one message of them,
``briefing`` the page for the help desk, and ``rendered`` all files. Nothing is sent from here.
"""
