"""What waits in the award cycle: review."""
