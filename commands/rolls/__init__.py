"""What the commands about monthly rolls share: the amount of a month, places of persons, a whole run."""
