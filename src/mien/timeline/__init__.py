"""The result: tables of samples and segments over time; their files, exports and plots."""
