"""What waits in 老校长下乡; importing the package registers it all."""
