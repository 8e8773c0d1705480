"""What waits in the award cycle: lists."""
