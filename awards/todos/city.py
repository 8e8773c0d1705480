"""What waits in the award cycle: city."""
