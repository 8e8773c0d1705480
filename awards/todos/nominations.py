"""What waits in the award cycle: nominations."""
