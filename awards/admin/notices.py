"""The award cycle in the back office: notices."""
