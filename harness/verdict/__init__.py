"""The verdict: what every observable should be, stage by stage and end to end, and how far is too far."""
