"""What waits in the award cycle: cycles."""
