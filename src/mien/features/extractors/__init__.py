"""What is measured frame by frame, a file for each family."""
