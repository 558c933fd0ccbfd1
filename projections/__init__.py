"""What is read: everything here can be dropped and rebuilt from the events."""
