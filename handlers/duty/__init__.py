"""Who is on duty, who looks after what, and what they hand over and report."""
