"""What waits in the award cycle: quotas."""
