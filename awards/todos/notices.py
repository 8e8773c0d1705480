"""What waits in the award cycle: notices."""
