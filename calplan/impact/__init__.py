"""Who is disconnected, prompted, blocked or left untold by a change, and on whose word."""
