"""The parts of `method="auto"`: what is searched, how a configuration is judged, the search, and its leaderboard."""
