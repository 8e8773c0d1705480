"""What waits in the award cycle: honours."""
