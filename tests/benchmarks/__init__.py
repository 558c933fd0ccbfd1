"""Figures: each benchmark compares ways side by side in one run and prints ratios, because machines differ."""
