"""The verdict on trial: how often it accuses what is right, and which errors it lets through."""
