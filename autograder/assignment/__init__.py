"""An assignment as staff wrote it: read from `solutions/`, checked, and held in memory."""
