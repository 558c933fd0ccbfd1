"""What the commands about subsidies share: offices, purses, the amount by the programme's rule, exclusions."""
