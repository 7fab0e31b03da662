"""A simulated account in one SQLite file: its rows, and how the platform behaves when a setting is written.

``store`` opens the file, ``create`` makes one, ``read`` streams what it shows, ``account`` writes settings, and
``behaviour`` holds what each write does to users, read from the vendor's article sentence by sentence. Nothing here
knows of the forecast: the two are two readings of one text, and a test holds them against each other.
"""
