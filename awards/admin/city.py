"""The award cycle in the back office: city."""
