"""The two databases that a store can be in: opening them, their locks, their clock and their errors."""
