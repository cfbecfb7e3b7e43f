"""What the lessons say: question, symptom, reason, and where to look in one's own code."""
