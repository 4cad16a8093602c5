"""Files to begin with: one for each way of bringing an implementation, each a module with its text."""
