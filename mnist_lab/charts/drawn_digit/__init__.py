"""Pictures of one drawing and of what networks make of it, as HTML."""
