"""The verdict on a Trace as rows, and what else is found out where one fails."""
